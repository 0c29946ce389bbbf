package ar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var callbacks = []struct {
	name     string
	callback Callback
}{
	{"queued, due", Callback{State: CallbackQueued, Next: after(0)}},
	{"queued, later", Callback{State: CallbackQueued, Next: after(1)}},
	{"sending", Callback{State: CallbackSending, Attempts: 1, Generation: 1, Lease: after(1)}},
	{"sending, lease over", Callback{State: CallbackSending, Attempts: 1, Generation: 1, Lease: after(0)}},
	{"sending, the last time", Callback{State: CallbackSending, Attempts: 10, Generation: 10, Lease: after(1)}},
	{"delivered", Callback{State: CallbackDelivered, Attempts: 1, Generation: 1, Finished: &noon}},
	{"failed", Callback{State: CallbackFailed, Attempts: 10, Generation: 10, Finished: &noon}},
	{"gone", Callback{State: CallbackGone, Attempts: 1, Generation: 1, Finished: &noon}},
}

func answered(status int, wait time.Duration) func(*Callback) error {
	return func(c *Callback) error {
		c.Settle(status, "Because.", wait, tick, noon)
		return nil
	}
}

var callbackActions = []struct {
	name string
	act  func(*Callback) error
}{
	{"claim", func(c *Callback) error { return c.Claim(tick) }},
	{"no answer", answered(0, 0)},
	{"200", answered(200, 0)},
	{"299", answered(299, 0)},
	{"301", answered(301, 0)},
	{"410", answered(410, 0)},
	{"503", answered(503, 0)},
	{"503, an hour", answered(503, time.Hour)},
	{"429, a week", answered(429, 7*24*time.Hour)},
	{"replay", func(c *Callback) error { c.Replay(tick); return nil }},
}

// TestCallbackStates writes down what every action does in every situation: go test ./internal/ar -run TestCallbackStates -update
func TestCallbackStates(t *testing.T) {
	var text strings.Builder
	fmt.Fprintf(&text, "%-22s", "")
	for _, a := range callbackActions {
		fmt.Fprintf(&text, " %-15s", a.name)
	}
	text.WriteString("\n")
	for _, s := range callbacks {
		checkCallback(t, s.name, s.callback)
		fmt.Fprintf(&text, "%-22s", s.name)
		for _, a := range callbackActions {
			c := s.callback
			err := a.act(&c)
			checkCallback(t, s.name+", "+a.name, c)
			cell := string(c.State)
			if c.Next != nil {
				cell += " +" + c.Next.Sub(tick).String()
			}
			if errors.Is(err, ErrNotDue) {
				cell = "not due"
			} else if c.State == s.callback.State && c.Generation == s.callback.Generation {
				cell = "stays"
			}
			fmt.Fprintf(&text, " %-15s", cell)
		}
		text.WriteString("\n")
	}
	golden(t, "testdata/callbacks.golden", text.String())
}

func checkCallback(t interface{ Errorf(string, ...any) }, name string, c Callback) {
	final := c.State == CallbackDelivered || c.State == CallbackFailed || c.State == CallbackGone
	if (c.State == CallbackSending) != (c.Lease != nil) || final != (c.Finished != nil) || c.Next != nil && c.State != CallbackQueued {
		t.Errorf("%s: %+v", name, c)
	}
}

// A receiver that never answers well is given up on after 75 hours, a replay begins the schedule anew, and whoever was sending
// before has no say any more.
func TestCallbackSchedule(t *testing.T) {
	c := Callback{State: CallbackQueued, Next: &tick}
	for round := 1; round <= 2; round++ {
		now := tick
		for c.Next != nil {
			now = *c.Next
			if err := c.Claim(now); err != nil {
				t.Fatal(err)
			}
			c.Settle(500, "No.", 0, now, noon)
		}
		if c.State != CallbackFailed || c.Attempts != 10 || c.Reason != "No." || now.Sub(tick) != 75*time.Hour+35*time.Minute+5*time.Second {
			t.Errorf("round %d: %+v after %s", round, c, now.Sub(tick))
		}
		generation := c.Generation
		c.Replay(tick)
		if c.Generation <= generation || c.Attempts != 0 {
			t.Errorf("replayed: %+v", c)
		}
	}
}

// Workers and replays in any order: there are never two workers whose word counts.
func TestOneCallerAtATime(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := tick
		stored := Callback{State: CallbackQueued, Next: &tick}
		workers := make([]*Callback, 3)
		write := func(c Callback, generation int64) bool {
			if stored.Generation != generation {
				return false
			}
			stored = c
			return true
		}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			before := stored
			n := rapid.IntRange(0, len(workers)-1).Draw(r, "worker")
			switch rapid.SampledFrom([]string{"wait", "claim", "claim", "settle", "replay"}).Draw(r, "step") {
			case "wait":
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*CallbackLease)).Draw(r, "wait")))
			case "claim":
				c := stored
				if c.Claim(now) == nil && write(c, before.Generation) {
					if before.State == CallbackSending && before.Lease.After(now) {
						r.Fatal("taken from a worker that still has it")
					}
					workers[n] = &c
				}
			case "settle":
				if w := workers[n]; w != nil {
					c := *w
					c.Settle(rapid.SampledFrom([]int{0, 200, 302, 410, 500}).Draw(r, "status"), "", 0, now, noon)
					if write(c, w.Generation) && before.State != CallbackSending {
						r.Fatalf("settled though %s", before.State)
					}
					workers[n] = nil
				}
			case "replay":
				c := stored
				c.Replay(now)
				write(c, before.Generation)
			}
			checkCallback(r, "stored", stored)
			count := 0
			for _, w := range workers {
				if w != nil && stored.State == CallbackSending && w.Generation == stored.Generation {
					count++
				}
			}
			if count > 1 {
				r.Fatalf("%d workers have it", count)
			}
		}
	})
}
