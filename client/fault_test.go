package client_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client"
)

// rawServer answers every request, read whole, with what answer gives for it, byte for byte, and then closes the connection.
func rawServer(t *testing.T, answer func(n int) string) (url string, count *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	count = new(atomic.Int64)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(conn, answer(int(count.Add(1))))
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		all.Wait()
	})
	return "http://" + listener.Addr().String() + "/api", count
}

// TestConnectionDroppedAtEveryByte cuts the first answer after each of its bytes; the second is whole. Whatever was cut, a
// call succeeds with its second attempt.
func TestConnectionDroppedAtEveryByte(t *testing.T) {
	body := `{"now":"2026-03-02T09:30:00.000Z"}`
	answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
	var cut atomic.Int64
	url, count := rawServer(t, func(n int) string {
		if n%2 == 1 {
			return answer[:cut.Load()]
		}
		return answer
	})
	c := newClient(t, url, quick)
	for at := range len(answer) {
		cut.Store(int64(at))
		count.Store(0)
		var r client.Response
		clock, err := c.GetSandboxClock(t.Context(), client.Into(&r))
		if err != nil || clock.Now.String() != "2026-03-02T09:30:00.000Z" || r.Attempts != 2 || count.Load() != 2 {
			t.Fatalf("cut at %d: %v, %d attempts, %d requests", at, err, r.Attempts, count.Load())
		}
	}
}

func TestServersThatMisbehave(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		check        func(error) bool
	}{
		{"says nothing", "", isTransport},
		{"speaks something else", "SSH-2.0-OpenSSH_9.6\r\n", isTransport},
		{"promises more than it sends", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{}", isTransport},
		{"bad chunks", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", isTransport},
		{"an endless header", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 11<<20), isTransport},
		{"a refusal that breaks off", "HTTP/1.1 404 Not Found\r\nContent-Length: 999\r\n\r\n{\"type\"", func(err error) bool { return errors.Is(err, client.ErrNotFound) }},
		{"gzip that is none", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", isTransport},
		{"a page", "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", func(err error) bool {
			var e *client.Error
			return errors.Is(err, client.ErrUnavailable) && errors.As(err, &e) && string(e.Body) == "<html>"
		}},
		{"a page of success", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", func(err error) bool {
			var e *client.ContractError
			return errors.As(err, &e) && e.Violations[0].Rule == "mediaType"
		}},
		{"a redirect with a broken location", "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://[::1/?signature=s3cr3t\r\nContent-Length: 0\r\n\r\n",
			func(err error) bool {
				var e *client.Error
				return errors.As(err, &e) && e.Status == 307 && e.Attempts == 1 && strings.HasPrefix(e.Header.Get("Location"), "http://[::1/?") && !strings.Contains(fmt.Sprintf("%+v", e), "s3cr3t")
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, _ := rawServer(t, func(int) string { return tt.answer })
			if _, err := newClient(t, url, quick).GetInvoice(t.Context(), "RE1"); err == nil || !tt.check(err) {
				t.Errorf("%T %v", err, err)
			}
		})
	}
}

func isTransport(err error) bool {
	var e *client.TransportError
	return errors.As(err, &e) && e.Sent && e.Attempts == 4
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	_, err = newClient(t, "http://"+listener.Addr().String(), quick).CreateIdentity(t.Context(), client.IdentityCreate{})
	var lost *client.TransportError
	if !errors.As(err, &lost) || lost.Sent || lost.Attempts != 4 || lost.IdempotencyKey == "" || strings.Contains(err.Error(), "may have happened") {
		t.Errorf("%+v", err)
	}
}

// TestCertificate: one that is not trusted will not be at the next attempt.
func TestCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.StartTLS()
	defer server.Close()
	_, err := newClient(t, server.URL, quick).GetInvoice(t.Context(), "RE1")
	var lost *client.TransportError
	if !errors.As(err, &lost) || lost.Attempts != 1 || lost.Sent {
		t.Errorf("%+v", err)
	}
	if _, err := newClient(t, server.URL, quick, client.WithHTTPClient(server.Client())).GetInvoice(t.Context(), "RE1"); !errors.Is(err, client.ErrNotFound) {
		t.Error(err)
	}
}

// TestHTTPClientTakesPart: its cookie jar is kept and its timeout ends an attempt, on the standard transport too.
func TestHTTPClientTakesPart(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("session"); err == nil {
			<-r.Context().Done()
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusSeeOther)
	}))
	defer server.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, server.URL, client.WithHTTPClient(&http.Client{Jar: jar, Timeout: 50 * time.Millisecond}))
	var refused *client.Error
	if _, err := c.GetInvoice(t.Context(), "RE1"); !errors.As(err, &refused) || refused.Header.Get("Location") != "/elsewhere" {
		t.Errorf("%v", err)
	}
	var lost *client.TransportError
	if _, err := c.GetInvoice(t.Context(), "RE1", client.MaxAttempts(1)); !errors.As(err, &lost) || !lost.Sent {
		t.Errorf("%v", err)
	}
}

// TestRedirectsAreNotFollowed: neither credentials nor bodies go where an answer points.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer elsewhere.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"?signature=s3cr3t", code))
		for _, options := range [][]client.Option{nil, {client.WithHTTPClient(&http.Client{Transport: server.Client().Transport})}} {
			_, err := newClient(t, server.URL, append(options, client.BasicAuth("u", "p"))...).GetInvoice(t.Context(), "RE1")
			var refused *client.Error
			if !errors.As(err, &refused) || refused.Status != code || strings.Contains(fmt.Sprintf("%+v", refused), "s3cr3t") || !strings.Contains(refused.Header.Get("Location"), elsewhere.URL) {
				t.Errorf("%d: %+v", code, err)
			}
		}
		server.Close()
	}
	if followed.Load() {
		t.Error("a redirect was followed")
	}
}

// TestConnectionsAreReused holds that every kind of answer leaves its connection to the next call.
func TestConnectionsAreReused(t *testing.T) {
	w := newWorld(t, nil)
	c := w.client(t)
	if _, err := c.UpsertIdentity(t.Context(), "K1", client.IdentityUpdate{}); err != nil {
		t.Fatal(err)
	}
	fresh := 0
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			fresh++
		}
	}})
	small := w.client(t, client.WithMaxResponseBytes(10))
	for range 20 {
		_, _ = c.GetIdentity(ctx, "K1")
		_, _ = c.GetInvoice(ctx, "nothing")
		_, _ = c.CreateInvoice(ctx, "K1", client.InvoiceCreate{Currency: new("XXY")})
		_, _ = c.GetSandboxClock(ctx)
	}
	if fresh != 0 {
		t.Errorf("%d new connections", fresh)
	}
	if _, err := small.GetIdentity(ctx, "K1"); err == nil {
		t.Error("it was small enough")
	}
}

// TestStaleConnection: a server that closes idle connections costs no attempt that could be seen, let alone an error.
func TestStaleConnection(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c := newClient(t, server.URL, quick)
	for range 20 {
		if _, err := c.CreateIdentity(t.Context(), client.IdentityCreate{}); !errors.Is(err, client.ErrNotFound) {
			t.Fatal(err)
		}
		server.CloseClientConnections()
	}
}

// TestCancelFreesTheConnection: a caller who leaves does not keep the server waiting, and nothing keeps running.
func TestCancelFreesTheConnection(t *testing.T) {
	came, left := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(came)
		<-r.Context().Done()
		close(left)
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-came
		cancel()
	}()
	if _, err := newClient(t, server.URL).GetInvoice(ctx, "RE1"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-left
}

// TestLostAnswers drops the connection behind the whole server, after it has done what was asked: nothing happens twice.
func TestLostAnswers(t *testing.T) {
	var drop atomic.Int64
	w := newWorld(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if drop.Add(-1) < 0 {
				next.ServeHTTP(rw, r)
				return
			}
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		})
	})
	// Every request has a connection of its own: on one that was used before, net/http itself would repeat what is safe.
	c := w.client(t, quick, client.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}))
	var r client.Response
	if _, err := c.UpsertIdentity(t.Context(), "K1", client.IdentityUpdate{}); err != nil {
		t.Fatal(err)
	}
	drop.Store(2)
	invoice, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.Into(&r))
	if err != nil || r.Attempts != 3 || !r.Replayed {
		t.Fatalf("%+v %v", r, err)
	}
	again, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.IdempotencyKey(r.IdempotencyKey))
	if err != nil || again.ID != invoice.ID {
		t.Fatalf("resumed: %+v %v", again, err)
	}
	if _, err := c.GetInvoice(t.Context(), invoice.Reference, client.Into(&r)); err != nil {
		t.Fatal(err)
	}
	drop.Store(1)
	_, err = c.UpdateInvoice(t.Context(), invoice.Reference, client.InvoiceUpdate{Label: new("x")}, client.IfMatch(r.ETag))
	var refused *client.Error
	if !errors.Is(err, client.ErrPreconditionFailed) || !errors.As(err, &refused) || !refused.Uncertain {
		t.Fatalf("%v", err)
	}
	if now, err := c.GetInvoice(t.Context(), invoice.Reference); err != nil || now.Label == nil || *now.Label != "x" {
		t.Fatalf("%+v %v", now, err)
	}
	drop.Store(4)
	_, err = c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{Label: new("y")})
	var lost *client.TransportError
	if !errors.As(err, &lost) || !lost.Sent || lost.IdempotencyKey == "" {
		t.Fatalf("%+v", err)
	}
	if resumed, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{Label: new("y")}, client.IdempotencyKey(lost.IdempotencyKey), client.Into(&r)); err != nil || !r.Replayed || *resumed.Label != "y" {
		t.Fatalf("%+v %v", r, err)
	}
}

// TestConcurrentUse shares one client among many; run it with the race detector.
func TestConcurrentUse(t *testing.T) {
	w := newWorld(t, nil)
	var dumped counter
	c := w.client(t, client.WithDump(&dumped), client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
		r.Header.Set("X-Request-Id", "x")
		return next(r)
	}))
	if _, err := c.UpsertIdentity(t.Context(), "K1", client.IdentityUpdate{}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				var r client.Response
				invoice, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.Into(&r))
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := c.GetInvoice(t.Context(), invoice.Reference); err != nil || got.ID != invoice.ID {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if dumped.n != 2+8*10*4 {
		t.Errorf("%d messages were dumped", dumped.n)
	}
}

// counter counts writes; the dump serializes them.
type counter struct{ n int }

func (c *counter) Write(p []byte) (int, error) {
	c.n++
	return len(p), nil
}
