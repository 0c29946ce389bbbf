package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Result is what a run saw.
type Result struct {
	Requests  int
	PerSecond float64
	P50, P99  time.Duration
}

// Run is a load. Either Duration or Requests bounds it.
type Run struct {
	Address     string
	Connections int
	Duration    time.Duration
	Requests    int
	Status      int    // of every answer; another one ends the run with an error
	First       uint64 // number of the first request; 0 for numbers that no run has used yet
	Turns       uint64 // at Turn, requests are numbered from 1 to this

	// Request makes the request of a connection; connections are counted from 0.
	Request func(connection int) (*http.Request, error)
}

// timeout is how long one answer may take. Past it something is wrong.
const timeout = time.Minute

// counter numbers requests over all runs of this process that do not say how, so that what is to be unique stays unique.
var counter atomic.Uint64

// Do runs it.
func (l Run) Do(ctx context.Context) (Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	clients := make([]*client, l.Connections)
	for i := range clients {
		c, err := l.dial(ctx, i)
		if err != nil {
			return Result{}, err
		}
		defer c.conn.Close() //nolint:errcheck // every answer was read
		clients[i] = c
	}
	stop := context.AfterFunc(ctx, func() {
		for _, c := range clients {
			_ = c.conn.SetDeadline(time.Unix(1, 0))
		}
	})
	defer stop()
	budget, number := newBudget(l), numbers(l.First)
	start := time.Now()
	var wg sync.WaitGroup
	for _, c := range clients {
		wg.Go(func() {
			if err := c.run(l, budget, number); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return Result{}, err
	}
	return summarize(clients, took), nil
}

// newBudget says whether another request may be sent.
func newBudget(l Run) func() bool {
	end := time.Now().Add(l.Duration)
	var sent atomic.Int64
	return func() bool {
		if l.Requests > 0 {
			return sent.Add(1) <= int64(l.Requests)
		}
		return time.Now().Before(end)
	}
}

// numbers gives each request its number.
func numbers(first uint64) func() uint64 {
	if first == 0 {
		return func() uint64 { return counter.Add(1) }
	}
	var given atomic.Uint64
	return func() uint64 { return first + given.Add(1) - 1 }
}

// client is one connection.
type client struct {
	conn    net.Conn
	reader  *bufio.Reader
	request *Request
	took    []time.Duration
}

func (l Run) dial(ctx context.Context, i int) (*client, error) {
	r, err := l.Request(i)
	if err != nil {
		return nil, err
	}
	request, err := NewRequest(r, l.Address)
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", l.Address)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, reader: bufio.NewReaderSize(conn, 16<<10), request: request}, nil
}

func (c *client) run(l Run, more func() bool, number func() uint64) error {
	for more() {
		n := number()
		c.request.number(n, n%max(l.Turns, 1)+1)
		start := time.Now()
		if err := c.exchange(l.Status); err != nil {
			return err
		}
		c.took = append(c.took, time.Since(start))
	}
	return nil
}

// exchange sends the request and reads the answer to its end.
func (c *client) exchange(status int) error {
	if err := c.conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	if _, err := c.conn.Write(c.request.wire); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	answer, err := http.ReadResponse(c.reader, &http.Request{Method: c.request.method})
	if err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	if answer.StatusCode != status {
		head, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("status %d instead of %d: %s", answer.StatusCode, status, head)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	return answer.Body.Close()
}

func summarize(clients []*client, took time.Duration) Result {
	var all []time.Duration
	for _, c := range clients {
		all = append(all, c.took...)
	}
	return Summarize(all, took)
}

// Summarize is the Result of what took so long each, and in all.
func Summarize(all []time.Duration, took time.Duration) Result {
	if len(all) == 0 {
		return Result{}
	}
	slices.Sort(all)
	return Result{
		Requests:  len(all),
		PerSecond: float64(len(all)) / took.Seconds(),
		P50:       all[(len(all)-1)*50/100],
		P99:       all[(len(all)-1)*99/100],
	}
}
