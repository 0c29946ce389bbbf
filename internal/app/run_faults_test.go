package app

import (
	"slices"
	"strings"
	"testing"
	"time"

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

// A run that ends on the day after heeds what holds a case back since, though it acts for its day: no notice of it is issued that
// could not leave.
func TestLateRunHeedsHolds(t *testing.T) {
	part := decimal.NewFromInt(10)
	for _, c := range []struct {
		name string
		hold ar.Hold
		want string
	}{
		{"blocked", ar.Hold{Identity: "K1", Kind: ar.HoldBlock}, "Dunning of the customer is blocked: They rang."},
		{"disputed in part", ar.Hold{Invoice: "RE1", Kind: ar.HoldDispute, Amount: &part}, "The notice asks for what is disputed since."},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(b *bench) {
				b.arrears(1)
				run := b.start(ar.Run{})
				b.holdsAfterMidnight(c.hold)
				run = b.worked(run.Number)
				want := []string{"RE1 dropped 1 1000.00: " + c.want}
				if got := b.outcomes(run.Number); run.State != ar.RunDone || !slices.Equal(got, want) {
					b.Errorf("%s: %q", run.State, got)
				}
			})
		})
	}
}

// Nor is a case handed over, be it disputed in part only.
func TestLateRunHandsNothingOverThatIsHeld(t *testing.T) {
	each(t, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "inkasso"})
		run, part := b.start(ar.Run{}), decimal.NewFromInt(10)
		b.holdsAfterMidnight(ar.Hold{Invoice: "RE1", Kind: ar.HoldDispute, Amount: &part})
		run = b.worked(run.Number)
		got := b.entries(run.Number)
		if len(got) != 1 || got[0].Dropped != "Of the invoice 10.00 EUR are disputed: They rang." || b.invoice().HandedOver != nil {
			b.Errorf("%s: %+v", run.State, got)
		}
	})
}

// holdsAfterMidnight lets the next day begin, and a hold with it.
func (b *bench) holdsAfterMidnight(h ar.Hold) {
	b.Helper()
	b.clock.Advance(24 * time.Hour)
	b.holds(h)
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
