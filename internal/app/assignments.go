package app

import (
	"context"
	"fmt"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/money"
	"github.com/dunwell/dunwell/internal/store"
)

// AssignTransaction books what is unallocated of a transaction, the customer's credit, on the invoices it is assigned to; nil
// says that these are to be found, with what is known now. Credit is never set off unasked, also not on an invoice that is
// committed later. It pays as of its value date, as § 389 BGB has it: the money was there. What is unallocated of a return
// is taken back from the invoices.
//
// The row of the transaction is locked before any invoice, here and wherever else it is locked.
func (a *App) AssignTransaction(ctx context.Context, by Caller, id string, assigned []ar.Assignment, once *Once[*ar.Transaction]) (*ar.Transaction, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.Transaction, error) {
		t, err := tx.Transaction(id)
		if err != nil {
			return nil, err
		}
		left, err := bookable(tx, t)
		if err != nil {
			return nil, err
		}
		if err := t.CheckSetOff(assigned, left); err != nil {
			return nil, err
		}
		if assigned == nil {
			return t, matchAndMove(tx, by, t, left)
		}
		ledgers, err := assignedLedgers(tx, t, assigned)
		if err != nil {
			return nil, err
		}
		if t.Matching != nil && t.Matching.Rule == ar.MatchNone {
			t.Matching = nil // what was not found is told now
		}
		if err := move(tx, by, t, left, assigned, ledgers); err != nil {
			return nil, err
		}
		return t, setOffWholly(assigned, ledgers)
	})
}

// setOffWholly is a Conflict if an invoice owes less than was assigned to it, or if less was paid on it than goes back: of
// money that was there already, somebody has counted wrong.
func setOffWholly(assigned []ar.Assignment, ledgers []*ledger) error {
	for i, l := range ledgers {
		if l.moved.Equal(assigned[i].Amount) {
			continue
		}
		text := fmt.Sprintf("The invoice '%s' owes %s.", l.invoice.Reference, money.Format(l.moved, l.invoice.Currency))
		hint := "Assign at most what the invoice owes; the rest stays the customer's credit."
		if assigned[i].Amount.IsNegative() {
			text = fmt.Sprintf("Of what was paid on the invoice '%s', %s can go back.", l.invoice.Reference, money.Format(l.moved.Abs(), l.invoice.Currency))
			hint = "Assign at most what was paid, or the invoice that the payment was booked on; of one booking, a return takes back a part once only."
		}
		return ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{fmt.Sprintf("assignments[%d].amount", i)}, Hint: hint})
	}
	return nil
}
