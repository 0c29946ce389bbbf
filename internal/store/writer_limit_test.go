package store

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

func openTestSQLite(t *testing.T) *sqliteEngine {
	t.Helper()
	e, err := openSQLite(context.Background(), filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	run(t, e, "CREATE TABLE lines (line INTEGER)")
	return e
}

func run(t *testing.T, e *sqliteEngine, statement string) {
	t.Helper()
	err := e.update(context.Background(), time.Minute, func(s session) error {
		_, err := s.exec(statement, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, e *sqliteEngine) (n int64) {
	t.Helper()
	err := e.view(context.Background(), func(s session) error {
		return s.query("SELECT count(*) FROM lines", nil, func(r row) error { return r.Scan(&n) })
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A closure that hangs, in Go or in a statement, loses its turn; what the others of its batch did is kept, and what
// it does afterwards has no effect.
func TestAClosureThatHangs(t *testing.T) {
	const insert = "INSERT INTO lines VALUES (1)"
	const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO lines SELECT i FROM n WHERE i < 0"
	var began, awake chan struct{}
	hangs := map[string]func(s session) error{
		"in Go": func(s session) error {
			if _, err := s.exec(insert, nil); err != nil {
				return err
			}
			close(began)
			<-awake
			if _, err := s.exec(insert, nil); err == nil {
				t.Error("a statement runs after the turn was taken away")
			}
			return nil
		},
		"in a statement": func(s session) error {
			close(began)
			_, err := s.exec(endless, nil)
			return err
		},
	}
	for name, hang := range hangs {
		t.Run(name, func(t *testing.T) {
			e := openTestSQLite(t)
			running, let := make(chan struct{}), make(chan struct{})
			began, awake = make(chan struct{}), make(chan struct{})
			var once sync.Once
			var wg sync.WaitGroup
			update := func(limit time.Duration, body func(session) error, check func(error)) {
				wg.Go(func() { check(e.update(context.Background(), limit, body)) })
			}
			ok := func(err error) {
				if err != nil {
					t.Error(err)
				}
			}
			update(time.Minute, func(s session) error {
				once.Do(func() { close(running) })
				<-let
				_, err := s.exec(insert, nil)
				return err
			}, ok)
			<-running
			for range 5 {
				update(time.Minute, func(s session) error { _, err := s.exec(insert, nil); return err }, ok)
			}
			update(20*time.Millisecond, hang, func(err error) {
				var refused *ar.Error
				if !errors.As(err, &refused) || refused.Kind != ar.Unavailable {
					t.Errorf("error is %v", err)
				}
			})
			for range 5 {
				update(time.Minute, func(s session) error {
					_, err := s.exec(insert, nil)
					return err
				}, ok)
			}
			close(let)
			<-began
			run(t, e, insert) // the writer goes on while the closure still hangs
			close(awake)
			wg.Wait()
			if n := count(t, e); n != 12 {
				t.Errorf("%d lines were kept, want 12", n)
			}
		})
	}
}

// A session that leaves its closure cannot write into the turn of the next one, though both are one transaction.
func TestASessionThatIsOver(t *testing.T) {
	e := openTestSQLite(t)
	for attempt := 0; !leak(t, e); attempt++ { // a batch ends after a while, so the two may have missed each other
		if attempt == 100 {
			t.Fatal("two closures are never of one batch")
		}
	}
	if n := count(t, e); n != 0 {
		t.Errorf("%d lines were kept", n)
	}
}

// leak uses the session of one closure in the next, and tells whether the two were of one batch.
func leak(t *testing.T, e *sqliteEngine) (together bool) {
	t.Helper()
	var leaked session
	second := make(chan error, 1)
	err := e.update(context.Background(), time.Minute, func(s session) error {
		leaked = s
		go func() {
			second <- e.update(context.Background(), time.Minute, func(s session) error {
				together = s.sqlTx() == leaked.sqlTx()
				if _, err := leaked.exec("INSERT INTO lines VALUES (1)", nil); err == nil {
					t.Error("a session writes in the turn of another")
				}
				if err := leaked.query("SELECT 1", nil, nil); err == nil {
					t.Error("a session reads in the turn of another")
				}
				return nil
			})
		}()
		for len(e.writer.queue) == 0 { // until it waits behind this one
			runtime.Gosched()
		}
		return nil
	})
	if err := errors.Join(err, <-second); err != nil {
		t.Fatal(err)
	}
	return together
}
