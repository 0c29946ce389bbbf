package app

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// A return takes back the payment whose reference it has, though a later one was as much; and a second copy of it takes back nothing.
func TestReturnTakesBackItsPayment(t *testing.T) {
	each(t, func(b *bench) {
		b.inArrears()
		b.atLevel(2)
		label := "Rechnung " + b.voucher("RE1").Number
		b.transferred("500", "", "A", label)
		b.transferred("500", "", "B", label)
		b.matched(b.transferred("-500", "", "A", "Rückgabe "+label), ar.MatchReturn, "K1", "0")
		want := "fee  5, interest interest 8.44, payment costs -5 by 1, payment interest -8.44 by 1, payment principal -486.56 by 1, payment principal -500 by 2, " +
			"reversal principal 486.56 by 3, reversal interest 8.44 by 3, reversal costs 5 by 3"
		if got := b.booked("RE1"); got != want {
			b.Errorf("booked %s, want %s", got, want)
		}
		b.owes("513.44", ar.StateNone)
		again := b.transferred("-500", "", "A", "Rückgabe "+label)
		b.matched(again, ar.MatchNone, "K1", "-500", "RE1")
		if !strings.Contains(again.Matching.Reason, "payment 1") || b.booked("RE1") != want {
			b.Errorf("a second copy: %s, booked %s", again.Matching.Reason, b.booked("RE1"))
		}
		b.verified()
	})
}

// What went back in another currency is no return of the payment, and neither is what has no reference.
func TestReturnInAnotherCurrency(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.transferred("100", "", "E1", "RE-2026-0001")
		day := b.clock.Now().Truncate(24 * time.Hour)
		francs := ar.Transaction{Amount: decimal.NewFromInt(-100), Currency: "CHF", Valuedate: day, Bookingdate: day, Reference: "E1"}
		back, err := b.CreateTransaction(b.Context(), by, francs, nil, nil)
		if b.no(err); back.Matching.Rule != ar.MatchNone || back.Unallocated.String() != "-100" {
			b.Errorf("%+v, %+v", back, back.Matching)
		}
		b.bill("K1", "RE2", "70")
		b.transferred("70", "", "NONREF", "RE-2026-0002")
		b.matched(b.transferred("-70", "", "NONREF", "Rückgabe"), ar.MatchNone, "", "-70")
		b.owes("0", ar.StatePaid)
		if got := b.booked("RE2"); got != "payment principal -70 by 3" {
			b.Errorf("booked %s", got)
		}
		b.verified()
	})
}
