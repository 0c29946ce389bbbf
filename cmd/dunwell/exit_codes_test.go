package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api"
)

// Every type of error the contract has ends the process with a status of its class, and so does every way of not being answered.
func TestExitCodes(t *testing.T) {
	types := map[string]struct{ status, exit int }{
		"ERR_INVALID_VALUE":           {400, 2},
		"ERR_UNAUTHORIZED":            {401, 3},
		"ERR_FORBIDDEN":               {403, 3},
		"ERR_NOT_FOUND":               {404, 4},
		"ERR_METHOD_NOT_ALLOWED":      {405, 2},
		"ERR_CONFLICT_STATE":          {409, 5},
		"ERR_UNIQUE_VIOLATION":        {409, 5},
		"ERR_IDEMPOTENCY_IN_PROGRESS": {409, 5},
		"ERR_PRECONDITION_FAILED":     {412, 5},
		"ERR_TOO_LARGE":               {413, 2},
		"ERR_UNSUPPORTED_MEDIA_TYPE":  {415, 2},
		"ERR_IDEMPOTENCY_KEY_REUSED":  {422, 5},
		"ERR_TOO_MANY_REQUESTS":       {429, 6},
		"ERR_INTERNAL":                {500, 6},
		"ERR_NOT_IMPLEMENTED":         {501, 8},
		"ERR_UNAVAILABLE":             {503, 6},
	}
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, errorType := range doc.Components.Schemas["ErrorType"].Value.Enum {
		want, known := types[errorType.(string)]
		if !known {
			t.Errorf("no exit status is said of %s", errorType)
			continue
		}
		body := fmt.Sprintf(`{"code": %d, "name": "ClientError", "type": "%s", "message": "No.", "details": []}`, want.status, errorType)
		if status, text := answered(t, want.status, "application/json", body); status != want.exit || !strings.Contains(text, errorType.(string)) {
			t.Errorf("%s: exit status %d, want %d: %s", errorType, status, want.exit, text)
		}
	}
	for _, c := range []struct {
		what      string
		status    int
		mediaType string
		body      string
		exit      int
		says      string
	}{
		{"a proxy's page", 502, "text/html", "<h1>Bad \x1b[31m gateway</h1>", 6, "502 Bad Gateway, and not of this API"},
		{"a page of another server", 404, "text/html", "<h1>nginx</h1>", 4, "<h1>nginx</h1>"},
		{"an answer that breaks the contract", 200, "application/json", `{"reference": 1}`, 6, "the answer breaks the contract"},
		{"a teapot", 418, "text/plain", "", 1, "418"},
	} {
		status, text := answered(t, c.status, c.mediaType, c.body)
		if status != c.exit || !strings.Contains(text, c.says) || strings.Contains(text, "\x1b") {
			t.Errorf("%s: exit status %d, want %d: %q", c.what, status, c.exit, text)
		}
	}
	if status, _, text := call(t, clientOf(t, "http://"+listenSomewhereElse(t)), "invoices", "get", "A"); status != 7 || !strings.Contains(text, "refused") {
		t.Errorf("nobody listens: exit status %d: %s", status, text)
	}
	for _, code := range exitCodes {
		if _, out, _ := call(t, nil, "help", "exit-codes"); !strings.Contains(out, fmt.Sprintf("  %d  %s\n", code.status, code.means)) {
			t.Errorf("the help lacks %d: %s", code.status, out)
		}
	}
}

// answered gives what a command makes of an answer.
func answered(t *testing.T, status int, mediaType, body string) (exit int, text string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("X-Request-Id", "request-1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	defer server.Close()
	exit, _, text = call(t, clientOf(t, server.URL), "invoices", "get", "A")
	return exit, text
}

// listenSomewhereElse gives an address nobody listens on.
func listenSomewhereElse(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(nil)
	server.Close()
	return strings.TrimPrefix(server.URL, "http://")
}

// A POST whose outcome is not known tells its idempotency key, and how to go on.
func TestResume(t *testing.T) {
	sent := make(chan string, 10) // the keys
	var mended atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent <- r.Header.Get("Idempotency-Key")
		if !mended.Load() {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "request-1")
		_, _ = w.Write([]byte(`{"job": "1", "result": "OK", "resultcode": "0"}`))
	}))
	defer server.Close()
	environ := clientOf(t, server.URL)
	status, _, text := call(t, environ, "invoices", "commit", "A")
	_, key, found := strings.Cut(text, "--idempotency-key ")
	key, _, _ = strings.Cut(key, ":")
	if status != 7 || !found {
		t.Fatalf("exit status %d: %s", status, text)
	}
	mended.Store(true)
	if status, _, text := call(t, environ, "invoices", "commit", "A", "--idempotency-key", key); status != 0 {
		t.Errorf("exit status %d: %s", status, text)
	}
	for close(sent); ; {
		switch got, more := <-sent; {
		case !more:
			return
		case got != key:
			t.Errorf("the key %s was sent, and %s was told", got, key)
		}
	}
}

// Who interrupts a command is told whether it may have happened.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the client go
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	var out, text strings.Builder
	began := time.Now()
	status := run(ctx, environment{clientOf(t, server.URL), nil, &out, &text}, []string{"invoices", "commit", "A"})
	if status != 1 || !strings.Contains(text.String(), "interrupted\n") || !strings.Contains(text.String(), "--idempotency-key") || time.Since(began) > 5*time.Second {
		t.Errorf("exit status %d after %v: %s", status, time.Since(began), text.String())
	}
}

// What goes over the wire is shown without the password.
func TestDump(t *testing.T) {
	status, out, text := call(t, serveDemo(t), "invoices", "documents", "RE12345", "--dump", "--jsonl")
	if status != 0 || !strings.Contains(out, "signature=") || !strings.Contains(text, "GET /api/invoices/RE12345/documents") || !strings.Contains(text, "HTTP/1.1 200") {
		t.Errorf("exit status %d: %s", status, text)
	}
	for _, secret := range []string{demoPassword, "ZGVtbzpwQDU1dzByZA", signatureOf(t, out)} {
		if strings.Contains(text, secret) {
			t.Errorf("the dump has %q", secret)
		}
	}
}

func signatureOf(t *testing.T, out string) string {
	t.Helper()
	_, signature, found := strings.Cut(out, "signature=")
	end := strings.IndexAny(signature, `"&\`)
	if !found || end < 20 {
		t.Fatalf("no signature in %s", out)
	}
	return signature[:end]
}
