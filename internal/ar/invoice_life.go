package ar

import (
	"errors"
	"time"
)

// DefaultTermDays is how long an invoice has that says no due date. Whoever has other terms sets the date.
const DefaultTermDays = 14

// NewInvoice makes a draft voucher of an identity. What the change leaves out comes from the identity as it is now:
// the currency, and the addresses if the change has none. The IDs are given by the store.
func NewInvoice(id *Identity, kind VoucherKind, reference string, c InvoiceChange, now time.Time) (*Invoice, error) {
	inv := &Invoice{
		Reference: reference,
		Kind:      kind,
		Identity:  Debtor{ID: id.ID, Reference: id.Reference, Debtor: id.Debtor},
		Created:   instant(now),
		Modified:  instant(now),
		Version:   1,
	}
	if currency, set := c.Currency.Get(); !set || currency == "" {
		c.Currency = Set(id.Currency)
	}
	if addresses, _ := c.Addresses.Get(); len(addresses) == 0 {
		c.Addresses = Set(addressesOf(id))
	}
	if _, err := inv.Apply(c, now); err != nil {
		return nil, err
	}
	if inv.Currency == "" { // nothing changed, so nothing was checked
		return nil, InvalidField("currency", "The invoice has no currency.", "Name one here or at the identity.")
	}
	return inv, nil
}

// Commit locks the invoice. A number the merchant gave stays, else it gets the one drawn. Dates that are missing are
// set: issued on the day of now in its own time zone, accounted then too, due DefaultTermDays later. It fails with
// Conflict if the state does not allow it or the invoice is not complete, and leaves it untouched then.
func (inv *Invoice) Commit(number string, now time.Time) error {
	if err := inv.Allow(Commit); err != nil {
		return err
	}
	next := *inv
	next.setDates(now)
	if missing := next.incomplete(); len(missing) > 0 {
		return ConflictState("The invoice is not complete.", missing...)
	}
	if next.Number == "" {
		next.Number = number
	}
	if next.Number == "" {
		return errors.New("ar: commit of an invoice without a number")
	}
	at := instant(now)
	next.Committed, next.Modified = &at, at
	*inv = next
	return nil
}

func (inv *Invoice) setDates(now time.Time) {
	if inv.Issued == nil {
		today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
		inv.Issued = &today
	}
	if inv.Accountingdate == nil {
		issued := *inv.Issued
		inv.Accountingdate = &issued
	}
	if inv.Due == nil {
		due := inv.Issued.AddDate(0, 0, DefaultTermDays)
		inv.Due = &due
	}
}

// incomplete says what an invoice lacks to be sent.
func (inv *Invoice) incomplete() []Detail {
	var missing faults
	if len(inv.Items) == 0 {
		missing.add("items", "The invoice has no items.", "Add at least one item.")
	}
	if address, ok := inv.PrintAddress(); !ok || !address.printable() {
		missing.add("addresses", "The invoice has no address to print.", "The billing address (else the default, else the first) needs a name and a city.")
	}
	if dueEarly(inv) {
		missing.add("due", "The invoice would be due before it is issued.", "Set a later due date, or the date of issue.")
	}
	return missing
}
