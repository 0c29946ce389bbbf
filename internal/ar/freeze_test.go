package ar

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// dunnedTo is a case that was set to a level of the default procedure.
func dunnedTo(level int) *DunningCycle {
	c := &DunningCycle{Number: 1, Level: level}
	if level > 0 {
		c.Procedure = &DefaultProcedure
	}
	return c
}

func freezing(f Freeze) Settings {
	return Settings{Interest: InterestSettings{Country: "DE", Freeze: f}}
}

// What a payment of an invoice of 1,000.00 books that was due on 31 January 2026. The first two are the vectors of § 367 BGB.
func TestReceive(t *testing.T) {
	fee := Booking{ID: "fee", Kind: BookFee, Amount: dec("5.00"), Valuedate: day("2026-02-20")}
	charge := Booking{ID: "charge", Kind: BookInterest, Amount: dec("5.63"), Valuedate: day("2026-02-20")} // 20 days
	noticeOf := func(level int) []Notice {
		return []Notice{{Cycle: 1, Level: level, Issued: day("2026-02-20"), PayBy: day("2026-02-27"), Procedure: DefaultProcedure}}
	}
	dunned := Arrears{Debtor: Incorporate, Settings: freezing(""), Cycle: dunnedTo(2)}
	notified := Arrears{Debtor: Incorporate, Settings: freezing(""), Notices: noticeOf(2)}
	for _, c := range []struct {
		name          string
		with          Arrears
		booked        []Booking
		amount, value string
		label, want   string
	}{
		{"lawful", dunned, []Booking{fee}, "500", "2026-03-02", "", "interest interest 8.44, payment costs -5, payment interest -8.44, payment principal -486.56"},
		{"designated", dunned, []Booking{fee}, "500", "2026-03-02", "nur Hauptforderung", "interest interest 8.44, payment principal -500"},
		{"more than all", dunned, []Booking{fee}, "2000", "2026-03-02", "", "interest interest 8.44, payment costs -5, payment interest -8.44, payment principal -1000"},
		{"on the due date", dunned, nil, "500", "2026-01-31", "", "payment principal -500"},
		{"two days late and never dunned", Arrears{Debtor: Incorporate, Settings: freezing("")}, nil, "1000", "2026-02-02", "", "payment principal -1000"},
		{"only reminded", Arrears{Debtor: Incorporate, Settings: freezing(FreezeDunned), Cycle: dunnedTo(1)}, nil, "1000", "2026-03-02", "", "payment principal -1000"},
		{"set back, and charged before", Arrears{Debtor: Incorporate, Settings: freezing(""), Cycle: dunnedTo(0)}, []Booking{charge}, "500", "2026-03-02", "", "interest interest 2.81, payment interest -8.44, payment principal -491.56"},
		{"always", Arrears{Debtor: Incorporate, Settings: freezing(FreezeAlways)}, nil, "1000", "2026-02-02", "", "interest interest 0.56, payment interest -0.56, payment principal -999.44"},
		{"never", Arrears{Debtor: Incorporate, Settings: freezing(FreezeNever), Cycle: dunnedTo(5)}, nil, "500", "2026-03-02", "", "payment principal -500"},
		{"a rate that nobody knows", Arrears{Debtor: Incorporate, Settings: Settings{Interest: InterestSettings{Country: "FR"}}, Cycle: dunnedTo(2)}, nil, "500", "2026-03-02", "", "payment principal -500"},
		{"nothing is owed", dunned, []Booking{paid("2026-02-25", "1000")}, "500", "2026-03-02", "", ""},
		{"only costs are owed", dunned, []Booking{fee, paid("2026-02-25", "1000")}, "500", "2026-03-02", "", "payment costs -5"},
		{"money that counts from tomorrow", dunned, nil, "500", "2026-03-03", "", "interest interest 8.44, payment interest -8.44, payment principal -491.56"},
		{"nothing came in", dunned, nil, "0", "2026-03-02", "", ""},

		{"what a notice asks for, the day it was issued", notified, []Booking{charge}, "1005.63", "2026-02-20", "", "payment interest -5.63, payment principal -1000"},
		{"what a notice asks for, on its last day", notified, []Booking{charge}, "1005.63", "2026-02-27", "", "payment interest -5.63, payment principal -1000"},
		{"part of it, which may become all of it", notified, []Booking{charge}, "500", "2026-02-23", "", "payment interest -5.63, payment principal -494.37"},
		{"the day after", notified, []Booking{charge}, "1005.63", "2026-02-28", "", "interest interest 2.25, payment interest -7.88, payment principal -997.75"},
		{"a reminder", Arrears{Debtor: Incorporate, Settings: freezing(FreezeAlways), Notices: noticeOf(1)}, nil, "1000", "2026-02-27", "", "payment principal -1000"},
		{"after a reminder", Arrears{Debtor: Incorporate, Settings: freezing(FreezeDunned), Notices: noticeOf(1)}, nil, "1000", "2026-02-28", "", "payment principal -1000"},
		{"a notice of an earlier cycle", Arrears{Debtor: Incorporate, Settings: freezing(""), Notices: noticeOf(2), Cycle: &DunningCycle{Number: 2}}, nil, "500", "2026-02-28", "", "payment principal -500"},

		// On the 11th 1,000.00 were paid, so 20 days of interest were 11, but for the little that was left.
		{"the money was there before the notice", notified, []Booking{charge}, "1000", "2026-02-11", "",
			"reversal interest -5.63 of charge, interest interest 3.1, payment interest -3.1, payment principal -996.9"},
		{"the money was there before the due date", notified, []Booking{charge}, "1000", "2026-01-30", "", "reversal interest -5.63 of charge, payment principal -1000"},
		{"what was paid of the interest stays", notified, []Booking{charge, paid("2026-02-20", "5.63").on(PartInterest)}, "1000", "2026-01-30", "", "payment principal -1000"},
		{"a charge that was taken back", notified, []Booking{charge, {Kind: BookReversal, Reverses: ref("charge"), Part: PartInterest, Amount: dec("-5.63"), Valuedate: day("2026-02-20")}},
			"1000", "2026-01-30", "", "payment principal -1000"},
	} {
		m := &Transaction{ID: "1", Label: c.label, Valuedate: day(c.value)}
		c.with.Today = day("2026-03-02")
		if got := shown(owing("2026-01-31").Receive(m, dec(c.amount), c.booked, c.with)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// The whole vector: what is open after the payment, and what the rest bears in March.
func TestReceiveThenClaim(t *testing.T) {
	for label, want := range map[string]string{"": "513.44 0 4.19", "ohne Mahngebühr": "500 5 12.52"} { // 8.44 and 4.08
		inv, m := owing("2026-01-31"), &Transaction{ID: "1", Label: label, Valuedate: day("2026-03-02")}
		booked := []Booking{{ID: "fee", Kind: BookFee, Amount: dec("5.00"), Valuedate: day("2026-02-20")}}
		booked = append(booked, inv.Receive(m, dec("500"), booked, Arrears{Today: noon, Debtor: Incorporate, Settings: freezing(""), Cycle: dunnedTo(2)})...)
		claim, err := inv.ClaimAsOf(day("2026-03-31"), booked, german(Incorporate, Act365))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(claim.Principal, " ", claim.Costs, " ", claim.Interest); got != want {
			t.Errorf("%q: %s, want %s", label, got, want)
		}
	}
}

// arrears is a random history of payments, late, early and out of order, each received with what is known then.
func arrears(t *rapid.T, each func(inv *Invoice, m *Transaction, before, made []Booking)) {
	inv, a := owing("2025-01-31"), Arrears{Today: lastDay, Debtor: Incorporate, Settings: freezing(rapid.SampledFrom(freezes).Draw(t, "freeze")), Cycle: dunnedTo(rapid.IntRange(0, 5).Draw(t, "level"))}
	var bookings []Booking
	add := func(more []Booking) {
		for _, b := range more {
			b.ID = fmt.Sprint("b", len(bookings))
			bookings = append(bookings, b)
		}
	}
	for n := range rapid.IntRange(1, 8).Draw(t, "steps") {
		value := day("2025-01-31").AddDate(0, 0, rapid.IntRange(-5, 500).Draw(t, "value"))
		if rapid.IntRange(0, 3).Draw(t, "step") == 0 { // a notice charges what has accrued, each later than the last
			value = later(value, lastCharge(bookings))
			claim, err := inv.ClaimAsOf(value, bookings, german(Incorporate, Act365))
			if err != nil {
				t.Fatal(err)
			}
			add(chargeInterest(bookings, decimal.Max(claim.Uncharged(), BalanceOf(inv.Totals.Gross, bookings).Interest.Neg()), value))
			continue
		}
		m := &Transaction{ID: fmt.Sprint(n), Valuedate: value, Label: rapid.SampledFrom([]string{"", "nur Hauptforderung"}).Draw(t, "label")}
		made := inv.Receive(m, cents(t, "amount", 0, 80000), bookings, a)
		each(inv, m, bookings, made)
		add(made)
	}
}

// Whatever comes in when: no part falls below zero, nothing is charged twice, a payment of a date changes no claim of that
// date but by its amount, and what was charged too much is taken back as far as it is open.
func TestReceiveIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arrears(t, func(inv *Invoice, m *Transaction, before, made []Booking) {
			after := append(before[:len(before):len(before)], made...)
			b := BalanceOf(inv.Totals.Gross, after)
			if b.Principal.IsNegative() || b.Costs.IsNegative() || b.Interest.IsNegative() {
				t.Fatalf("%s leaves %+v", shown(made), b)
			}
			asOf := later(m.Valuedate, lastCharge(before))
			was, is := claimed(t, inv, before, asOf), claimed(t, inv, after, asOf)
			money := decimal.Zero
			for _, b := range made {
				if b.Transaction != nil {
					money = money.Sub(b.Amount)
				}
				if b.Kind == BookInterest && is.Uncharged().IsNegative() && b.Amount.GreaterThan(is.Uncharged().Neg()) && m.Valuedate.After(lastCharge(before)) {
					t.Fatalf("%s charges more than has accrued: %s too much", shown(made), is.Uncharged().Neg())
				}
			}
			if asOf.Equal(m.Valuedate) && !was.Total.Sub(money).Equal(is.Total) {
				t.Fatalf("%s changes a claim of %s to %s", shown(made), was.Total, is.Total)
			}
			if len(made) > 0 && m.Valuedate.Before(lastCharge(before)) && is.Uncharged().IsNegative() && b.Interest.IsPositive() {
				t.Fatalf("%s leaves %s of interest open, %s of it too much", shown(made), b.Interest, is.Uncharged().Neg())
			}
		})
	})
}

func claimed(t *rapid.T, inv *Invoice, bookings []Booking, asOf time.Time) *Claim {
	c, err := inv.ClaimAsOf(asOf, bookings, german(Incorporate, Act365))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
