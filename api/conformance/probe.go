package conformance

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

// probe asks every operation once whether it is offered. It asks for what does not exist, so that nothing happens;
// only a customer may come into being. What is offered must be answered as documented even then.
func (s *suite) probe(ctx context.Context) error {
	law := &Law{Name: "probe"}
	t := newTrial(ctx, s, law, nil)
	t.begin("asking whether it is offered")
	for _, o := range s.contract.Operations() {
		x := t.exchange(s.config.Patience, t.probing(o))
		if ctx.Err() != nil {
			return fmt.Errorf("conformance: %w", context.Cause(ctx))
		}
		if x.status == 0 {
			return fmt.Errorf("conformance: %s does not answer: %w", s.config.URL, x.err)
		}
		if x.status == http.StatusUnauthorized && len(o.Security) > 0 {
			return errCredentials
		}
		if s.offered[o.ID] = offers(o, x.status); s.offered[o.ID] {
			s.examine(t, &x)
		}
		s.config.Logger.DebugContext(ctx, "probe", "operation", o.ID, "status", x.status, "offered", s.offered[o.ID])
	}
	return nil
}

// offers reads the answer to a probe. 404 says that an operation is not offered where it is asked for nothing in
// particular and the contract lets it answer so, as the test clock does outside of a sandbox.
func offers(o *validate.Operation, status int) bool {
	if status == http.StatusNotFound && !strings.Contains(o.Path, "{") {
		return !documents(o, http.StatusNotFound)
	}
	return status != http.StatusNotImplemented
}

// probing is a valid request of an operation that changes nothing of interest.
func (t *trial) probing(o *validate.Operation) request {
	parts := []with{of(t.samplePath(o)...)}
	switch {
	case harmless[o.ID] != "":
		parts = append(parts, t.harmless(o))
	case o.TakesUpload("multipart/form-data"):
		parts = append(parts, form(t.sampleForm(o)...))
	case o.Request != nil:
		parts = append(parts, body(t.sampleBody(o)))
	}
	return t.draft(o.ID, parts...)
}

// harmless are bodies of operations that would do something even when asked about nothing that exists.
var harmless = map[string]string{
	"createTransaction": `{"amount": "1", "currency": "EUR", "valuedate": "2024-01-01", "assignments": [{"invoice": "{{reference}}", "amount": "1"}]}`,
	"createDunningRun":  `{"asOf": "2024-01-01", "dryRun": true}`,
	"createDunningHold": `{"invoice": "{{reference}}", "kind": "block", "reason": "Nothing is held."}`,
	"setSandboxClock":   `{"now": "2000-01-01T00:00:00.000Z"}`,
	"createIdentity":    `{"reference": "{{reference}}"}`,
}

func (t *trial) harmless(o *validate.Operation) with {
	return body(strings.ReplaceAll(harmless[o.ID], "{{reference}}", t.reference()))
}

// samplePDF is the file of forms that are about something else.
var samplePDF = paper("Sample", 0)
