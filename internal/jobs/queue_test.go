package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivertype"

	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

var errRefused = errors.New("refused")

// A nudge is there with its transaction, or never; also when the transaction goes on after a savepoint, and when nobody
// in this process works.
func TestAddIsPartOfTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		adder := open(t, url, 0)
		if err := adder.Start(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		err := adder.db.Update(t.Context(), acme, func(tx *store.Tx) error {
			return errors.Join(adder.Add(tx, nudges("rolled back")...), errRefused)
		})
		if !errors.Is(err, errRefused) {
			t.Fatal(err)
		}
		adder.no(adder.db.Update(t.Context(), acme, func(tx *store.Tx) error {
			_ = tx.Savepoint(func() error { return errors.Join(adder.Add(tx, nudges("taken back")...), errRefused) })
			return adder.Add(tx, nudges("one", "two")...)
		}))
		adder.no(adder.db.Update(t.Context(), acme, func(tx *store.Tx) error { return adder.Add(tx) }))

		got := newSeen()
		start(t, url, 2, got.handlers())
		got.await(t, 2)
		adder.add("last")
		got.await(t, 1)
		if all := got.all(); !maps.Equal(all, map[string]int{"one": 1, "two": 1, "last": 1}) {
			t.Error("handled", all)
		}
	})
}

func TestNudgeArrivesWhole(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		want := jobs.Nudge{Kind: "callback", Merchant: "Müller & \"Söhne\"", ID: "01k"}
		got := make(chan jobs.Nudge, 1)
		p := start(t, storetest.URL(t, engine), 1, map[jobs.Kind]jobs.Handler{"callback": func(_ context.Context, n jobs.Nudge) (time.Duration, error) {
			got <- n
			return 0, nil
		}})
		p.no(p.db.Update(t.Context(), acme, func(tx *store.Tx) error { return p.Add(tx, want) }))
		if n := <-got; n != want {
			t.Errorf("got %+v", n)
		}
	})
}

// Who adds wakes the workers: these never look by themselves.
func TestAddWakes(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		got := newSeen()
		p := openWith(t, storetest.URL(t, engine), jobs.Config{Workers: 1}.Patient())
		p.no(p.Start(t.Context(), got.handlers()))
		for i := range 20 {
			p.add(fmt.Sprint(i))
			if engine == storetest.Postgres { // not every nudge is notified of; the next one makes up for it
				until(t, "a nudge", func() bool {
					if len(got.next) == 0 {
						p.add("next")
					}
					return len(got.next) > 0
				})
			}
			got.await(t, 1)
		}
	})
}

// What is slow holds up its own kind only: a receiver of callbacks that does not answer delays no mail.
func TestKindsDoNotWaitForEachOther(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		answer, got := make(chan struct{}), newSeen()
		handlers := got.handlers()
		handlers["callback"] = func(ctx context.Context, n jobs.Nudge) (time.Duration, error) {
			got.count(n)
			<-answer
			return 0, nil
		}
		p := start(t, storetest.URL(t, engine), 1, handlers)
		p.no(p.db.Update(t.Context(), acme, func(tx *store.Tx) error {
			return p.Add(tx, jobs.Nudge{Kind: "callback", Merchant: acme, ID: "slow"}, jobs.Nudge{Kind: "of-a-newer-binary", Merchant: acme, ID: "pigeon"})
		}))
		got.await(t, 1)
		p.add("quick")
		got.await(t, 1)
		close(answer)
		if state := p.states()["pigeon"]; state != rivertype.JobStateAvailable {
			t.Error("what nobody here knows is", state)
		}
	})
}

func TestAgain(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		got := newSeen()
		p := start(t, storetest.URL(t, engine), 1, map[jobs.Kind]jobs.Handler{"delivery": func(_ context.Context, n jobs.Nudge) (time.Duration, error) {
			switch {
			case n.ID == "tomorrow":
				got.count(n)
				return 24 * time.Hour, nil
			case got.count(n) < 7: // more often than an error would be tried
				return time.Millisecond, nil
			}
			return 0, nil
		}})
		p.add("soon", "tomorrow")
		got.await(t, 8)
		until(t, "the end of both", func() bool {
			states := p.states()
			return states["soon"] == rivertype.JobStateCompleted && states["tomorrow"] == rivertype.JobStateScheduled
		})
		for _, row := range p.rows() {
			if wait := time.Until(row.ScheduledAt); row.State == rivertype.JobStateScheduled && (wait < 23*time.Hour || wait > 24*time.Hour) {
				t.Errorf("tomorrow is in %s", wait)
			}
		}
		if log := p.log.String(); log != "" {
			t.Error(log)
		}
	})
}

func TestAddAfter(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		got := newSeen()
		p := start(t, storetest.URL(t, engine), 1, got.handlers())
		began := time.Now()
		p.no(p.db.Update(t.Context(), acme, func(tx *store.Tx) error {
			return errors.Join(p.AddAfter(tx, time.Hour, nudges("late")...), p.AddAfter(tx, 200*time.Millisecond, nudges("soon")...))
		}))
		got.await(t, 1)
		if took := time.Since(began); took < 200*time.Millisecond || got.all()["soon"] != 1 {
			t.Errorf("after %s: %v", took, got.all())
		}
		if state := p.states()["late"]; state != rivertype.JobStateScheduled {
			t.Error("late is", state)
		}
	})
}

// What was reminded of is not added again until it was worked; Add always adds.
func TestRemind(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		p := open(t, url, 0)
		remind := func() {
			p.no(p.db.Update(t.Context(), acme, func(tx *store.Tx) error { return p.Remind(tx, nudges("a", "b")...) }))
		}
		p.add("a")
		remind()
		remind()
		p.add("a")
		if rows := p.rows(); len(rows) != 4 {
			t.Fatalf("%d rows", len(rows))
		}
		got := newSeen()
		worker := start(t, url, 1, got.handlers())
		got.await(t, 4)
		until(t, "completion", func() bool { return worker.count(rivertype.JobStateCompleted) == 4 })
		remind()
		got.await(t, 2)
		if all := got.all(); !maps.Equal(all, map[string]int{"a": 4, "b": 2}) {
			t.Error("handled", all)
		}
	})
}

// What fails is logged by its name, once, and comes again; what fails too often is given up. A panic ends no process.
func TestFailures(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		got := newSeen()
		p := open(t, storetest.URL(t, engine), 4)
		p.add("hopeless")
		p.alter(`UPDATE river_job SET attempt = 3`)
		p.add("error", "panic")
		p.no(p.Start(t.Context(), map[jobs.Kind]jobs.Handler{"delivery": func(_ context.Context, n jobs.Nudge) (time.Duration, error) {
			first := got.count(n) == 1
			switch {
			case n.ID == "hopeless", n.ID == "error" && first:
				return time.Minute, errRefused
			case n.ID == "panic" && first:
				panic("on fire")
			}
			return 0, nil
		}}))
		got.await(t, 5)
		until(t, "the end of all", func() bool {
			states := p.states()
			return states["hopeless"] == rivertype.JobStateDiscarded && states["error"] == rivertype.JobStateCompleted && states["panic"] == rivertype.JobStateCompleted
		})
		log := p.log.String()
		for _, want := range []string{
			`"level":"ERROR","msg":"job failed; given up","job":1,"attempt":4,"kind":"delivery","merchant":"acme","id":"hopeless","error":"refused"`,
			`"level":"WARN","msg":"job failed; it is tried again","job":2,"attempt":1,"kind":"delivery","merchant":"acme","id":"error","error":"refused"`,
			`"level":"ERROR","msg":"job panicked","job":3,"attempt":1,"kind":"delivery","merchant":"acme","id":"panic","panic":"on fire"`,
		} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %s:\n%s", want, log)
			}
		}
		for _, word := range []string{"on fire", `"error":"refused"`} {
			if n, want := strings.Count(log, word), map[string]int{"on fire": 1, `"error":"refused"`: 2}[word]; n != want {
				t.Errorf("%s is logged %d times, not %d:\n%s", word, n, want, log)
			}
		}
	})
}

// Two processes share the work, and nothing is handled twice.
func TestTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		got := newSeen()
		var by [2]atomic.Int64
		var ps [2]*process
		for i := range ps {
			ps[i] = start(t, url, 2, map[jobs.Kind]jobs.Handler{"delivery": func(_ context.Context, n jobs.Nudge) (time.Duration, error) {
				by[i].Add(1)
				got.count(n)
				return 0, nil
			}})
		}
		const rounds, size = 20, 10
		for i := range rounds {
			var ids []string
			for j := range size {
				ids = append(ids, fmt.Sprint(i, "/", j))
			}
			ps[i%2].add(ids...)
		}
		got.await(t, rounds*size)
		for _, p := range ps {
			p.stop()
		}
		for id, n := range got.all() {
			if n != 1 {
				t.Errorf("%s was handled %d times", id, n)
			}
		}
		if by[0].Load() == 0 || by[1].Load() == 0 {
			t.Errorf("one did it all: %d, %d", by[0].Load(), by[1].Load())
		}
	})
}

// Many add while workers work, who write too: nobody waits for a connection that the other holds, nobody finds the file
// locked, nothing is lost.
func TestLoad(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		const callers, rounds = 64, 8
		got := newSeen()
		p := open(t, url, 8)
		p.no(p.db.Update(t.Context(), acme, func(tx *store.Tx) error { return tx.InsertMerchant(&store.Merchant{Name: "ACME", Currency: "EUR"}) }))
		p.no(p.Start(t.Context(), map[jobs.Kind]jobs.Handler{"delivery": func(ctx context.Context, n jobs.Nudge) (time.Duration, error) {
			err := p.db.Update(ctx, acme, func(tx *store.Tx) error {
				_, err := tx.Next("handled")
				return err
			})
			if err == nil {
				got.count(n)
			}
			return 0, err
		}}))
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				for j := range rounds {
					err := p.db.Update(t.Context(), acme, func(tx *store.Tx) error {
						if _, err := tx.Next("asked"); err != nil {
							return err
						}
						return p.Add(tx, nudges(fmt.Sprint(i, "/", j))...)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got.await(t, callers*rounds)
		p.no(p.db.Update(t.Context(), acme, func(tx *store.Tx) error {
			for _, counter := range []string{"asked", "handled"} {
				if n, err := tx.Next(counter); err != nil || n != callers*rounds+1 {
					t.Error(counter, n-1, err)
				}
			}
			return nil
		}))
		if log := p.log.String(); strings.Contains(log, "locked") || strings.Contains(log, "job failed") {
			t.Error(log)
		}
	})
}

// An idle queue on SQLite reads; it does not write every second.
func TestIdleDoesNotWrite(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, storetest.SQLite)
	p := openWith(t, url, jobs.Config{Workers: 2})
	p.no(p.Start(t.Context(), newSeen().handlers()))
	until(t, "a leader", func() bool { return p.leader() != "" })
	written := func() time.Time {
		info, err := os.Stat(url + "-wal")
		p.no(err)
		return info.ModTime()
	}
	// The leader writes every five seconds. Between two times it must be quiet for longer than two looks take.
	was, since := written(), time.Now()
	until(t, "two looks without a write", func() bool {
		if now := written(); now != was {
			was, since = now, time.Now()
		}
		return time.Since(since) > 2500*time.Millisecond
	})
}

func TestMigrateTogether(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		var dbs [3]*store.DB
		for i := range dbs {
			dbs[i] = storetest.Connect(t, url, storetest.NewClock())
		}
		for range 2 {
			var wg sync.WaitGroup
			for _, db := range dbs {
				wg.Go(func() {
					if err := jobs.Migrate(t.Context(), db.SQLite(), db.Postgres()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		open(t, url, 0).add("works")
	})
}

func TestConfig(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	for name, c := range map[string]jobs.Config{
		"no database":      {},
		"negative workers": {SQLite: db.SQLite(), Workers: -1},
		"too many workers": {SQLite: db.SQLite(), Workers: 1 << 20},
	} {
		if _, err := jobs.Open(c); err == nil {
			t.Error(name, "is accepted")
		}
	}
	run := func(context.Context) error { return nil }
	for name, schedules := range map[string][]jobs.Schedule{
		"no name":     {{Every: time.Minute, Run: run}},
		"same name":   {{Name: "a", Every: time.Minute, Run: run}, {Name: "a", Every: time.Hour, Run: run}},
		"too often":   {{Name: "a", Every: time.Second - 1, Run: run}},
		"nothing":     {{Name: "a", Every: time.Minute}},
		"no database": {{Name: "a", Every: time.Minute, Run: run}}, // its tables are missing
	} {
		q, err := jobs.Open(jobs.Config{SQLite: db.SQLite(), Workers: 1, Logger: slog.New(slog.DiscardHandler)}.Prompt())
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Start(t.Context(), nil, schedules...); err == nil {
			t.Error(name, "is accepted")
		}
	}
}

// One connection would be taken by the listener, and everybody else would wait for ever.
func TestTooFewConnections(t *testing.T) {
	c, err := pgxpool.ParseConfig("postgres://localhost/nothing?pool_max_conns=1")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := jobs.Open(jobs.Config{Postgres: pool, Workers: 1}); err == nil || !strings.Contains(err.Error(), "pool_max_conns") {
		t.Error(err)
	}
	if err := jobs.Migrate(t.Context(), nil, pool); err == nil || !strings.Contains(err.Error(), "pool_max_conns") {
		t.Error(err)
	}
}

func (p *process) rows() []*rivertype.JobRow {
	p.Helper()
	rows, err := p.Rows(p.Context())
	p.no(err)
	return rows
}

// states are those of nudges by their ids.
func (p *process) states() map[string]rivertype.JobState {
	p.Helper()
	states := map[string]rivertype.JobState{}
	for _, row := range p.rows() {
		_, id, _ := strings.Cut(strings.ReplaceAll(string(row.EncodedArgs), " ", ""), `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		states[id] = row.State
	}
	return states
}

func (p *process) count(state rivertype.JobState) (n int) {
	p.Helper()
	for _, row := range p.rows() {
		if row.State == state {
			n++
		}
	}
	return n
}

// leader is who runs the schedules.
func (p *process) leader() (id string) {
	p.Helper()
	p.no(p.db.View(p.Context(), acme, func(tx *store.Tx) error {
		const query = `SELECT coalesce(max(leader_id), '') FROM river_leader`
		if tx.SQL() != nil {
			return tx.SQL().QueryRowContext(tx.Context(), query).Scan(&id)
		}
		return tx.PGX().QueryRow(tx.Context(), query).Scan(&id)
	}))
	return id
}
