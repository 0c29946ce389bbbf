package serve_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/gen/server"
)

// patience is how long a test waits for what must happen at once.
const patience = 20 * time.Second

// gate is a shop whose GetInvoice tells that it began and waits until it is let go, or its context ends.
func gate() (s *shop, began, letGo chan struct{}) {
	began, letGo = make(chan struct{}, 1), make(chan struct{})
	return &shop{get: func(ctx context.Context, r server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error) {
		began <- struct{}{}
		select {
		case <-letGo:
			return server.GetInvoice200JSONResponse{Body: invoice(r.InvoiceReference)}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}, began, letGo
}

func wait[T any](t *testing.T, from <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatal("waited in vain: " + what)
	}
	return v
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain: " + what)
		}
	}
}

// running is a Handler at work.
type running struct {
	url    string
	stop   context.CancelFunc
	ended  chan error
	client *http.Client
}

func run(t *testing.T, h *serve.Handler) *running {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{url: "http://" + listener.Addr().String(), stop: stop, ended: make(chan error, 1), client: &http.Client{Transport: &http.Transport{}}}
	go func() { r.ended <- h.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		r.client.CloseIdleConnections()
	})
	return r
}

// send makes a request in the background, and gives the answer, or nil if there was none.
func (r *running) send(ctx context.Context, c call) <-chan *http.Response {
	answer := make(chan *http.Response, 1)
	go func() {
		response, err := r.client.Do(c.request(r.url).WithContext(ctx))
		if err != nil {
			response = nil
		}
		answer <- response
	}()
	return answer
}

func TestGracefulShutdown(t *testing.T) {
	s, began, letGo := gate()
	h := newHandler(t, s)
	r := run(t, h)
	answer := r.send(context.Background(), call{method: "GET", path: invoicePath})
	wait(t, began, "the request to begin")
	r.stop()
	until(t, "the shutdown to be noticed", func() bool { return do(h, call{method: "GET", path: "/readyz"}).Code != http.StatusOK })
	refused(t, do(h, call{method: "GET", path: "/readyz"}), 503, "ERR_UNAVAILABLE")
	close(letGo)
	response := wait(t, answer, "the answer")
	if response == nil {
		t.Fatal("the running request was not answered")
	}
	answered(t, recorded(t, response))
	if err := wait(t, r.ended, "the server to end"); err != nil {
		t.Errorf("Serve gave %v", err)
	}
	if wait(t, r.send(context.Background(), call{method: "GET", path: invoicePath}), "a refusal") != nil {
		t.Error("it still answers")
	}
}

func TestShutdownDoesNotWaitForever(t *testing.T) {
	s, began, _ := gate()
	r := run(t, newHandler(t, s, func(o *serve.Options) { o.Grace = time.Millisecond }))
	answer := r.send(context.Background(), call{method: "GET", path: invoicePath})
	wait(t, began, "the request to begin")
	r.stop()
	if err := wait(t, r.ended, "the server to end"); err == nil || !strings.Contains(err.Error(), "still running") {
		t.Errorf("Serve gave %v", err)
	}
	if response := wait(t, answer, "the connection to close"); response != nil {
		response.Body.Close()
	}
}

func TestServeTellsWhyItCannot(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := newHandler(t, &shop{}).Serve(context.Background(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve gave %v", err)
	}
}

func TestOperationOutOfTime(t *testing.T) {
	s, _, _ := gate()
	h := newHandler(t, s, func(o *serve.Options) { o.Timeout = time.Millisecond })
	w := do(h, call{method: "GET", path: invoicePath})
	refused(t, w, 503, "ERR_UNAVAILABLE")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// An operation that the contract gives more time has it, whatever others have.
func TestOperationThatTakesItsTime(t *testing.T) {
	var p planner
	h := newHandler(t, &shop{StrictServerInterface: &p}, func(o *serve.Options) { o.Timeout = time.Millisecond })
	refused(t, do(h, call{method: "POST", path: "/api/dunning/runs", body: `{"dryRun":true}`}), 503, "ERR_UNAVAILABLE")
	if p.left < 4*time.Minute || p.left > 5*time.Minute {
		t.Errorf("it has %v", p.left)
	}
}

// planner notes how long it might plan.
type planner struct {
	server.StrictServerInterface
	left time.Duration
}

func (p *planner) CreateDunningRun(ctx context.Context, _ server.CreateDunningRunRequestObject) (server.CreateDunningRunResponseObject, error) {
	end, _ := ctx.Deadline()
	p.left = time.Until(end)
	return nil, context.DeadlineExceeded
}

func TestCallerIsGone(t *testing.T) {
	var l lines
	s, began, _ := gate()
	r := run(t, newHandler(t, s, logTo(&l)))
	ctx, hangUp := context.WithCancel(context.Background())
	answer := r.send(ctx, call{method: "GET", path: invoicePath})
	wait(t, began, "the request to begin")
	hangUp()
	if wait(t, answer, "the caller to leave") != nil {
		t.Fatal("there was an answer")
	}
	r.stop()
	wait(t, r.ended, "the operation to end, whose context is over") // without it, Grace would pass first
	if got := l.String(); !strings.Contains(got, "level=INFO") || !strings.Contains(got, "gone=true") {
		t.Errorf("logged %s", got)
	}
}

func TestTooManyRequests(t *testing.T) {
	s, began, letGo := gate()
	h := newHandler(t, s, func(o *serve.Options) { o.MaxConcurrent = 1 })
	first := make(chan *httptest.ResponseRecorder, 1)
	go func() { first <- do(h, call{method: "GET", path: invoicePath}) }()
	wait(t, began, "the first request to begin")
	w := do(h, call{method: "GET", path: "/api/invoices"})
	refused(t, w, 429, "ERR_TOO_MANY_REQUESTS")
	if w.Header().Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
	}
	answered(t, do(h, call{method: "GET", path: "/healthz"}))
	close(letGo)
	answered(t, wait(t, first, "the first answer"))
	answered(t, do(h, call{method: "GET", path: "/api/invoices"}))
}

// An answer that breaks off must not look whole.
func TestBrokenAnswer(t *testing.T) {
	var l lines
	s := &shop{file: func(context.Context, server.GetCommunicationFileRequestObject) (server.GetCommunicationFileResponseObject, error) {
		return server.GetCommunicationFile200ApplicationPdfResponse{Body: io.MultiReader(strings.NewReader("%PDF-1.7"), broken{})}, nil
	}}
	r := run(t, newHandler(t, s, logTo(&l)))
	response := wait(t, r.send(context.Background(), call{method: "GET", path: filePath}), "the answer")
	if response != nil { // the connection may end before the first bytes are sent
		if _, err := io.ReadAll(response.Body); err == nil {
			t.Error("the answer looks whole")
		}
		response.Body.Close()
	}
	r.stop()
	wait(t, r.ended, "the server to end")
	if !strings.Contains(l.String(), `error="the disk is gone"`) {
		t.Errorf("logged %s", l.String())
	}
}

// A handler beside the contract may stream, and may break off.
func TestBesideStreams(t *testing.T) {
	letGo := make(chan struct{})
	r := run(t, newHandler(t, &shop{}, func(o *serve.Options) {
		o.Beside = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "first")
			_ = http.NewResponseController(w).Flush()
			<-letGo
			panic(http.ErrAbortHandler)
		})
	}))
	response := wait(t, r.send(context.Background(), call{method: "GET", path: "/events"}), "the first bytes")
	if response == nil {
		t.Fatal("there was no answer")
	}
	defer response.Body.Close()
	if _, err := io.ReadFull(response.Body, make([]byte, len("first"))); err != nil {
		t.Fatal(err)
	}
	close(letGo)
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("the answer looks whole")
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestHeadHasNoBody(t *testing.T) {
	r := run(t, newHandler(t, &shop{}))
	response := wait(t, r.send(context.Background(), call{method: "HEAD", path: invoicePath}), "the answer")
	w := recorded(t, response)
	answered(t, w)
	if w.Body.Len() != 0 || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", w.Body, w.Header())
	}
}

func TestRemoteAddr(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, test := range map[string]struct {
		peer, forwarded string
		want            string
	}{
		"direct":                  {"192.0.2.7:1", "", "192.0.2.7"},
		"direct, with a claim":    {"192.0.2.7:1", "203.0.113.1", "192.0.2.7"},
		"one proxy":               {"10.1.1.1:1", "203.0.113.1", "203.0.113.1"},
		"two proxies":             {"10.1.1.1:1", "203.0.113.1, 10.2.2.2", "203.0.113.1"},
		"a claim before a proxy":  {"10.1.1.1:1", "127.0.0.1, 203.0.113.1", "203.0.113.1"},
		"nonsense before a proxy": {"10.1.1.1:1", "unknown, 10.2.2.2", "10.2.2.2"},
		"a proxy itself":          {"10.1.1.1:1", "", "10.1.1.1"},
		"IPv4 in IPv6":            {"[::ffff:192.0.2.7]:1", "", "192.0.2.7"},
		"IPv6":                    {"[2001:db8::1]:1", "", "2001:db8::1"},
		"no address":              {"@", "", "invalid IP"},
	} {
		t.Run(name, func(t *testing.T) {
			var got netip.Addr
			h := newHandler(t, &shop{}, func(o *serve.Options) {
				o.TrustedProxies = proxies
				o.Authenticate = func(ctx context.Context, c serve.Credentials) (context.Context, error) {
					got = c.RemoteAddr
					return ctx, nil
				}
			})
			r := call{method: "GET", path: invoicePath}.request("")
			r.RemoteAddr = test.peer
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			answered(t, w)
			if got.String() != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// exchangeRaw sends bytes as they are, and says that no more will come if that is all, and reads the answer.
func exchangeRaw(t *testing.T, srv *httptest.Server, request string, all bool) *httptest.ResponseRecorder {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if all {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return recorded(t, response)
}

// recorded reads an answer to its end.
func recorded(t *testing.T, response *http.Response) *httptest.ResponseRecorder {
	t.Helper()
	if response == nil {
		t.Fatal("there was no answer")
	}
	defer response.Body.Close()
	w := httptest.NewRecorder()
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	if _, err := io.Copy(w.Body, response.Body); err != nil {
		t.Fatal(err)
	}
	return w
}
