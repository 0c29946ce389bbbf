package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A worker that dies between any two notices is followed by another, which issues the rest, and none twice.
func TestRunIsTakenUp(t *testing.T) {
	const invoices = 3
	each(t, func(b *bench) {
		b.arrears(invoices)
		number := b.start(ar.Run{}).Number
		for acts := range invoices + 1 { // and a worker that died when it had not said yet that all was done
			run, claimed, err := b.claimRun(b.Context(), by, number)
			b.no(err)
			if !claimed || run.Generation != int64(acts+1) {
				b.Fatalf("not taken up: %+v", run)
			}
			s := &shift{App: b.App, by: by, run: run, end: b.elapsed.Now().Add(runShift), dropped: map[string]string{}}
			if run.Plan == "" {
				b.no(s.plan(b.Context()))
			}
			plan, err := s.openAhead(b.Context(), 0)
			b.no(err)
			for range acts {
				e, err := plan.next()
				b.no(err)
				b.no(s.act(b.Context(), e))
			}
			plan.close()
			if again, err := b.workRun(b.Context(), runNudge(number)); err != nil || again < ar.RunLease-time.Second {
				b.Errorf("somebody else has it: %s, %v", again, err)
			}
			b.elapsed.Advance(ar.RunLease + time.Second)
		}
		run := b.worked(number)
		if run.State != ar.RunDone || run.Issued != invoices || run.Dropped != 0 {
			b.Errorf("%+v", run)
		}
		b.once(invoices)
	})
}

// A worker that comes back late changes nothing any more, and neither does one that was told to stop.
func TestRunLateWorker(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(2)
		number := b.start(ar.Run{}).Number
		run, _, err := b.claimRun(b.Context(), by, number)
		b.no(err)
		late := &shift{App: b.App, by: by, run: run, end: b.elapsed.Now().Add(runShift), dropped: map[string]string{}}
		b.elapsed.Advance(ar.RunLease + time.Second)
		done := b.worked(number)
		if err := late.work(b.Context()); !errors.Is(err, store.ErrFenced) {
			b.Errorf("late: %v", err)
		}
		if now := b.runNow(number); now.Issued != done.Issued || now.Generation != done.Generation {
			b.Errorf("%+v, was %+v", now, done)
		}
		b.once(2)
	})
}

// Whoever is stopped gives the run back at once.
func TestRunStopped(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.arrears(2)
		number := b.start(ar.Run{}).Number
		ctx, stop := context.WithCancel(b.Context())
		second := b.voucher("RE2")
		b.meanwhile(func(s storing) {
			if s.about(second) {
				stop()
			}
		})
		if _, err := b.workRun(ctx, runNudge(number)); !errors.Is(err, context.Canceled) {
			b.Errorf("stopped: %v", err)
		}
		if run := b.runNow(number); run.State != ar.RunRunning || run.Lease != nil || run.Next == nil || run.Next.After(b.elapsed.Now()) {
			b.Errorf("%+v", run)
		}
		if run := b.worked(number); run.State != ar.RunDone || run.Issued != 2 {
			b.Errorf("%+v", run)
		}
		b.once(2)
	})
}

// A worker's shift ends, and the next one goes on where it stood.
func TestRunShifts(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.arrears(3)
		number := b.start(ar.Run{}).Number
		b.meanwhile(func(s storing) {
			if s.n > 1 { // a letter takes long
				b.elapsed.Advance(runShift)
			}
		})
		var positions []int64
		for shifts := 1; ; shifts++ {
			again, err := b.workRun(b.Context(), runNudge(number))
			b.no(err)
			run := b.runNow(number)
			if run.State == ar.RunDone {
				if run.Issued != 3 || shifts != 4 {
					b.Errorf("after %d shifts: %+v", shifts, run)
				}
				break
			}
			if again != time.Second || run.Issued != int64(shifts) {
				b.Fatalf("again in %s: %+v", again, run)
			}
			positions = append(positions, run.Position)
		}
		if !slices.IsSorted(positions) || positions[0] == 0 {
			b.Errorf("positions %v", positions)
		}
		b.once(3)
	})
}

// One invoice that cannot be dunned does not hold back the others: the run comes back to it twice, and goes on without it.
func TestRunGoesOnWithoutWhatFails(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.arrears(3)
		number := b.start(ar.Run{}).Number
		second := b.voucher("RE2")
		b.storing(func(s storing) error {
			if s.about(second) {
				return errors.New("no space left on the device")
			}
			return nil
		})
		for _, want := range []struct {
			wait           time.Duration
			issued, faults int
			state          ar.RunState
		}{{time.Minute, 1, 1, ar.RunRunning}, {5 * time.Minute, 1, 2, ar.RunRunning}, {0, 2, 0, ar.RunDone}} {
			again, err := b.workRun(b.Context(), runNudge(number))
			b.no(err)
			if run := b.runNow(number); again != want.wait || run.State != want.state || run.Issued != int64(want.issued) || run.Faults != want.faults {
				b.Errorf("again in %s: %+v; want %+v", again, run, want)
			}
			b.elapsed.Advance(again)
		}
		want := []string{"RE1 issued 1 1000.00", "RE2 dropped 1 1000.00: An internal error; see the server's log.", "RE3 issued 1 1000.00"}
		if got := b.outcomes(number); !slices.Equal(got, want) {
			b.Errorf("%q", got)
		}
	})
}

// What has become impossible since it was planned is dropped, and the reason is kept.
func TestRunDrops(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(2)
		number := b.start(ar.Run{}).Number
		b.meanwhile(func(s storing) {
			if s.n == 1 { // the plan is made
				b.no(b.pay("1000"))
			}
		})
		run := b.worked(number)
		if run.State != ar.RunDone || run.Issued != 1 || run.Dropped != 1 {
			b.Errorf("%+v", run)
		}
		if got := b.outcomes(number); !strings.HasPrefix(got[0], "RE1 dropped 1 1000.00: ") || got[1] != "RE2 issued 1 1000.00" {
			b.Errorf("%q", got)
		}
	})
}

// A run that nobody has worked on its day, nor on the next, fails: its notices would bear a day that is long gone.
func TestRunIsTooLate(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.arrears(1)
		number := b.start(ar.Run{}).Number
		b.day("2026-06-06")
		if run := b.worked(number); run.State != ar.RunFailed || !strings.Contains(run.Reason, "0 of 0 notices") {
			b.Errorf("%+v", run)
		}
		number = b.start(ar.Run{}).Number
		b.day("2026-06-07")
		if run := b.worked(number); run.State != ar.RunDone || run.Issued != 1 {
			b.Errorf("after midnight: %+v", run)
		}
	})
}

// A run, payments, changes of the customer and mails at once: nobody waits in a circle, and what each invoice asks for is what is
// booked on it.
func TestRunNeverWaitsInACircle(t *testing.T) {
	on(t, storetest.Postgres, func(b *bench) {
		const invoices = 8
		b.arrears(invoices)
		number := b.start(ar.Run{}).Number
		var all sync.WaitGroup
		repeat := func(do func(ref string) error) {
			all.Go(func() {
				for i := range invoices {
					if err := do(fmt.Sprint("RE", i+1)); err != nil {
						b.Error(err)
					}
				}
			})
		}
		all.Go(func() {
			if _, err := b.workRun(b.Context(), runNudge(number)); err != nil {
				b.Error(err)
			}
		})
		repeat(func(ref string) error { _, err := b.moves("1", part(ref, "1")); return err })
		repeat(func(ref string) error { _, err := b.ResendInvoice(b.Context(), by, ref, nil); return err })
		repeat(func(string) error { _, err := b.StartRun(b.Context(), by, ar.Run{DryRun: true}, nil); return err })
		repeat(func(string) error {
			_, _, err := b.UpsertIdentity(b.Context(), by, "K1", ar.IdentityChange{Number: ar.Set("4711")}, Seen{})
			return err
		})
		repeat(func(string) error { return b.workOrders(b.Context()) })
		all.Wait()
		if n := b.deadlocks(); n != 0 {
			b.Errorf("PostgreSQL has found %d deadlocks", n)
		}
		if run := b.runNow(number); run.State != ar.RunDone || run.Issued+run.Dropped != invoices {
			b.Errorf("%+v", run)
		}
		b.verified()
	})
}
