package ar

import (
	"time"

	"github.com/shopspring/decimal"
)

// Booking changes what is owed on a committed invoice. Bookings are only ever added: an error is undone by a
// reversal, never by a change.
type Booking struct {
	ID          string
	InvoiceID   string
	Kind        BookingKind
	Transaction *string         // the money movement behind a payment
	Voucher     *string         // the voucher behind a credit: a credit note
	Reverses    *string         // the ID of the booking a reversal undoes
	Part        Part            // what a payment, credit, writeoff, waiver or reversal is allocated to
	Amount      decimal.Decimal // signed as it changes what is owed: a payment is negative, a fee positive
	Comment     string
	Valuedate   time.Time // the day that counts for interest
	Created     time.Time
}

// BookingKind says what a booking is.
type BookingKind string

const (
	BookPayment  BookingKind = "payment"
	BookCredit   BookingKind = "credit"   // a credit note was applied
	BookFee      BookingKind = "fee"      // dunning fee
	BookInterest BookingKind = "interest" // default interest
	BookLumpsum  BookingKind = "lumpsum"  // § 288 (5) BGB
	BookWriteoff BookingKind = "writeoff" // principal given up: a bad debt
	BookWaiver   BookingKind = "waiver"   // a fee or interest given up: no bad debt, no change of the tax
	BookReversal BookingKind = "reversal" // the opposite of another booking
)

// Part is what an amount is allocated to. § 367 (1) BGB: costs, then interest, then principal.
type Part string

const (
	Principal Part = "principal"
	Costs     Part = "costs"
	Interest  Part = "interest"
)

// Balance is what is open on an invoice, and of what.
type Balance struct {
	Principal decimal.Decimal
	Costs     decimal.Decimal
	Interest  decimal.Decimal
	Unpaid    decimal.Decimal // the sum of the three
}

// BalanceOf is the one place where it is decided what is owed: the total of a committed invoice and everything
// booked on it since.
func BalanceOf(total decimal.Decimal, bookings []Booking) Balance {
	b := Balance{Principal: total}
	for _, booking := range bookings {
		switch booking.part() {
		case Costs:
			b.Costs = b.Costs.Add(booking.Amount)
		case Interest:
			b.Interest = b.Interest.Add(booking.Amount)
		default:
			b.Principal = b.Principal.Add(booking.Amount)
		}
	}
	b.Unpaid = b.Principal.Add(b.Costs).Add(b.Interest)
	return b
}

// part is fixed for what is charged; the rest says itself what it is allocated to, principal if it does not.
func (b Booking) part() Part {
	switch b.Kind {
	case BookFee, BookLumpsum:
		return Costs
	case BookInterest:
		return Interest
	}
	return b.Part
}
