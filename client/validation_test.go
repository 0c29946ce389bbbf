package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/client"
)

func TestRequestsAreHeldAgainstTheContract(t *testing.T) {
	sent := 0
	c := answered(t, func() *http.Response { sent++; return newAnswer(500, "") })
	for _, tt := range []struct {
		name       string
		call       func() error
		path, rule string
	}{
		{"body", func() error {
			_, err := c.UpdateInvoice(t.Context(), "RE1", client.InvoiceUpdate{Currency: new("euro")})
			return err
		}, "currency", "maxLength"},
		{"enum", func() error {
			_, err := c.UpdateInvoice(t.Context(), "RE1", client.InvoiceUpdate{State: new(client.InvoiceUpdateState("gone"))})
			return err
		}, "state", "enum"},
		{"raw body", func() error {
			_, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.RawBody([]byte(`{"Label":"x"}`)))
			return err
		}, "Label", "additionalProperties"},
		{"raw body that is none", func() error {
			_, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.RawBody([]byte(`{`)))
			return err
		}, "", "json"},
		{"path", func() error { _, err := c.GetTransaction(t.Context(), "x"); return err }, "id", "pattern"},
		{"path with a slash", func() error { _, err := c.GetInvoice(t.Context(), "a/b"); return err }, "invoiceReference", "pattern"},
		{"empty path", func() error { _, err := c.GetInvoice(t.Context(), ""); return err }, "invoiceReference", "segment"},
		{"dot", func() error { _, err := c.GetInvoice(t.Context(), "."); return err }, "invoiceReference", "segment"},
		{"dots", func() error { _, err := c.GetInvoice(t.Context(), ".."); return err }, "invoiceReference", "segment"},
		{"dots within", func() error { _, err := c.CommitInvoice(t.Context(), "..", client.InvoiceCommit{}); return err }, "invoiceReference", "segment"},
		{"key", func() error {
			_, err := c.CreateIdentity(t.Context(), client.IdentityCreate{}, client.IdempotencyKey(strings.Repeat("k", 256)))
			return err
		}, "Idempotency-Key", "maxLength"},
		{"etag", func() error {
			_, err := c.UpdateInvoice(t.Context(), "RE1", client.InvoiceUpdate{}, client.IfMatch("3"))
			return err
		}, "If-Match", "pattern"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.call()
			var broken *client.ContractError
			if !errors.As(err, &broken) || broken.Direction != client.DirectionRequest || !matchesOnly(err, client.ErrInvalidValue) {
				t.Fatalf("%T %v", err, err)
			}
			if v := broken.Violations[0]; v.Path != tt.path || v.Rule != tt.rule || v.Hint == "" {
				t.Errorf("%+v", v)
			}
			var violations client.Violations
			if !errors.As(err, &violations) {
				t.Error("the violations cannot be reached")
			}
		})
	}
	if sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
}

// TestReferencesReachTheirOperation sends every reference the contract allows to the right path.
func TestReferencesReachTheirOperation(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	for _, reference := range []string{"a b", "ä€", "a:b", "a+b", "a&b=c", "a;b", "a,b", "%41"[1:], "...", "~", "@", "a'\"b", "a..b", "*", "!$()"} {
		if _, err := c.UpsertIdentity(t.Context(), reference, client.IdentityUpdate{}); err != nil {
			t.Errorf("%q: %v", reference, err)
			continue
		}
		if got, err := c.GetIdentity(t.Context(), reference); err != nil || got.Reference != reference {
			t.Errorf("%q: %+v %v", reference, got, err)
		}
	}
}

// TestReferencesThatWouldLeaveTheirOperation are refused even where nobody looks at the contract: the invoices of customer ".."
// would be the invoices of all.
func TestReferencesThatWouldLeaveTheirOperation(t *testing.T) {
	for _, mode := range []client.Mode{client.Fail, client.Log, client.Off} {
		s := &script{answers: []func() (*http.Response, error){ok("[]")}}
		c := played(t, s, client.WithValidation(mode, client.Off))
		for _, reference := range []string{"", ".", ".."} {
			if _, err := c.ListIdentityInvoices(t.Context(), reference); !errors.Is(err, client.ErrInvalidValue) || len(s.times) > 0 {
				t.Errorf("mode %v, %q: %v after %d requests", mode, reference, err, len(s.times))
			}
		}
	}
}

func TestResponsesAreHeldAgainstTheContract(t *testing.T) {
	invoice := exampleInvoice(t)
	broken := strings.Replace(invoice, `"currency":"EUR"`, `"currency":"euro"`, 1)
	for _, tt := range []struct {
		name, body  string
		status      int
		contentType string
		path, rule  string // rule "": it is taken
		off         bool   // it is taken when nobody looks
	}{
		{"as documented", invoice, 200, "application/json", "", "", true},
		{"charset", invoice, 200, "application/json; charset=utf-8", "", "", true},
		{"unknown field", strings.Replace(invoice, `{`, `{"new":{"deep":[1]},`, 1), 200, "application/json", "", "", true},
		{"unknown value", strings.Replace(invoice, `"state":"none"`, `"state":"sold"`, 1), 200, "application/json", "", "", true},
		{"wrong value", broken, 200, "application/json", "currency", "maxLength", true},
		{"wrong type", strings.Replace(invoice, `"committed":true`, `"committed":"yes"`, 1), 200, "application/json", "committed", "type", false},
		{"undocumented status", invoice, 202, "application/json", "202", "status", true},
		{"no content", "", 204, "", "204", "status", false},
		{"undocumented media type", "<html>", 200, "text/html", "Content-Type", "mediaType", false},
		{"cut off", invoice[:100], 200, "application/json", "addresses[0]", "json", false},
		{"empty", "", 200, "application/json", "", "required", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := func() *http.Response {
				return newAnswer(tt.status, tt.body, "Content-Type", tt.contentType, "X-Request-Id", "R1")
			}
			var r client.Response
			got, err := answered(t, answer).GetInvoice(t.Context(), "RE12345", client.Into(&r))
			if string(r.Body) != tt.body || r.Status != tt.status || r.RequestID != "R1" {
				t.Errorf("raw: %+v", r)
			}
			if tt.rule == "" {
				if err != nil || got.Reference != "RE12345" {
					t.Fatalf("%+v %v", got, err)
				}
				return
			}
			var wrong *client.ContractError
			if !errors.As(err, &wrong) || wrong.Direction != client.DirectionResponse || wrong.Status != tt.status || wrong.RequestID != "R1" || !matchesOnly(err, nil) {
				t.Fatalf("%T %v", err, err)
			}
			if v := wrong.Violations[0]; v.Path != tt.path || v.Rule != tt.rule {
				t.Errorf("%+v", v)
			}
			var log bytes.Buffer
			logged := answered(t, answer, client.WithValidation(client.Log, client.Log), client.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			if _, err := logged.GetInvoice(t.Context(), "RE12345"); (err == nil) != tt.off || !strings.Contains(log.String(), "operation=getInvoice direction=response") {
				t.Errorf("log: %v %s", err, log.String())
			}
			if _, err := answered(t, answer, client.WithValidation(client.Off, client.Off)).GetInvoice(t.Context(), "RE12345"); (err == nil) != tt.off {
				t.Errorf("off: %v", err)
			}
		})
	}
}

// TestViolationOfARefusal: a refusal stays one, and says what is wrong with it.
func TestViolationOfARefusal(t *testing.T) {
	c := answered(t, func() *http.Response { return newAnswer(503, "<html>", "Content-Type", "text/html") })
	_, err := c.GetInvoice(t.Context(), "RE1")
	var refused *client.Error
	if !errors.As(err, &refused) || len(refused.Violations) != 1 || refused.Violations[0].Rule != "mediaType" {
		t.Fatalf("%+v", err)
	}
}

// TestModeOfRequests sends what breaks the contract, if asked to.
func TestModeOfRequests(t *testing.T) {
	for _, mode := range []client.Mode{client.Log, client.Off} {
		var log bytes.Buffer
		sent := 0
		c := answered(t, func() *http.Response { sent++; return newAnswer(404, "") },
			client.WithValidation(mode, client.Fail), client.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		_, err := c.GetTransaction(t.Context(), "x")
		if !errors.Is(err, client.ErrNotFound) || sent != 1 || strings.Contains(log.String(), "direction=request") != (mode == client.Log) {
			t.Errorf("%v %d %s", err, sent, log.String())
		}
	}
}

func TestResponseSizeCap(t *testing.T) {
	invoice := exampleInvoice(t)
	for _, length := range []int64{int64(len(invoice)), -1} {
		answer := func() *http.Response {
			res := newAnswer(200, invoice)
			res.ContentLength = length
			return res
		}
		c := answered(t, answer, client.WithMaxResponseBytes(int64(len(invoice))))
		if _, err := c.GetInvoice(t.Context(), "RE12345"); err != nil {
			t.Error(err)
		}
		c = answered(t, answer, client.WithMaxResponseBytes(math.MaxInt64))
		if _, err := c.GetInvoice(t.Context(), "RE12345"); err != nil {
			t.Error(err)
		}
		c = answered(t, answer, client.WithMaxResponseBytes(int64(len(invoice))-1))
		_, err := c.GetInvoice(t.Context(), "RE12345")
		var tooLarge *client.ResponseTooLargeError
		if !errors.As(err, &tooLarge) || tooLarge.Limit != int64(len(invoice))-1 || tooLarge.Operation != "getInvoice" {
			t.Errorf("%v", err)
		}
	}
}

// exampleInvoice is the contract's example of RE12345.
func exampleInvoice(t testing.TB) string {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(doc.Components.Examples["Invoice"].Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
