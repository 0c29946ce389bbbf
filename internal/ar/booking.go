package ar

import (
	"errors"
	"fmt"
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
	Reverses    *string         // the ID of the booking a reversal undoes, wholly or in part
	Follows     *string         // the ID of the payment that a writeoff or waiver rounds off, see Tolerance
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
	PartPrincipal Part = "principal"
	PartCosts     Part = "costs"
	PartInterest  Part = "interest"
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
	entries := make([][2]Leg, 0, len(bookings))
	for _, booking := range bookings {
		entries = append(entries, booking.Legs())
	}
	b := Balance{
		Principal: total.Add(Sum(AccountPrincipal, entries...)),
		Costs:     Sum(AccountCosts, entries...),
		Interest:  Sum(AccountInterest, entries...),
	}
	b.Unpaid = b.Principal.Add(b.Costs).Add(b.Interest)
	return b
}

// Returns tells whether the booking takes back a payment because its money went back to the debtor.
func (b Booking) Returns() bool { return b.Kind == BookReversal && b.Transaction != nil }

// Equal tells whether as much is open of each part.
func (b Balance) Equal(other Balance) bool {
	return b.Principal.Equal(other.Principal) && b.Costs.Equal(other.Costs) && b.Interest.Equal(other.Interest)
}

// Check finds the mistakes that would falsify a balance: an amount of the wrong sign, and a booking that does not say
// what is behind it. They are faults of the program, never of a request.
func (b Booking) Check() error {
	switch {
	case b.Kind.lowers() && b.Amount.IsPositive(), b.Kind.raises() && b.Amount.IsNegative():
		return fmt.Errorf("ar: %s of %s has the wrong sign", b.Kind, b.Amount)
	case b.Kind == BookPayment && b.Transaction == nil:
		return errors.New("ar: payment without a transaction")
	case b.Kind == BookCredit && b.Voucher == nil:
		return errors.New("ar: credit without a voucher")
	case b.Kind == BookReversal && b.Reverses == nil:
		return errors.New("ar: reversal of nothing")
	case b.Transaction != nil && b.Voucher != nil:
		return errors.New("ar: booking with a transaction and a voucher")
	}
	return nil
}

func (k BookingKind) lowers() bool {
	return k == BookPayment || k == BookCredit || k == BookWriteoff || k == BookWaiver
}

func (k BookingKind) raises() bool {
	return k == BookFee || k == BookInterest || k == BookLumpsum
}

// part is fixed for what is charged; the rest says itself what it is allocated to, principal if it does not.
func (b Booking) part() Part {
	switch b.Kind {
	case BookFee, BookLumpsum:
		return PartCosts
	case BookInterest:
		return PartInterest
	}
	if b.Part == "" {
		return PartPrincipal
	}
	return b.Part
}
