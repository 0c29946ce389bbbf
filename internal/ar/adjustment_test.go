package ar

import (
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func amount(text string) *decimal.Decimal { return new(dec(text)) }

// An invoice of 1,000.00 with a fee of 5.00, of which 2.00 were paid, a lump sum of 40.00, and 8.44 of interest.
func TestAdjust(t *testing.T) {
	booked := []Booking{
		{ID: "fee", Kind: BookFee, Amount: dec("5.00")},
		{ID: "lumpsum", Kind: BookLumpsum, Amount: dec("40.00")},
		{ID: "interest", Kind: BookInterest, Amount: dec("8.44")},
		{ID: "payment", Kind: BookPayment, Transaction: ref("1"), Part: PartCosts, Amount: dec("-2.00")},
		{ID: "credit", Kind: BookCredit, Voucher: ref("GS1"), Part: PartPrincipal, Amount: dec("-100.00")},
		{ID: "waiver", Kind: BookWaiver, Part: PartInterest, Amount: dec("-1.44")},
		{ID: "writeoff", Kind: BookWriteoff, Part: PartPrincipal, Amount: dec("-10.00")},
		{ID: "back", Kind: BookReversal, Reverses: ref("writeoff"), Part: PartPrincipal, Amount: dec("10.00")},
	} // open: 900.00, costs 43.00, interest 7.00
	for _, c := range []struct {
		a    Adjustment
		want string // the bookings, or what is wrong
		kind Kind
	}{
		{Adjustment{Kind: BookWaiver, Part: PartCosts}, "waiver costs -43", 0},
		{Adjustment{Kind: BookWaiver, Part: PartInterest, Amount: amount("6.99")}, "waiver interest -6.99", 0},
		{Adjustment{Kind: BookWaiver}, "waiver costs -43, waiver interest -7", 0},
		{Adjustment{Kind: BookWaiver, Amount: amount("45")}, "waiver costs -43, waiver interest -2", 0},
		{Adjustment{Kind: BookWaiver, Amount: amount("3")}, "waiver costs -3", 0},
		{Adjustment{Kind: BookWriteoff}, "writeoff principal -900", 0},
		{Adjustment{Kind: BookWriteoff, Part: PartPrincipal, Amount: amount("900")}, "writeoff principal -900", 0},
		{Adjustment{Kind: BookReversal, Reverses: "waiver"}, "reversal interest 1.44 of waiver", 0},
		{Adjustment{Kind: BookReversal, Reverses: "lumpsum"}, "reversal costs -40 of lumpsum", 0},
		{Adjustment{Kind: BookReversal, Reverses: "fee"}, "reversal costs -5 of fee", 0},

		{Adjustment{Kind: BookWaiver, Part: PartCosts, Amount: amount("43.01")}, "Of the costs, 43.00 are open.", Conflict},
		{Adjustment{Kind: BookWaiver, Amount: amount("50.01")}, "Of the costs and interest, 50.00 are open.", Conflict},
		{Adjustment{Kind: BookWriteoff, Amount: amount("900.01")}, "900.00 are open", Conflict},
		{Adjustment{Kind: BookReversal, Reverses: "interest"}, "of 8.44, and of the interest 7.00 are open", Conflict},
		{Adjustment{Kind: BookReversal, Reverses: "payment"}, "is a payment", Conflict},
		{Adjustment{Kind: BookReversal, Reverses: "credit"}, "is a credit", Conflict},
		{Adjustment{Kind: BookReversal, Reverses: "back"}, "is a reversal", Conflict},
		{Adjustment{Kind: BookReversal, Reverses: "writeoff"}, "reversed already", Conflict},
		{Adjustment{Kind: BookReversal, Reverses: "x"}, "no booking 'x'", Conflict},

		{Adjustment{Kind: BookWaiver, Amount: amount("0.001")}, "too many digits", Invalid},
		{Adjustment{Kind: BookWaiver, Amount: amount("0")}, "not positive", Invalid},
		{Adjustment{Kind: BookWaiver, Amount: amount("-1")}, "not positive", Invalid},
		{Adjustment{Kind: BookWaiver, Part: PartPrincipal}, "costs or of interest", Invalid},
		{Adjustment{Kind: BookWaiver, Reverses: "fee"}, "Only a reversal", Invalid},
		{Adjustment{Kind: BookWriteoff, Part: PartCosts}, "of the principal", Invalid},
		{Adjustment{Kind: BookReversal}, "not said which", Invalid},
		{Adjustment{Kind: BookReversal, Reverses: "fee", Amount: amount("1")}, "as a whole", Invalid},
		{Adjustment{Kind: BookReversal, Reverses: "fee", Part: PartCosts}, "part that its booking", Invalid},
		{Adjustment{Kind: BookPayment}, "no adjustment", Invalid},
	} {
		c.a.Reason = "goodwill"
		err := c.a.Check()
		var given []Booking
		if err == nil {
			given, err = owing("2026-01-31").Adjust(c.a, booked, day("2026-03-01"))
		}
		if got := shown(given); c.kind == Internal && (err != nil || got != c.want) {
			t.Errorf("%+v: %s, %v; want %s", c.a, got, err, c.want)
		}
		for _, b := range given {
			if b.Comment != "goodwill" || b.Valuedate != day("2026-03-01") || b.Check() != nil {
				t.Errorf("%+v: %v", b, b.Check())
			}
		}
		if e := (*Error)(nil); c.kind != Internal && (!errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(err.Error(), c.want) || e.Details[0].Hint == "" || len(e.Details[0].Fields) == 0) {
			t.Errorf("%+v: %v", c.a, err)
		}
	}
	overpaid := append(booked, Booking{ID: "vain", Kind: BookPayment, Transaction: ref("2"), Part: PartInterest, Amount: dec("-948.00")}) // 2.00 are open in all
	for _, c := range []struct {
		a    Adjustment
		want string
	}{
		{Adjustment{Kind: BookWriteoff}, "writeoff principal -2"},
		{Adjustment{Kind: BookWriteoff, Amount: amount("2.01")}, ""},
		{Adjustment{Kind: BookWaiver}, ""},
		{Adjustment{Kind: BookWaiver, Part: PartCosts}, "waiver costs -2"},
		{Adjustment{Kind: BookReversal, Reverses: "fee"}, ""},
		{Adjustment{Kind: BookReversal, Reverses: "waiver"}, "reversal interest 1.44 of waiver"},
	} {
		given, err := owing("2026-01-31").Adjust(c.a, overpaid, day("2026-03-01"))
		if got := shown(given); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v of interest below zero: %s, %v; want %s", c.a, got, err, c.want)
		}
	}
	for _, reason := range []string{"", " \n"} {
		if err := (Adjustment{Kind: BookWriteoff, Reason: reason}).Check(); KindOf(err) != Invalid {
			t.Errorf("reason %q: %v", reason, err)
		}
	}
}
