package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// transactions checks that every movement of money is booked, or said to be unallocated, to the last cent, and in its own
// currency.
func (v *inspection) transactions(ctx context.Context) error {
	page := ar.Page{Sort: []ar.Order{{Field: ar.FieldCreated}}, Number: 1, Size: verifyBatch}
	for more := true; more; {
		var next string
		err := v.page(ctx, func(tx *store.Tx) error {
			list, err := tx.Transactions(page)
			if err != nil {
				return err
			}
			for i := range list.Rows {
				if err := v.transaction(tx, &list.Rows[i]); err != nil {
					return err
				}
			}
			next = list.Next
			return nil
		})
		if err != nil {
			return err
		}
		page.After, more = next, next != ""
	}
	return nil
}

// transaction checks one movement: the credit that it is to the customer is what its bookings have left of it.
func (v *inspection) transaction(tx *store.Tx, t *ar.Transaction) error {
	bookings, err := tx.BookingsBy(t.ID)
	if err != nil {
		return err
	}
	entries := [][2]ar.Leg{t.Legs()}
	for _, b := range bookings {
		entries = append(entries, b.Legs())
		inv, err := tx.InvoiceByID(b.InvoiceID)
		if err != nil {
			return err
		}
		if inv.Currency != t.Currency {
			v.found("transaction", t.ID, "It is in %s, and booked on an invoice in %s.", t.Currency, inv.Currency)
		}
	}
	if credit := ar.Sum(ar.AccountCredit, entries...).Neg(); !credit.Equal(t.Unallocated) {
		v.found("transaction", t.ID, "It says that %s are unallocated, its bookings leave %s.", t.Unallocated, credit)
	}
	return nil
}
