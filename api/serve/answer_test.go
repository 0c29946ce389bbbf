package serve_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/gen/server"
)

// wrongAnswers are shops that do not keep to the contract.
var wrongAnswers = map[string]struct {
	call
	shop *shop
	says string
}{
	"a field with a wrong value": {call{method: "GET", path: invoicePath},
		&shop{get: func(context.Context, server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
			body := invoice("RE1")
			body.Currency = "euro"
			etag := `"1"`
			return server.GetInvoice200JSONResponse{Body: body, Headers: server.GetInvoice200ResponseHeaders{ETag: &etag}}, nil
		}}, "currency"},
	"an undocumented status": {call{method: "GET", path: invoicePath},
		&shop{get: func(context.Context, server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
			return nil, &serve.Problem{Status: 418, Type: "ERR_INTERNAL", Message: "A teapot"}
		}}, "418"},
	"an undocumented type of problem": {call{method: "GET", path: invoicePath},
		&shop{get: func(context.Context, server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
			return nil, &serve.Problem{Status: 404, Type: "ERR_TEAPOT", Message: "A teapot"}
		}}, "type"},
	"a file with a wrong header": {call{method: "GET", path: filePath},
		&shop{file: func(context.Context, server.GetCommunicationFileRequestObject) (server.GetCommunicationFileResponseObject, error) {
			name := strings.Repeat("x", 2000)
			return server.GetCommunicationFile200ApplicationPdfResponse{Body: strings.NewReader("%PDF"), ContentLength: 4,
				Headers: server.GetCommunicationFile200ResponseHeaders{ContentDisposition: &name}}, nil
		}}, "Content-Disposition"},
}

func TestWrongAnswersFail(t *testing.T) {
	for name, test := range wrongAnswers {
		t.Run(name, func(t *testing.T) {
			var l lines
			w := do(newHandler(t, test.shop, logTo(&l)), test.call)
			refused(t, w, 500, "ERR_INTERNAL")
			if w.Header().Get("ETag") != "" || w.Header().Get("Content-Disposition") != "" {
				t.Errorf("headers of the other answer are left: %v", w.Header())
			}
			if !strings.Contains(l.String(), test.says) {
				t.Errorf("%q is not in the log:\n%s", test.says, l.String())
			}
		})
	}
}

func TestWrongAnswersAreLogged(t *testing.T) {
	for name, test := range wrongAnswers {
		t.Run(name, func(t *testing.T) {
			var off, log lines
			unchecked := do(newHandler(t, test.shop, logTo(&off), func(o *serve.Options) { o.Responses = serve.CheckOff }), test.call)
			logged := do(newHandler(t, test.shop, logTo(&log), func(o *serve.Options) { o.Responses = serve.CheckLog }), test.call)
			if unchecked.Code == 500 || unchecked.Code != logged.Code || unchecked.Body.String() != logged.Body.String() {
				t.Errorf("answers %d %s and %d %s", unchecked.Code, unchecked.Body, logged.Code, logged.Body)
			}
			if !strings.Contains(log.String(), "breaks the contract") || strings.Contains(off.String(), "breaks the contract") {
				t.Errorf("logged %s\nand %s", log.String(), off.String())
			}
		})
	}
}

// Files are not held back to be checked.
func TestFilesPassWhileChecked(t *testing.T) {
	first, rest := make(chan struct{}), make(chan struct{})
	body := &steps{first: first, rest: rest}
	s := &shop{file: func(context.Context, server.GetCommunicationFileRequestObject) (server.GetCommunicationFileResponseObject, error) {
		return server.GetCommunicationFile200ApplicationPdfResponse{Body: body}, nil
	}}
	w := &watched{first: first, header: map[string][]string{}}
	r := call{method: "GET", path: filePath}.request("")
	done := make(chan struct{})
	go func() { defer close(done); newHandler(t, s).ServeHTTP(w, r) }()
	<-first // closed by the writer when the first bytes arrive, while the file has more to come
	close(rest)
	<-done
	if w.body.String() != "%PDF-rest" || w.status != 200 {
		t.Errorf("%d %s", w.status, w.body.String())
	}
}

// steps is a file whose second half waits.
type steps struct {
	first, rest chan struct{}
	n           int
}

func (s *steps) Read(p []byte) (int, error) {
	s.n++
	switch s.n {
	case 1:
		return copy(p, "%PDF-"), nil
	case 2:
		<-s.rest
		return copy(p, "rest"), nil
	}
	return 0, io.EOF
}

// watched is a ResponseWriter that tells when its first bytes arrive.
type watched struct {
	first  chan struct{}
	header http.Header
	status int
	body   strings.Builder
}

func (w *watched) Header() http.Header { return w.header }

func (w *watched) WriteHeader(status int) { w.status = status }

func (w *watched) Write(p []byte) (int, error) {
	if w.body.Len() == 0 {
		close(w.first)
	}
	return w.body.Write(p)
}
