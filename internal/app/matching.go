package app

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// matchAndMove finds the invoices that what may be booked of a transaction is for, and books it on them. They are looked for
// without locks and then locked: were they paid by somebody else in between, they are looked for again.
func matchAndMove(tx *store.Tx, by Caller, t *ar.Transaction, bookable decimal.Decimal) error {
	for range matchings {
		match, seen, err := findMatch(tx, t, bookable)
		if err != nil {
			return err
		}
		ledgers, err := assignedLedgers(tx, t, match.Assigned)
		switch {
		case ar.KindOf(err) == ar.Conflict: // it was canceled
			continue
		case err != nil:
			return err
		case slices.ContainsFunc(ledgers, func(l *ledger) bool { return !l.unchanged(seen) }):
			continue
		}
		t.Matching = &match.Matching
		if id, _ := payer(ledgers); id == "" && t.Identity == "" && match.Payer != nil {
			t.Identity, t.IdentityReference = match.Payer.ID, match.Payer.Reference
		}
		return move(tx, by, t, bookable, unbounded(t, match.Assigned, bookable), ledgers)
	}
	return &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable, Message: "The invoices are being changed by others at the moment."}
}

// unbounded are the assignments of a match, of a payment with all there is for each invoice in turn: interest that is charged for
// its being late may take more than was owed when it was matched. What an invoice does not owe stays for the next, or is credit.
func unbounded(t *ar.Transaction, matched []ar.Assignment, bookable decimal.Decimal) []ar.Assignment {
	if t.Returns() {
		return matched
	}
	all := slices.Clone(matched)
	for i := range all {
		all[i].Amount = bookable
	}
	return all
}

// matchings bounds how often a transaction is matched anew.
const matchings = 10

// unchanged tells whether as much is owed on the invoice as was seen before it was locked, if it was seen.
func (l *ledger) unchanged(seen []ar.OpenItem) bool {
	at := slices.IndexFunc(seen, func(i ar.OpenItem) bool { return i.Invoice == l.invoice.Reference })
	return at < 0 || seen[at].Unpaid.Equal(l.invoice.Unpaid) && seen[at].Phase == l.invoice.Phase()
}

const (
	maxOpen  = 1000 // open invoices of a customer that are looked at
	maxEqual = 11   // candidates: one more than are shown
)

// bookable is what of a transaction may be booked: what is unallocated, but not what went back already. Nobody books it, nor
// sends it back, until the transaction ends.
func bookable(tx *store.Tx, t *ar.Transaction) (decimal.Decimal, error) {
	if t.Returns() || !t.Refers() {
		return t.Unallocated, nil
	}
	alike, err := tx.Alike(t)
	return t.Bookable(alike), err
}

// findMatch gathers what is known of a transaction, and matches an amount of it. seen are the invoices that were looked at.
func findMatch(tx *store.Tx, t *ar.Transaction, amount decimal.Decimal) (match ar.Match, seen []ar.OpenItem, err error) {
	merchant, err := tx.Merchant()
	if err != nil {
		return match, nil, err
	}
	e := ar.Evidence{Tolerance: merchant.Settings.Tolerance}
	if e.Named, err = tx.InvoicesNamed(keysOf(t)); err != nil {
		return match, nil, err
	}
	if e.Payer, err = payerOf(tx, t); err != nil {
		return match, nil, err
	}
	switch {
	case t.Returns():
		seen, err = returned(tx, t, &e)
	case e.Payer != nil:
		e.Open, err = tx.OpenInvoices(e.Payer.ID, maxOpen)
	default:
		e.Equal, err = tx.InvoicesOwing(amount, t.Currency, maxEqual)
	}
	for _, items := range e.Named {
		seen = append(seen, items...)
	}
	part := *t
	part.Amount = amount
	return part.Match(e), append(seen, e.Open...), err
}

// payerOf is the customer a transaction is of, nil if that is not known: it is said already, or its account is one customer's.
func payerOf(tx *store.Tx, t *ar.Transaction) (*ar.Debtor, error) {
	if t.Identity != "" {
		customer, _, err := tx.Debtor(t.Identity)
		return &customer, err
	}
	holders, err := tx.AccountHolders(t.IBAN)
	if err != nil || len(holders) != 1 {
		return nil, err
	}
	return &holders[0], nil
}

// keysOf are the payment keys that a transaction may name, each once.
func keysOf(t *ar.Transaction) (keys []string) {
	for _, m := range t.Mentions() {
		keys = append(keys, m.Key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// returned gathers what is known of the one payment that a return has the reference, the amount and the currency of. seen are
// the invoices it was booked on. They are not locked: they will be in another order.
func returned(tx *store.Tx, t *ar.Transaction, e *ar.Evidence) (seen []ar.OpenItem, err error) {
	if !t.Refers() {
		return nil, nil
	}
	payments, err := tx.Payments(t.Reference, t.Amount.Neg(), t.Currency, 2)
	if err != nil || len(payments) != 1 {
		return nil, err
	}
	payment, err := tx.Transaction(payments[0].ID) // nobody books it meanwhile: it could not be taken back
	if err != nil {
		return nil, err
	}
	if e.Payment = payment.ID; e.Payer == nil {
		if e.Payer, err = payerOf(tx, payment); err != nil {
			return nil, err
		}
	}
	booked, err := tx.BookingsBy(e.Payment)
	if err != nil {
		return nil, err
	}
	var invoices []string // each once, in the order it was paid
	for _, b := range booked {
		if !slices.Contains(invoices, b.InvoiceID) {
			invoices = append(invoices, b.InvoiceID)
		}
	}
	for _, id := range invoices {
		item, bookings, err := tx.Booked(id)
		if err != nil {
			return nil, err
		}
		seen = append(seen, item)
		if paid := ar.PaidBy(bookings, e.Payment); paid.IsPositive() && item.Phase != ar.Canceled {
			e.Returned = append(e.Returned, ar.Assignment{Invoice: item.Invoice, Amount: paid.Neg(), Payment: e.Payment})
		}
	}
	return seen, nil
}
