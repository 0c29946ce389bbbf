package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// CreateIdentity creates a customer. Without a reference one is generated; without a currency it gets the merchant's.
func (a *App) CreateIdentity(ctx context.Context, by Caller, given string, c ar.IdentityChange, once *Once[*ar.Identity]) (*ar.Identity, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.Identity, error) {
		return insertIdentity(tx, reference(tx, given), c)
	})
}

// UpsertIdentity creates the customer with this reference, or changes it, and says which.
func (a *App) UpsertIdentity(ctx context.Context, by Caller, ref string, c ar.IdentityChange, seen Seen) (id *ar.Identity, created bool, err error) {
	id, err = update(ctx, a, by, func(tx *store.Tx) (*ar.Identity, error) {
		created = false
		stored, err := tx.Identity(ref)
		if ar.KindOf(err) == ar.NotFound {
			if err := seen.check(absent); err != nil {
				return nil, err
			}
			stored, err = insertIdentity(tx, ref, c)
			if created = ar.KindOf(err) != ar.Conflict; created {
				return stored, err
			}
			stored, err = tx.Identity(ref) // somebody else has created it just now
		}
		if err != nil {
			return nil, err
		}
		if err := seen.check(stored.Version); err != nil {
			return nil, err
		}
		changed, err := stored.Apply(c, tx.Now)
		if err != nil || len(changed) == 0 {
			return stored, err
		}
		return stored, tx.UpdateIdentity(stored)
	})
	return id, created, err
}

func insertIdentity(tx *store.Tx, ref string, c ar.IdentityChange) (*ar.Identity, error) {
	if currency, _ := c.Currency.Get(); currency == "" {
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		c.Currency = ar.Set(merchant.Currency)
	}
	id, err := ar.NewIdentity(ref, c, tx.Now)
	if err != nil {
		return nil, err
	}
	return id, tx.InsertIdentity(id)
}

// Identity reads a customer.
func (a *App) Identity(ctx context.Context, by Caller, ref string) (*ar.Identity, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*ar.Identity, error) { return tx.Identity(ref) })
}

// Identities reads a page of customers.
func (a *App) Identities(ctx context.Context, by Caller, page ar.Page) (*store.List[ar.Identity], error) {
	return view(ctx, a, by, func(tx *store.Tx) (*store.List[ar.Identity], error) { return tx.Identities(page) })
}
