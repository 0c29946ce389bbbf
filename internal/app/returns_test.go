package app

import (
	"strings"
	"testing"

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
