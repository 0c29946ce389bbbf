package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Adjust gives up or takes back what is owed on an invoice, as of the merchant's today, and gives what was booked for it. An
// invoice on which nothing is open then is paid, and its dunning ends; what is taken back opens it again.
func (a *App) Adjust(ctx context.Context, by Caller, ref string, adj ar.Adjustment, once *Once[Account]) (Account, error) {
	if err := adj.Check(); err != nil {
		return Account{}, err
	}
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (Account, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return Account{}, err
		}
		l, err := openLedger(tx, inv)
		if err != nil {
			return Account{}, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return Account{}, err
		}
		bookings, err := inv.Adjust(adj, l.bookings, *today(merchant, tx.Now))
		if err != nil {
			return Account{}, err
		}
		if err := l.book(tx, bookings...); err != nil {
			return Account{}, err
		}
		return Account{Currency: inv.Currency, Bookings: l.bookings[l.before:]}, l.close(tx, by, eventAdjusted)
	})
}
