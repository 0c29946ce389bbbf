package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/internal/ar"
)

// report says what went wrong: one sentence, and below it what a refused or lost request needs to be mended.
func report(w io.Writer, command string, err error) {
	var (
		refused *client.Error
		broken  *client.ContractError
		lost    *client.TransportError
		domain  *ar.Error
	)
	switch {
	case errors.As(err, &refused):
		reportRefusal(w, command, refused)
	case errors.As(err, &domain) && len(domain.Details) > 1:
		fmt.Fprintf(w, "%s: %d values are not valid\n", command, len(domain.Details))
		for _, d := range domain.Details {
			detail(w, strings.Join(d.Fields, ", "), d.Error, d.Hint)
		}
	case errors.As(err, &broken):
		reportBroken(w, command, broken)
	case errors.As(err, &lost):
		reportLost(w, command, lost)
	default:
		fmt.Fprintf(w, "%s: %s\n", command, sentence(err))
	}
}

func reportRefusal(w io.Writer, command string, e *client.Error) {
	if e.Type == "" {
		fmt.Fprintf(w, "%s: the answer was %d %s, and not of this API\n", command, e.Status, http.StatusText(e.Status))
		if text := strings.Join(strings.Fields(printable(string(e.Body))), " "); text != "" {
			fmt.Fprintf(w, "  it begins: %s\n", shortened(text, 120))
		}
	} else {
		fmt.Fprintf(w, "%s: %s (%d %s)\n", command, printable(strings.TrimSuffix(e.Message, ".")), e.Status, e.Type)
	}
	for _, d := range e.Details {
		hint := ""
		if d.Hint != nil {
			hint = *d.Hint
		}
		text := d.Error
		if text == e.Message { // said already
			text = ""
		}
		detail(w, strings.Join(d.Fields, ", "), text, hint)
	}
	if e.RequestID != "" {
		fmt.Fprintf(w, "  request %s\n", printable(e.RequestID))
	}
	if e.Uncertain {
		fmt.Fprintln(w, "  An earlier attempt got no answer and may have taken effect.")
	}
	if e.Status >= http.StatusInternalServerError && e.Status != http.StatusNotImplemented {
		resume(w, e.IdempotencyKey)
	}
}

func reportBroken(w io.Writer, command string, e *client.ContractError) {
	if e.Direction == client.DirectionRequest {
		fmt.Fprintf(w, "%s: the request breaks the contract, and was not sent\n", command)
	} else {
		fmt.Fprintf(w, "%s: the answer breaks the contract (%d)\n", command, e.Status)
	}
	for _, v := range e.Violations {
		detail(w, v.Path, v.Error, v.Hint)
	}
	if e.RequestID != "" {
		fmt.Fprintf(w, "  request %s\n", printable(e.RequestID))
	}
}

func reportLost(w io.Writer, command string, e *client.TransportError) {
	text := strings.TrimPrefix(e.Error(), e.Operation+": ") // the command says as much
	text, _, _ = strings.Cut(text, " (it may have happened")
	if errors.Is(e, context.Canceled) {
		text = "interrupted"
	}
	fmt.Fprintf(w, "%s: %s\n", command, printable(text))
	if e.Sent {
		resume(w, e.IdempotencyKey)
	}
}

// detail is one thing that is wrong, where, and what would be right.
func detail(w io.Writer, where, problem, hint string) {
	text := printable(strings.TrimSpace(problem + " " + hint))
	if where != "" && !strings.Contains(problem, "'"+where+"'") {
		text = printable(where) + ": " + text
	}
	fmt.Fprintf(w, "  %s\n", text)
}

// resume says how to find out what became of a POST.
func resume(w io.Writer, key string) {
	if key != "" {
		fmt.Fprintf(w, "  It may have happened. Repeat the command with --%s %s: it is then not done twice.\n", keyFlag, key)
	}
}
