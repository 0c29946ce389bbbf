package jobs_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// TestMain is also the process that is killed, see TestKilled. Tests run east of UTC, where times that are written in the
// local zone would be hours late.
func TestMain(m *testing.M) {
	time.Local = time.FixedZone("Kathmandu", 5*60*60+45*60)
	if url := os.Getenv(victimURL); url != "" {
		victim(url)
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // they wait more than they work
		panic(err)
	}
	code := storetest.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const acme = "acme"

// patience is how long a test waits for what must happen: long, because it only ends tests that fail.
const patience = 30 * time.Second

// each runs a test once per engine, side by side.
func each(t *testing.T, test func(t *testing.T, engine storetest.Engine)) {
	t.Parallel()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, engine)
		})
	}
}

// process is what a process has: connections and a queue of its own.
type process struct {
	*testing.T
	*jobs.Queue
	db  *store.DB
	log *lines
}

// start makes a process with workers on a database, and starts it.
func start(t *testing.T, url string, workers int, handlers map[jobs.Kind]jobs.Handler, schedules ...jobs.Schedule) *process {
	t.Helper()
	p := open(t, url, workers)
	p.no(p.Start(t.Context(), handlers, schedules...))
	return p
}

// open is start for later.
func open(t *testing.T, url string, workers int) *process {
	t.Helper()
	return openWith(t, url, jobs.Config{Workers: workers}.Prompt())
}

func openWith(t *testing.T, url string, c jobs.Config) *process {
	t.Helper()
	p := &process{T: t, log: new(lines), db: storetest.Connect(t, url, storetest.NewClock())}
	p.no(jobs.Migrate(t.Context(), p.db.SQLite(), p.db.Postgres()))
	c.SQLite, c.Postgres, c.Logger = p.db.SQLite(), p.db.Postgres(), slog.New(slog.NewJSONHandler(p.log, nil))
	var err error
	p.Queue, err = jobs.Open(c)
	p.no(err)
	t.Cleanup(p.stop)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.log)
		}
	})
	return p
}

func (p *process) stop() {
	p.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	p.no(p.Stop(ctx))
}

// add commits nudges with these ids.
func (p *process) add(ids ...string) {
	p.Helper()
	p.no(p.db.Update(p.Context(), acme, func(tx *store.Tx) error { return p.Add(tx, nudges(ids...)...) }))
}

// alter runs a statement behind River's back.
func (p *process) alter(statement string) {
	p.Helper()
	p.no(p.db.Update(p.Context(), acme, func(tx *store.Tx) (err error) {
		if tx.SQL() != nil {
			_, err = tx.SQL().ExecContext(tx.Context(), statement)
		} else {
			_, err = tx.PGX().Exec(tx.Context(), statement)
		}
		return err
	}))
}

func (p *process) no(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func nudges(ids ...string) []jobs.Nudge {
	var all []jobs.Nudge
	for _, id := range ids {
		all = append(all, jobs.Nudge{Kind: "delivery", Merchant: acme, ID: id})
	}
	return all
}

// seen collects the nudges that handlers got.
type seen struct {
	mu     sync.Mutex
	counts map[string]int
	next   chan jobs.Nudge
}

func newSeen() *seen { return &seen{counts: map[string]int{}, next: make(chan jobs.Nudge, 10_000)} }

// handlers are those of a process that only counts.
func (s *seen) handlers() map[jobs.Kind]jobs.Handler {
	return map[jobs.Kind]jobs.Handler{"delivery": func(_ context.Context, n jobs.Nudge) (time.Duration, error) {
		s.count(n)
		return 0, nil
	}}
}

// count notes a nudge and tells how often it was seen.
func (s *seen) count(n jobs.Nudge) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[n.ID]++
	s.next <- n
	return s.counts[n.ID]
}

// await waits for n nudges more.
func (s *seen) await(t testing.TB, n int) {
	t.Helper()
	timeout := time.After(patience)
	for range n {
		select {
		case <-s.next:
		case <-timeout:
			t.Fatalf("waited too long for a nudge; seen so far: %v", s.all())
		}
	}
}

func (s *seen) all() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]int{}
	for id, n := range s.counts {
		all[id] = n
	}
	return all
}

// until waits for a condition.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	timeout := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("waited too long for %s", what)
		}
	}
}

// lines is a log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
