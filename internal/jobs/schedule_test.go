package jobs_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// every is a schedule that counts.
func every(d time.Duration, runs *atomic.Int64) jobs.Schedule {
	return jobs.Schedule{Name: "sweep", Every: d, Run: func(context.Context) error {
		runs.Add(1)
		return nil
	}}
}

// ticks are the ticks there were, and fail when there was one twice.
func (p *process) ticks() int64 {
	p.Helper()
	seen := map[string]bool{}
	for _, row := range p.rows() {
		if row.Kind != "tick" {
			continue
		}
		if seen[string(row.EncodedArgs)] {
			p.Errorf("%s is there twice", row.EncodedArgs)
		}
		seen[string(row.EncodedArgs)] = true
	}
	return int64(len(seen))
}

// Of two processes one runs the schedules. When it ends, the other goes on; and while both take themselves for the leader,
// each tick still runs once.
func TestScheduleRunsOnce(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		var runs atomic.Int64
		a := start(t, url, 1, nil, every(time.Second, &runs))
		until(t, "a leader", func() bool { return a.leader() != "" })
		first := a.leader()
		a.alter(`DELETE FROM river_leader`) // a does not know for up to five seconds
		b := start(t, url, 1, nil, every(time.Second, &runs))
		until(t, "another leader", func() bool { l := b.leader(); return l != "" && l != first })
		until(t, "three ticks", func() bool { return b.ticks() >= 3 })
		a.stop()
		before := runs.Load()
		until(t, "ticks without the first leader", func() bool { return runs.Load() >= before+2 })
		b.stop()
		if ticks := b.ticks(); runs.Load() > ticks { // fewer are right: those that were late, and the last
			t.Errorf("%d ticks, %d runs", ticks, runs.Load())
		}
	})
}

// A leader that dies without a word is followed by another: here, one whose time has a second to run.
func TestDeadLeaderIsReplaced(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		p := open(t, storetest.URL(t, engine), 1)
		if engine == storetest.SQLite {
			p.alter(`INSERT INTO river_leader (elected_at, expires_at, leader_id, name) VALUES (datetime('now', 'subsec'), datetime('now', 'subsec', '+1 second'), 'dead', 'default')`)
		} else {
			p.alter(`INSERT INTO river_leader (elected_at, expires_at, leader_id) VALUES (now(), now() + interval '1 second', 'dead')`)
		}
		began := time.Now()
		p.no(p.Start(t.Context(), nil))
		until(t, "another leader", func() bool { return p.leader() != "dead" && p.leader() != "" })
		t.Logf("after %s", time.Since(began))
	})
}

// Ticks do not depend on when a process was started.
func TestTicks(t *testing.T) {
	at := func(text string) time.Time {
		at, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, test := range []struct {
		every     time.Duration
		now, next string
	}{
		{time.Minute, "2026-11-22 09:00:59", "2026-11-22 09:01:00"},
		{time.Minute, "2026-11-22 09:01:00", "2026-11-22 09:02:00"},
		{15 * time.Minute, "2026-11-22 09:14:00", "2026-11-22 09:15:00"},
		{24 * time.Hour, "2026-11-22 09:14:00", "2026-11-23 00:00:00"},
	} {
		if next := jobs.NextTick(test.every, at(test.now).Local()); !next.Equal(at(test.next)) {
			t.Errorf("every %s, after %s: %s", test.every, test.now, next.UTC())
		}
	}
}

// A tick that nobody could run until the next was due is left out: this one is of 1970.
func TestLateTickIsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		var runs atomic.Int64
		p := open(t, storetest.URL(t, engine), 1)
		p.alter(`INSERT INTO river_job (args, kind, max_attempts) VALUES ('{"name": "sweep", "tick": 0}', 'tick', 4)`)
		p.no(p.Start(t.Context(), nil, every(time.Hour, &runs)))
		until(t, "the end of the tick", func() bool { return p.count(rivertype.JobStateCompleted) == 1 })
		if runs.Load() != 0 {
			t.Error("it ran")
		}
	})
}

// RunOnStart runs the last tick when nobody has; others wait for their next. Failures are logged by the schedule's name.
func TestRunOnStart(t *testing.T) {
	each(t, func(t *testing.T, engine storetest.Engine) {
		url := storetest.URL(t, engine)
		var hourly, daily atomic.Int64
		schedules := []jobs.Schedule{every(time.Hour, &hourly), {Name: "tidy", Every: 24 * time.Hour, RunOnStart: true, Run: func(ctx context.Context) error {
			if end, ok := ctx.Deadline(); !ok || time.Until(end) > 24*time.Minute {
				t.Error("it may run until", end)
			}
			daily.Add(1)
			return nil
		}}}
		for range 2 {
			p := start(t, url, 1, nil, schedules...)
			until(t, "the first run", func() bool { return daily.Load() > 0 })
			p.stop()
		}
		if hourly.Load() != 0 || daily.Load() != 1 {
			t.Errorf("hourly %d, daily %d", hourly.Load(), daily.Load())
		}

		p := start(t, storetest.URL(t, engine), 1, nil, jobs.Schedule{Name: "broken", Every: time.Hour, RunOnStart: true,
			Run: func(context.Context) error { return errRefused }})
		until(t, "a line in the log", func() bool { return strings.Contains(p.log.String(), `"schedule":"broken","error":"refused"`) })
	})
}
