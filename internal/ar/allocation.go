package ar

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// lawful is the order in which money that does not suffice is set off: § 367 (1) BGB.
var lawful = []Part{PartCosts, PartInterest, PartPrincipal}

// designated is the order when the debtor has said that the money is for the principal. Who takes the money takes it so:
// § 367 (2) BGB.
var designated = []Part{PartPrincipal, PartCosts, PartInterest}

// designations are words of a transfer that say that its money is for the principal.
var designations = []string{
	"ohne gebühr", "ohne gebuehr", "ohne mahngebühr", "ohne mahngebuehr", "ohne mahnkosten", "ohne kosten",
	"nur hauptforderung", "nur die hauptforderung", "auf hauptforderung", "auf die hauptforderung", "nur rechnungsbetrag",
	"without fee", "without dunning fee", "without cost", "principal only", "only principal",
}

// ForPrincipal tells whether the debtor has designated the money to the principal, in the text of the transfer.
func (t *Transaction) ForPrincipal() bool {
	text := strings.Join(strings.Fields(strings.ToLower(t.Label)), " ")
	return slices.ContainsFunc(designations, func(words string) bool { return strings.Contains(text, words) })
}

// Pay gives the bookings by which an amount of a transaction pays an invoice: one for each part that is lowered. They come
// to the amount, or to what is open in all if that is less: nothing is ever paid below zero, and what is over stays with
// the transaction.
func (b Balance) Pay(t *Transaction, amount decimal.Decimal) []Booking {
	order := lawful
	if t.ForPrincipal() {
		order = designated
	}
	amount = decimal.Min(amount, b.Unpaid)
	var bookings []Booking
	for _, part := range order {
		paid := decimal.Min(amount, b.of(part))
		if !paid.IsPositive() {
			continue
		}
		amount = amount.Sub(paid)
		bookings = append(bookings, Booking{Kind: BookPayment, Transaction: &t.ID, Part: part, Amount: paid.Neg(), Valuedate: t.Valuedate})
	}
	return bookings
}

// Open is what may go off a part: what is open of it, and not more than is open in all. Interest that was paid and turned
// out not to be owed is below zero, and counts for the rest.
func (b Balance) Open(part Part) decimal.Decimal { return decimal.Min(b.of(part), b.Unpaid) }

// of is what is open of a part.
func (b Balance) of(part Part) decimal.Decimal {
	switch part {
	case PartCosts:
		return b.Costs
	case PartInterest:
		return b.Interest
	default:
		return b.Principal
	}
}

// Return gives the bookings by which an amount of a transaction goes back to the debtor: reversals of what was paid on the
// invoice. They come to the amount, or to what was paid and has not gone back yet if that is less. What was rounded off
// because of the payments is taken back too.
//
// The payment is the id of the one that went back. Empty, nobody has said which, so it is the latest that was exactly as
// much; else the latest first, as far as it goes. Within a payment it is the reverse of the order it was allocated in,
// principal first. What the transaction has taken back a part of before is left out: it takes a booking back once.
func Return(bookings []Booking, t *Transaction, payment string, amount decimal.Decimal) []Booking {
	standing := standing(bookings)
	before := map[string]bool{}
	for _, b := range bookings {
		if b.Reverses != nil && b.Transaction != nil && *b.Transaction == t.ID {
			before[*b.Reverses] = true
		}
	}
	var reversals []Booking
	for _, b := range returned(standing, payment, amount) {
		if before[b.ID] {
			continue
		}
		back := decimal.Min(amount, b.Amount.Neg())
		if !back.IsPositive() {
			break
		}
		amount = amount.Sub(back)
		reversals = append(reversals, Booking{Kind: BookReversal, Transaction: &t.ID, Reverses: &b.ID, Part: b.part(), Amount: back, Valuedate: t.Valuedate})
	}
	if len(reversals) == 0 {
		return nil
	}
	for _, b := range standing {
		if b.Follows != nil {
			reversals = append(reversals, Booking{Kind: BookReversal, Reverses: &b.ID, Part: b.part(), Amount: b.Amount.Neg(), Valuedate: t.Valuedate})
		}
	}
	return reversals
}

// standing is what was booked, less what of it was reversed since. What is reversed wholly is left out.
func standing(bookings []Booking) []Booking {
	reversed := map[string]decimal.Decimal{}
	for _, b := range bookings {
		if b.Reverses != nil {
			reversed[*b.Reverses] = reversed[*b.Reverses].Add(b.Amount)
		}
	}
	var left []Booking
	for _, b := range bookings {
		b.Amount = b.Amount.Add(reversed[b.ID])
		if b.Kind != BookReversal && !b.Amount.IsZero() {
			left = append(left, b)
		}
	}
	return left
}

// PaidBy is how much of a payment, by its id, is on an invoice and has not gone back.
func PaidBy(bookings []Booking, payment string) decimal.Decimal {
	sum := decimal.Zero
	for _, b := range standing(bookings) {
		if b.Kind == BookPayment && *b.Transaction == payment {
			sum = sum.Sub(b.Amount)
		}
	}
	return sum
}

// returned are the payments that stand, or what stands of one of them, in the order in which a return of an amount takes
// them back.
func returned(standing []Booking, payment string, amount decimal.Decimal) []Booking {
	var latest []Booking
	paid := map[string]decimal.Decimal{} // by transaction
	for _, b := range slices.Backward(standing) {
		if b.Kind == BookPayment && (payment == "" || *b.Transaction == payment) {
			latest = append(latest, b)
			paid[*b.Transaction] = paid[*b.Transaction].Sub(b.Amount)
		}
	}
	for _, b := range latest {
		if exact := *b.Transaction; paid[exact].Equal(amount) {
			return slices.DeleteFunc(latest, func(other Booking) bool { return *other.Transaction != exact })
		}
	}
	return latest
}
