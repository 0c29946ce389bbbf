package app

import (
	"context"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Claim computes what is claimed for an invoice as of a day; nil is the merchant's today. Whether its customer is a
// consumer is asked as it is known now: a mistake in it that was corrected is corrected for old invoices too.
func (a *App) Claim(ctx context.Context, by Caller, ref string, asOf *time.Time) (*ar.Claim, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*ar.Claim, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return nil, err
		}
		if err := inv.Allow(ar.Demand); err != nil {
			return nil, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		debtor, err := tx.IdentityByID(inv.Identity.ID)
		if err != nil {
			return nil, err
		}
		terms, err := merchant.Settings.InterestTerms(debtor.Kind, inv.Arose())
		if err != nil {
			return nil, err
		}
		bookings, err := tx.Bookings(inv.ID)
		if err != nil {
			return nil, err
		}
		if asOf == nil {
			asOf = today(merchant, tx.Now)
		}
		return inv.ClaimAsOf(*asOf, bookings, terms)
	})
}

// today is the day it is where the merchant is, as its midnight in UTC: what dates are kept as.
func today(m *store.Merchant, now time.Time) *time.Time {
	year, month, day := localTime(m, now).Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return &midnight
}
