package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
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
