package serve_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/validate"
)

// A server that would let something through unchecked does not start.
func TestRefusesToStart(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*openapi3.T)
		says   string
	}{
		"a route without an operation": {
			func(doc *openapi3.T) { doc.Paths.Value("/invoices/{invoiceReference}").Put = nil },
			"route PUT /api/invoices/:invoiceReference has no operation",
		},
		"an operation without a route": {
			func(doc *openapi3.T) {
				refunds := *doc.Paths.Value("/jobs/{job}").Get
				refunds.OperationID, refunds.Parameters = "listRefunds", nil
				doc.Paths.Set("/refunds", &openapi3.PathItem{Get: &refunds})
			},
			"operation listRefunds of the contract has no route GET /api/refunds",
		},
		"another name of a path parameter": {
			func(doc *openapi3.T) {
				item := doc.Paths.Value("/jobs/{job}")
				doc.Paths.Delete("/jobs/{job}")
				item.Get.Parameters[0].Value.Name = "id"
				doc.Paths.Set("/jobs/{id}", item)
			},
			"route GET /api/jobs/:job has no operation",
		},
		"an unknown way to authenticate": {
			func(doc *openapi3.T) { doc.Components.SecuritySchemes["basicAuth"].Value.Scheme = "digest" },
			"security scheme basicAuth is neither",
		},
	} {
		t.Run(name, func(t *testing.T) {
			options := serve.Options{Authenticate: authenticate}
			changedContract(t, test.change)(&options)
			_, err := serve.New(&shop{}, options)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one with %q", err, test.says)
			}
		})
	}
}

// changedContract serves by another contract than the generated code was made from.
func changedContract(t *testing.T, change func(*openapi3.T)) func(*serve.Options) {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	change(doc)
	changed, err := validate.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *serve.Options) { o.Contract = changed }
}

// Nothing but Authenticate is needed.
func TestDefaults(t *testing.T) {
	h, err := serve.New(&shop{}, serve.Options{Authenticate: authenticate, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	answered(t, do(h, call{method: "GET", path: invoicePath}))
	answered(t, do(h, call{method: "GET", path: "/readyz"}))
	refused(t, do(h, call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": ""}}), 401, "ERR_UNAUTHORIZED")
	// What the application's errors mean is for the application to say.
	refused(t, do(h, call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": "Basic ZGVtbzp4"}}), 500, "ERR_INTERNAL")
}

func TestNeedsImplementationAndAuthentication(t *testing.T) {
	if _, err := serve.New(nil, serve.Options{Authenticate: authenticate}); err == nil {
		t.Error("started without an implementation")
	}
	if _, err := serve.New(&shop{}, serve.Options{}); err == nil {
		t.Error("started without authentication")
	}
}

func TestCheckByName(t *testing.T) {
	for _, want := range []serve.Check{serve.CheckOff, serve.CheckLog, serve.CheckFail} {
		text, _ := want.MarshalText()
		var got serve.Check
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%s became %s, %v", text, got, err)
		}
	}
	var c serve.Check
	if err := c.UnmarshalText([]byte("on")); err == nil {
		t.Error("took on")
	}
}
