package ar

import (
	"testing"

	"pgregory.net/rapid"
)

func ref(text string) *string { return &text }

// The vector of § 367 (1) BGB: 1,000.00, a fee of 5.00, interest of 8.44, and a payment of 500.00.
func TestBalanceOf(t *testing.T) {
	charges := []Booking{
		{Kind: BookFee, Amount: dec("5.00")},
		{Kind: BookInterest, Amount: dec("8.44")},
	}
	byLaw := append(charges[:2:2],
		Booking{Kind: BookPayment, Part: PartCosts, Amount: dec("-5.00")},
		Booking{Kind: BookPayment, Part: PartInterest, Amount: dec("-8.44")},
		Booking{Kind: BookPayment, Amount: dec("-486.56")})
	designated := append(charges[:2:2], Booking{Kind: BookPayment, Part: PartPrincipal, Amount: dec("-500")})
	for _, c := range []struct {
		name                               string
		bookings                           []Booking
		principal, costs, interest, unpaid string
	}{
		{"nothing booked", nil, "1000", "0", "0", "1000"},
		{"charged", charges, "1000", "5", "8.44", "1013.44"},
		{"paid in part, by law", byLaw, "513.44", "0", "0", "513.44"},
		{"paid in part, as designated", designated, "500", "5", "8.44", "513.44"},
		{"returned", append(designated[:3:3], Booking{Kind: BookReversal, Amount: dec("500")}), "1000", "5", "8.44", "1013.44"},
		{"fee waived", append(charges[:2:2], Booking{Kind: BookWaiver, Part: PartCosts, Amount: dec("-5")}), "1000", "0", "8.44", "1008.44"},
		{"lump sum", []Booking{{Kind: BookLumpsum, Amount: dec("40")}}, "1000", "40", "0", "1040"},
		{"credited", []Booking{{Kind: BookCredit, Amount: dec("-100")}}, "900", "0", "0", "900"},
		{"written off", []Booking{{Kind: BookWriteoff, Amount: dec("-1000")}}, "0", "0", "0", "0"},
	} {
		b := BalanceOf(dec("1000.00"), c.bookings)
		if !b.Principal.Equal(dec(c.principal)) || !b.Costs.Equal(dec(c.costs)) || !b.Interest.Equal(dec(c.interest)) || !b.Unpaid.Equal(dec(c.unpaid)) {
			t.Errorf("%s: %+v", c.name, b)
		}
	}
}

// A booking and its reversal leave the balance as it was, wherever they stand.
func TestReversalUndoes(t *testing.T) {
	kinds := []BookingKind{BookPayment, BookCredit, BookFee, BookInterest, BookLumpsum, BookWriteoff, BookWaiver}
	rapid.Check(t, func(t *rapid.T) {
		var bookings []Booking
		for range rapid.IntRange(0, 10).Draw(t, "n") {
			b := Booking{
				Kind:   rapid.SampledFrom(kinds).Draw(t, "kind"),
				Part:   rapid.SampledFrom([]Part{"", PartPrincipal, PartCosts, PartInterest}).Draw(t, "part"),
				Amount: dec(rapid.StringMatching(`-?[0-9]{1,5}\.[0-9]{2}`).Draw(t, "amount")),
			}
			bookings = append(bookings, b, Booking{Kind: BookReversal, Part: b.part(), Amount: b.Amount.Neg()})
		}
		b := BalanceOf(dec("12.34"), rapid.Permutation(bookings).Draw(t, "bookings"))
		if !b.Principal.Equal(dec("12.34")) || !b.Costs.IsZero() || !b.Interest.IsZero() || !b.Unpaid.Equal(dec("12.34")) {
			t.Fatalf("%+v", b)
		}
	})
}

func TestBookingCheck(t *testing.T) {
	for _, c := range []struct {
		name    string
		booking Booking
		right   bool
	}{
		{"payment", Booking{Kind: BookPayment, Transaction: ref("t"), Amount: dec("-1")}, true},
		{"payment that raises", Booking{Kind: BookPayment, Transaction: ref("t"), Amount: dec("1")}, false},
		{"payment out of nowhere", Booking{Kind: BookPayment, Amount: dec("-1")}, false},
		{"payment by voucher and transaction", Booking{Kind: BookPayment, Transaction: ref("t"), Voucher: ref("v"), Amount: dec("-1")}, false},
		{"credit", Booking{Kind: BookCredit, Voucher: ref("v"), Amount: dec("-1")}, true},
		{"credit without a voucher", Booking{Kind: BookCredit, Amount: dec("-1")}, false},
		{"fee", Booking{Kind: BookFee, Amount: dec("2.50")}, true},
		{"fee that lowers", Booking{Kind: BookFee, Amount: dec("-2.50")}, false},
		{"interest that lowers", Booking{Kind: BookInterest, Amount: dec("-1")}, false},
		{"lump sum that lowers", Booking{Kind: BookLumpsum, Amount: dec("-1")}, false},
		{"writeoff that raises", Booking{Kind: BookWriteoff, Amount: dec("1")}, false},
		{"waiver that raises", Booking{Kind: BookWaiver, Amount: dec("1")}, false},
		{"reversal of a payment", Booking{Kind: BookReversal, Reverses: ref("b"), Transaction: ref("t"), Amount: dec("1")}, true},
		{"reversal of a fee", Booking{Kind: BookReversal, Reverses: ref("b"), Amount: dec("-1")}, true},
		{"reversal of nothing", Booking{Kind: BookReversal, Amount: dec("-1")}, false},
	} {
		if err := c.booking.Check(); (err == nil) != c.right {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
