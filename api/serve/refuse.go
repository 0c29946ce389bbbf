package serve

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/api/validate"
)

// refuse answers a request with an error, whatever refused it: the router, the validator, the binder, the decoder or
// the operation. It is the only place where an error becomes an answer.
func (h *Handler) refuse(x *exchange, err error) {
	p := h.problem(err, x)
	if p.Status >= http.StatusInternalServerError {
		x.cause = err
	}
	if x.status != 0 { // the answer is on its way; it cannot be taken back, only broken off
		x.cause, x.broken = err, true
		return
	}
	header := x.Header()
	header["Cache-Control"] = noStore
	if p.Status == http.StatusUnauthorized && p.Header.Get("WWW-Authenticate") == "" {
		header.Set("WWW-Authenticate", h.challenge)
	}
	p.Write(x)
}

// problem translates an error.
func (h *Handler) problem(err error, x *exchange) *Problem {
	var (
		own        *Problem
		violations validate.Violations
		routed     *echo.HTTPError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &violations):
		return violated(violations)
	case errors.As(err, &routed):
		return h.routed(routed, x)
	}
	if p := bodyProblem(err); p != nil {
		return p
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable()
	}
	if p := h.options.Problem(err); p != nil {
		return p
	}
	return internal()
}

// bodyProblem translates what reading and decoding a body may end with; nil for anything else.
func bodyProblem(err error) *Problem {
	var (
		part   *validate.TooLargeError
		over   *http.MaxBytesError
		broken *incompleteBody
		unread *undecodable
	)
	switch {
	case errors.As(err, &part):
		return tooLarge("file", part.Path, part.Limit)
	case errors.As(err, &over):
		return tooLarge("body", "Content-Length", over.Limit)
	case errors.As(err, &broken):
		return invalid(Detail{Error: "The body ended before its end.", Hint: "Send as many bytes as Content-Length says, and in time."})
	case errors.As(err, &unread):
		return unread.problem()
	}
	return nil
}

// routed translates the errors of Echo's router and of the generated code, which has no other than 400 for a parameter
// it cannot bind. Their own texts name Go types, and are not told.
func (h *Handler) routed(err *echo.HTTPError, x *exchange) *Problem {
	switch err.Code {
	case http.StatusNotFound:
		return notFound()
	case http.StatusMethodNotAllowed:
		return methodNotAllowed(x.Header().Get("Allow"))
	case http.StatusBadRequest:
		return unbound(err)
	}
	return internal()
}

// unbound is for a parameter that matches the contract, but its Go type does not take it.
func unbound(err *echo.HTTPError) *Problem {
	d := Detail{Error: "A parameter cannot be read.", Hint: "Send it as documented for this operation."}
	if text, ok := err.Message.(string); ok {
		if _, rest, ok := strings.Cut(text, "for parameter "); ok {
			name, _, _ := strings.Cut(rest, ":")
			d.Error, d.Fields = "Value for parameter '"+name+"' cannot be read.", []string{name}
		}
	}
	return invalid(d)
}
