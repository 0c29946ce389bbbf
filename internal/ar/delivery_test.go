package ar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tick is the clock of attempts, which is not the business's.
var tick = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)

func after(d time.Duration) *time.Time {
	t := tick.Add(d)
	return &t
}

// deliveries are all situations that the code tells apart, at tick.
var deliveries = []struct {
	name     string
	delivery Delivery
}{
	{"queued, due", Delivery{State: DeliveryQueued, Next: after(0)}},
	{"queued, later", Delivery{State: DeliveryQueued, Next: after(1)}},
	{"queued for nobody", Delivery{State: DeliveryQueued}},
	{"sending", Delivery{State: DeliverySending, Attempts: 1, Generation: 1, Lease: after(1)}},
	{"sending, lease over", Delivery{State: DeliverySending, Attempts: 1, Generation: 1, Lease: after(0)}},
	{"handed", Delivery{State: DeliverySending, Attempts: 1, Generation: 1, Lease: after(1), Handed: true}},
	{"handed, lease over", Delivery{State: DeliverySending, Attempts: 1, Generation: 1, Lease: after(0), Handed: true}},
	{"sending, the last time", Delivery{State: DeliverySending, Attempts: 11, Generation: 11, Lease: after(1)}},
	{"deferred, due", Delivery{State: DeliveryDeferred, Attempts: 1, Generation: 1, Next: after(0)}},
	{"deferred, later", Delivery{State: DeliveryDeferred, Attempts: 1, Generation: 1, Next: after(1)}},
	{"unknown, due", Delivery{State: DeliveryUnknown, Attempts: 1, Generation: 1, Next: after(0)}},
	{"unknown, later", Delivery{State: DeliveryUnknown, Attempts: 1, Generation: 1, Next: after(1)}},
	{"unknown, held", Delivery{State: DeliveryUnknown, Attempts: 1, Generation: 1}},
	{"accepted", Delivery{State: DeliveryAccepted, Attempts: 1, Generation: 1, Finished: &noon}},
	{"rejected", Delivery{State: DeliveryRejected, Attempts: 1, Generation: 1, Finished: &noon}},
	{"suppressed", Delivery{State: DeliverySuppressed, Attempts: 1, Generation: 1, Finished: &noon}},
}

// settle is the action of an outcome.
func settle(state DeliveryState, policy MailUnknown) func(*Delivery) error {
	return func(d *Delivery) error {
		d.Settle(Outcome{State: state, Reason: "Because."}, policy, tick, noon)
		return nil
	}
}

var deliveryActions = []struct {
	name string
	act  func(*Delivery) error
}{
	{"claim", func(d *Delivery) error { return d.Claim(tick) }},
	{"accepted", settle(DeliveryAccepted, UnknownHold)},
	{"deferred", settle(DeliveryDeferred, UnknownHold)},
	{"rejected", settle(DeliveryRejected, UnknownHold)},
	{"unknown, retry", settle(DeliveryUnknown, UnknownRetry)},
	{"unknown, hold", settle(DeliveryUnknown, UnknownHold)},
	{"suppressed", settle(DeliverySuppressed, UnknownHold)},
	{"release", func(d *Delivery) error { return d.Release(tick) }},
	{"resolve, arrived", func(d *Delivery) error { return d.Resolve(true, "Because.", noon) }},
	{"resolve, lost", func(d *Delivery) error { return d.Resolve(false, "Because.", noon) }},
}

// TestDeliveryStates writes down what every action does in every situation: go test ./internal/ar -run TestDeliveryStates -update
func TestDeliveryStates(t *testing.T) {
	var text strings.Builder
	fmt.Fprintf(&text, "%-23s %-9s", "", "abandoned")
	for _, a := range deliveryActions {
		fmt.Fprintf(&text, " %-18s", a.name)
	}
	text.WriteString("\n")
	for _, s := range deliveries {
		checkDelivery(t, s.name, s.delivery)
		fmt.Fprintf(&text, "%-23s %-9v", s.name, s.delivery.Abandoned(tick))
		for _, a := range deliveryActions {
			d := s.delivery
			err := a.act(&d)
			checkDelivery(t, s.name+", "+a.name, d)
			fmt.Fprintf(&text, " %-18s", deliveryCell(t, s.delivery, d, err))
		}
		text.WriteString("\n")
	}
	golden(t, "testdata/deliveries.golden", text.String())
}

func deliveryCell(t *testing.T, before, d Delivery, err error) string {
	t.Helper()
	if err != nil {
		if d.State != before.State || d.Generation != before.Generation || d.Next != before.Next || d.Lease != before.Lease {
			t.Errorf("%+v: an error changes it to %+v", before, d)
		}
		if errors.Is(err, ErrNotDue) {
			return "not due"
		}
		if KindOf(err) == Conflict {
			return "no"
		}
		t.Error(err)
	}
	if d.State.Final() && before.State.Final() {
		return "stays"
	}
	cell := string(d.State)
	if d.Next != nil {
		cell += " +" + d.Next.Sub(tick).String()
	}
	return cell
}

// checkDelivery fails unless the delivery is one that the database takes too.
func checkDelivery(t interface{ Errorf(string, ...any) }, name string, d Delivery) {
	waits := d.State == DeliveryQueued || d.State == DeliveryDeferred || d.State == DeliveryUnknown
	if (d.State == DeliverySending) != (d.Lease != nil) || d.State.Final() != (d.Finished != nil) ||
		d.Next != nil && !waits || d.Handed && d.State != DeliverySending {
		t.Errorf("%s: %+v", name, d)
	}
}

// Several workers and a person do what they may, in any order and at any time; who writes must have the generation that is
// stored, as the store has it. There are never two workers whose word counts, and what has ended stays.
func TestOneWorkerAtATime(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := tick
		stored := Delivery{State: DeliveryQueued, Next: &tick}
		workers := make([]*Delivery, 3) // what each has claimed
		policy := rapid.SampledFrom([]MailUnknown{UnknownRetry, UnknownHold}).Draw(r, "policy")
		write := func(d Delivery, generation int64) bool {
			if stored.State.Final() || stored.Generation != generation {
				return false
			}
			if d.Generation < generation {
				r.Fatalf("generation falls from %d to %d", generation, d.Generation)
			}
			stored = d
			return true
		}
		outcomes := []DeliveryState{DeliveryAccepted, DeliveryDeferred, DeliveryRejected, DeliveryUnknown, DeliverySuppressed}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			before := stored
			n := rapid.IntRange(0, len(workers)-1).Draw(r, "worker")
			switch rapid.SampledFrom([]string{"wait", "claim", "claim", "hand", "settle", "sweep", "release", "resolve"}).Draw(r, "step") {
			case "wait":
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*DeliveryLease)).Draw(r, "wait")))
			case "claim":
				d := stored
				if d.Claim(now) == nil && write(d, before.Generation) {
					if before.State == DeliverySending && before.Lease.After(now) {
						r.Fatal("taken from a worker that still has it")
					}
					if before.Handed {
						r.Fatal("claimed though the mail may have left")
					}
					workers[n] = &d
				}
			case "hand":
				if w := workers[n]; w != nil {
					d := *w
					d.Handed = true
					if write(d, w.Generation) {
						workers[n] = &d
					}
				}
			case "settle":
				if w := workers[n]; w != nil {
					d := *w
					d.Settle(Outcome{State: rapid.SampledFrom(outcomes).Draw(r, "outcome")}, policy, now, noon)
					write(d, w.Generation)
					workers[n] = nil
				}
			case "sweep":
				if d := stored; d.Abandoned(now) {
					d.Settle(Outcome{State: DeliveryUnknown}, policy, now, noon)
					write(d, before.Generation)
				}
			case "release":
				if d := stored; d.Release(now) == nil {
					write(d, before.Generation)
				}
			case "resolve":
				if d := stored; d.Resolve(rapid.Bool().Draw(r, "arrived"), "", noon) == nil {
					write(d, before.Generation)
				}
			}
			checkDelivery(r, "stored", stored)
			if before.State.Final() && stored.State != before.State {
				r.Fatalf("%s becomes %s", before.State, stored.State)
			}
			count := 0
			for _, w := range workers {
				if w != nil && stored.State == DeliverySending && w.Generation == stored.Generation {
					count++
				}
			}
			if count > 1 {
				r.Fatalf("%d workers have it", count)
			}
		}
	})
}

// A mail server that is never there is given up on after two days; each pause is longer than the one before.
func TestGivingUp(t *testing.T) {
	now, last := tick, time.Duration(0)
	d := Delivery{State: DeliveryQueued, Next: &tick}
	for !d.State.Final() {
		if err := d.Claim(now); err != nil {
			t.Fatal(err)
		}
		d.Settle(Outcome{State: DeliveryDeferred, Reply: "421 later", Reason: "It is away."}, UnknownHold, now, noon)
		if d.Next != nil {
			pause := d.Next.Sub(now)
			if pause <= last {
				t.Errorf("pause %d is %s, after %s", d.Attempts, pause, last)
			}
			now, last = *d.Next, pause
		}
	}
	if d.State != DeliveryRejected || d.Attempts != 11 || d.Generation != 11 || d.Reply != "421 later" || d.Reason != "Given up after 11 attempts. It is away." {
		t.Errorf("%+v", d)
	}
	if total := now.Sub(tick); total < 36*time.Hour || total > 5*24*time.Hour {
		t.Errorf("given up after %s", total)
	}
}

func TestUnknownPolicy(t *testing.T) {
	s := MailSettings{Unknown: map[MailKind]MailUnknown{MailCreditnote: UnknownHold}}
	if s.UnknownPolicy(MailInvoice) != UnknownRetry || s.UnknownPolicy(MailCreditnote) != UnknownHold || (MailSettings{}).UnknownPolicy(MailCreditnote) != UnknownRetry {
		t.Error("what is not set is retried, and what is set counts")
	}
}
