package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/client"
)

// A list longer than a portion is shown whole, each row once, in every form, and no further than its limit.
func TestLongList(t *testing.T) {
	const rows = 2*portionSize + 30
	environ := serveHere(t)
	env := environment{environ: environ}
	api, err := profile{env.getenv(urlVariable), env.getenv(userVariable), env.getenv(passwordVariable)}.open()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		reference := fmt.Sprintf("L%04d", i)
		if _, err := api.CreateInvoice(t.Context(), "K10001", client.InvoiceCreate{Reference: &reference}); err != nil {
			t.Fatal(err)
		}
	}
	filter := []string{"--where", "reference>=L", "--where", "reference<M", "--sort", "reference"}
	for _, list := range []string{"invoices list", "identities invoices K10001"} {
		for limit, want := range map[string]int{"0": rows, "1": 1, fmt.Sprint(portionSize): portionSize, fmt.Sprint(portionSize + 1): portionSize + 1, "100000": rows} {
			for form, count := range map[string]func(string) []string{"--columns=reference": tableRows, "--json": arrayRows, "--jsonl": lineRows} {
				args := append(append(strings.Fields(list), filter...), "--limit", limit, form)
				status, out, text := call(t, environ, args...)
				got := count(out)
				if status != 0 || len(got) != want {
					t.Errorf("%s %s %s: exit status %d, %d rows, want %d: %s", list, form, limit, status, len(got), want, text)
					continue
				}
				for i, reference := range got {
					if reference != fmt.Sprintf("L%04d", i) {
						t.Fatalf("%s %s %s: row %d is %s", list, form, limit, i, reference)
					}
				}
			}
		}
	}
}

func tableRows(out string) []string { return strings.Fields(out)[1:] }

func arrayRows(out string) (references []string) {
	var rows []struct{ Reference string }
	if json.Unmarshal([]byte(out), &rows) != nil {
		return nil
	}
	for _, r := range rows {
		references = append(references, r.Reference)
	}
	return references
}

func lineRows(out string) (references []string) {
	for line := range strings.Lines(out) {
		var row struct{ Reference string }
		if json.Unmarshal([]byte(line), &row) == nil {
			references = append(references, row.Reference)
		}
	}
	return references
}

// A server whose pages do not end is not followed for ever.
func TestListInCircles(t *testing.T) {
	asked := 0
	environ := clientOf(t, serveJSON(t, func(*http.Request) string {
		asked++
		return `{"page": 1, "pageSize": 200, "query": {}, "rows": [], "hasMore": true, "next": "same"}`
	}))
	if status, _, text := call(t, environ, "invoices", "list"); status == 0 || asked != 2 || !strings.Contains(text, "and not where") {
		t.Errorf("exit status %d after %d pages: %s", status, asked, text)
	}
}

// What cannot be combined is refused before anything is asked.
func TestListRefusals(t *testing.T) {
	asked := 0
	environ := clientOf(t, serveJSON(t, func(*http.Request) string { asked++; return "{}" }))
	for _, line := range []string{"--json --jsonl", "--limit -1", "--limit many", "--columns nope", "--where nope=1", "--where due", "--sort nope", "extra"} {
		if status, out, text := call(t, environ, append([]string{"invoices", "list"}, strings.Fields(line)...)...); status != 2 || out != "" {
			t.Errorf("%s: exit status %d: %s%s", line, status, out, text)
		}
	}
	if asked > 0 {
		t.Errorf("the server was asked %d times", asked)
	}
}
