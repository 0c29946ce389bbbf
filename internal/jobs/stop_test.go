package jobs_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A handler that ends within the grace is not disturbed; nothing new begins.
func TestStopWaits(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		running, let := make(chan struct{}), make(chan struct{})
		p := start(t, storetest.URL(t, engine), 1, map[jobs.Kind]jobs.Handler{"delivery": func(ctx context.Context, n jobs.Nudge) (time.Duration, error) {
			close(running) // twice is a panic
			<-let
			return 0, ctx.Err()
		}})
		p.add("slow", "next")
		<-running
		stopped := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			stopped <- p.Stop(ctx)
		}()
		select {
		case err := <-stopped:
			t.Fatal("stopped while a handler ran", err)
		case <-time.After(50 * time.Millisecond):
		}
		close(let)
		p.no(<-stopped)
		states := p.states()
		if states["slow"] != rivertype.JobStateCompleted || states["next"] != rivertype.JobStateAvailable {
			t.Error(states)
		}
		p.stop() // has nothing to do
	})
}

// What does not end within the grace is told to, goes back, and counts as not tried: another process does it at once.
func TestStopReturnsWhatIsNotDone(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		running := make(chan struct{})
		p := start(t, url, 1, map[jobs.Kind]jobs.Handler{"delivery": func(ctx context.Context, n jobs.Nudge) (time.Duration, error) {
			close(running)
			<-ctx.Done()
			return 0, fmt.Errorf("interrupted: %w", ctx.Err())
		}})
		p.add("long")
		<-running
		over, cancel := context.WithCancel(t.Context())
		cancel()
		p.no(p.Stop(over))
		if row := p.rows()[0]; row.State != rivertype.JobStateAvailable || row.Attempt != 0 {
			t.Errorf("%s, attempt %d", row.State, row.Attempt)
		}
		p.add("later") // adding goes on

		got := newSeen()
		other := start(t, url, 1, got.handlers())
		got.await(t, 2)
		if log := p.log.String() + other.log.String(); log != "" {
			t.Error(log)
		}
	})
}

// The end of the context of Start stops nothing: a server that is told to end still lets handlers finish.
func TestStartOutlivesItsContext(t *testing.T) {
	t.Parallel()
	got := newSeen()
	p := open(t, storetest.URL(t, storetest.SQLite), 1)
	ctx, cancel := context.WithCancel(t.Context())
	p.no(p.Start(ctx, got.handlers()))
	cancel()
	for i := range 20 { // what it would stop, it would stop at its leisure
		p.add(fmt.Sprint(i))
		got.await(t, 1)
	}
	if err := p.Start(t.Context(), nil); err == nil {
		t.Error("started twice")
	}
}

const victimURL = "DUNWELL_TEST_JOBS_VICTIM"

// victim is the process that is killed while it works.
func victim(url string) {
	ctx := context.Background()
	db, err := store.Open(ctx, url, time.Now)
	if err == nil {
		err = jobs.Migrate(ctx, db.SQLite(), db.Postgres())
	}
	var q *jobs.Queue
	if err == nil {
		q, err = jobs.Open(jobs.Config{SQLite: db.SQLite(), Postgres: db.Postgres(), Workers: 1}.Prompt())
	}
	if err == nil {
		err = q.Start(ctx, map[jobs.Kind]jobs.Handler{"delivery": func(context.Context, jobs.Nudge) (time.Duration, error) {
			fmt.Println("working")
			select {}
		}})
	}
	if err == nil {
		err = db.Update(ctx, acme, func(tx *store.Tx) error { return q.Add(tx, nudges("orphan")...) })
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	select {}
}

// What a process that was killed has worked on is taken up by another after half an hour, which here have passed.
func TestKilled(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		p := open(t, url, 1)
		kill(t, url, func() bool { return p.leader() != "" })
		if state := p.states()["orphan"]; state != rivertype.JobStateRunning {
			t.Fatal(state)
		}
		if engine == storetest.SQLite {
			p.alter(`UPDATE river_job SET attempted_at = datetime('now', '-31 minutes')`)
			p.alter(`UPDATE river_leader SET expires_at = datetime('now', '-1 second')`)
		} else {
			p.alter(`UPDATE river_job SET attempted_at = now() - interval '31 minutes'`)
			p.alter(`UPDATE river_leader SET expires_at = now() - interval '1 second'`)
		}
		got := newSeen()
		p.no(p.Start(t.Context(), got.handlers()))
		got.await(t, 1)
	})
}

// kill runs the victim until it works and leads, and kills it.
func kill(t *testing.T, url string, leads func() bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), victimURL+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	n, _ := out.Read(said)
	until(t, "a leader", leads)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if string(said[:n]) != "working\n" {
		t.Fatalf("the victim says %q", said[:n])
	}
}
