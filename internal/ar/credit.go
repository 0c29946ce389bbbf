package ar

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// CheckCredit finds why a credit note cannot correct an invoice: it takes back what was never charged. Neither is the sum
// of all notes more than the invoice, nor more than the invoice has of any tax rate: tax that was not charged is not
// given back (§ 14c UStG). earlier are the notes that correct the invoice already.
func (inv *Invoice) CheckCredit(note *Invoice, earlier []Invoice) error {
	if note.Currency != inv.Currency {
		return InvalidField("currency", fmt.Sprintf("The invoice is in %s.", inv.Currency), "Leave the currency out: it is that of the invoice.")
	}
	var details []Detail
	for _, t := range note.Totals.Taxes {
		charged, credited := inv.Totals.ofRate(t.Rate), t.gross()
		for _, e := range earlier {
			credited = credited.Add(e.Totals.ofRate(t.Rate))
		}
		if credited.GreaterThan(charged) {
			details = append(details, Detail{
				Error: fmt.Sprintf("At a tax rate of %s %%, the credit notes come to %s, and the invoice to %s.",
					t.Rate, money.Format(credited, inv.Currency), money.Format(charged, inv.Currency)),
				Fields: []string{"items"}, Hint: "Credit at most what the invoice has of each tax rate, with what was credited before.",
			})
		}
	}
	if gross := grossOf(note, earlier); len(details) == 0 && gross.GreaterThan(inv.Totals.Gross) { // a rate may lower the invoice
		details = append(details, Detail{
			Error:  fmt.Sprintf("The credit notes come to %s, and the invoice to %s.", money.Format(gross, inv.Currency), money.Format(inv.Totals.Gross, inv.Currency)),
			Fields: []string{"items"}, Hint: "Credit at most what the invoice comes to, with what was credited before.",
		})
	}
	if len(details) > 0 {
		return ConflictState("The credit note is more than was invoiced.", details...)
	}
	return nil
}

// grossOf is what a note comes to with earlier ones.
func grossOf(note *Invoice, earlier []Invoice) decimal.Decimal {
	sum := note.Totals.Gross
	for _, e := range earlier {
		sum = sum.Add(e.Totals.Gross)
	}
	return sum
}

// ofRate is what of the totals is taxed at a rate, with the tax.
func (t Totals) ofRate(rate decimal.Decimal) decimal.Decimal {
	for _, group := range t.Taxes {
		if group.Rate.Equal(rate) {
			return group.gross()
		}
	}
	return decimal.Zero
}

func (t TaxTotal) gross() decimal.Decimal { return t.Base.Add(t.Tax) }

// Credit gives the bookings by which a committed credit note lowers the principal of an invoice, as far as it is open.
// What is more takes back what was written off, because nobody paid it: it was a bad debt, and is none any more. Costs and
// interest stay owed until they are waived. What of the note is left then was paid, and is the customer's credit.
func (inv *Invoice) Credit(note *Invoice, bookings []Booking) (credited []Booking, left decimal.Decimal) {
	open, gross := BalanceOf(inv.Totals.Gross, bookings).Principal, note.Totals.Gross
	credited = takeBack(bookings, note, gross.Sub(open))
	applied := decimal.Min(gross, BalanceOf(inv.Totals.Gross, slices.Concat(bookings, credited)).Open(PartPrincipal))
	if !applied.IsPositive() {
		return nil, gross
	}
	return append(credited, Booking{Kind: BookCredit, Voucher: &note.Reference, Part: PartPrincipal, Amount: applied.Neg(), Valuedate: *note.Issued}), gross.Sub(applied)
}

// takeBack gives the bookings by which an amount of what was written off is taken back for a note, the latest first. Like any
// booking, a write-off is reversed once and as a whole; what of it is to stay is written off anew, with what it followed. Neither
// counts before the write-off did: interest on what was open until then is not changed.
func takeBack(bookings []Booking, note *Invoice, amount decimal.Decimal) (taken []Booking) {
	for _, b := range slices.Backward(standing(bookings)) {
		if b.Kind != BookWriteoff || !amount.IsPositive() {
			continue
		}
		day := later(b.Valuedate, *note.Issued)
		taken = append(taken, Booking{Kind: BookReversal, Reverses: &b.ID, Part: b.part(), Amount: b.Amount.Neg(), Comment: "Credited by " + note.Number + ".", Valuedate: day})
		amount = amount.Add(b.Amount)
		if amount.IsNegative() {
			taken = append(taken, Booking{Kind: BookWriteoff, Follows: b.Follows, Part: b.part(), Amount: amount, Comment: b.Comment, Valuedate: day})
		}
	}
	return taken
}
