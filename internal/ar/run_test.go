package ar

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// runClock is the clock of attempts in tests of runs.
var runClock = time.Date(2026, time.June, 4, 6, 30, 0, 0, time.UTC)

// Who may claim a run, in every state it can be in.
func TestClaimRun(t *testing.T) {
	now, before, after := runClock, runClock.Add(-time.Second), runClock.Add(time.Second)
	for _, c := range []struct {
		name string
		run  Run
		due  bool
	}{
		{"queued", Run{State: RunQueued, Next: &now}, true},
		{"queued, to wait", Run{State: RunQueued, Next: &after}, false},
		{"being planned", Run{State: RunQueued, Lease: &after}, false},
		{"left while it was planned", Run{State: RunQueued, Lease: &before}, true},
		{"running", Run{State: RunRunning, Lease: &after}, false},
		{"left while it was running", Run{State: RunRunning, Lease: &now}, true},
		{"given back", Run{State: RunRunning, Next: &before}, true},
		{"waiting after a fault", Run{State: RunRunning, Next: &after}, false},
		{"done", Run{State: RunDone}, false},
		{"failed", Run{State: RunFailed}, false},
	} {
		claimed := c.run
		err := claimed.Claim(now)
		switch {
		case (err == nil) != c.due:
			t.Errorf("%s: %v", c.name, err)
		case err != nil && fmt.Sprint(claimed) != fmt.Sprint(c.run):
			t.Errorf("%s: changed to %+v", c.name, claimed)
		case err == nil && (claimed.Generation != 1 || claimed.Next != nil || !claimed.Lease.Equal(now.Add(RunLease)) || claimed.State != c.run.State):
			t.Errorf("%s: claimed as %+v", c.name, claimed)
		}
	}
}

// Whatever happens to a run, somebody has it, or it has a time, or it has ended; its counts only grow, and never beyond
// what was planned.
func TestRunNeverHangs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := runClock
		run := &Run{State: RunQueued, Next: &now}
		left := int64(5)
		t.Repeat(map[string]func(*rapid.T){
			"wait": func(t *rapid.T) {
				now = now.Add(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, RunLease}).Draw(t, "time"))
			},
			"claim": func(t *rapid.T) {
				if run.Claim(now) != nil {
					t.Skip("not due")
				}
			},
			"plan": func(t *rapid.T) {
				if run.Lease == nil || run.Plan != "" {
					t.Skip("nobody has it, or it is planned")
				}
				run.Planned("plan", left, 0, now)
			},
			"advance": func(t *rapid.T) {
				if run.Lease == nil || run.Plan == "" || left == 0 {
					t.Skip("there is nothing to do")
				}
				left--
				run.Advance(run.Position+1, 1, 0, now)
			},
			"fault": func(t *rapid.T) {
				if run.Lease == nil || run.Plan == "" || left == 0 {
					t.Skip("nothing can fail")
				}
				if run.Fault(now) {
					left--
					run.Advance(run.Position+1, 0, 1, now)
				}
			},
			"yield": func(t *rapid.T) {
				if run.Lease == nil {
					t.Skip("nobody has it")
				}
				run.Yield(now)
			},
			"end": func(t *rapid.T) {
				if run.Lease == nil || left > 0 {
					t.Skip("it is not over")
				}
				run.End("", now)
			},
			"": func(t *rapid.T) {
				held, waits, ended := run.Lease != nil, run.Next != nil, run.State.Ended()
				if held && waits || held && ended || waits && ended || !held && !waits && !ended || ended != (run.Finished != nil) {
					t.Errorf("%+v", run)
				}
				if run.Plan != "" && run.Issued+run.Dropped+left != run.Notices || run.Faults > maxEntryFaults {
					t.Errorf("%d left of %+v", left, run)
				}
			},
		})
	})
}

// What fails is tried three times, with longer and longer pauses, and the next thing that fails as often.
func TestRunFaults(t *testing.T) {
	run := &Run{State: RunRunning}
	for range 2 {
		for n, want := range []time.Duration{time.Minute, 5 * time.Minute} {
			if run.Fault(runClock) || run.Next.Sub(runClock) != want {
				t.Errorf("fault %d: waits until %s", n+1, run.Next)
			}
		}
		if !run.Fault(runClock) {
			t.Error("it goes on for ever")
		}
		run.Advance(1, 0, 1, runClock)
	}
}

func TestRunOverdue(t *testing.T) {
	run := &Run{Day: time.Date(2026, time.February, 28, 0, 0, 0, 0, time.UTC)}
	for days, want := range map[int]bool{-1: false, 0: false, 1: false, 2: true, 30: true} {
		if got := run.Overdue(run.Day.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days: %v", days, got)
		}
	}
}

// A step that waits says for which guard.
func TestWaits(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, time.June, n, 0, 0, 0, 0, time.UTC) }
	until := day(20)
	base := DunningCase{Phase: Open, Procedure: DefaultProcedure, Currency: "EUR", Debtor: Incorporate, Principal: hundred, Base: day(1)}
	for name, c := range map[string]struct {
		change        func(*DunningCase)
		guard, reason string
	}{
		"grace": {func(*DunningCase) {}, "G2", "Not due before 2026-06-05."},
		"interval": {func(c *DunningCase) {
			c.Level, c.Last = 1, &LastNotice{Issued: day(2), PayBy: day(2)}
			c.Procedure.Levels = append([]ProcedureLevel(nil), c.Procedure.Levels...)
			c.Procedure.Levels[1].Interval = 14
		}, "G3", "Not due before 2026-06-16."},
		"delayed": {func(c *DunningCase) { c.OfDebtor.DelayedUntil = "2026-06-30" }, "G5", "Not due before 2026-06-30."},
		"held": {func(c *DunningCase) {
			c.Holds = []Hold{{InvoiceID: "i", Kind: HoldBlock, Reason: "asked", From: day(1), Until: &until}}
		}, "G5", "Dunning of the invoice is blocked until 2026-06-20: asked."},
		"held by then": {func(c *DunningCase) {
			c.Holds = []Hold{{InvoiceID: "i", Kind: HoldBlock, Reason: "asked", From: day(4), Until: &until}}
		}, "G5", "Not due before 2026-06-21."},
		"disputed by then": {func(c *DunningCase) {
			c.Holds = []Hold{{InvoiceID: "i", Kind: HoldDispute, Reason: "asked", Amount: &hundred, From: day(4), Until: &until}}
		}, "G4", "Not due before 2026-06-21."},
	} {
		dunned := base
		c.change(&dunned)
		step, obstacles := dunned.NextStep(day(2))
		if len(obstacles) > 0 {
			t.Errorf("%s: %v", name, obstacles)
			continue
		}
		if guard, reason := dunned.Waits(day(2), step.Date); guard != c.guard || reason != c.reason {
			t.Errorf("%s: %s %s", name, guard, reason)
		}
	}
}
