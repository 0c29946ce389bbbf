package app

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A run that ends on the day after its own charges no interest again that a payment of that day was charged.
func TestLateRunChargesInterestOnce(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.dunned()
		b.attempt(b.lastJob())
		b.day("2026-06-26")
		run := b.start(ar.Run{})
		b.day("2026-06-27")
		today := midnight("2026-06-27")
		_, err := b.CreateTransaction(b.Context(), by, ar.Transaction{Amount: decimal.NewFromInt(100), Currency: "EUR", Bookingdate: today, Valuedate: today},
			[]ar.Assignment{part("RE1", "100")}, nil)
		b.no(err)
		if run = b.worked(run.Number); run.State != ar.RunDone || run.Issued != 1 {
			b.Fatalf("%+v", run)
		}
		account, err := b.Account(b.Context(), by, "RE1")
		b.no(err)
		charged := decimal.Zero
		for _, booking := range account.Bookings {
			if booking.Kind == ar.BookInterest {
				charged = charged.Add(booking.Amount)
			}
		}
		claim, err := b.Claim(b.Context(), by, "RE1", &today)
		b.no(err)
		if accrued := claim.Interest.Add(claim.Settled); !charged.Equal(accrued) {
			b.Errorf("charged %s, and %s have accrued", charged, accrued)
		}
	})
}

// One invoice that panics, when it is planned or when it is dunned, takes neither the others along nor the process.
func TestRunOutlivesPanics(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.arrears(3)
		number := b.start(ar.Run{}).Number
		second := b.voucher("RE2")
		b.meanwhile(func(s storing) {
			if s.about(second) {
				panic("out of ink")
			}
		})
		for range 3 {
			again, err := b.workRun(b.Context(), runNudge(number))
			b.no(err)
			b.elapsed.Advance(again)
		}
		want := []string{"RE1 issued 1 1000.00", "RE2 dropped 1 1000.00: An internal error; see the server's log.", "RE3 issued 1 1000.00"}
		if got := b.outcomes(number); !slices.Equal(got, want) {
			b.Errorf("%q", got)
		}
		b.breakProcedure("RE1")
		if got := b.outcomes(b.start(ar.Run{DryRun: true}).Number); len(got) != 3 || got[0] != "RE1 skipped: An internal error; see the server's log." || !strings.HasPrefix(got[1], "RE2 planned") {
			b.Errorf("%q", got)
		}
	})
}

// breakProcedure begins a cycle by a procedure that has no levels, as none of ours does.
func (b *bench) breakProcedure(ref string) {
	b.Helper()
	b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return err
		}
		event := &store.Event{InvoiceID: inv.ID, Actor: "test", Kind: eventDunningModified}
		if err := tx.AppendEvent(event); err != nil {
			return err
		}
		inv.DunningCycle = 1
		if err := tx.UpdateInvoice(inv); err != nil {
			return err
		}
		return tx.InsertDunningCycle(&ar.DunningCycle{InvoiceID: inv.ID, Number: 1, Level: 1, Since: tx.Now, Procedure: &ar.Procedure{}, Event: event.Seq})
	}))
}
