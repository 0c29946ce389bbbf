package app

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
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
