package ar

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// paid is money on the principal; a negative amount went back.
func paid(valuedate, amount string) Booking {
	transaction := "T1"
	return Booking{Kind: BookPayment, Transaction: &transaction, Part: PartPrincipal, Amount: dec(amount).Neg(), Valuedate: day(valuedate)}
}

// of puts a booking on a part.
func (b Booking) on(part Part) Booking { b.Part = part; return b }

// owing is a committed invoice of 1,000.00 that was due on a day.
func owing(due string) *Invoice {
	issued, at := day(due).AddDate(0, 0, -14), day(due)
	return &Invoice{Kind: KindInvoice, Currency: "EUR", Issued: &issued, Due: &at, Committed: &issued, Totals: Totals{Gross: dec("1000.00")}, Unpaid: dec("1000.00")}
}

// The example of § 367 BGB: 5.00 of costs, and 500.00 that came on 2 March. Interest was charged that day, so that there was
// something to set money off against.
func TestClaimAfterPayment(t *testing.T) {
	charged := []Booking{
		{ID: "1", Kind: BookFee, Amount: dec("5.00"), Valuedate: day("2026-02-20")},
		{ID: "2", Kind: BookInterest, Amount: dec("8.44"), Valuedate: day("2026-03-02")},
	}
	lawful := append(charged[:2:2], paid("2026-03-02", "5.00").on(PartCosts), paid("2026-03-02", "8.44").on(PartInterest), paid("2026-03-02", "486.56"))
	two := "2"
	for _, c := range []struct {
		name                                        string
		bookings                                    []Booking
		asOf                                        string
		principal, costs, interest, booked, settled string
	}{
		{"before the fee", lawful, "2026-02-19", "1000", "0", "5.35", "0", "0"},
		{"the day before the payment", lawful, "2026-03-01", "1000", "5", "8.16", "0", "0"},
		{"the day of the payment", charged, "2026-03-02", "1000", "5", "8.44", "8.44", "0"},
		{"after it", lawful, "2026-03-02", "513.44", "0", "0", "8.44", "8.44"},
		{"to the end of March", lawful, "2026-03-31", "513.44", "0", "4.19", "8.44", "8.44"},
		{"designated to the principal", append(charged[:2:2], paid("2026-03-02", "500")), "2026-03-31", "500", "5", "12.52", "8.44", "0"},
		{"interest given up", append(charged[:2:2], Booking{Kind: BookWaiver, Part: PartInterest, Amount: dec("-8.44"), Valuedate: day("2026-03-03")}), "2026-03-31", "1000", "5", "8.16", "8.44", "8.44"},
		{"a charge taken back", append(charged[:2:2], Booking{Kind: BookReversal, Reverses: &two, Part: PartInterest, Amount: dec("-8.44"), Valuedate: day("2026-03-03")}), "2026-03-31", "1000", "5", "16.6", "0", "0"},
		{"principal paid, the rest survives", append(charged[:2:2], paid("2026-03-02", "1000")), "2026-12-31", "0", "5", "8.44", "8.44", "0"},
		{"on the due date", lawful, "2026-01-31", "1000", "0", "0", "0", "0"},
		{"long before", lawful, "1999-01-31", "1000", "0", "0", "0", "0"},
	} {
		claim, err := owing("2026-01-31").ClaimAsOf(day(c.asOf), c.bookings, german(Incorporate, Act365))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := []string{claim.Principal.String(), claim.Costs.String(), claim.Interest.String(), claim.Booked.String(), claim.Settled.String()}
		if want := []string{c.principal, c.costs, c.interest, c.booked, c.settled}; strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
		if !claim.Total.Equal(claim.Principal.Add(claim.Costs).Add(claim.Interest)) {
			t.Errorf("%s: total %s", c.name, claim.Total)
		}
	}
}

// Interest of 4.22 was charged, and of 990.00 it turned out later that they were there on the 2nd: 0.90 have accrued. What was paid
// of the rest counts for what is open, and what was given up does not.
func TestClaimOfLessThanWasGivenUp(t *testing.T) {
	book := func(kind BookingKind, amount string) Booking {
		return Booking{Kind: kind, Transaction: ref("2"), Part: PartInterest, Amount: dec(amount), Valuedate: day("2026-02-15")}
	}
	for _, c := range []struct {
		name                                string
		bookings                            []Booking
		interest, settled, total, uncharged string
	}{
		{"open", nil, "0.9", "0", "50.9", "-3.32"},
		{"paid", []Booking{book(BookPayment, "-4.22")}, "-3.32", "4.22", "46.68", "-3.32"},
		{"given up", []Booking{book(BookWaiver, "-4.22")}, "0", "0.9", "50", "0"},
		{"given up in part", []Booking{book(BookWaiver, "-2")}, "0", "0.9", "50", "-2.22"},
		{"given up less than has accrued", []Booking{book(BookWaiver, "-0.50")}, "0.4", "0.5", "50.4", "-3.32"},
		{"paid and given up", []Booking{book(BookPayment, "-3"), book(BookWaiver, "-1.22")}, "-3", "3.9", "47", "-3"},
	} {
		charge := Booking{ID: "charge", Kind: BookInterest, Amount: dec("4.22"), Valuedate: day("2026-02-15")}
		claim, err := owing("2026-01-31").ClaimAsOf(day("2026-02-26"), append(c.bookings, charge, paid("2026-02-02", "950")), german(Incorporate, Act365))
		if err != nil {
			t.Fatal(err)
		}
		got := []string{claim.Interest.String(), claim.Settled.String(), claim.Total.String(), claim.Uncharged().String()}
		if want := []string{c.interest, c.settled, c.total, c.uncharged}; strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

// The order in which bookings were made says nothing about when they count.
func TestClaimOrdersByValueDate(t *testing.T) {
	bookings := []Booking{paid("2026-03-31", "100"), paid("2026-02-28", "100")}
	claim, err := owing("2026-01-31").ClaimAsOf(day("2026-03-15").Add(17*time.Hour), bookings, german(Incorporate, Act365))
	if err != nil || len(claim.Periods) != 2 || !claim.Principal.Equal(dec("900")) || !claim.Periods[1].From.Equal(day("2026-03-01")) {
		t.Errorf("%+v, %v", claim, err)
	}
	if !bookings[0].Valuedate.Equal(day("2026-03-31")) {
		t.Error("the bookings of the caller were sorted")
	}
}

// Interest is rounded to the digits of its currency, whatever its rate follows from.
func TestClaimInOtherCurrencies(t *testing.T) {
	for currency, want := range map[string]string{"EUR": "13.48", "CHF": "13.48", "JPY": "13", "KWD": "13.484"} {
		inv := owing("2025-05-31")
		inv.Currency = currency
		if claim, err := inv.ClaimAsOf(day("2025-07-15"), nil, german(Incorporate, Act365)); err != nil || claim.Interest.String() != want {
			t.Errorf("%s: %s, want %s, %v", currency, claim.Interest, want, err)
		}
	}
}

func TestClaimUnconfirmed(t *testing.T) {
	for _, c := range []struct {
		asOf     string
		bookings []Booking
		want     bool
	}{
		{"2026-06-30", nil, false}, {"2026-07-01", nil, true}, {"2030-01-01", nil, true},
		{"2030-01-01", []Booking{paid("2026-06-30", "1000")}, false}, // no day of it bears interest
	} {
		inv, terms := owing("2026-01-31"), german(Incorporate, Act365)
		claim, err := inv.ClaimAsOf(day(c.asOf), c.bookings, terms)
		if err != nil || claim.Unconfirmed != c.want {
			t.Errorf("%s: %t, %v", c.asOf, claim.Unconfirmed, err)
		}
		terms.refuse = true
		if _, err := inv.ClaimAsOf(day(c.asOf), c.bookings, terms); (KindOf(err) == Conflict) != c.want || c.want && !strings.Contains(hintOf(err), "2026-06-30") {
			t.Errorf("%s, refused: %v", c.asOf, err)
		}
	}
}

func hintOf(err error) string {
	var e *Error
	if !errors.As(err, &e) || len(e.Details) == 0 {
		return ""
	}
	return e.Details[0].Hint
}

func TestClaimLimits(t *testing.T) {
	terms := german(Incorporate, Act365)
	if _, err := owing("2001-01-31").ClaimAsOf(day("2026-01-31"), nil, terms); KindOf(err) != Conflict || !strings.Contains(hintOf(err), "2002-01-01") {
		t.Errorf("before the table: %v", err)
	}
	if _, err := owing("2026-01-31").ClaimAsOf(day("2126-02-01"), nil, terms); KindOf(err) != Invalid || !strings.Contains(hintOf(err), "2126-01-31") {
		t.Errorf("too far: %v", err)
	}
	claim, err := owing("2026-01-31").ClaimAsOf(day("2126-01-31"), nil, terms)
	if err != nil || len(claim.Periods) != 2 {
		t.Errorf("a hundred years: %+v, %v", claim, err)
	}
}

func TestArose(t *testing.T) {
	inv := owing("2014-08-10")
	ordered, late := day("2014-07-28"), day("2014-09-01")
	if got := inv.Arose(); !got.Equal(day("2014-07-27")) {
		t.Errorf("issued %s", got)
	}
	if inv.Issued, inv.Orderdate = &late, nil; !inv.Arose().Equal(day("2014-08-10")) {
		t.Errorf("issued after it was due: %s", inv.Arose())
	}
	if inv.Orderdate = &ordered; !inv.Arose().Equal(ordered) {
		t.Errorf("ordered %s", inv.Arose())
	}
}
