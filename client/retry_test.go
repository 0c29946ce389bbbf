package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dunwell/dunwell/client"
)

// quick makes retries wait next to nothing.
var quick = client.WithRetry(client.RetryPolicy{BaseDelay: time.Microsecond, MaxDelay: time.Microsecond, Budget: -1})

// script is a transport that plays answers one after another, the last one again and again, and notes what came.
type script struct {
	mu      sync.Mutex
	answers []func() (*http.Response, error)
	keys    []string
	bodies  []string
	times   []time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	s.keys, s.bodies, s.times = append(s.keys, r.Header.Get("Idempotency-Key")), append(s.bodies, string(body)), append(s.times, time.Now())
	return s.answers[min(len(s.times), len(s.answers))-1]()
}

func status(code int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return newAnswer(code, "", header...), nil }
}

func envelope(code int, typ string, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		return newAnswer(code, `{"code":`+strconv.Itoa(code)+`,"name":"ClientError","type":"`+typ+`","message":"M"}`, header...), nil
	}
}

func ok(body string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return newAnswer(200, body), nil }
}

func broken() (*http.Response, error) { return nil, errors.New("connection reset by peer") }

// hanging answers only when the attempt is given up.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// played gives a client of a script. Its validation is off, so that answers can be short.
func played(t testing.TB, s http.RoundTripper, options ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New("http://localhost/api", append([]client.Option{client.WithHTTPClient(&http.Client{Transport: s}),
		client.WithValidation(client.Off, client.Off)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsRepeated(t *testing.T) {
	get := func(ctx context.Context, c *client.Client, o ...client.CallOption) error {
		_, err := c.GetInvoice(ctx, "RE1", o...)
		return err
	}
	put := func(ctx context.Context, c *client.Client, o ...client.CallOption) error {
		_, err := c.UpdateInvoice(ctx, "RE1", client.InvoiceUpdate{}, o...)
		return err
	}
	post := func(ctx context.Context, c *client.Client, o ...client.CallOption) error {
		_, err := c.CreateInvoice(ctx, "K1", client.InvoiceCreate{}, o...)
		return err
	}
	for _, tt := range []struct {
		name     string
		first    func() (*http.Response, error)
		attempts int
	}{
		{"success", ok("{}"), 1},
		{"broken connection", broken, 2},
		{"cut off", func() (*http.Response, error) {
			res := newAnswer(200, "{}")
			res.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{}))
			return res, nil
		}, 2},
		{"request timeout", status(408), 2},
		{"too many requests", status(429), 2},
		{"internal", status(500), 2},
		{"bad gateway", status(502), 2},
		{"unavailable", status(503), 2},
		{"gateway timeout", status(504), 2},
		{"in progress", envelope(409, "ERR_IDEMPOTENCY_IN_PROGRESS"), 2},
		{"other conflicts", envelope(409, "ERR_CONFLICT_STATE"), 1},
		{"conflict without envelope", status(409), 1},
		{"not implemented", status(501), 1},
		{"invalid", status(400), 1},
		{"not found", status(404), 1},
		{"key reused", status(422), 1},
		{"precondition", status(412), 1},
		{"redirect", status(307, "Location", "http://elsewhere/"), 1},
	} {
		for method, call := range map[string]func(context.Context, *client.Client, ...client.CallOption) error{"GET": get, "PUT": put, "POST": post} {
			t.Run(tt.name+" "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &script{answers: []func() (*http.Response, error){tt.first, ok("{}")}}
					var r client.Response
					err := call(t.Context(), played(t, s), client.Into(&r))
					if len(s.times) != tt.attempts || r.Attempts != tt.attempts {
						t.Errorf("%d attempts, told %d: %v", len(s.times), r.Attempts, err)
					}
					if tt.attempts == 2 && (err != nil || s.bodies[0] != s.bodies[1] || s.keys[0] != s.keys[1]) {
						t.Errorf("%v: %q %q", err, s.bodies, s.keys)
					}
					if (s.keys[0] != "") != (method == "POST") || r.IdempotencyKey != s.keys[0] {
						t.Errorf("keys %q, told %q", s.keys, r.IdempotencyKey)
					}
				})
			})
		}
	}
}

// TestResponseIsOfTheLastAttempt: what an earlier attempt was answered is not told as the answer.
func TestResponseIsOfTheLastAttempt(t *testing.T) {
	s := &script{answers: []func() (*http.Response, error){status(503, "X-Request-Id", "R1"), broken}}
	var r client.Response
	_, err := played(t, s, quick).CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.MaxAttempts(2), client.Into(&r))
	if err == nil || r.Status != 0 || r.RequestID != "" || r.Attempts != 2 || r.IdempotencyKey != s.keys[0] {
		t.Errorf("%+v %v", r, err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func() (*http.Response, error){status(503)}}
		policy := client.RetryPolicy{MaxAttempts: 8, BaseDelay: time.Second, MaxDelay: 10 * time.Second}
		_, err := played(t, s, client.WithRetry(policy)).GetInvoice(t.Context(), "RE1")
		var refused *client.Error
		if !errors.As(err, &refused) || refused.Attempts != 8 || len(s.times) != 8 {
			t.Fatalf("%d %v", len(s.times), err)
		}
		for i, most := range []time.Duration{1, 2, 4, 8, 10, 10, 10} {
			if wait := s.times[i+1].Sub(s.times[i]); wait > most*time.Second {
				t.Errorf("wait %d is %v", i, wait)
			}
		}
		if total := s.times[7].Sub(s.times[0]); total < time.Second {
			t.Errorf("seven waits came to %v", total)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	for _, tt := range []struct {
		name        string
		header      []string
		least, most time.Duration
	}{
		{"seconds", []string{"Retry-After", "5"}, 5 * time.Second, 5200 * time.Millisecond},
		{"capped", []string{"Retry-After", "3600"}, time.Minute, time.Minute + 200*time.Millisecond},
		{"date", []string{"Retry-After", "Sat, 01 Jan 2000 00:00:07 GMT"}, 7 * time.Second, 7200 * time.Millisecond},
		{"date by the server's clock", []string{"Retry-After", "Sat, 01 Jan 2022 00:00:07 GMT", "Date", "Sat, 01 Jan 2022 00:00:00 GMT"}, 7 * time.Second, 7200 * time.Millisecond},
		{"date in the past", []string{"Retry-After", "Fri, 31 Dec 1999 00:00:00 GMT"}, 0, 200 * time.Millisecond},
		{"nonsense", []string{"Retry-After", "soon"}, 0, 200 * time.Millisecond},
		{"more than fits", []string{"Retry-After", "99999999999999999999"}, time.Minute, time.Minute + 200*time.Millisecond},
		{"negative", []string{"Retry-After", "-5"}, 0, 200 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: []func() (*http.Response, error){status(503, tt.header...), ok("{}")}}
				if _, err := played(t, s).GetInvoice(t.Context(), "RE1"); err != nil {
					t.Fatal(err)
				}
				if wait := s.times[1].Sub(s.times[0]); wait < tt.least || wait > tt.most {
					t.Errorf("waited %v", wait)
				}
			})
		})
	}
}

func TestContextEndsRetries(t *testing.T) {
	stop := errors.New("shutting down")
	t.Run("deadline before the wait is over", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			s := &script{answers: []func() (*http.Response, error){status(503, "Retry-After", "5")}}
			start := time.Now()
			_, err := played(t, s).GetInvoice(ctx, "RE1")
			if !errors.Is(err, client.ErrUnavailable) || time.Since(start) != 0 || len(s.times) != 1 {
				t.Errorf("%v after %v", err, time.Since(start))
			}
		})
	})
	t.Run("canceled while waiting", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			s := &script{answers: []func() (*http.Response, error){status(503, "Retry-After", "5")}}
			time.AfterFunc(time.Second, func() { cancel(stop) })
			_, err := played(t, s).GetInvoice(ctx, "RE1")
			var refused *client.Error
			if !errors.Is(err, context.Canceled) || !errors.Is(err, stop) || !errors.As(err, &refused) || len(s.times) != 1 {
				t.Errorf("%v", err)
			}
		})
	})
	t.Run("canceled while waiting after a refusal that did nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s := &script{answers: []func() (*http.Response, error){envelope(429, "ERR_TOO_MANY_REQUESTS", "Retry-After", "5")}}
			time.AfterFunc(time.Second, cancel)
			_, err := played(t, s).CreateInvoice(ctx, "K1", client.InvoiceCreate{})
			var lost *client.TransportError
			if !errors.Is(err, context.Canceled) || !errors.Is(err, client.ErrTooManyRequests) || !errors.As(err, &lost) || lost.Sent {
				t.Errorf("%+v", err)
			}
		})
	})
	t.Run("canceled while trying", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(stop) })
			_, err := played(t, hanging{}).CreateInvoice(ctx, "K1", client.InvoiceCreate{}, client.IdempotencyKey("k1"))
			var lost *client.TransportError
			if !errors.Is(err, context.Canceled) || !errors.Is(err, stop) || !errors.As(err, &lost) ||
				!lost.Sent || lost.Attempts != 1 || lost.IdempotencyKey != "k1" || !strings.Contains(err.Error(), "k1") {
				t.Errorf("%+v", err)
			}
		})
	})
	t.Run("before it began", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s := &script{answers: []func() (*http.Response, error){ok("{}")}}
		_, err := played(t, s).GetInvoice(ctx, "RE1")
		var lost *client.TransportError
		if !errors.Is(err, context.Canceled) || !errors.As(err, &lost) || lost.Sent || lost.Attempts != 0 || len(s.times) != 0 {
			t.Errorf("%+v", err)
		}
	})
}

func TestTimeoutOfAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := played(t, hanging{}, client.WithTimeout(2*time.Second)).GetInvoice(t.Context(), "RE1", client.MaxAttempts(2))
		var lost *client.TransportError
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &lost) || lost.Attempts != 2 || !strings.Contains(err.Error(), "no answer within 2s") {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took < 4*time.Second || took > 4200*time.Millisecond {
			t.Errorf("took %v", took)
		}
		start = time.Now()
		_, _ = played(t, hanging{}).GetInvoice(t.Context(), "RE1", client.MaxAttempts(1), client.Timeout(3*time.Second))
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestBudget holds that a server that is down gets no more than the budget, and a tenth of what succeeds.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func() (*http.Response, error){status(503)}}
		c := played(t, s, client.WithRetry(client.RetryPolicy{Budget: 5}))
		for range 50 {
			_, _ = c.GetInvoice(t.Context(), "RE1")
		}
		if len(s.times) != 50+5 {
			t.Errorf("%d requests", len(s.times))
		}
		s.answers, s.times = []func() (*http.Response, error){ok("{}")}, nil
		for range 20 {
			_, _ = c.GetInvoice(t.Context(), "RE1")
		}
		s.answers, s.times = []func() (*http.Response, error){status(503)}, nil
		for range 50 {
			_, _ = c.GetInvoice(t.Context(), "RE1")
		}
		if len(s.times) != 50+2 {
			t.Errorf("%d requests after 20 successes", len(s.times))
		}
		s.times = nil
		unbounded := played(t, s, client.WithRetry(client.RetryPolicy{Budget: -1}))
		for range 50 {
			_, _ = unbounded.GetInvoice(t.Context(), "RE1")
		}
		if len(s.times) != 200 {
			t.Errorf("%d requests without a limit", len(s.times))
		}
	})
}

// TestUncertainRefusal: the first attempt changes the object and its answer is lost, so the second is refused.
func TestUncertainRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func() (*http.Response, error){broken, status(412)}}
		_, err := played(t, s).UpdateInvoice(t.Context(), "RE1", client.InvoiceUpdate{}, client.IfMatch(`"3"`))
		var refused *client.Error
		if !errors.As(err, &refused) || !refused.Uncertain || !errors.Is(err, client.ErrPreconditionFailed) {
			t.Errorf("%+v", err)
		}
		for _, first := range []func() (*http.Response, error){envelope(503, "ERR_UNAVAILABLE"), envelope(429, "ERR_TOO_MANY_REQUESTS")} {
			s := &script{answers: []func() (*http.Response, error){first, status(412)}}
			_, err := played(t, s).UpdateInvoice(t.Context(), "RE1", client.InvoiceUpdate{}, client.IfMatch(`"3"`))
			if !errors.As(err, &refused) || refused.Uncertain {
				t.Errorf("the server has said that nothing happened: %+v", err)
			}
		}
	})
}

func TestIdempotencyKeyIsToldFirst(t *testing.T) {
	s := &script{answers: []func() (*http.Response, error){ok("{}")}}
	c := played(t, s)
	var told string
	var r client.Response
	_, err := c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.Into(&r), client.OnIdempotencyKey(func(key string) error {
		if told = key; len(s.times) > 0 || r.IdempotencyKey != key {
			t.Error("it was told late")
		}
		return nil
	}))
	if err != nil || told == "" || s.keys[0] != told || len(told) != 36 || told[14] != '4' {
		t.Errorf("%q %q %v", told, s.keys, err)
	}
	full := errors.New("disk full")
	_, err = c.CreateInvoice(t.Context(), "K1", client.InvoiceCreate{}, client.OnIdempotencyKey(func(string) error { return full }))
	if !errors.Is(err, full) || len(s.times) != 1 {
		t.Errorf("%v, %d sent", err, len(s.times))
	}
	if _, err = c.GetInvoice(t.Context(), "RE1", client.OnIdempotencyKey(func(string) error { return full })); err != nil {
		t.Error(err)
	}
}
