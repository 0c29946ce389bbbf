package serve_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/gen/server"
)

const (
	invoicePath = "/api/invoices/RE12345"
	filePath    = "/api/v1/communication/01890a5d/file"
)

// Every door a request can be refused at, with what the answer must say.
func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		call
		status int
		kind   string
		fields []string
		header map[string]string // of the answer
	}{
		"no such path":            {call{method: "GET", path: "/api/nothing"}, 404, "ERR_NOT_FOUND", nil, nil},
		"outside the base path":   {call{method: "GET", path: "/invoices"}, 404, "ERR_NOT_FOUND", nil, nil},
		"an empty reference":      {call{method: "GET", path: "/api/invoices/"}, 404, "ERR_NOT_FOUND", nil, nil},
		"wrong method":            {call{method: "DELETE", path: invoicePath}, 405, "ERR_METHOD_NOT_ALLOWED", nil, map[string]string{"Allow": "OPTIONS, GET, HEAD, PUT"}},
		"wrong method of a probe": {call{method: "POST", path: "/healthz"}, 405, "ERR_METHOD_NOT_ALLOWED", nil, map[string]string{"Allow": "GET, HEAD"}},
		"no credentials": {call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": ""}},
			401, "ERR_UNAUTHORIZED", []string{"Authorization"}, map[string]string{"WWW-Authenticate": `Basic realm="dunwell", charset="UTF-8"`}},
		"not Basic": {call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": "Bearer x"}},
			401, "ERR_UNAUTHORIZED", []string{"Authorization"}, map[string]string{"WWW-Authenticate": `Basic realm="dunwell", charset="UTF-8"`}},
		"not base64": {call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": "Basic !"}},
			401, "ERR_UNAUTHORIZED", []string{"Authorization"}, nil},
		"wrong password": {call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": "Basic ZGVtbzp4"}},
			401, "ERR_UNAUTHORIZED", nil, map[string]string{"WWW-Authenticate": `Basic realm="dunwell", charset="UTF-8"`}},
		"not allowed": {call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": "Basic cmVhZGVyOng="}},
			403, "ERR_FORBIDDEN", nil, nil},
		"an expired link": {call{method: "GET", path: filePath + "?expires=1&signature=old-signature"}, 403, "ERR_FORBIDDEN", nil, nil},
		"wrong media type": {call{method: "PUT", path: invoicePath, body: "a=b", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}},
			415, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}, nil},
		"no media type": {call{method: "PUT", path: invoicePath, body: "{}", header: map[string]string{"Content-Type": ""}},
			415, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}, nil},
		"wrong charset": {call{method: "PUT", path: invoicePath, body: "{}", header: map[string]string{"Content-Type": "application/json; charset=latin1"}},
			415, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}, nil},
		"compressed": {call{method: "PUT", path: invoicePath, body: "{}", header: map[string]string{"Content-Encoding": "gzip"}},
			415, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Encoding"}, nil},
		"JSON for an upload": {call{method: "POST", path: invoicePath + "/importExternalDocument", body: "{}"},
			415, "ERR_UNSUPPORTED_MEDIA_TYPE", []string{"Content-Type"}, nil},
		"unknown query parameter": {call{method: "GET", path: "/api/invoices?pagesize=3"}, 400, "ERR_INVALID_VALUE", []string{"pagesize"}, nil},
		"wrong query parameter":   {call{method: "GET", path: "/api/invoices?page=one"}, 400, "ERR_INVALID_VALUE", []string{"page"}, nil},
		"unknown operator":        {call{method: "GET", path: "/api/invoices?query[due][$like]=2024-01-01"}, 400, "ERR_INVALID_VALUE", []string{"query.due.$like"}, nil},
		"a path that is too long": {call{method: "GET", path: "/api/invoices/" + strings.Repeat("x", 300)}, 400, "ERR_INVALID_VALUE", []string{"invoiceReference"}, nil},
		"a body where none is":    {call{method: "GET", path: invoicePath, body: "{}"}, 400, "ERR_INVALID_VALUE", nil, nil},
		"parameter and body": {call{method: "PUT", path: invoicePath, body: `{"currency":"euro"}`, header: map[string]string{"If-Match": "3"}},
			400, "ERR_INVALID_VALUE", []string{"If-Match", "currency"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := &shop{}
			w := do(newHandler(t, s), test.call)
			e := refused(t, w, test.status, test.kind)
			if test.fields != nil && !slices.Equal(slices.Compact(e.fields()), test.fields) {
				t.Errorf("fields %q, want %q", e.fields(), test.fields)
			}
			for name, want := range test.header {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if s.stored != nil {
				t.Error("the operation was called")
			}
		})
	}
}

func TestAcceptedRequests(t *testing.T) {
	for name, c := range map[string]call{
		"plain":                  {method: "GET", path: invoicePath},
		"HEAD":                   {method: "HEAD", path: invoicePath},
		"charset":                {method: "PUT", path: invoicePath, body: "{}", header: map[string]string{"Content-Type": "application/json; charset=UTF-8"}},
		"media type in capitals": {method: "PUT", path: invoicePath, body: "{}", header: map[string]string{"Content-Type": "Application/JSON"}},
		"identity encoding":      {method: "PUT", path: invoicePath, body: "{}", header: map[string]string{"Content-Encoding": "identity"}},
		"filters":                {method: "GET", path: "/api/invoices?page=1&sort=-created&query[due][$lt]=2024-01-01&query[currency]=EUR"},
	} {
		t.Run(name, func(t *testing.T) { answered(t, do(newHandler(t, &shop{}), c)) })
	}
}

func TestEscapedPathParameter(t *testing.T) {
	var got string
	s := &shop{get: func(_ context.Context, r server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
		got = r.InvoiceReference
		return server.GetInvoice200JSONResponse{Body: invoice("RE1")}, nil
	}}
	answered(t, do(newHandler(t, s), call{method: "GET", path: "/api/invoices/RE%2D2024%2E1"}))
	if got != "RE-2024.1" {
		t.Errorf("the operation got %q", got)
	}
	refused(t, do(newHandler(t, s), call{method: "GET", path: "/api/invoices/RE%00"}), 400, "ERR_INVALID_VALUE")
	refused(t, do(newHandler(t, s), call{method: "GET", path: "/api/invoices/RE%ff"}), 400, "ERR_INVALID_VALUE")
}

func TestOptionsNamesTheMethods(t *testing.T) {
	w := do(newHandler(t, &shop{}), call{method: "OPTIONS", path: "/api/invoices"})
	if w.Code != http.StatusNoContent || w.Header().Get("Allow") != "OPTIONS, GET, HEAD" {
		t.Errorf("%d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

// The operation's own door.
func TestErrorsOfAnOperation(t *testing.T) {
	conflict := &serve.Problem{Status: 409, Type: "ERR_CONFLICT_STATE", Message: "The state does not allow it",
		Details: []serve.Detail{{Error: "It is committed.", Fields: []string{"items"}, Hint: "Cancel it."}},
		Header:  http.Header{"Retry-After": {"3"}}}
	for name, test := range map[string]struct {
		err    error
		status int
		kind   string
	}{
		"a Problem":          {fmt.Errorf("update: %w", conflict), 409, "ERR_CONFLICT_STATE"},
		"one that is known":  {fmt.Errorf("update: %w", errNotAllowed), 403, "ERR_FORBIDDEN"},
		"one that is not":    {errors.New("pq: password authentication failed for p@55w0rd"), 500, "ERR_INTERNAL"},
		"a canceled context": {fmt.Errorf("query: %w", context.Canceled), 503, "ERR_UNAVAILABLE"},
		"a deadline":         {fmt.Errorf("query: %w", context.DeadlineExceeded), 503, "ERR_UNAVAILABLE"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &shop{update: func(context.Context, server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error) {
				return nil, test.err
			}}
			w := do(newHandler(t, s), call{method: "PUT", path: invoicePath, body: "{}"})
			e := refused(t, w, test.status, test.kind)
			if test.status == 409 && (e.Details[0].Hint != "Cancel it." || w.Header().Get("Retry-After") != "3") {
				t.Errorf("%v %v", e, w.Header())
			}
		})
	}
}

func TestRealm(t *testing.T) {
	h := newHandler(t, &shop{}, func(o *serve.Options) { o.Realm = `the "shop"` })
	w := do(h, call{method: "GET", path: invoicePath, header: map[string]string{"Authorization": ""}})
	if got := w.Header().Get("WWW-Authenticate"); got != `Basic realm="the \"shop\"", charset="UTF-8"` {
		t.Errorf("WWW-Authenticate %s", got)
	}
}

func TestSignedLinkOrCredentials(t *testing.T) {
	h := newHandler(t, &shop{})
	for name, test := range map[string]struct {
		call
		body string
	}{
		"link":        {call{method: "GET", path: filePath + "?expires=1&signature=good-signature", header: map[string]string{"Authorization": ""}}, "%PDF-1.7 of link"},
		"credentials": {call{method: "GET", path: filePath}, "%PDF-1.7 of demo"},
		"both":        {call{method: "GET", path: filePath + "?expires=1&signature=good-signature"}, "%PDF-1.7 of link"},
	} {
		t.Run(name, func(t *testing.T) {
			w := do(h, test.call)
			answered(t, w)
			if w.Body.String() != test.body || w.Header().Get("Content-Type") != "application/pdf" {
				t.Errorf("%s: %s", w.Header().Get("Content-Type"), w.Body)
			}
		})
	}
	twice := filePath + "?signature=good-signature&signature=old-signature"
	refused(t, do(h, call{method: "GET", path: twice}), 401, "ERR_UNAUTHORIZED")
}

func TestOtherWaysToAuthenticate(t *testing.T) {
	var asked []serve.Credentials
	h := newHandler(t, &shop{}, changedContract(t, func(doc *openapi3.T) {
		doc.Components.SecuritySchemes["key"] = &openapi3.SecuritySchemeRef{Value: openapi3.NewSecurityScheme().WithType("apiKey").WithIn("header").WithName("X-Api-Key")}
		item := doc.Paths.Value("/invoices/{invoiceReference}")
		item.Get.Security = &openapi3.SecurityRequirements{{"key": {}, "basicAuth": {}}, {"key": {}}}
		doc.Paths.Value("/invoices").Get.Security = &openapi3.SecurityRequirements{}
	}), func(o *serve.Options) {
		o.Authenticate = func(ctx context.Context, c serve.Credentials) (context.Context, error) {
			asked = append(asked, c)
			return ctx, nil
		}
	})
	for name, test := range map[string]struct {
		call
		schemes []string
	}{
		"both together":     {call{method: "GET", path: invoicePath, header: map[string]string{"X-Api-Key": "k"}}, []string{"basicAuth", "key"}},
		"the second way":    {call{method: "GET", path: invoicePath, header: map[string]string{"X-Api-Key": "k", "Authorization": ""}}, []string{"key"}},
		"anybody may call":  {call{method: "GET", path: "/api/invoices", header: map[string]string{"Authorization": ""}}, nil},
		"the usual one way": {call{method: "PUT", path: invoicePath, body: "{}"}, []string{"basicAuth"}},
	} {
		t.Run(name, func(t *testing.T) {
			asked = nil
			answered(t, do(h, test.call))
			var schemes []string
			for _, c := range asked {
				schemes = append(schemes, c.Scheme)
				if c.Operation == nil || c.Request == nil || c.RemoteAddr.String() != "192.0.2.7" || c.Scheme == "key" && c.Key != "k" {
					t.Errorf("credentials %+v", c)
				}
			}
			if !slices.Equal(schemes, test.schemes) {
				t.Errorf("asked about %q, want %q", schemes, test.schemes)
			}
		})
	}
	refused(t, do(h, call{method: "GET", path: invoicePath}), 401, "ERR_UNAUTHORIZED") // one of two is not enough
}

// A context that is no request's tells nothing.
func TestForeignContext(t *testing.T) {
	ctx := context.Background()
	if serve.RequestID(ctx) != "" || serve.Operation(ctx) != nil || serve.Body(ctx) != nil {
		t.Error("a context without a request told about one")
	}
}

func TestRequestID(t *testing.T) {
	h := newHandler(t, &shop{get: func(ctx context.Context, r server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
		body := invoice(r.InvoiceReference)
		id := serve.RequestID(ctx)
		body.Label = &id
		return server.GetInvoice200JSONResponse{Body: body}, nil
	}})
	for given, taken := range map[string]bool{
		"order-1":                      true,
		strings.Repeat("x", 64):        true,
		strings.Repeat("x", 65):        false,
		"two words":                    false,
		"line\nbreak":                  false,
		"":                             false,
		"schl\u00fcssel":               false,
		"\"quotes\"{and}<brackets>'&'": true,
	} {
		for _, path := range []string{invoicePath, "/api/nothing", "/healthz"} {
			w := do(h, call{method: "GET", path: path, header: map[string]string{"X-Request-Id": given}})
			got := w.Header().Get("X-Request-Id")
			if got == "" || (got == given) != taken {
				t.Errorf("%s: %q became %q", path, given, got)
			}
			if path == invoicePath && w.Header().Get("X-Request-Id") != labelOf(t, w.Body.Bytes()) {
				t.Errorf("the operation saw another id: %s", w.Body)
			}
		}
	}
}

func TestOperationalEndpoints(t *testing.T) {
	var fault error
	h := newHandler(t, &shop{}, func(o *serve.Options) { o.Ready = func(context.Context) error { return fault } })
	anonymous := map[string]string{"Authorization": ""}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n", "/api/openapi.yaml": "openapi: 3.0.3"} {
		w := do(h, call{method: "GET", path: path, header: anonymous})
		answered(t, w)
		if !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%s: %.40q", path, w.Body)
		}
	}
	fault = errors.New("the database does not answer")
	refused(t, do(h, call{method: "GET", path: "/readyz", header: anonymous}), 503, "ERR_UNAVAILABLE")
	answered(t, do(h, call{method: "GET", path: "/healthz", header: anonymous}))
}

func TestBeside(t *testing.T) {
	h := newHandler(t, &shop{}, func(o *serve.Options) {
		o.Beside = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	})
	w := do(h, call{method: "GET", path: "/metrics"})
	if w.Code != 200 || w.Body.String() != "/metrics" || w.Header().Get("X-Request-Id") == "" {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	refused(t, do(h, call{method: "GET", path: "/api/metrics"}), 404, "ERR_NOT_FOUND")
}
