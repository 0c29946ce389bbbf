package load_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/bench/load"
)

// echo answers with what came, and remembers it.
type echo struct {
	mu   sync.Mutex
	seen map[string]int
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	e.seen[string(body)]++
	e.mu.Unlock()
	_, _ = w.Write(body)
	w.(http.Flusher).Flush() // chunked
	_, _ = w.Write(body)
}

func post(body string) func(int) (*http.Request, error) {
	return func(int) (*http.Request, error) {
		return http.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	}
}

func TestRun(t *testing.T) {
	e := &echo{seen: make(map[string]int)}
	srv := httptest.NewServer(e)
	defer srv.Close()
	run := load.Run{Address: srv.Listener.Addr().String(), Connections: 4, Requests: 500, Status: http.StatusOK, Request: post(`{"n":"` + load.Mark + `"}`)}
	result, err := run.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if result.Requests != 500 || result.PerSecond <= 0 || result.P50 <= 0 || result.P50 > result.P99 {
		t.Errorf("%+v", result)
	}
	if len(e.seen) != 500 {
		t.Errorf("%d different requests of 500", len(e.seen))
	}
	for body, n := range e.seen {
		if n != 1 || len(body) != len(`{"n":"`+load.Mark+`"}`) || strings.Contains(body, "~") {
			t.Fatalf("%d times %s", n, body)
		}
	}
}

// A run can repeat the numbers of another one, at every mark.
func TestFirst(t *testing.T) {
	e := &echo{seen: make(map[string]int)}
	srv := httptest.NewServer(e)
	defer srv.Close()
	run := load.Run{Address: srv.Listener.Addr().String(), Connections: 2, Requests: 3, Status: http.StatusOK, First: 41, Request: post(load.Mark + "," + load.Mark)}
	for range 2 {
		if _, err := run.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []uint64{41, 42, 43} {
		if digits := string(load.Digits(n)); e.seen[digits+","+digits] != 2 {
			t.Errorf("%d: %v", n, e.seen)
		}
	}
}

func TestTurns(t *testing.T) {
	e := &echo{seen: make(map[string]int)}
	srv := httptest.NewServer(e)
	defer srv.Close()
	run := load.Run{Address: srv.Listener.Addr().String(), Connections: 3, Requests: 8, Status: http.StatusOK, Turns: 4, Request: post(load.Turn)}
	if _, err := run.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{1, 2, 3, 4} {
		if e.seen[string(load.Digits(n))] != 2 {
			t.Errorf("%d: %v", n, e.seen)
		}
	}
}

func TestRunEndsInTime(t *testing.T) {
	srv := httptest.NewServer(&echo{seen: make(map[string]int)})
	defer srv.Close()
	run := load.Run{Address: srv.Listener.Addr().String(), Connections: 2, Duration: 50 * time.Millisecond, Status: http.StatusOK, Request: post("x")}
	start := time.Now()
	result, err := run.Do(context.Background())
	if took := time.Since(start); err != nil || result.Requests == 0 || took < 50*time.Millisecond || took > 10*time.Second {
		t.Errorf("%+v, %v after %s", result, err, took)
	}
}

func TestWrongStatusEndsIt(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	run := load.Run{Address: srv.Listener.Addr().String(), Connections: 2, Duration: time.Minute, Status: http.StatusOK, Request: post("x")}
	if _, err := run.Do(context.Background()); err == nil || !strings.Contains(err.Error(), "status 404 instead of 200: 404 page not found") {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	arrived, done := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(arrived); <-done }))
	defer srv.Close()
	defer close(done)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	run := load.Run{Address: srv.Listener.Addr().String(), Connections: 1, Duration: time.Minute, Status: http.StatusOK, Request: post("x")}
	if _, err := run.Do(ctx); err == nil {
		t.Error("no error")
	}
}
