package outbound

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestPost(t *testing.T) {
	p := newPeer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, "%s %s %s %s %s %s %d", r.Method, r.Host[:11], r.Header.Get("Content-Type"), r.Header.Get("webhook-id"), r.UserAgent(), body, r.ContentLength)
	})
	c := p.client(t)
	header := http.Header{"Webhook-Id": {"m1"}}
	a, err := c.Post(t.Context(), p.url, header, []byte(`{"result":"OK"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `POST example.com application/json m1 dunwell {"result":"OK"} 15`
	if a.Status != 202 || a.RetryAfter != 2*time.Minute || a.Excerpt != want || a.Took <= 0 {
		t.Errorf("%+v", a)
	}
	if len(header) != 1 {
		t.Errorf("the caller's headers are now %v", header)
	}
	a, err = c.Post(t.Context(), p.url, http.Header{"Content-Type": {"text/plain"}}, nil)
	if want := "POST example.com text/plain dunwell 0"; a.Excerpt != want || err != nil {
		t.Errorf("%q, %v", a.Excerpt, err)
	}
}

// Whatever the status is, it is the answer; what comes after it does no harm and does not take it back.
func TestPostAnswers(t *testing.T) {
	metadata := newForbidden(t)
	tests := []struct {
		what    string
		handle  http.HandlerFunc
		status  int
		excerpt string
		text    string
		waits   bool // until the time is over
	}{
		{what: "nothing", handle: status(204), status: 204},
		{what: "gone", handle: status(410), status: 410},
		{what: "a fault", handle: func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "Oh\r\n\tno\x00\x1b[31m!\u202e", 500) }, status: 500, excerpt: "Oh no[31m!"},
		{what: "other characters", handle: say("text/plain; charset=iso-8859-1", "Gr\xfc\xdfe"), status: 200, excerpt: "Gr?e"},
		{what: "a redirect", handle: redirect(fmt.Sprintf("https://127.0.0.1:%d/", metadata.port)), status: 302},
		{what: "a body without end", handle: endless, status: 200, excerpt: strings.Repeat("x", 1024)},
		{what: "a body that stops", handle: stop, status: 200, excerpt: "x", waits: true},
		{what: "a body that breaks off", handle: raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nabc", "", 0), status: 200, excerpt: "abc"},
		{what: "a gzip bomb", handle: bomb, status: 200},
		{what: "another protocol", handle: raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", "", 0), status: 101},
		{what: "headers without end", handle: raw("HTTP/1.1 200 OK\r\n", "X: "+strings.Repeat("y", 1000)+"\r\n", 0), text: "No valid answer."},
		{what: "no answer", handle: func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() }, text: "No answer in time.", waits: true},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, test.handle)
			if test.waits {
				p.PostTimeout = time.Second
			}
			a, err := p.client(t).Post(t.Context(), p.url, nil, []byte("{}"))
			if text(t, err) != test.text || a.Status != test.status || a.Took <= 0 || a.Took > 15*time.Second {
				t.Errorf("%+v, %v; want %d, %q", a, err, test.status, test.text)
			}
			if a.Excerpt != test.excerpt {
				t.Errorf("%q, want %q", a.Excerpt, test.excerpt)
			}
		})
	}
	t.Cleanup(func() {
		if n := metadata.connections.Load(); n != 0 {
			t.Errorf("%d connections to where the redirect leads", n)
		}
	})
}

// stop sends the beginning of a body and nothing more.
func stop(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // or the server does not notice that the client has gone
	io.WriteString(w, "x")
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"120":                           2 * time.Minute,
		"-1":                            0,
		"1.5":                           0,
		"soon":                          0,
		"9223372036854775807":           maxWait,
		"9223372036854775808":           0,
		"Sun, 22 Nov 2026 12:01:30 GMT": 90 * time.Second,
		"Sun, 22 Nov 2026 11:59:00 GMT": 0,
		"Sun, 22 Nov 9999 12:00:00 GMT": maxWait,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	for _, seed := range []string{"OK", "Gr\xfc\xdfe\r\n", strings.Repeat("ä", 600), "\u2028\u202e\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := excerpt(strings.NewReader(body))
		if len(got) > maxExcerpt || !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u202e' || r == '\u2028' }) {
			t.Errorf("%q becomes %q", body, got)
		}
	})
}
