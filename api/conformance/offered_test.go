package conformance

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/servertest"
)

// offering answers 501 to all but some operations.
func offering(server http.Handler, operations ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, o := range servertest.Contract().Operations() {
			if slices.Contains(operations, o.ID) && about(r, o.Method, wildcards(o.Path)) {
				server.ServeHTTP(w, r)
				return
			}
		}
		refuseAll(http.StatusNotImplemented, "ERR_NOT_IMPLEMENTED")(w, r)
	})
}

// wildcards is a path template as a pattern: /invoices/*.
func wildcards(template string) string {
	segments := strings.Split(template, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}

// What a law takes and the server does not offer is told, and not passed over as a success.
func TestWhatALawTakesIsNotOffered(t *testing.T) {
	c := ours(t, func(honest http.Handler) http.Handler { return offering(honest, "listInvoices", "createIdentity") })
	c.Only = []string{"pages.whole", "idempotency.replayed", "isolation.hidden"}
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"pages.whole/listInvoices": "createInvoice, updateInvoice", "idempotency.replayed/createIdentity": "listIdentities"} {
		at := slices.IndexFunc(report.Results, func(r Result) bool { return r.Name() == name })
		if r := report.Results[at]; r.Outcome != NotOffered || r.Reason != want {
			t.Errorf("%s: %s, %q, want that %s is not offered", name, r.Outcome, r.Reason, want)
		}
	}
}

// Even a server that offers one operation only, and nothing with which to make what it asks for, must keep the contract
// in it.
func TestOneOperationIsWrong(t *testing.T) {
	answer := func(body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", "1")
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		})
	}
	for name, c := range map[string]struct{ operation, body, law string }{
		"an empty invoice":                   {"getInvoice", `{}`, "answers.documented/getInvoice"},
		"an invoice where there can be none": {"getInvoice", `{}`, "invoice.missing"},
		"an empty customer":                  {"getIdentity", `{}`, "answers.documented/getIdentity"},
		"a customer where there can be none": {"getIdentity", `{}`, "identity.missing"},
		"an empty page":                      {"listInvoices", `{}`, "answers.documented/listInvoices"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(offering(answer(c.body), c.operation))
			defer server.Close()
			report, err := Run(t.Context(), Config{URL: server.URL + "/api", Merchant: acme, Document: theContract(), Only: []string{"invoice.missing", "identity.missing"}})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(report.having(Failed), func(r Result) bool { return r.Name() == c.law }) {
				t.Errorf("%s has not noticed: %s", c.law, report.Summary())
			}
		})
	}
}
