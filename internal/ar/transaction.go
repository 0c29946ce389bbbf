package ar

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// Transaction is a movement of money: a payment that came in, or a return that went back. Once it is stored, nothing of it
// changes but Unallocated, which shrinks when more of it is booked. What it pays is told by its bookings.
type Transaction struct {
	ID                string          // a number, counted per merchant from 1
	Method            string          // PP, CC, DD, CT, CD, IN, OT, or empty
	Amount            decimal.Decimal // positive came in, negative went back
	Currency          string
	Bookingdate       time.Time       // the day it was booked: midnight UTC, as Valuedate
	Valuedate         time.Time       // the day the money counts from
	Reference         string          // the end-to-end reference
	Label             string          // the text of the transfer
	Peer              string          // who paid
	IBAN              string          // the account it came from, without spaces
	Identity          string          // ID of the customer; empty when it is not known
	IdentityReference string          // its reference; follows from Identity, set by the store when it reads
	Unallocated       decimal.Decimal // what is booked on no invoice, with the sign of Amount: the customer's credit
	Matching          *Matching       // how its invoices were found; nil when they were assigned
	Meta              json.RawMessage // a JSON object of the merchant's, kept byte for byte; nil when there is none
	Created           time.Time
}

// Assignment is a part of a transaction and the invoice it is for.
type Assignment struct {
	Invoice string          // its reference
	Amount  decimal.Decimal // with the sign of the transaction's
	Payment string          // of a return, the payment that went back, by its id; empty when nobody has said
}

// Check finds what makes no sense about a transaction that is to be booked on the invoices it is assigned to.
func (t *Transaction) Check(assignments []Assignment) error {
	var wrong faults
	checkCurrency(&wrong, t.Currency)
	checkMeta(&wrong, t.Meta)
	checkMovement(&wrong, "amount", t.Amount, t.Currency)
	if len(wrong) > 0 { // else it is not known what the parts are parts of
		return wrong.invalid()
	}
	if sum := t.checkParts(&wrong, assignments); sum.Abs().GreaterThan(t.Amount.Abs()) {
		wrong.add("assignments", "The assignments come to more than the transaction.", "Assign at most its amount; what is left over stays unallocated.")
	}
	return wrong.invalid()
}

// Bookable is what of a payment may still be booked: what is unallocated of it, less what went back since and was not taken
// back from an invoice. alike are the transactions of its reference, currency and amount, of either sign, of which something
// is unallocated, the oldest first. Of payments that are alike it is the others that went back, as long as there are others.
func (t *Transaction) Bookable(alike []Transaction) decimal.Decimal {
	own, others := decimal.Zero, decimal.Zero
	for _, a := range alike {
		switch {
		case a.ID == t.ID:
			own = a.Unallocated
		case !a.Returns():
			others = others.Add(a.Unallocated)
		default:
			others = others.Add(a.Unallocated)
			own = decimal.Max(decimal.Zero, own.Add(decimal.Min(decimal.Zero, others)))
			others = decimal.Max(decimal.Zero, others)
		}
	}
	return own
}

// CheckSetOff finds why what is unallocated of a stored transaction, and may be booked, cannot be booked on the invoices it is
// assigned to; nil says that these are to be found.
func (t *Transaction) CheckSetOff(assignments []Assignment, bookable decimal.Decimal) error {
	var wrong faults
	sum := t.checkParts(&wrong, assignments)
	switch left := money.Format(t.Unallocated, t.Currency); {
	case len(wrong) > 0:
		return wrong.invalid()
	case t.Unallocated.IsZero():
		return setOffConflict("Nothing of the transaction is unallocated.", "All of it is booked, see its bookings by listPayments.")
	case sum.Abs().GreaterThan(bookable.Abs()) || assignments == nil && bookable.IsZero():
		if back := t.Unallocated.Sub(bookable); back.IsPositive() {
			text := fmt.Sprintf("Of the %s that are unallocated, %s went back.", left, money.Format(back, t.Currency))
			return setOffConflict(text, "Money that went back pays nothing; see the return of the same reference by listTransactions.")
		}
		return setOffConflict(fmt.Sprintf("The assignments come to %s, and %s are unallocated.", money.Format(sum, t.Currency), left), "Assign at most what is unallocated.")
	}
	return nil
}

func setOffConflict(text, hint string) error {
	return ConflictState(text, Detail{Error: text, Fields: []string{"assignments"}, Hint: hint})
}

// checkParts finds what makes no sense about parts of a transaction, and gives their sum.
func (t *Transaction) checkParts(wrong *faults, assignments []Assignment) decimal.Decimal {
	sum, seen := decimal.Zero, map[string]bool{}
	for i, a := range assignments {
		path := fmt.Sprintf("assignments[%d]", i)
		checkMovement(wrong, path+".amount", a.Amount, t.Currency)
		switch {
		case a.Amount.IsZero(): // it would book nothing, and yet say whose the money is
			wrong.add(path+".amount", "Nothing is assigned.", "Send an amount, or leave the invoice out.")
		case a.Amount.Sign()*t.Amount.Sign() < 0:
			wrong.add(path+".amount", "The sign differs from that of the transaction.", "Parts of a payment are positive, parts of a return negative.")
		}
		if seen[a.Invoice] {
			wrong.add(path+".invoice", "The invoice is named twice.", "Name each invoice once, with the sum.")
		}
		seen[a.Invoice] = true
		sum = sum.Add(a.Amount)
	}
	return sum
}

// checkMovement wants an amount that money can have.
func checkMovement(wrong *faults, path string, amount decimal.Decimal, currency string) {
	found := len(*wrong)
	checkDigits(wrong, path, amount, money.Price)
	if len(*wrong) == found && !money.Round(amount, currency).Equal(amount) {
		wrong.add(path, "Value for field '"+path+"' has too many digits.", "The currency has "+strconv.Itoa(int(money.Digits(currency)))+" digits after the point.")
	}
}

// noReference is what banks write where there is none.
var noReference = map[string]bool{"": true, "NONREF": true, "NOTPROVIDED": true, "NOTAVAILABLE": true, "0": true}

// IsReference tells whether what a bank has written as a reference is one.
func IsReference(text string) bool { return !noReference[text] }

// Refers tells whether the end-to-end reference is one.
func (t *Transaction) Refers() bool { return IsReference(t.Reference) }

// Returns tells whether money went back.
func (t *Transaction) Returns() bool { return t.Amount.IsNegative() }
