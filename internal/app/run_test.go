package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// arrears makes RE1 to REn, all of them due to be reminded of since 2026-06-04, today.
func (b *bench) arrears(n int) {
	b.Helper()
	b.overdue()
	for i := range n - 1 {
		b.bill("K1", fmt.Sprint("RE", i+2), "1000")
	}
	b.day("2026-06-04")
}

// thousands is arrears for many: those after RE1 are stored as if they had been committed.
func (b *bench) thousands(n int) {
	b.Helper()
	b.overdue()
	first := b.voucher("RE1")
	const batch = 500
	for from := 2; from <= n; from += batch {
		b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
			for i := from; i <= min(n, from+batch-1); i++ {
				inv := *first
				inv.ID, inv.Reference, inv.Number = "", fmt.Sprint("RE", i), fmt.Sprint("N", i)
				if err := tx.InsertInvoice(&inv); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	b.day("2026-06-04")
}

// start asks for a run.
func (b *bench) start(r ar.Run) *ar.Run {
	b.Helper()
	run, err := b.StartRun(b.Context(), by, r, nil)
	b.no(err)
	return run
}

// worked lets a worker look at a run once, and gives it as it is then.
func (b *bench) worked(number int64) *ar.Run {
	b.Helper()
	_, err := b.workRun(b.Context(), runNudge(number))
	b.no(err)
	return b.runNow(number)
}

func (b *bench) runNow(number int64) *ar.Run {
	b.Helper()
	run, err := b.App.Run(b.Context(), by, number)
	b.no(err)
	return run
}

func runNudge(number int64) jobs.Nudge {
	return jobs.Nudge{Kind: nudgeRun, Merchant: by.Merchant, ID: fmt.Sprint(number)}
}

// entries are all of a run, by pages of two.
func (b *bench) entries(number int64) (all []RunEntry) {
	b.Helper()
	for after := ""; ; {
		page, err := b.RunEntries(b.Context(), by, number, after, 2)
		b.no(err)
		all = append(all, page.Entries...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

// outcomes are the entries of a run, by invoice, as text.
func (b *bench) outcomes(number int64) (texts []string) {
	b.Helper()
	for _, e := range b.entries(number) {
		text := e.Invoice + " " + e.Outcome
		if e.Acts() {
			text += fmt.Sprintf(" %d %s", e.Level, e.Asked)
		}
		if why := e.Guard + " " + e.Reason + e.Dropped; why != " " {
			text += ": " + strings.TrimSpace(why)
		}
		if (e.Notice != nil) != (e.Outcome == OutcomeIssued) {
			text += " and another thing"
		}
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return texts
}

// once fails unless each of n invoices has exactly one notice, and there is one mail for each.
func (b *bench) once(n int) {
	b.Helper()
	for i := range n {
		ref := fmt.Sprint("RE", i+1)
		d, err := b.Dunning(b.Context(), by, ref)
		b.no(err)
		if len(d.Notices) != 1 || d.Invoice.Dunninglevel != 1 {
			b.Errorf("%s has %d notices and is at level %d", ref, len(d.Notices), d.Invoice.Dunninglevel)
		}
	}
	b.no(b.workOrders(b.Context()))
	dunned := 0
	for _, mail := range b.mails() {
		if strings.Contains(mail, "dunned@example.com") {
			dunned++
		}
	}
	if dunned != n {
		b.Errorf("%d mails for %d invoices", dunned, n)
	}
}

func TestRun(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(3)
		b.bill("K1", "RE4", "50") // is not due
		b.customerWithout("K2")
		b.day("2026-05-17")
		b.bill("K2", "RE5", "70")
		b.day("2026-06-04")
		plan := b.start(ar.Run{DryRun: true})
		run := b.start(ar.Run{Expected: plan.Plan})
		if run.State != ar.RunQueued || run.Number != 2 {
			b.Errorf("%+v", run)
		}
		if _, err := b.StartRun(b.Context(), by, ar.Run{}, nil); ar.KindOf(err) != ar.Conflict || !strings.Contains(err.Error(), "Run 2 is under way.") {
			b.Errorf("a second one: %v", err)
		}
		if entries := b.entries(run.Number); len(entries) != 0 {
			b.Errorf("planned already: %+v", entries)
		}
		run = b.worked(run.Number)
		if run.State != ar.RunDone || run.Plan != plan.Plan || run.Notices != 3 || run.Issued != 3 || run.Skipped != 2 || run.Dropped != 0 || run.Finished == nil {
			b.Errorf("%+v", run)
		}
		due := b.voucher("RE4").Due.AddDate(0, 0, 4).Format(time.DateOnly)
		want := []string{"RE1 issued 1 1000.00", "RE2 issued 1 1000.00", "RE3 issued 1 1000.00",
			"RE4 skipped: G2 Not due before " + due + ".", "RE5 skipped: The customer has no e-mail address."}
		if got := b.outcomes(run.Number); !slices.Equal(got, want) {
			b.Errorf("got %q, want %q", got, want)
		}
		b.once(3)
		b.verified()
		if again := b.worked(run.Number); again.Generation != run.Generation {
			b.Errorf("a second nudge: %+v", again)
		}
	})
}

// customerWithout makes a customer who has no e-mail address.
func (b *bench) customerWithout(ref string) {
	b.Helper()
	_, err := b.CreateIdentity(b.Context(), by, ref, ar.IdentityChange{Addresses: ar.Set([]ar.Address{{Company: "Kunde", City: "Berlin"}})}, nil)
	b.no(err)
}

// A dry run changes nothing but that it is written down, and the same twice has the same hash; on another day it is another.
func TestDryRun(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(2)
		before, nudges := b.written(), b.nudges()
		first, second := b.start(ar.Run{DryRun: true}), b.start(ar.Run{DryRun: true})
		if first.State != ar.RunDone || first.Plan != second.Plan || len(first.Plan) != 64 || first.Notices != 2 || first.Number == second.Number {
			b.Errorf("%+v, %+v", first, second)
		}
		if b.written() != before || b.nudges() != nudges || b.runNow(first.Number).Issued != 0 {
			b.Error("it has changed something")
		}
		want := []string{"RE1 planned 1 1000.00", "RE2 planned 1 1000.00"}
		if got := b.outcomes(first.Number); !slices.Equal(got, want) {
			b.Errorf("%q", got)
		}
		early := b.start(ar.Run{DryRun: true, Day: midnight("2026-06-03"), Invoices: []string{"RE2", "RE2"}})
		if got := b.outcomes(early.Number); !slices.Equal(got, []string{"RE2 skipped: G2 Not due before 2026-06-04."}) || early.Plan == first.Plan {
			b.Errorf("%q", got)
		}
		b.no(blobGone(b, first.Plan))
		if _, err := b.RunEntries(b.Context(), by, first.Number, "", 10); ar.KindOf(err) != ar.NotFound {
			b.Errorf("a plan that is gone: %v", err)
		}
	})
}

func blobGone(b *bench, hash string) error {
	_, err := b.App.files.Delete(b.Context(), by.Merchant, hash, time.Time{})
	return err
}

func TestRunRefused(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.arrears(1)
		for name, c := range map[string]struct {
			run   ar.Run
			kind  ar.Kind
			field string
		}{
			"a dry run of a plan":      {ar.Run{DryRun: true, Expected: strings.Repeat("0", 64)}, ar.Invalid, "hash"},
			"another day":              {ar.Run{Day: midnight("2026-06-05")}, ar.Invalid, "asOf"},
			"a plan there is not":      {ar.Run{Expected: strings.Repeat("0", 64)}, ar.Invalid, "hash"},
			"an invoice there is not":  {ar.Run{Invoices: []string{"RE1", "RE9"}}, ar.Conflict, "invoices"},
			"a dry run of one as well": {ar.Run{DryRun: true, Invoices: []string{"RE9"}}, ar.Conflict, "invoices"},
		} {
			_, err := b.StartRun(b.Context(), by, c.run, nil)
			var e *ar.Error
			if !errors.As(err, &e) || e.Kind != c.kind || len(e.Details) != 1 || e.Details[0].Fields[0] != c.field || e.Details[0].Hint == "" {
				b.Errorf("%s: %v", name, err)
			}
		}
	})
}

// With the hash of a plan, a run does that or nothing, and says what is different.
func TestRunThatWouldDifferFromItsPlan(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(3)
		plan := b.start(ar.Run{DryRun: true})
		b.no(b.pay("1000"))
		b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
			inv, err := tx.Invoice(ar.KindInvoice, "RE2")
			if err != nil {
				return err
			}
			inv.Detail.Dunning = &ar.Dunning{Disabled: true}
			return tx.UpdateInvoice(inv)
		}))
		run := b.worked(b.start(ar.Run{Expected: plan.Plan}).Number)
		const was = "level 1 by email asking for 1000.00 EUR was planned, now "
		want := "It would do another thing than was planned. RE1: " + was + "nothing, it is not among the invoices; RE2: " + was + "nothing (Dunning is disabled for the invoice)."
		if run.State != ar.RunFailed || run.Issued != 0 || run.Reason != want {
			b.Errorf("%+v", run)
		}
		if got := b.outcomes(run.Number); !slices.Equal(got, []string{"RE2 skipped: G5 Dunning is disabled for the invoice.", "RE3 planned 1 1000.00"}) {
			b.Errorf("%q", got)
		}
		if n := len(b.dunning().Notices); n != 0 {
			b.Errorf("%d notices", n)
		}
		if next := b.worked(b.start(ar.Run{}).Number); next.State != ar.RunDone || next.Issued != 1 {
			b.Errorf("the next one: %+v", next)
		}
	})
}

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
			p, err := b.openPlan(b.Context(), by, s.run.Plan, 0)
			b.no(err)
			for range acts {
				e, err := p.next()
				b.no(err)
				b.no(s.act(b.Context(), e))
			}
			p.close()
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
		b.meanwhile(func(n int) {
			if n == 3 { // the plan, a letter, and before the second is stored
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
		b.meanwhile(func(n int) {
			if n > 1 { // a letter takes long
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

// fullDisk is a file store that takes some files only.
type fullDisk struct {
	blob.Store
	fails func(put int) bool
	puts  int
}

func (f *fullDisk) Put(ctx context.Context, merchant string, r io.Reader, checks ...blob.Check) (blob.Blob, error) {
	if f.puts++; f.fails(f.puts) {
		return blob.Blob{}, errors.New("no space left on the device")
	}
	return f.Store.Put(ctx, merchant, r, checks...)
}

// One invoice that cannot be dunned does not hold back the others: the run comes back to it twice, and goes on without it.
func TestRunGoesOnWithoutWhatFails(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.arrears(3)
		number := b.start(ar.Run{}).Number
		b.App.files = &fullDisk{Store: b.App.files, fails: func(put int) bool { return put >= 3 && put <= 5 }} // the plan, RE1, and then RE2 thrice
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
		paid := false
		b.meanwhile(func(n int) {
			if !paid && n == 2 { // the plan is made
				paid = true
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

// Two schedulers, and then many workers of two processes, come to one run, one notice and one mail.
func TestScheduleRunsOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(2)
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{DunningAt: "06:30", Timezone: "Europe/Berlin"}))
		b.clock.Set(time.Date(2026, 6, 4, 4, 29, 0, 0, time.UTC))
		b.no(b.startScheduled(b.Context()))
		if had := b.scheduled(); had {
			b.Error("too early")
		}
		b.clock.Advance(time.Minute) // it is 06:30 in Berlin
		outbox := b.outbox
		other := New(b.config(b.App.files))
		other.mail, b.outbox = b.App.mail, outbox
		apart := func(do func(a *App) error) {
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					if err := do([]*App{b.App, other}[i%2]); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
		}
		apart(func(a *App) error { return a.startScheduled(b.Context()) })
		apart(func(a *App) error { return a.startScheduled(b.Context()) }) // it is under way
		due, err := b.db.DueRuns(b.Context(), b.elapsed.Now(), 10)
		b.no(err)
		if len(due) != 1 {
			b.Fatalf("%d runs", len(due))
		}
		apart(func(a *App) error {
			_, err := a.workRun(b.Context(), jobs.Nudge{Kind: nudgeRun, Merchant: by.Merchant, ID: due[0].ID})
			return err
		})
		apart(func(a *App) error { return a.startScheduled(b.Context()) }) // it has ended
		if due, err := b.db.DueRuns(b.Context(), b.elapsed.Now(), 10); len(due) != 0 || err != nil {
			b.Errorf("a second one: %v, %v", due, err)
		}
		b.once(2)
	})
}

// scheduled tells whether the schedule has had its run of today.
func (b *bench) scheduled() (had bool) {
	b.Helper()
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) (err error) {
		m, err := tx.Merchant()
		if err != nil {
			return err
		}
		had, err = tx.Scheduled(*today(m, tx.Now))
		return err
	}))
	return had
}

// A run of thousands is planned page by page, twice to the same bytes.
func TestPlanOfThousands(t *testing.T) {
	each(t, func(b *bench) {
		const invoices = 3000
		b.thousands(invoices)
		first, second := b.start(ar.Run{DryRun: true}), b.start(ar.Run{DryRun: true})
		if first.Notices != invoices || first.Plan != second.Plan {
			b.Errorf("%+v, %+v", first, second)
		}
		seen := map[string]bool{}
		for after := ""; ; {
			page, err := b.RunEntries(b.Context(), by, first.Number, after, 1000)
			b.no(err)
			for _, e := range page.Entries {
				seen[e.Invoice] = true
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if len(seen) != invoices {
			b.Errorf("%d entries", len(seen))
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
