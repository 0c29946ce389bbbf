package client_test

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client"
)

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		url     string
		options []client.Option
		wrong   string // part of the error
	}{
		{"https://h/api", nil, ""},
		{"https://h/api/", nil, ""},
		{"http://127.0.0.1:8080/some/where//", nil, ""},
		{"https://h", nil, ""},
		{"", nil, "absolute http or https URL"},
		{"h/api", nil, "absolute http or https URL"},
		{"/api", nil, "absolute http or https URL"},
		{"ftp://h/api", nil, "absolute http or https URL"},
		{"https:///api", nil, "absolute http or https URL"},
		{"https://u:p@h/api", nil, "user info"},
		{"https://h/api?a=b", nil, "query"},
		{"https://h/api?", nil, "query"},
		{"https://h/api#x", nil, "fragment"},
		{"https://h/../api", nil, "steps"},
		{"https://h/.", nil, "steps"},
		{"https://h/a..b/.well-known/...", nil, ""},
		{"https://h/api", []client.Option{client.BasicAuth("", "p")}, "BasicAuth"},
		{"https://h/api", []client.Option{client.BasicAuth("a:b", "p")}, "colon"},
		{"https://h/api", []client.Option{client.BasicAuth("a", "p"), client.BasicAuth("b", "p")}, "twice"},
		{"https://h/api", []client.Option{client.WithCredentials(nil)}, "nil"},
		{"https://h/api", []client.Option{client.WithHTTPClient(nil)}, "nil"},
		{"https://h/api", []client.Option{client.WithMiddleware(nil)}, "nil"},
		{"https://h/api", []client.Option{client.WithValidation(3, client.Fail)}, "Fail, Log and Off"},
		{"https://h/api", []client.Option{client.WithRetry(client.RetryPolicy{MaxAttempts: -1})}, "WithRetry"},
		{"https://h/api", []client.Option{client.WithUserAgent("")}, "WithUserAgent"},
		{"https://h/api", []client.Option{client.WithUserAgent("a\r\nb")}, "WithUserAgent"},
		{"https://h/api", []client.Option{client.WithMaxResponseBytes(0)}, "WithMaxResponseBytes"},
		{"https://h/api", []client.Option{client.WithLogger(nil)}, "nil"},
		{"https://h/api", []client.Option{client.WithDump(nil)}, "nil"},
		{"https://h/api", []client.Option{client.WithTimeout(0)}, "WithTimeout"},
	} {
		_, err := client.New(tt.url, tt.options...)
		if (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("%s: %v, not %q", tt.url, err, tt.wrong)
		}
	}
}

func TestCallOptionsThatMakeNoSense(t *testing.T) {
	s := &script{answers: []func() (*http.Response, error){ok("{}")}}
	c := played(t, s)
	for name, option := range map[string]client.CallOption{
		"no key": client.IdempotencyKey(""), "key with a line break": client.IdempotencyKey("a\nb"), "no etag": client.IfMatch(""), "no response": client.Into(nil),
		"credentials": client.Header("authorization", "x"), "key as a header": client.Header("Idempotency-Key", "k"), "line break": client.Header("X", "a\nb"),
		"name": client.Header("X Y", "a"), "empty name": client.Header("", "a"), "attempts": client.MaxAttempts(0), "timeout": client.Timeout(-time.Second),
	} {
		if _, err := c.GetInvoice(t.Context(), "RE1", option); err == nil || !strings.HasPrefix(err.Error(), "client: getInvoice: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(s.times) != 0 {
		t.Error("something was sent")
	}
}

// TestWhatIsSent looks at requests as they leave.
// TestRawBodyOfNothing: no data is no body, and not the one that it stands for.
func TestRawBodyOfNothing(t *testing.T) {
	s := &script{answers: []func() (*http.Response, error){ok("{}")}}
	c := played(t, s, client.WithValidation(client.Fail, client.Off))
	if _, err := c.CreateIdentity(t.Context(), client.IdentityCreate{}, client.RawBody(nil)); !errors.Is(err, client.ErrInvalidValue) || len(s.bodies) > 0 {
		t.Errorf("%v, sent %q", err, s.bodies)
	}
}

func TestWhatIsSent(t *testing.T) {
	var got *http.Request
	transport := client.WithHTTPClient(&http.Client{Transport: answering(func(r *http.Request) (*http.Response, error) {
		got = r
		return newAnswer(200, "{}"), nil
	})})
	c := newClient(t, "https://h/prefix/api//", transport, client.WithValidation(client.Off, client.Off), client.WithUserAgent("shop/1.2"), client.BasicAuth("u", "p"))
	_, err := c.GetClaim(t.Context(), "RE 1", time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC), client.Header("x-request-id", "R1"))
	if err != nil || got.URL.String() != "https://h/prefix/api/invoices/RE%201/claim?asOf=2026-03-02" || got.Method != "GET" || got.Body != nil {
		t.Errorf("%s %s %v", got.Method, got.URL, err)
	}
	agent := regexp.MustCompile(`^shop/1\.2 dunwell-go/[^ ()]+ \(go1\.[^;]+; [a-z0-9]+/[a-z0-9]+\)$`)
	if !agent.MatchString(got.UserAgent()) {
		t.Error(got.UserAgent())
	}
	if h := got.Header; h.Get("X-Request-Id") != "R1" || h.Get("Accept") != "application/json" || h.Get("Authorization") != "Basic dTpw" || h.Get("Idempotency-Key") != "" || h.Get("Content-Type") != "" {
		t.Error(h)
	}
	if _, err = c.GetClaim(t.Context(), "RE1", time.Time{}); err != nil || got.URL.RawQuery != "" {
		t.Errorf("%s %v", got.URL, err)
	}
	_, err = c.UpdateInvoice(t.Context(), "RE1", client.InvoiceUpdate{}, client.IfMatch(`"3"`), client.RawBody([]byte(` {"label":"x"} `)))
	if h := got.Header; err != nil || h.Get("If-Match") != `"3"` || h.Get("Content-Type") != "application/json" || got.ContentLength != 15 {
		t.Error(h, got.ContentLength, err)
	}
	_, err = c.ResendInvoice(t.Context(), "RE1", client.IdempotencyKey("k1"))
	if err != nil || got.Header.Get("Idempotency-Key") != "k1" || got.ContentLength != 2 {
		t.Error(got.Header, got.ContentLength, err)
	}
}

func TestMiddleware(t *testing.T) {
	var seen []string
	note := func(name string) client.Middleware {
		return func(r *http.Request, next client.Next) (*http.Response, error) {
			a, found := client.AttemptFrom(r.Context())
			if !found || a.Operation != "createInvoice" || a.Path != "/identities/{identityReference}/invoices" || a.IdempotencyKey != "k1" || r.Header.Get("Authorization") != "" {
				t.Errorf("%+v %v", a, r.Header)
			}
			seen = append(seen, name+strings.Repeat("'", a.Number))
			return next(r)
		}
	}
	s := &script{answers: []func() (*http.Response, error){broken, ok("{}")}}
	c := played(t, s, quick, client.BasicAuth("u", "p"), client.WithMiddleware(note("a"), note("b")), client.WithMiddleware(note("c")))
	if _, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.IdempotencyKey("k1")); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(seen, " "); got != "a' b' c' a'' b'' c''" {
		t.Error(got)
	}
	if _, found := client.AttemptFrom(t.Context()); found {
		t.Error("an attempt out of nowhere")
	}
}

// TestMiddlewareThatAnswers: errors and answers of a middleware are treated like those of the wire.
func TestMiddlewareThatAnswers(t *testing.T) {
	open := errors.New("circuit is open")
	tries := 0
	with := func(res *http.Response, err error) error {
		tries = 0
		c := played(t, &script{}, quick, client.WithMiddleware(func(*http.Request, client.Next) (*http.Response, error) {
			tries++
			return res, err
		}))
		_, err = c.GetInvoice(t.Context(), "RE1")
		return err
	}
	var lost *client.TransportError
	if err := with(nil, open); !errors.Is(err, open) || !errors.As(err, &lost) || tries != 4 {
		t.Errorf("%v %d", err, tries)
	}
	if err := with(nil, &client.Error{Status: 403, Type: "ERR_FORBIDDEN"}); !errors.Is(err, client.ErrForbidden) || tries != 1 {
		t.Errorf("%v %d", err, tries)
	}
	if err := with(nil, nil); !errors.As(err, &lost) {
		t.Errorf("%v", err)
	}
	if err := with(newAnswer(200, "{}"), nil); err != nil {
		t.Errorf("%v", err)
	}
	if err := with(&http.Response{StatusCode: 404}, nil); !errors.Is(err, client.ErrNotFound) { // without header and body
		t.Errorf("%v", err)
	}
	if err := with(&http.Response{StatusCode: 200}, errors.New("both")); !errors.As(err, &lost) {
		t.Errorf("%v", err)
	}
}

func TestDump(t *testing.T) {
	var out bytes.Buffer
	s := &script{answers: []func() (*http.Response, error){status(503, "Retry-After", "0"), ok(`{"publicUrl":"http://h/f?expires=1&signature=abc"}`)}}
	c := played(t, s, quick, client.WithDump(&out), client.BasicAuth("u", "p"), client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
		r.Header["User-Agent"] = []string{"x"}
		return next(r)
	}))
	_, err := c.CreateIdentity(t.Context(), client.IdentityCreate{Number: new("1")}, client.IdempotencyKey("k1"))
	if err != nil {
		t.Fatal(err)
	}
	want := `> createIdentity, attempt 1
> POST /api/identities HTTP/1.1
> Host: localhost
> Accept: application/json
> Authorization: REDACTED
> Content-Type: application/json
> Idempotency-Key: k1
> User-Agent: x
>
> {"number":"1"}
< createIdentity, attempt 1
< HTTP/1.1 503 Service Unavailable
< Content-Type: application/json
< Retry-After: 0
<
> createIdentity, attempt 2
> POST /api/identities HTTP/1.1
> Host: localhost
> Accept: application/json
> Authorization: REDACTED
> Content-Type: application/json
> Idempotency-Key: k1
> User-Agent: x
>
> {"number":"1"}
< createIdentity, attempt 2
< HTTP/1.1 200 OK
< Content-Type: application/json
<
< {"publicUrl":"http://h/f?expires=1&signature=REDACTED"}
`
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
}
