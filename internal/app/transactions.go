package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// CreateTransaction books a movement of money on the invoices it is assigned to; nil says that these are to be found. What
// an invoice does not owe is not booked on it: money that is there is recorded however much it is, and what is over stays
// unallocated, as the customer's credit.
func (a *App) CreateTransaction(ctx context.Context, by Caller, t ar.Transaction, assigned []ar.Assignment, once *Once[*ar.Transaction]) (*ar.Transaction, error) {
	if err := t.Check(assigned); err != nil {
		return nil, err
	}
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.Transaction, error) {
		made := t // the closure may run twice
		made.Unallocated = made.Amount
		if assigned == nil {
			return &made, matchAndMove(tx, by, &made, made.Amount)
		}
		ledgers, err := assignedLedgers(tx, &made, assigned)
		if err != nil {
			return nil, err
		}
		return &made, move(tx, by, &made, made.Amount, assigned, ledgers)
	})
}

// assignedLedgers opens the ledger of every invoice a transaction is assigned to, in the order of the assignments. They are
// locked in the order of their references, so that two that are assigned to the same invoices wait for each other at most.
func assignedLedgers(tx *store.Tx, t *ar.Transaction, assigned []ar.Assignment) ([]*ledger, error) {
	order := make([]int, len(assigned))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(assigned[i].Invoice, assigned[j].Invoice) })
	ledgers := make([]*ledger, len(assigned))
	for _, i := range order {
		l, err := assignedLedger(tx, t, assigned[i].Invoice, fmt.Sprintf("assignments[%d].invoice", i))
		if err != nil {
			return nil, err
		}
		ledgers[i] = l
	}
	return ledgers, nil
}

func assignedLedger(tx *store.Tx, t *ar.Transaction, ref, path string) (*ledger, error) {
	inv, err := tx.Invoice(ar.KindInvoice, ref)
	if ar.KindOf(err) == ar.NotFound {
		text := fmt.Sprintf("There is no invoice '%s'.", ref)
		return nil, ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{path}, Hint: "Create and commit the invoice first, or check the spelling; upper and lower case count."})
	}
	if err != nil {
		return nil, err
	}
	if inv.Currency != t.Currency {
		text := fmt.Sprintf("The invoice is in %s, the transaction in %s.", inv.Currency, t.Currency)
		return nil, ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{path, "currency"}, Hint: "Assign a transaction to invoices of its own currency."})
	}
	return openLedger(tx, inv, path)
}

// move books what is bookable of a transaction on invoices, and stores it: a new one, which has no id yet, or what was
// booked of one that is there.
func move(tx *store.Tx, by Caller, t *ar.Transaction, bookable decimal.Decimal, assigned []ar.Assignment, ledgers []*ledger) error {
	merchant, err := tx.Merchant()
	if err != nil {
		return err
	}
	keep := tx.SetOff
	if t.ID == "" {
		keep = tx.InsertTransaction
		if t.ID, err = tx.NewTransactionID(); err != nil {
			return err
		}
	}
	if id, reference := payer(ledgers); id != "" && t.Identity == "" {
		t.Identity, t.IdentityReference = id, reference
	}
	for i, l := range ledgers {
		part := assigned[i]
		if part.Amount.Abs().GreaterThan(bookable.Abs()) { // those before it may have taken more than was owed when it was matched
			part.Amount = bookable
		}
		if err := l.move(tx, t, part, merchant); err != nil {
			return err
		}
		t.Unallocated, bookable = t.Unallocated.Sub(l.moved), bookable.Sub(l.moved)
	}
	if err := keep(t); err != nil {
		return err
	}
	for _, l := range ledgers {
		if err := l.close(tx, by, eventBooked); err != nil {
			return err
		}
	}
	return nil
}

// payer is the customer of all of the invoices, if it is one.
func payer(ledgers []*ledger) (id, reference string) {
	for _, l := range ledgers {
		switch customer := l.invoice.Identity; id {
		case "", customer.ID:
			id, reference = customer.ID, customer.Reference
		default:
			return "", ""
		}
	}
	return id, reference
}

// Transaction reads a movement of money.
func (a *App) Transaction(ctx context.Context, by Caller, id string) (*ar.Transaction, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*ar.Transaction, error) { return tx.Transaction(id) })
}

// Transactions reads a page of movements of money.
func (a *App) Transactions(ctx context.Context, by Caller, page ar.Page) (*store.List[ar.Transaction], error) {
	return view(ctx, a, by, func(tx *store.Tx) (*store.List[ar.Transaction], error) { return tx.Transactions(page) })
}
