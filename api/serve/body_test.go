package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/gen/server"
)

const item = `{"label":"Support","quantity":"1","unit":"hour","unitprice":"100.00","detail":{}}`

// What can be wrong with a JSON body. Nothing of it reaches the operation.
func TestBadBodies(t *testing.T) {
	for name, test := range map[string]struct {
		body   string
		fields []string
	}{
		"wrong type":         {`{"label":3}`, []string{"label"}},
		"missing field":      {`{"items":[{"label":"Support","unit":"hour","unitprice":"1","detail":{}}]}`, []string{"items[0].quantity"}},
		"unknown field":      {`{"lable":"x"}`, []string{"lable"}},
		"twins":              {`{"label":"user","LABEL":"admin"}`, []string{"LABEL"}},
		"twin alone":         {`{"LABEL":"admin"}`, []string{"LABEL"}},
		"duplicate":          {`{"label":"user","label":"admin"}`, []string{"label"}},
		"bad enum":           {`{"paymentkind":"cash"}`, []string{"paymentkind"}},
		"bad date":           {`{"due":"2024-02-30"}`, []string{"due"}},
		"overflowing number": {`{"items":[` + strings.Replace(item, `"100.00"`, `1e400`, 1) + `]}`, []string{"items[0].unitprice"}},
		"negative quantity":  {`{"items":[` + strings.Replace(item, `"1"`, `-1`, 1) + `]}`, []string{"items[0].quantity"}},
		"invalid UTF-8":      {"{\"label\":\"\xff\"}", []string{"label"}},
		"NUL byte":           {`{"label":"a\u0000b"}`, []string{"label"}},
		"raw NUL byte":       {"{\"label\":\"a\x00b\"}", nil},
		"trailing garbage":   {`{} {}`, nil},
		"not JSON":           {`label=x`, nil},
		"cut off":            {`{"label":"x"`, nil},
		"missing body":       {``, nil},
		"null":               {`null`, nil},
		"deep":               {strings.Repeat("[", 100_000), nil},
		"several at once":    {`{"label":3,"due":"soon","currency":"euro"}`, []string{"currency", "due", "label"}},
		"half a surrogate":   {`{"label":"\ud800"}`, []string{"label"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &shop{}
			e := refused(t, do(newHandler(t, s), call{method: "PUT", path: invoicePath, body: test.body}), 400, "ERR_INVALID_VALUE")
			got := slices.Compact(slices.Sorted(slices.Values(e.fields())))
			if test.fields != nil && !slices.Equal(got, test.fields) {
				t.Errorf("fields %q, want %q", got, test.fields)
			}
			for _, d := range e.Details {
				if d.Hint == "" {
					t.Errorf("no hint: %+v", d)
				}
			}
			if len(e.Details) == 0 || s.stored != nil {
				t.Errorf("%d details, stored %v", len(e.Details), s.stored)
			}
		})
	}
}

func TestTooLargeByContentLength(t *testing.T) {
	body := &counted{Reader: strings.NewReader(strings.Repeat("[", 3<<20))}
	r := httptest.NewRequest("PUT", invoicePath, body)
	r.ContentLength = 3 << 20
	r.SetBasicAuth("demo", "p@55w0rd")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	newHandler(t, &shop{}).ServeHTTP(w, r)
	refused(t, w, 413, "ERR_TOO_LARGE")
	if body.n != 0 {
		t.Errorf("%d bytes were read", body.n)
	}
}

func TestTooLargeByCounting(t *testing.T) {
	body := &counted{Reader: strings.NewReader(strings.Repeat("[", 3<<20))}
	r := httptest.NewRequest("PUT", invoicePath, body)
	r.ContentLength = -1
	r.SetBasicAuth("demo", "p@55w0rd")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	newHandler(t, &shop{}).ServeHTTP(w, r)
	refused(t, w, 413, "ERR_TOO_LARGE")
	if body.n > serve.DefaultMaxBodyBytes+1 {
		t.Errorf("%d bytes were read", body.n)
	}
}

func TestMaxBodyBytesOfAnOperation(t *testing.T) {
	h := newHandler(t, &shop{}, func(o *serve.Options) { o.MaxBodyBytes = map[string]int64{"updateInvoice": 20} })
	answered(t, do(h, call{method: "PUT", path: invoicePath, body: `{"label":"1234567"}`}))
	refused(t, do(h, call{method: "PUT", path: invoicePath, body: `{"label":"123456789"}`}), 413, "ERR_TOO_LARGE")
}

// A body is not touched before the caller is known: that would be work anybody can order.
func TestCredentialsBeforeBody(t *testing.T) {
	body := &counted{Reader: strings.NewReader(`{"label":3}`)}
	r := httptest.NewRequest("PUT", invoicePath, body)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	newHandler(t, &shop{}).ServeHTTP(w, r)
	refused(t, w, 401, "ERR_UNAUTHORIZED")
	if body.n != 0 {
		t.Errorf("%d bytes were read", body.n)
	}
}

// What arrives is what was sent: every digit, exact names, null told from nothing, meta as it was written.
func TestDecodedExactly(t *testing.T) {
	const meta = `{"Key":1.10,"number":100000000000000000000000001,  "list":[1,2.0]}`
	body := `{"meta":` + meta + `,"netbased":null,"items":[{"label":"a\u00e4b","quantity":123456789012.1234,"unit":"h",` +
		`"unitprice":"999999999999.9999","taxrate":19,"detail":{"description":""}}]}`
	s := &shop{update: nil}
	var raw string
	s.update = func(ctx context.Context, r server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error) {
		s.stored, raw = r.Body, string(serve.Body(ctx))
		if got := serve.Operation(ctx).ID; got != "updateInvoice" {
			t.Errorf("operation %s", got)
		}
		return server.UpdateInvoice200JSONResponse{Body: invoice("RE1")}, nil
	}
	answered(t, do(newHandler(t, s), call{method: "PUT", path: invoicePath, body: body}))
	if raw != body {
		t.Errorf("Body gave %s", raw)
	}
	got := (*s.stored.Items)[0]
	if got.Quantity.String() != "123456789012.1234" || got.Unitprice.String() != "999999999999.9999" || got.Label != "aäb" {
		t.Errorf("item %+v", got)
	}
	if string(s.stored.Meta) != meta {
		t.Errorf("meta %s", s.stored.Meta)
	}
	if !s.stored.Netbased.IsNull() || s.stored.Due.IsSpecified() || s.stored.Label != nil {
		t.Errorf("netbased %v, due %v, label %v", s.stored.Netbased, s.stored.Due, s.stored.Label)
	}
}

// A number may be fine by the contract, and finer than any amount is kept.
func TestUndecodableValueIsNamed(t *testing.T) {
	s := &shop{}
	body := `{"items":[` + item + `,` + strings.Replace(item, `"1"`, `1e-40`, 1) + `]}`
	e := refused(t, do(newHandler(t, s), call{method: "PUT", path: invoicePath, body: body}), 400, "ERR_INVALID_VALUE")
	if !slices.Equal(e.fields(), []string{"items[1].quantity"}) || s.stored != nil {
		t.Errorf("fields %q, stored %v", e.fields(), s.stored)
	}
}

// A contract that takes what the generated code does not, for a parameter.
func TestUnbindableParameterIsNamed(t *testing.T) {
	h := newHandler(t, &shop{}, changedContract(t, func(doc *openapi3.T) {
		doc.Components.Parameters["Page"].Value.Schema = openapi3.NewStringSchema().NewRef()
	}))
	e := refused(t, do(h, call{method: "GET", path: "/api/invoices?page=one"}), 400, "ERR_INVALID_VALUE")
	if !slices.Equal(e.fields(), []string{"page"}) {
		t.Errorf("fields %q", e.fields())
	}
}

// Whatever is sent, the answer is 200 or 400 and no fault of the server's: what the contract allows can be decoded, or is
// refused by name.
func FuzzUpdateInvoice(f *testing.F) {
	f.Add(benchload.Invoice())
	f.Add([]byte(`{"items":[` + item + `],"due":null,"meta":{"a":[1e3,{"b":null}]}}`))
	f.Add([]byte(`{"addresses":[{"kind":"billing","country":"DE"}],"detail":{"dunning":{"customPeriods":{"REMINDER":7}}}}`))
	f.Add([]byte("{\"label\":\"\xff\"}"))
	h := newHandler(f, &shop{})
	f.Fuzz(func(t *testing.T, body []byte) {
		if w := do(h, call{method: "PUT", path: invoicePath, body: string(body)}); w.Code != 200 {
			refused(t, w, 400, "ERR_INVALID_VALUE")
		}
	})
}

// The same for query strings.
func FuzzListInvoices(f *testing.F) {
	for _, query := range []string{"page=1&pageSize=20&sort=-created&withTotal=true", "query[due][$lt]=2024-01-01&query[total]=1.50",
		"query[state]=none&query[identity]=K1", "after=WyIyMDI0", "query[total][$in]=1,2", "page=%zz", "query[due]=a&query[due][$lt]=b"} {
		f.Add(query)
	}
	h := newHandler(f, &shop{})
	f.Fuzz(func(t *testing.T, query string) {
		r := call{method: "GET", path: "/api/invoices"}.request("")
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 200 {
			refused(t, w, 400, "ERR_INVALID_VALUE")
		}
	})
}

// A body that ends before its Content-Length, over a real connection.
func TestIncompleteBody(t *testing.T) {
	srv := httptest.NewServer(newHandler(t, &shop{}))
	defer srv.Close()
	refused(t, exchangeRaw(t, srv, halfOfABody, true), 400, "ERR_INVALID_VALUE")
}

// A body that does not end, and does not come.
func TestTricklingBody(t *testing.T) {
	srv := httptest.NewServer(newHandler(t, &shop{}, func(o *serve.Options) { o.Timeout = 20 * time.Millisecond }))
	defer srv.Close()
	refused(t, exchangeRaw(t, srv, halfOfABody, false), 400, "ERR_INVALID_VALUE")
}

const halfOfABody = "PUT " + invoicePath + " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ZGVtbzpwQDU1dzByZA==\r\n" +
	"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"label\":"

// counted counts what is read of it.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func labelOf(t *testing.T, body []byte) string {
	t.Helper()
	var v struct {
		Label string `json:"label"`
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v.Label
}

var _ http.Handler = (*serve.Handler)(nil)
