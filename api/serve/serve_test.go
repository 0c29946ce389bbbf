package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop implements a handful of operations, each as a test wants it.
type shop struct {
	server.StrictServerInterface
	update func(context.Context, server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error)
	upload func(context.Context, server.ImportExternalDocumentRequestObject) (server.ImportExternalDocumentResponseObject, error)
	get    func(context.Context, server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error)
	list   func(context.Context, server.ListInvoicesRequestObject) (server.ListInvoicesResponseObject, error)
	file   func(context.Context, server.GetCommunicationFileRequestObject) (server.GetCommunicationFileResponseObject, error)

	stored   *model.InvoiceUpdate // the last one UpdateInvoice got
	imported map[string]string    // parts of the last form ImportExternalDocument got whole
}

func (s *shop) UpdateInvoice(ctx context.Context, r server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error) {
	if s.update != nil {
		return s.update(ctx, r)
	}
	s.stored = r.Body
	return server.UpdateInvoice200JSONResponse{Body: invoice(r.InvoiceReference)}, nil
}

func (s *shop) GetInvoice(ctx context.Context, r server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
	if s.get != nil {
		return s.get(ctx, r)
	}
	return server.GetInvoice200JSONResponse{Body: invoice(r.InvoiceReference)}, nil
}

func (s *shop) ListInvoices(ctx context.Context, r server.ListInvoicesRequestObject) (server.ListInvoicesResponseObject, error) {
	if s.list != nil {
		return s.list(ctx, r)
	}
	return server.ListInvoices200JSONResponse{Page: 1, PageSize: 20, Query: map[string]string{}, Rows: []model.Invoice{}}, nil
}

func (s *shop) GetCommunicationFile(ctx context.Context, r server.GetCommunicationFileRequestObject) (server.GetCommunicationFileResponseObject, error) {
	if s.file != nil {
		return s.file(ctx, r)
	}
	const content = "%PDF-1.7 of " // and of whom, so that a test sees who was let in
	body := content + caller(ctx)
	return server.GetCommunicationFile200ApplicationPdfResponse{Body: strings.NewReader(body), ContentLength: int64(len(body))}, nil
}

func (s *shop) ImportExternalDocument(ctx context.Context, r server.ImportExternalDocumentRequestObject) (server.ImportExternalDocumentResponseObject, error) {
	if s.upload != nil {
		return s.upload(ctx, r)
	}
	parts := map[string]string{}
	for {
		part, err := r.Body.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		parts[part.FormName()] = string(data)
	}
	s.imported = parts
	return server.ImportExternalDocument200JSONResponse{Body: model.ImportedDocument{
		CommunicationReference: "_12345", FileReference: "_67890", VoucherReference: "_1234"}}, nil
}

func invoice(reference string) model.Invoice {
	day := scalar.NewTime(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC))
	return model.Invoice{
		ID: "01890a5d-ac96-774b-bcce-b302099a8058", Reference: reference, Kind: "invoice", State: "none", Currency: "EUR",
		Identity: model.InvoiceIdentity{Reference: "K10001"}, Addresses: []model.Address{}, Items: []model.InvoiceItem{},
		Taxes: []model.InvoiceTax{}, Netbased: true, Total: scalar.MustDecimal("119.00"), Unpaid: scalar.MustDecimal("119.00"),
		Created: day, Modified: day,
	}
}

// Errors of an application, as it might have them.
var (
	errBadCredentials = errors.New("no such key")
	errNotAllowed     = errors.New("this key may only read")
)

type callerKey struct{}

func caller(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

// authenticate knows one key that may do everything, one that may do nothing, and one signature.
func authenticate(ctx context.Context, c serve.Credentials) (context.Context, error) {
	switch {
	case c.Scheme == "signedLink" && c.Key == "good-signature":
		return context.WithValue(ctx, callerKey{}, "link"), nil
	case c.Scheme == "basicAuth" && c.User == "demo" && c.Password == "p@55w0rd":
		return context.WithValue(ctx, callerKey{}, c.User), nil
	case c.Scheme == "basicAuth" && c.User == "reader" || c.Scheme == "signedLink" && c.Key == "old-signature":
		return ctx, errNotAllowed
	}
	return ctx, errBadCredentials
}

func translate(err error) *serve.Problem {
	switch {
	case errors.Is(err, errBadCredentials):
		return &serve.Problem{Status: 401, Type: "ERR_UNAUTHORIZED", Message: "Credentials are missing or wrong"}
	case errors.Is(err, errNotAllowed):
		return &serve.Problem{Status: 403, Type: "ERR_FORBIDDEN", Message: "The API key lacks the permission"}
	}
	return nil
}

// newHandler mounts a shop. Answers that break the contract become 500, so that no test passes with one.
func newHandler(t testing.TB, s *shop, change ...func(*serve.Options)) *serve.Handler {
	t.Helper()
	options := serve.Options{
		Contract:     contract(),
		Authenticate: authenticate,
		Caller:       caller,
		Problem:      translate,
		Logger:       slog.New(slog.DiscardHandler),
		Responses:    serve.CheckFail,
	}
	for _, f := range change {
		f(&options)
	}
	h, err := serve.New(s, options)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// contract is compiled once for all tests.
var contract = sync.OnceValue(func() *validate.Contract {
	doc, err := api.Document()
	if err != nil {
		panic(err)
	}
	c, err := validate.New(doc)
	if err != nil {
		panic(err)
	}
	return c
})

// call is a request of a test. Credentials and, with a body, application/json are sent unless header says otherwise; an
// empty value there means that a header is left out.
type call struct {
	method, path string
	body         string
	header       map[string]string
}

func (c call) request(base string) *http.Request {
	r, err := http.NewRequest(c.method, base+c.path, strings.NewReader(c.body))
	if err != nil {
		panic(err)
	}
	r.SetBasicAuth("demo", "p@55w0rd")
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
	return r
}

func do(h http.Handler, c call) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := c.request("")
	r.RemoteAddr = "192.0.2.7:4711"
	h.ServeHTTP(w, r)
	return w
}

// envelope is the contract's error envelope, written down once more, so that the test does not believe the code.
type envelope struct {
	Code    int    `json:"code"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Details []struct {
		Error  string   `json:"error"`
		Fields []string `json:"fields"`
		Hint   string   `json:"hint"`
	} `json:"details"`
}

// fields are those that the details name.
func (e envelope) fields() (all []string) {
	for _, d := range e.Details {
		all = append(all, d.Fields...)
	}
	return all
}

// refused checks that an answer is an envelope of that status and type, and tells nothing it should not.
func refused(t *testing.T, w *httptest.ResponseRecorder, status int, kind string) envelope {
	t.Helper()
	var e envelope
	decoder := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		t.Fatalf("status %d, no envelope: %v\n%s", w.Code, err, w.Body)
	}
	if w.Code != status || e.Code != status || e.Type != kind {
		t.Fatalf("got %d %s, want %d %s\n%s", w.Code, e.Type, status, kind, w.Body)
	}
	name := "ClientError"
	if status >= 500 {
		name = "ServerError"
	}
	if e.Name != name || e.Message == "" {
		t.Errorf("name %q, message %q\n%s", e.Name, e.Message, w.Body)
	}
	for _, d := range e.Details {
		if d.Error == "" || d.Fields == nil {
			t.Errorf("an incomplete detail: %s", w.Body)
		}
	}
	common(t, w.Header())
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	for _, secret := range []string{"schema", "model.", "scalar.", "github.com", "goroutine", "strconv", "json:", "p@55w0rd", "value of type"} {
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("the answer tells %q: %s", secret, w.Body)
		}
	}
	return e
}

// common checks the headers every answer has.
func common(t *testing.T, header http.Header) {
	t.Helper()
	if header.Get("X-Request-Id") == "" || header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", header)
	}
}

func answered(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	common(t, w.Header())
}
