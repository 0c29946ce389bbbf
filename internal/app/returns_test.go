package app

import (
	"errors"
	"fmt"
	"strings"
	"sync"
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

// Money that went back before anybody knew its invoice pays nothing when the invoice is there.
func TestReturnedMoneyIsNotMatched(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.matched(b.transferred("119", "", "E1", "Rechnung RE-2026-0002"), ar.MatchNone, "", "119")
		b.matched(b.transferred("-119", "", "E1", "Rückgabe"), ar.MatchNone, "", "-119")
		b.bill("K1", "RE2", "119")
		b.worked(b.start(ar.Run{}).Number)
		if got := b.booked("RE2"); got != "" {
			b.Errorf("booked %s", got)
		}
		b.refusedToAssign("Of the 119.00 that are unallocated, 119.00 went back.", "1", nil)
		b.refusedToAssign("Of the 119.00 that are unallocated, 119.00 went back.", "1", []ar.Assignment{part("RE2", "1")})
		b.matched(b.transferred("119", "", "E1", "Rechnung RE-2026-0002"), ar.MatchNumber, "K1", "0") // sent again
		b.verified()
	})
}

// What of a payment was on no invoice goes back too.
func TestReturnedCreditIsNotSetOff(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.matched(b.transferred("120", "", "E1", "RE-2026-0001"), ar.MatchNumber, "K1", "20")
		b.bill("K1", "RE2", "20")
		b.matched(b.transferred("-120", "", "E1", "Rückgabe"), ar.MatchReturn, "K1", "-20")
		b.refusedToAssign("Of the 20.00 that are unallocated, 20.00 went back.", "1", []ar.Assignment{part("RE2", "20")})
		b.refusedToAssign("Of the 20.00 that are unallocated, 20.00 went back.", "1", nil)
		b.unallocated("20")
		b.owes("100", ar.StateNone)
		b.verified()
	})
}

// A return of which nobody knew what it takes back is assigned when somebody does, in parts; and matched again, when its payment is there.
func TestAssignReturn(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.bill("K1", "RE2", "5")
		b.transferred("105", "", "E1", "RE-2026-0001, RE-2026-0002")
		b.matched(b.transferred("-60", "", "X", "Rückgabe"), ar.MatchNone, "", "-60")
		b.refusedToAssign("The assignments come to -60.01, and -60.00 are unallocated.", "2", []ar.Assignment{part("RE1", "-60.01")})
		b.refusedToAssign("Of what was paid on the invoice 'RE2', 5.00 can go back.", "2", []ar.Assignment{part("RE1", "-40"), part("RE2", "-6")})
		if _, err := b.AssignTransaction(b.Context(), by, "2", []ar.Assignment{part("RE1", "1")}, nil); ar.KindOf(err) != ar.Invalid {
			b.Errorf("a part with the other sign: %v", err)
		}
		for _, c := range []struct{ invoice, amount, left string }{{"RE1", "-55", "-5"}, {"RE2", "-5", "0"}} {
			if c.invoice == "RE2" {
				b.refusedToAssign("Of what was paid on the invoice 'RE1', 0.00 can go back.", "2", []ar.Assignment{part("RE1", "-1")}) // of the same booking
			}
			back, err := b.AssignTransaction(b.Context(), by, "2", []ar.Assignment{part(c.invoice, c.amount)}, nil)
			if b.no(err); back.Unallocated.String() != c.left || back.IdentityReference != "K1" || back.Matching != nil {
				b.Errorf("%+v", back)
			}
		}
		b.owes("55", ar.StateNone)
		b.refusedToAssign("Nothing of the transaction is unallocated.", "2", []ar.Assignment{part("RE1", "-1")})

		b.matched(b.transferred("-5", "", "E2", "Rückgabe"), ar.MatchNone, "", "-5") // before its payment
		b.transferred("5", "", "E2", "RE-2026-0002")
		back, err := b.AssignTransaction(b.Context(), by, "3", nil, nil)
		if b.no(err); back.Matching.Rule != ar.MatchReturn || !back.Unallocated.IsZero() || b.booked("RE2") != "payment principal -5 by 1, reversal principal 5 by 2, payment principal -5 by 4, reversal principal 5 by 3" {
			b.Errorf("%+v, %+v, %s", back, back.Matching, b.booked("RE2"))
		}
		b.verified()
	})
}

// refusedToAssign fails unless a transaction cannot be assigned, for a reason, and with a hint.
func (b *bench) refusedToAssign(want, id string, assigned []ar.Assignment) {
	b.Helper()
	_, err := b.AssignTransaction(b.Context(), by, id, assigned, nil)
	var e *ar.Error
	if !errors.As(err, &e) || e.Kind != ar.Conflict || e.Details[0].Error != want || e.Details[0].Hint == "" || len(e.Details[0].Fields) == 0 {
		b.Errorf("%v, want %s", err, want)
	}
}

// Who sets credit off while it goes back is either refused, or it is taken back from the invoice.
func TestReturnedMoneyIsSetOffConcurrently(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		for n := range 5 {
			reference := fmt.Sprint("E", n)
			paid := b.transferred("100", "", reference, "Danke")
			var all sync.WaitGroup
			all.Go(func() {
				if _, err := b.AssignTransaction(b.Context(), by, paid.ID, []ar.Assignment{part("RE1", "100")}, nil); err != nil && ar.KindOf(err) != ar.Conflict {
					b.Error(err)
				}
			})
			all.Go(func() { b.transferred("-100", "", reference, "Rückgabe") })
			all.Wait()
			b.owes("100", ar.StateNone)
		}
		b.verified()
	})
}
