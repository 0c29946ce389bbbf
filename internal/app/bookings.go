package app

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Payment is money that came in for one invoice.
type Payment struct {
	Transaction string          // the movement of money
	Amount      decimal.Decimal // positive
	Valuedate   time.Time
}

// BookPayment books money on an invoice, on its principal.
func (a *App) BookPayment(ctx context.Context, by Caller, ref string, p Payment) (*ar.Invoice, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*ar.Invoice, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return nil, err
		}
		if err := inv.Allow(ar.Book); err != nil {
			return nil, err
		}
		b := ar.Booking{Kind: ar.BookPayment, Transaction: &p.Transaction, Amount: p.Amount.Neg(), Part: ar.PartPrincipal, Valuedate: p.Valuedate}
		return inv, book(tx, by, inv, b, eventBooked)
	})
}

// book adds a booking and brings what is unpaid up to date with all of them.
func book(tx *store.Tx, by Caller, inv *ar.Invoice, b ar.Booking, event string) error {
	b.InvoiceID = inv.ID
	if err := b.Check(); err != nil {
		return err
	}
	if err := tx.InsertBooking(&b); err != nil {
		return err
	}
	bookings, err := tx.Bookings(inv.ID)
	if err != nil {
		return err
	}
	inv.Unpaid = ar.BalanceOf(inv.Totals.Gross, bookings).Unpaid
	if err := tx.UpdateInvoice(inv); err != nil {
		return err
	}
	return tx.AppendEvent(&store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: event, Fields: []string{"unpaid"}})
}

// Account is what was booked on an invoice.
type Account struct {
	Currency string       // of all amounts
	Bookings []ar.Booking // the oldest first
}

// Account reads what was booked on an invoice.
func (a *App) Account(ctx context.Context, by Caller, ref string) (Account, error) {
	return view(ctx, a, by, func(tx *store.Tx) (Account, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return Account{}, err
		}
		bookings, err := tx.Bookings(inv.ID)
		return Account{Currency: inv.Currency, Bookings: bookings}, err
	})
}
