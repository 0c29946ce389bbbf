package outbound

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const pdf = "%PDF-1.7\n%âãÏÓ\n1 0 obj\n"

func TestFetch(t *testing.T) {
	const png, jpeg = "\x89PNG\r\n\x1a\n....", "\xff\xd8\xff\xe0...."
	tests := []struct {
		what, said, body string
		want, refused    string
	}{
		{"PDF", "application/pdf", pdf, "application/pdf", ""},
		{"PDF with parameters", "Application/PDF; qs=0.001", pdf, "application/pdf", ""},
		{"PNG", "image/png", png, "image/png", ""},
		{"JPEG", "image/jpeg", jpeg, "image/jpeg", ""},
		{"text", "text/plain; charset=utf-8", "Grüße", "text/plain", ""},
		{"text in another charset", "text/plain; charset=iso-8859-1", "Gr\xfc\xdfe", "text/plain", ""},
		{"CSV", "text/csv", "a;b\n1;2\n", "text/csv", ""},
		{"XML", "application/xml", `<?xml version="1.0"?><Invoice/>`, "application/xml", ""},
		{"XML as text", "text/xml", `<?xml version="1.0"?><Invoice/>`, "text/xml", ""},
		{"XML without a declaration", "application/xml", "\n<Invoice/>", "application/xml", ""},
		{"XML in UTF-16", "application/xml", "\xff\xfe<\x00?\x00x\x00m\x00l\x00", "application/xml", ""},
		{"PDF of unknown type", "application/octet-stream", pdf, "application/pdf", ""},
		{"PNG of unknown type", "binary/octet-stream", png, "image/png", ""},
		{"PDF without a type", "", pdf, "application/pdf", ""},

		{"text of unknown type", "application/octet-stream", "a;b", "", "has no media type"},
		{"program of unknown type", "application/octet-stream", "MZ\x90\x00\x03", "", "not allowed"},
		{"HTML", "text/html", "<!DOCTYPE html><p>Log in", "", "not allowed"},
		{"HTML as PDF", "application/pdf", "<!DOCTYPE html><p>Log in", "", "not what its media type says"},
		{"HTML as text", "text/plain", "<!DOCTYPE html><p>Log in", "", "not what its media type says"},
		{"HTML as XML", "application/xml", "<!DOCTYPE html><p>Log in", "", "not what its media type says"},
		{"program as PDF", "application/pdf", "MZ\x90\x00\x03", "", "not what its media type says"},
		{"program as text", "text/csv", "MZ\x90\x00\x03", "", "not what its media type says"},
		{"PDF as PNG", "image/png", pdf, "", "not what its media type says"},
		{"PNG as XML", "text/xml", png, "", "not what its media type says"},
		{"text as XML", "text/xml", "Grüße", "", "not what its media type says"},
		{"SVG", "image/svg+xml", "<svg/>", "", "not allowed"},
		{"ZIP", "application/zip", "PK\x03\x04", "", "not allowed"},
		{"no media type at all", "pdf", pdf, "", "not allowed"},
		{"nothing", "application/pdf", "", "", "empty"},
	}
	for _, test := range tests {
		p := newPeer(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.Header.Get("Accept-Encoding") != "identity" || !strings.HasPrefix(r.Header.Get("Accept"), "application/pdf, ") || r.UserAgent() != "dunwell" {
				t.Errorf("%s: %s %v", test.what, r.Method, r.Header)
			}
			w.Header()["Content-Type"] = []string{test.said}
			w.Header().Set("Content-Disposition", `attachment; filename="Anlage.x"`)
			io.WriteString(w, test.body)
		})
		body, mediaType, name, err := p.client(t).Fetch(t.Context(), p.url, Limits{MaxBytes: 100})
		if said := text(t, err); (said == "") != (test.refused == "") || !strings.Contains(said, test.refused) || mediaType != test.want {
			t.Errorf("%s: %q, %q; want %q, %q", test.what, mediaType, said, test.want, test.refused)
		}
		if err != nil {
			continue
		}
		got, err := io.ReadAll(body)
		if string(got) != test.body || err != nil || body.Close() != nil {
			t.Errorf("%s: %q, %v", test.what, got, err)
		}
		if want := "Anlage.x" + extensions[mediaType][0]; name != want {
			t.Errorf("%s: %q, want %q", test.what, name, want)
		}
	}
}

// A caller may allow less than is known, and not more.
func TestFetchMediaTypes(t *testing.T) {
	p := newPeer(t, say("text/csv", "a;b"))
	c := p.client(t)
	for allowed, want := range map[string]string{"text/csv": "", "application/pdf": "The media type of the answer is not allowed."} {
		body, _, _, err := c.Fetch(t.Context(), p.url, Limits{MaxBytes: 10, MediaTypes: []string{allowed}})
		if text(t, err) != want {
			t.Errorf("%s: %v", allowed, err)
		}
		if err == nil {
			body.Close()
		}
	}
	p = newPeer(t, say("text/html", "<!DOCTYPE html>"))
	if _, _, _, err := p.client(t).Fetch(t.Context(), p.url, Limits{MaxBytes: 100, MediaTypes: []string{"text/html"}}); err == nil {
		t.Error("HTML was fetched")
	}
}

func TestFetchSize(t *testing.T) {
	tests := []struct {
		size, limit int
		chunked     bool
		fails       string // at "fetch" or "read"
	}{
		{1000, 1000, false, ""},
		{1000, 1000, true, ""},
		{1001, 1000, false, "fetch"},
		{1001, 1000, true, "read"},
		{5000, 600, true, "read"},
		{5000, 10, true, "read"}, // fewer than are looked at
	}
	for _, test := range tests {
		p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			if test.chunked {
				w.(http.Flusher).Flush()
			}
			io.WriteString(w, strings.Repeat("x", test.size))
		})
		body, _, _, err := p.client(t).Fetch(t.Context(), p.url, Limits{MaxBytes: int64(test.limit)})
		if test.fails == "fetch" {
			if text(t, err) != "The answer was too large." {
				t.Errorf("%+v: %v", test, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if len(got) != min(test.size, test.limit) || (text(t, err) != "") != (test.fails == "read") {
			t.Errorf("%+v: %d bytes, %v", test, len(got), err)
		}
		if _, again := body.Read(make([]byte, 1)); !errors.Is(again, cmp.Or(err, io.EOF)) {
			t.Errorf("%+v: a read after %v fails with %v", test, err, again)
		}
		body.Close()
	}
}

// What does not end is ended, and what the server never notices is a failure too.
func TestFetchOfBadPeers(t *testing.T) {
	metadata := newForbidden(t)
	tests := []struct {
		what   string
		handle http.HandlerFunc
		change func(*httptest.Server)
		text   string
		again  bool
	}{
		{what: "a body that drips", handle: drip, text: "No answer in time.", again: true},
		{what: "headers that drip", handle: raw("HTTP/1.1 200 OK\r\n", "X: y\r\n", time.Millisecond), text: "No answer in time.", again: true},
		{what: "no answer", handle: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, text: "No answer in time.", again: true},
		{what: "a body without end", handle: endless, text: "The answer was too large."},
		{what: "headers without end", handle: raw("HTTP/1.1 200 OK\r\n", "X: "+strings.Repeat("y", 1000)+"\r\n", 0), text: "No valid answer.", again: true},
		{what: "one header without end", handle: raw("HTTP/1.1 200 OK\r\nX: ", strings.Repeat("y", 1000), 0), text: "No valid answer.", again: true},
		{what: "interim answers without end", handle: raw("", "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n", 0), text: "No valid answer.", again: true},
		{what: "no HTTP", handle: raw("SSH-2.0-OpenSSH_9.9\r\n", "", 0), text: "No valid answer.", again: true},
		{what: "a body that breaks off", handle: raw("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 900\r\n\r\n"+pdf, "", 0), text: "No valid answer.", again: true},
		{what: "chunks that break off", handle: raw("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nTransfer-Encoding: chunked\r\n\r\n300\r\n"+pdf, "", 0), text: "No valid answer.", again: true},
		{what: "a gzip bomb", handle: bomb, text: "The answer was compressed."},
		{what: "a redirect to metadata", handle: redirect("http://169.254.169.254/latest/meta-data/"), text: "The answer was 302."},
		{what: "a redirect to this machine", handle: redirect(fmt.Sprintf("https://127.0.0.1:%d/", metadata.port)), text: "The answer was 302."},
		{what: "not found", handle: status(404), text: "The answer was 404."},
		{what: "not allowed", handle: status(403), text: "The answer was 403."},
		{what: "not modified", handle: status(304), text: "The answer was 304."},
		{what: "too many requests", handle: status(429), text: "The answer was 429.", again: true},
		{what: "a fault", handle: status(503), text: "The answer was 503.", again: true},
		{what: "another name's certificate", handle: say("application/pdf", pdf), change: func(s *httptest.Server) { s.URL = "other.example" }, text: "The certificate is not valid.", again: true},
		{what: "nobody's certificate", handle: say("application/pdf", pdf), change: func(s *httptest.Server) { s.URL = "unknown" }, text: "The certificate is not valid.", again: true},
		{what: "TLS 1.1", handle: say("application/pdf", pdf), change: func(s *httptest.Server) {
			s.TLS = &tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11}
		}, text: "No secure connection.", again: true},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			t.Parallel()
			var special string
			p := newPeer(t, test.handle, func(s *httptest.Server) {
				if test.change != nil {
					test.change(s)
					special, s.URL = s.URL, ""
				}
			})
			if test.text == "No answer in time." {
				p.FetchTimeout = 200 * time.Millisecond
			}
			if special == "unknown" {
				p.RootCAs = nil
			} else if special != "" {
				p.url = strings.Replace(p.url, "example.com", special, 1)
			}
			err := fetchAll(t.Context(), p.client(t), p.url)
			var e *Error
			if text(t, err) != test.text || !errors.As(err, &e) || e.Temporary != test.again {
				t.Errorf("%#v; want %q, temporary: %t", err, test.text, test.again)
			}
			notRevealed(t, err)
		})
	}
	t.Cleanup(func() {
		if n := metadata.connections.Load(); n != 0 {
			t.Errorf("%d connections to where the redirect leads", n)
		}
	})
}

func fetchAll(ctx context.Context, c *Client, url string) error {
	body, _, _, err := c.Fetch(ctx, url, Limits{MaxBytes: 1 << 20})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body)
	return errors.Join(err, body.Close())
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// drip sends a byte now and then, as long as somebody listens.
func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	for r.Context().Err() == nil {
		io.WriteString(w, "x")
		w.(http.Flusher).Flush()
		pause(r.Context(), time.Millisecond)
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	for line := strings.Repeat("x", 1<<16); r.Context().Err() == nil; {
		io.WriteString(w, line)
	}
}

// bomb is a thousand times as large as it comes.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	z.Write(make([]byte, 10<<20))
	z.Close()
}

// raw answers with bytes of any form: some once, others until nobody listens. Without others the connection ends.
func raw(once, forever string, every time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		if once != "" {
			io.WriteString(conn, once)
		}
		for forever != "" {
			if _, err := io.WriteString(conn, forever); err != nil {
				return
			}
			pause(context.Background(), every)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// A body that ends in all form after the time was over is not taken for a whole one.
func TestFetchEndedTooLate(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	late := func() *download {
		return &download{ctx: ctx, left: 10, head: bufio.NewReader(strings.NewReader("a;b"))}
	}
	if _, err := io.ReadAll(late()); text(t, err) != "No answer in time." {
		t.Error(err)
	}
	r := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/csv"}}}
	if _, err := late().accept(r, Limits{MaxBytes: 10}); text(t, err) != "No answer in time." {
		t.Error(err)
	}
}

// A server that speaks no TLS is not spoken to.
func TestFetchWithoutTLS(t *testing.T) {
	server := httptest.NewServer(say("application/pdf", pdf))
	defer server.Close()
	p := peerOf(t, server)
	if err := fetchAll(t.Context(), p.client(t), p.url); text(t, err) != "No secure connection." {
		t.Error(err)
	}
	if err := fetchAll(t.Context(), p.client(t), strings.Replace(p.url, "https:", "http:", 1)); err != nil {
		t.Error(err)
	}
}

// The body is read while it comes, until its reader has enough: then the server learns it, and nothing is left behind.
func TestFetchIsGivenUp(t *testing.T) {
	gone := make(chan struct{})
	p := newPeer(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		endless(w, r)
	})
	body, _, _, err := p.client(t).Fetch(t.Context(), p.url, Limits{MaxBytes: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(body, make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	body.Close()
	<-gone
	if _, err := io.Copy(io.Discard, body); text(t, err) != "The call was broken off." {
		t.Error(err)
	}
}

// A caller that stops is told so, and nobody is called by mistake of another thing that is no connection.
func TestFetchIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPeer(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	err := fetchAll(ctx, p.client(t), p.url)
	var e *Error
	if text(t, err) != "The call was broken off." || !errors.Is(err, context.Canceled) || !errors.As(err, &e) || !e.Temporary {
		t.Errorf("%#v", err)
	}
}

// Each request has a connection of its own: none is made use of that was checked for something else.
func TestConnectionsAreNotReused(t *testing.T) {
	seen := make(chan string, 3)
	p := newPeer(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.RemoteAddr
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("%v", r.Header)
		}
		say("application/pdf", pdf)(w, r)
	}, func(s *httptest.Server) { s.EnableHTTP2 = true })
	c := p.client(t)
	ports := map[string]bool{}
	for range cap(seen) {
		if err := fetchAll(t.Context(), c, p.url); err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(<-seen)
		ports[port] = true
	}
	if len(ports) != cap(seen) {
		t.Errorf("%d connections for %d requests", len(ports), cap(seen))
	}
}
