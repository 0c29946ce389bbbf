package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// Deliveries lists the merchant's deliveries, the newest first; in a state, unless it is empty.
func (a *App) Deliveries(ctx context.Context, by Caller, state ar.DeliveryState, limit int) ([]store.VoucherDelivery, error) {
	return view(ctx, a, by, func(tx *store.Tx) ([]store.VoucherDelivery, error) { return tx.NewestDeliveries(state, limit) })
}

// ReleaseDelivery sends a mail again of which nobody knows whether it arrived: somebody has found out that it did not.
func (a *App) ReleaseDelivery(ctx context.Context, by Caller, id string) error {
	return a.decide(ctx, by, id, func(tx *store.Tx, d *ar.Delivery) error {
		if err := d.Release(a.elapsed()); err != nil {
			return err
		}
		return a.jobs.Add(tx, jobs.Nudge{Kind: nudgeDelivery, Merchant: by.Merchant, ID: id})
	})
}

// ResolveDelivery ends a delivery of which nobody knew whether it arrived. The journal says so if it did.
func (a *App) ResolveDelivery(ctx context.Context, by Caller, id string, arrived bool) error {
	return a.decide(ctx, by, id, func(tx *store.Tx, d *ar.Delivery) error { return d.Resolve(arrived, "Decided by hand.", tx.Now) })
}

func (a *App) decide(ctx context.Context, by Caller, id string, decision func(*store.Tx, *ar.Delivery) error) error {
	return a.db.Update(ctx, by.Merchant, func(tx *store.Tx) error {
		d, err := tx.Delivery(id)
		if err != nil {
			return err
		}
		generation := d.Generation
		if err := decision(tx, d); err != nil {
			return err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return err
		}
		if err := a.keepDelivery(tx, merchant, d, generation); err != nil || d.State != ar.DeliveryAccepted {
			return err
		}
		return sealMail(tx, d)
	})
}
