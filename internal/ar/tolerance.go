package ar

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Tolerance is how much a merchant gives up rather than ask for: a slight underpayment is written off. A bound that is
// zero does not bound; without any, nothing is given up.
type Tolerance struct {
	Absolute decimal.Decimal `json:"absolute,omitzero"` // in the currency of the invoice
	Percent  decimal.Decimal `json:"percent,omitzero"`  // of the invoice's total
}

// Check finds what makes no sense.
func (t Tolerance) Check() error {
	var wrong faults
	if t.Absolute.IsNegative() || !fits(t.Absolute) {
		wrong.add("tolerance.absolute", "The tolerance is no amount.", "Send an amount such as 0.50.")
	}
	if t.Percent.IsNegative() || t.Percent.GreaterThan(hundred) {
		wrong.add("tolerance.percent", "The tolerance is no percentage.", "Send a percentage of the total from 0 to 100, such as 1.")
	}
	return wrong.invalid()
}

// covers tells whether so little is open that it is given up.
func (t Tolerance) covers(open, total decimal.Decimal) bool {
	if t.Absolute.IsZero() && t.Percent.IsZero() || !open.IsPositive() {
		return false
	}
	return (t.Absolute.IsZero() || open.LessThanOrEqual(t.Absolute)) &&
		(t.Percent.IsZero() || open.Mul(hundred).LessThanOrEqual(total.Mul(t.Percent)))
}

// RoundOff gives the bookings that close an invoice of which slightly too little was paid just now; payment is the last
// booking of that. Principal is written off, which is a bad debt; costs and interest are waived, which is none. Nothing is
// given up that nobody has just paid on, and never what was paid too much.
func (t Tolerance) RoundOff(total decimal.Decimal, bookings []Booking, payment Booking) []Booking {
	open := BalanceOf(total, bookings)
	if !t.covers(open.Unpaid, total) {
		return nil
	}
	left := open.Unpaid
	var given []Booking
	for _, part := range lawful {
		amount := decimal.Min(left, open.of(part))
		if !amount.IsPositive() {
			continue
		}
		left = left.Sub(amount)
		b := Booking{Kind: BookWaiver, Follows: &payment.ID, Part: part, Amount: amount.Neg(), Comment: t.reason(), Valuedate: payment.Valuedate}
		if part == PartPrincipal {
			b.Kind = BookWriteoff
		}
		given = append(given, b)
	}
	return given
}

// reason says why something was given up.
func (t Tolerance) reason() string {
	switch {
	case t.Percent.IsZero():
		return fmt.Sprintf("Slight underpayment: at most %s.", t.Absolute)
	case t.Absolute.IsZero():
		return fmt.Sprintf("Slight underpayment: at most %s %% of the total.", t.Percent)
	}
	return fmt.Sprintf("Slight underpayment: at most %s and %s %% of the total.", t.Absolute, t.Percent)
}
