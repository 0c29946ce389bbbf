package ar

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// shown is bookings as text: kind, part, amount, and what they refer to.
func shown(bookings []Booking) string {
	var texts []string
	for _, b := range bookings {
		text := fmt.Sprintf("%s %s %s", b.Kind, b.part(), b.Amount)
		for name, id := range map[string]*string{"of ": b.Reverses, "after ": b.Follows} {
			if id != nil {
				text += " " + name + *id
			}
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// The vector of § 367 BGB: 1,000.00, a fee of 5.00, interest of 8.44, and a payment of 500.00.
func TestPay(t *testing.T) {
	open := Balance{Principal: dec("1000.00"), Costs: dec("5.00"), Interest: dec("8.44"), Unpaid: dec("1013.44")}
	for _, c := range []struct{ label, amount, want string }{
		{"Rechnung 1", "500.00", "payment costs -5, payment interest -8.44, payment principal -486.56"},
		{"Rechnung 1 OHNE  Mahngebühren", "500.00", "payment principal -500"},
		{"principal only", "1001", "payment principal -1000, payment costs -1"},
		{"Hauptforderung und Zinsen", "14", "payment costs -5, payment interest -8.44, payment principal -0.56"},
		{"", "4.99", "payment costs -4.99"},
		{"", "1013.44", "payment costs -5, payment interest -8.44, payment principal -1000"},
		{"", "2000", "payment costs -5, payment interest -8.44, payment principal -1000"},
		{"", "0", ""},
	} {
		if got := shown(open.Pay(&Transaction{ID: "1", Label: c.label}, dec(c.amount))); got != c.want {
			t.Errorf("%s of %q: %s, want %s", c.amount, c.label, got, c.want)
		}
	}
	overpaid := Balance{Principal: dec("50"), Costs: dec("2.50"), Interest: dec("-3.32"), Unpaid: dec("49.18")} // interest that was paid in vain
	for label, want := range map[string]string{"": "payment costs -2.5, payment principal -46.68", "principal only": "payment principal -49.18"} {
		if got := shown(overpaid.Pay(&Transaction{ID: "1", Label: label}, dec("52.50"))); got != want {
			t.Errorf("%q of interest below zero: %s, want %s", label, got, want)
		}
	}
	if got := shown((Balance{}).Pay(&Transaction{}, dec("10"))); got != "" {
		t.Errorf("nothing is owed, and booked is %s", got)
	}
}

func TestReturn(t *testing.T) {
	pay := func(id, transaction string, part Part, amount string) Booking {
		return Booking{ID: id, Kind: BookPayment, Transaction: &transaction, Part: part, Amount: dec(amount)}
	}
	booked := []Booking{
		{ID: "fee", Kind: BookFee, Amount: dec("5")},
		pay("a1", "A", PartCosts, "-5"), pay("a2", "A", PartPrincipal, "-45"),
		pay("b1", "B", PartPrincipal, "-20"), pay("c1", "C", PartPrincipal, "-30"),
		{ID: "w", Kind: BookWriteoff, Follows: ref("c1"), Amount: dec("-0.10")},
		{ID: "m", Kind: BookWriteoff, Amount: dec("-1")}, // by hand
	}
	for _, c := range []struct{ amount, want string }{
		{"50", "reversal principal 45 of a2, reversal costs 5 of a1"}, // exactly A
		{"20", "reversal principal 20 of b1"},                         // exactly B
		{"35", "reversal principal 30 of c1, reversal principal 5 of b1"},
		{"100", "reversal principal 30 of c1, reversal principal 20 of b1, reversal principal 45 of a2, reversal costs 5 of a1"},
		{"1000", "reversal principal 30 of c1, reversal principal 20 of b1, reversal principal 45 of a2, reversal costs 5 of a1"},
	} {
		want := c.want + ", reversal principal 0.1 of w"
		if got := shown(Return(booked, &Transaction{ID: "R"}, "", dec(c.amount))); got != want {
			t.Errorf("%s: %s, want %s", c.amount, got, want)
		}
	}
	for _, c := range []struct{ payment, amount, want string }{ // it is said which, and no other is taken
		{"B", "50", "reversal principal 20 of b1, reversal principal 0.1 of w"},
		{"A", "20", "reversal principal 20 of a2, reversal principal 0.1 of w"},
		{"D", "20", ""},
	} {
		if got := shown(Return(booked, &Transaction{ID: "R"}, c.payment, dec(c.amount))); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.amount, c.payment, got, c.want)
		}
	}
	again := append(slices.Clone(booked), Booking{ID: "r", Kind: BookReversal, Transaction: ref("R"), Reverses: ref("c1"), Part: PartPrincipal, Amount: dec("10")})
	if got := shown(Return(again, &Transaction{ID: "R"}, "", dec("25"))); got != "reversal principal 20 of b1, reversal principal 5 of a2, reversal principal 0.1 of w" {
		t.Errorf("after a part of c1: %s", got)
	}
	if got := shown(Return(booked[:1], &Transaction{ID: "R"}, "", dec("5"))); got != "" {
		t.Errorf("nothing was paid, and booked is %s", got)
	}
}

func TestRoundOff(t *testing.T) {
	paid := func(amount string, more ...Booking) []Booking {
		return append(more, Booking{ID: "p", Kind: BookPayment, Transaction: ref("1"), Amount: dec(amount).Neg()})
	}
	for _, c := range []struct {
		name, absolute, percent string
		bookings                []Booking
		want                    string
	}{
		{"none", "0", "0", paid("99.99"), ""},
		{"within", "0.50", "1", paid("99.50"), "writeoff principal -0.5 after p"},
		{"more than the amount", "0.50", "1", paid("99.49"), ""},
		{"more than the percentage", "2", "1", paid("98.99"), ""},
		{"amount only", "2", "0", paid("98"), "writeoff principal -2 after p"},
		{"percentage only", "0", "1", paid("99"), "writeoff principal -1 after p"},
		{"paid", "0.50", "1", paid("100"), ""},
		{"interest was paid in vain", "0.50", "0", paid("96.50", Booking{ID: "v", Kind: BookPayment, Transaction: ref("0"), Part: PartInterest, Amount: dec("-3.32")}), "writeoff principal -0.18 after p"},
		{"fee left", "5", "5", paid("100", Booking{ID: "f", Kind: BookFee, Amount: dec("2.5")}), "waiver costs -2.5 after p"},
	} {
		tolerance := Tolerance{Absolute: dec(c.absolute), Percent: dec(c.percent)}
		given := tolerance.RoundOff(dec("100"), c.bookings, c.bookings[len(c.bookings)-1])
		if got := shown(given); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for _, b := range given {
			if b.Comment == "" || b.Check() != nil {
				t.Errorf("%s: %+v: %v", c.name, b, b.Check())
			}
		}
	}
	for _, wrong := range []Tolerance{{Absolute: dec("-1")}, {Percent: dec("-1")}, {Percent: dec("101")}, {Absolute: dec("1e20")}} {
		if wrong.Check() == nil {
			t.Errorf("%+v is fine", wrong)
		}
	}
}

// history draws an account: charges, payments and returns one after the other, booked as the server books them.
func history(t *rapid.T) (total decimal.Decimal, bookings []Booking) {
	cents := func(most int) decimal.Decimal {
		return decimal.New(int64(rapid.IntRange(0, most).Draw(t, "cents")), -2)
	}
	tolerance := Tolerance{Absolute: cents(50), Percent: cents(300)}
	total = cents(20000)
	add := func(more []Booking) {
		for _, b := range more {
			b.ID = fmt.Sprint("b", len(bookings))
			bookings = append(bookings, b)
		}
	}
	for n := range rapid.IntRange(0, 12).Draw(t, "steps") {
		m := &Transaction{ID: fmt.Sprint(n), Label: rapid.SampledFrom([]string{"", "ohne Mahnkosten"}).Draw(t, "label")}
		var made []Booking
		open, before := BalanceOf(total, bookings), paidOf(bookings)
		switch amount := cents(15000); rapid.SampledFrom([]string{"fee", "interest", "pay", "pay", "return"}).Draw(t, "step") {
		case "fee":
			made = []Booking{{Kind: BookFee, Amount: amount}}
		case "interest":
			made = []Booking{{Kind: BookInterest, Amount: amount}}
		case "pay":
			made = open.Pay(m, amount)
			if sum := amountOf(made).Neg(); !sum.Equal(decimal.Min(amount, open.Unpaid)) {
				t.Fatalf("of %s, %s are booked, and %s were open", amount, sum, open.Unpaid)
			}
		case "return":
			made = Return(bookings, m, "", amount)
			returned := decimal.Zero
			for _, b := range made {
				if b.Transaction != nil {
					returned = returned.Add(b.Amount)
				}
			}
			if !returned.Equal(decimal.Min(amount, before)) {
				t.Fatalf("of %s, %s are taken back, and %s were paid", amount, returned, before)
			}
		}
		add(made)
		if len(made) > 0 && made[0].Kind == BookPayment {
			add(tolerance.RoundOff(total, bookings, bookings[len(bookings)-1]))
		}
	}
	return total, bookings
}

func amountOf(bookings []Booking) decimal.Decimal {
	sum := decimal.Zero
	for _, b := range bookings {
		sum = sum.Add(b.Amount)
	}
	return sum
}

// paidOf is the money that was booked on an invoice and has not gone back.
func paidOf(bookings []Booking) decimal.Decimal {
	return amountOf(slices.DeleteFunc(slices.Clone(bookings), func(b Booking) bool { return b.Transaction == nil })).Neg()
}

// Whatever is paid and returned: no part is ever below zero, what was booked of each transaction is not more than there
// was, no booking is reversed by more than its amount, and every entry of the ledger sums to zero.
func TestAllocationConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total, bookings := history(t)
		b := BalanceOf(total, bookings)
		if b.Principal.IsNegative() || b.Costs.IsNegative() || b.Interest.IsNegative() {
			t.Errorf("balance %+v", b)
		}
		if !b.Unpaid.Equal(total.Add(amountOf(bookings))) {
			t.Errorf("unpaid %s, the bookings come to %s", b.Unpaid, total.Add(amountOf(bookings)))
		}
		left := map[string]decimal.Decimal{}
		for _, b := range bookings {
			if err := b.Check(); err != nil {
				t.Error(err)
			}
			left[b.ID] = left[b.ID].Add(b.Amount)
			if b.Reverses != nil {
				was := left[*b.Reverses].Sign()
				left[*b.Reverses] = left[*b.Reverses].Add(b.Amount)
				if left[*b.Reverses].Sign() == -was {
					t.Errorf("%s is reversed by more than its amount", *b.Reverses)
				}
			}
			if legs := b.Legs(); !legs[0].Amount.Add(legs[1].Amount).IsZero() || legs[0].Account == "" || legs[1].Account == "" {
				t.Errorf("legs %v", legs)
			}
		}
	})
}

// The accounts of every kind of entry.
func TestLegs(t *testing.T) {
	credited := &Invoice{Kind: KindCreditnote, Totals: Totals{Gross: dec("10")}}
	for _, c := range []struct {
		name string
		legs [2]Leg
		want string
	}{
		{"invoice", (&Invoice{Kind: KindInvoice, Totals: Totals{Gross: dec("10")}}).Legs(), "[{receivable:principal 10} {revenue -10}]"},
		{"credit note", credited.Legs(), "[{revenue 10} {credit -10}]"},
		{"credit note, applied", Booking{Kind: BookCredit, Voucher: ref("v"), Amount: dec("-10")}.Legs(), "[{receivable:principal -10} {credit 10}]"},
		{"money in", (&Transaction{Amount: dec("10")}).Legs(), "[{bank 10} {credit -10}]"},
		{"payment", Booking{Kind: BookPayment, Transaction: ref("t"), Part: PartCosts, Amount: dec("-10")}.Legs(), "[{receivable:costs -10} {credit 10}]"},
		{"return", Booking{Kind: BookReversal, Transaction: ref("t"), Part: PartInterest, Amount: dec("10")}.Legs(), "[{receivable:interest 10} {credit -10}]"},
		{"fee", Booking{Kind: BookFee, Amount: dec("10")}.Legs(), "[{receivable:costs 10} {fees -10}]"},
		{"lump sum", Booking{Kind: BookLumpsum, Amount: dec("40")}.Legs(), "[{receivable:costs 40} {fees -40}]"},
		{"interest", Booking{Kind: BookInterest, Amount: dec("10")}.Legs(), "[{receivable:interest 10} {late -10}]"},
		{"write-off", Booking{Kind: BookWriteoff, Part: PartPrincipal, Amount: dec("-10")}.Legs(), "[{receivable:principal -10} {baddebt 10}]"},
		{"write-off, taken back", Booking{Kind: BookReversal, Part: PartPrincipal, Amount: dec("10")}.Legs(), "[{receivable:principal 10} {baddebt -10}]"},
		{"fee waived", Booking{Kind: BookWaiver, Part: PartCosts, Amount: dec("-10")}.Legs(), "[{receivable:costs -10} {fees 10}]"},
		{"interest waived", Booking{Kind: BookWaiver, Part: PartInterest, Amount: dec("-10")}.Legs(), "[{receivable:interest -10} {late 10}]"},
	} {
		if got := fmt.Sprint(c.legs); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
