package serve_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/gen/server"
)

// lines collects what is logged, without what differs from run to run.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.TimeKey:
			return slog.Attr{}
		case "duration":
			return slog.String(a.Key, "any")
		}
		return a
	}}))
}

func logTo(l *lines) func(*serve.Options) {
	return func(o *serve.Options) { o.Logger = l.logger() }
}

func TestAccessLog(t *testing.T) {
	id := map[string]string{"X-Request-Id": "r-1"}
	for name, test := range map[string]struct {
		call
		want string
	}{
		"answered": {call{method: "PUT", path: invoicePath, body: `{"label":"secret label"}`, header: id},
			"level=INFO msg=request method=PUT route=/api/invoices/{invoiceReference} operation=updateInvoice status=200 bytes=361 duration=any request_id=r-1 caller=demo\n"},
		"a signed link": {call{method: "GET", path: filePath + "?expires=1&signature=good-signature", header: map[string]string{"X-Request-Id": "r-1", "Authorization": ""}},
			"level=INFO msg=request method=GET route=/api/v1/communication/{id}/file operation=getCommunicationFile status=200 bytes=16 duration=any request_id=r-1 caller=link\n"},
		"wrong credentials": {call{method: "GET", path: invoicePath, header: map[string]string{"X-Request-Id": "r-1", "Authorization": "Basic ZGVtbzpzZWNyZXQ="}},
			"level=INFO msg=request method=GET route=/api/invoices/{invoiceReference} operation=getInvoice status=401 bytes=105 duration=any request_id=r-1\n"},
		"an unknown path": {call{method: "BREW", path: "/api/secret?secret=1", header: id},
			"level=INFO msg=request method=other route=\"\" status=404 bytes=203 duration=any request_id=r-1\n"},
		"a probe": {call{method: "GET", path: "/healthz", header: id},
			"level=INFO msg=request method=GET route=/healthz status=200 bytes=3 duration=any request_id=r-1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var l lines
			do(newHandler(t, &shop{}, logTo(&l)), test.call)
			if l.String() != test.want {
				t.Errorf("logged %swanted %s", l.String(), test.want)
			}
			for _, secret := range []string{"secret", "signature", "p@55w0rd", "ZGVtb", "expires"} {
				if strings.Contains(l.String(), secret) {
					t.Errorf("the log tells %q", secret)
				}
			}
		})
	}
}

func TestCauseOfAServerErrorIsLogged(t *testing.T) {
	var l lines
	s := &shop{update: func(context.Context, server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error) {
		return nil, errors.New("disk full")
	}}
	refused(t, do(newHandler(t, s, logTo(&l)), call{method: "PUT", path: invoicePath, body: "{}"}), 500, "ERR_INTERNAL")
	if got := l.String(); !strings.Contains(got, "level=ERROR") || !strings.Contains(got, `error="disk full"`) {
		t.Errorf("logged %s", got)
	}
}

func TestPanic(t *testing.T) {
	var l lines
	s := &shop{update: func(context.Context, server.UpdateInvoiceRequestObject) (server.UpdateInvoiceResponseObject, error) {
		panic("out of luck")
	}}
	h := newHandler(t, s, logTo(&l))
	refused(t, do(h, call{method: "PUT", path: invoicePath, body: "{}"}), 500, "ERR_INTERNAL")
	for _, want := range []string{"msg=panic", `panic="out of luck"`, "TestPanic", "status=500"} {
		if !strings.Contains(l.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, l.String())
		}
	}
	answered(t, do(h, call{method: "GET", path: invoicePath}))
}
