package client_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/dunwell/dunwell/client"
)

var allSentinels = []error{
	client.ErrInvalidValue, client.ErrUniqueViolation, client.ErrUnauthorized, client.ErrForbidden, client.ErrNotFound,
	client.ErrMethodNotAllowed, client.ErrConflictState, client.ErrPreconditionFailed, client.ErrIdempotencyKeyReused,
	client.ErrIdempotencyInProgress, client.ErrTooLarge, client.ErrUnsupportedMediaType, client.ErrTooManyRequests,
	client.ErrInternal, client.ErrNotImplemented, client.ErrUnavailable,
}

// matchesOnly says whether err is want, and no other sentinel; nil: none at all.
func matchesOnly(err, want error) bool {
	for _, s := range allSentinels {
		if errors.Is(err, s) != (s == want) {
			return false
		}
	}
	return true
}

// answered gives a client whose every call gets the same answer, once.
func answered(t testing.TB, res func() *http.Response, options ...client.Option) *client.Client {
	t.Helper()
	transport := &http.Client{Transport: answering(func(*http.Request) (*http.Response, error) { return res(), nil })}
	return newClient(t, "http://localhost/api", append([]client.Option{client.WithHTTPClient(transport),
		client.WithRetry(client.RetryPolicy{MaxAttempts: 1})}, options...)...)
}

func TestRefusals(t *testing.T) {
	envelope := func(typ string) string {
		return `{"code":400,"name":"ClientError","type":"` + typ + `","message":"M","details":[{"error":"E.","fields":["f"],"hint":"H."}]}`
	}
	page := "<html><body>" + strings.Repeat("x", 2000)
	for _, tt := range []struct {
		name   string
		status int
		body   string
		is     error
		typ    client.ErrorType
		kept   int // bytes
		text   string
	}{
		{"envelope", 400, envelope("ERR_INVALID_VALUE"), client.ErrInvalidValue, "ERR_INVALID_VALUE", 0,
			"getInvoice: 400 ERR_INVALID_VALUE: M; E. H. (request R1)"},
		{"type wins over status", 409, envelope("ERR_UNIQUE_VIOLATION"), client.ErrUniqueViolation, "ERR_UNIQUE_VIOLATION", 0, ""},
		{"a type from the future", 404, envelope("ERR_GONE"), client.ErrNotFound, "ERR_GONE", 0, ""},
		{"a proxy's page", 503, page, client.ErrUnavailable, "", 1024, "getInvoice: 503 Service Unavailable, without the contract's envelope (request R1)"},
		{"bad gateway", 502, page, client.ErrUnavailable, "", 1024, ""},
		{"gateway timeout", 504, "", client.ErrUnavailable, "", 0, ""},
		{"strange status", 599, "", client.ErrInternal, "", 0, ""},
		{"without a body", 401, "", client.ErrUnauthorized, "", 0, ""},
		{"conflict of whatever kind", 409, "no", client.ErrConflictState, "", 2, ""},
		{"teapot", 418, "{}", nil, "", 2, ""},
		{"a status without a name", 520, "", client.ErrInternal, "", 0, "getInvoice: 520, without the contract's envelope (request R1)"},
		{"redirect", 307, "", nil, "", 0, ""},
		{"not an object", 404, `[1]`, client.ErrNotFound, "", 3, ""},
		{"of other types", 404, `{"type":5}`, client.ErrNotFound, "", 10, ""},
		{"a code and a message of another shape", 400, `{"code":"400","type":"ERR_INVALID_VALUE","name":"ClientError","message":{"de":"N"}}`, client.ErrInvalidValue, "ERR_INVALID_VALUE", 0, ""},
		{"details of another shape", 400, `{"code":400,"name":"ClientError","type":"ERR_INVALID_VALUE","message":"M","details":"no"}`, client.ErrInvalidValue, "ERR_INVALID_VALUE", 0, ""},
		{"more than is read", 500, `{"type":"ERR_INTERNAL","message":"` + strings.Repeat("x", 2<<20) + `"}`, client.ErrInternal, "", 1024, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := answered(t, func() *http.Response { return newAnswer(tt.status, tt.body, "X-Request-Id", "R1", "Retry-After", "7") })
			_, err := c.GetInvoice(t.Context(), "RE1")
			var e *client.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			if e.Status != tt.status || e.Type != tt.typ || len(e.Body) != tt.kept || e.RequestID != "R1" || e.Operation != "getInvoice" ||
				e.Attempts != 1 || e.RetryAfter != 7*time.Second || e.Header.Get("Retry-After") != "7" {
				t.Errorf("%+v", e)
			}
			if !matchesOnly(err, tt.is) {
				t.Errorf("is not only %v", tt.is)
			}
			if tt.text != "" && err.Error() != tt.text {
				t.Errorf("%q, not %q", err.Error(), tt.text)
			}
		})
	}
}

// FuzzRefusal holds that no answer makes the client panic, or a success of what is none.
func FuzzRefusal(f *testing.F) {
	f.Add(400, "application/json", "1", []byte(`{"code":400,"name":"ClientError","type":"ERR_INVALID_VALUE","message":"M","details":[{"error":"E","fields":["f"]}]}`))
	f.Add(503, "text/html", "Wed, 21 Oct 2026 07:28:00 GMT", []byte("<html>"))
	f.Add(200, "application/json", "-1", []byte(`{"id":`))
	f.Add(404, "", "99999999999999999999", []byte(`{"type":null,"details":[null]}`))
	f.Fuzz(func(t *testing.T, status int, contentType, retryAfter string, body []byte) {
		if status < 100 || status > 999 {
			return
		}
		for _, mode := range []client.Mode{client.Fail, client.Off} {
			c := answered(t, func() *http.Response {
				return newAnswer(status, string(body), "Content-Type", contentType, "Retry-After", retryAfter)
			}, client.WithValidation(mode, mode))
			invoice, err := c.GetInvoice(t.Context(), "RE1")
			var refused *client.Error
			switch {
			case (err == nil) != (invoice != nil):
				t.Fatal("an answer and an error, or neither")
			case err == nil && status/100 != 2:
				t.Fatal("a refusal is a success")
			case errors.As(err, &refused) && (refused.Status != status || refused.RetryAfter < 0 || len(refused.Body) > 1024):
				t.Fatalf("%+v", refused)
			}
			if err != nil {
				_ = err.Error()
			}
		}
	})
}

// Whatever a server, a proxy or a middleware says, an error is one line, which does nothing to a terminal.
func TestErrorsAreOneLine(t *testing.T) {
	const foreign = "a\nb\r\nc\x1b[31md\u009be\u2028f\u202eg\x00h"
	written, _ := json.Marshal(foreign)
	envelope := `{"code":400,"name":"ClientError","type":"ERR_INVALID_VALUE","message":` + string(written) + `,"details":[{"error":` + string(written) + `,"fields":[],"hint":` + string(written) + `}]}`
	for name, c := range map[string]*client.Client{
		"refusal":   answered(t, func() *http.Response { return newAnswer(400, envelope, "X-Request-Id", foreign) }),
		"violation": answered(t, func() *http.Response { return newAnswer(200, `{"now":1}`, "Content-Type", foreign) }),
		"transport": newClient(t, "http://localhost/api", quick, client.WithHTTPClient(&http.Client{Transport: answering(func(*http.Request) (*http.Response, error) {
			return nil, errors.Join(errors.New(foreign), errors.New(foreign))
		})})),
	} {
		_, err := c.GetSandboxClock(t.Context())
		if err == nil || strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("%s: %q", name, err)
		}
	}
	broken := &client.ContractError{Operation: "getInvoice", Violations: client.Violations{{Error: "Field '" + foreign + "' is not known."}}}
	if text := broken.Error(); strings.ContainsAny(text, "\n\r\x1b") || !strings.Contains(text, "a b") {
		t.Errorf("%q", text)
	}
}
