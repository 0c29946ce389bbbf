package app

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Money that came before its invoice had a number pays it before anybody is dunned. What is over of another payment is the
// customer's, and nobody sets it off unasked.
func TestRunMatchesMoney(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		now := b.clock.Now()
		early := ar.Transaction{Amount: decimal.NewFromInt(1000), Currency: "EUR", Label: "Rechnung LATE-1", Valuedate: now, Bookingdate: now}
		over := ar.Transaction{Amount: decimal.NewFromInt(70), Currency: "EUR", Valuedate: now, Bookingdate: now}
		_, err := b.CreateTransaction(b.Context(), by, early, nil, nil)
		b.no(err)
		kept, err := b.CreateTransaction(b.Context(), by, early, []ar.Assignment{}, nil) // somebody wants it on no invoice
		b.no(err)
		_, err = b.CreateInvoice(b.Context(), by, "K1", "RE2", ar.InvoiceChange{Number: ar.Set("LATE-1"), Netbased: ar.Set(true), Items: items("1000")}, nil)
		b.no(err)
		_, err = b.CommitInvoice(b.Context(), by, "RE2", Commit{}, nil)
		b.no(err)
		b.bill("K1", "RE3", "20")
		_, err = b.CreateTransaction(b.Context(), by, over, []ar.Assignment{{Invoice: "RE3", Amount: decimal.NewFromInt(70)}}, nil)
		b.no(err)
		b.bill("K1", "RE4", "50") // what is over is just as much
		b.day("2026-07-04")
		run := b.worked(b.start(ar.Run{}).Number)
		want := []string{"RE1 issued 1 1000.00", "RE4 skipped: G6 The customer has a credit of 50.00 EUR that is not set off."}
		if got := b.outcomes(run.Number); !slices.Equal(got, want) {
			b.Errorf("got %q, want %q", got, want)
		}
		if unpaid := b.voucher("RE2").Unpaid; !unpaid.IsZero() {
			b.Errorf("%s of RE2 are unpaid", unpaid)
		}
		if kept, err = b.Transaction(b.Context(), by, kept.ID); err != nil || !kept.Unallocated.Equal(kept.Amount) {
			b.Errorf("%+v, %v", kept, err)
		}
		b.verified()
	})
}

// Money that waited because its invoice was paid already pays it before the next run, if the first payment has gone back.
// A dry run books nothing: it sees a credit, and who expects its plan is told.
func TestRunMatchesMoneyThatWasPaidTwice(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		paid := func() *ar.Transaction {
			now := b.clock.Now()
			made, err := b.CreateTransaction(b.Context(), by, ar.Transaction{
				Amount: decimal.NewFromInt(1000), Currency: "EUR", Label: "Rechnung " + b.voucher("RE1").Number, Valuedate: now, Bookingdate: now}, nil, nil)
			b.no(err)
			return made
		}
		paid()
		twice := paid()
		if _, err := b.moves("-1000", part("RE1", "-1000")); err != nil || !twice.Unallocated.Equal(twice.Amount) {
			b.Fatal(err, twice.Unallocated)
		}
		b.day("2026-07-04")
		dry := b.worked(b.start(ar.Run{DryRun: true}).Number)
		run := b.worked(b.start(ar.Run{Expected: dry.Plan}).Number)
		if run.State != ar.RunFailed || dry.Skipped != 1 || run.Issued != 0 {
			b.Errorf("%+v after %+v", run, dry)
		}
		if inv := b.voucher("RE1"); inv.State() != ar.StatePaid {
			b.Errorf("it is %s, and %s is unpaid", inv.State(), inv.Unpaid)
		}
		b.verified()
	})
}

// A statement that is being imported is waited for: there may be money in it.
func TestRunAwaitsStatements(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		b.day("2026-06-04")
		id := b.upload(statement(ntry{amount: "1000.00", ref: "1", text: b.voucher("RE1").Number})).ID
		run := b.start(ar.Run{})
		ended := make(chan error, 1)
		go func() {
			_, err := b.workRun(b.Context(), runNudge(run.Number))
			ended <- err
		}()
		b.await("a worker has the run", func() bool { return b.runNow(run.Number).Lease != nil })
		if got := outcome(b.work(id)); got != "done: 1 statements, 1 entries, 1 booked, 0 unallocated, 0 duplicates, 0 skipped" {
			b.Error(got)
		}
		b.no(<-ended)
		if run := b.runNow(run.Number); run.State != ar.RunDone || run.Notices != 0 || run.Issued != 0 {
			b.Errorf("%+v", run)
		}
	})
}

// A run whose plan is lost ends, and the next one is not held up.
func TestRunWithoutItsPlan(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(1)
		run := b.start(ar.Run{})
		b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
			lost, err := tx.Run(run.Number)
			if err != nil {
				return err
			}
			lost.Planned(strings.Repeat("0", 64), 1, 0, b.elapsed.Now())
			lost.Yield(b.elapsed.Now())
			return tx.UpdateRun(lost, lost.Generation)
		}))
		if run := b.worked(run.Number); run.State != ar.RunFailed || !strings.Contains(run.Reason, "is gone") {
			b.Errorf("%+v", run)
		}
		if run := b.worked(b.start(ar.Run{}).Number); run.State != ar.RunDone || run.Issued != 1 {
			b.Errorf("%+v", run)
		}
	})
}
