package app

import (
	"context"
	"fmt"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// CreateHold keeps dunning back, of the invoice or the customer whose reference the hold has. Without a first day it begins
// today. A notice that is being issued at the same time is issued before the hold or not at all: both lock the invoice, and
// the customer.
func (a *App) CreateHold(ctx context.Context, by Caller, asked ar.Hold, once *Once[*ar.Hold]) (*ar.Hold, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.Hold, error) {
		h := asked
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		day := *today(merchant, tx.Now)
		if h.From.IsZero() {
			h.From = day
		}
		inv, err := held(tx, &h)
		if err != nil {
			return nil, err
		}
		if err := h.Check(inv, day); err != nil {
			return nil, err
		}
		h.Actor = by.Actor
		if err := tx.InsertHold(&h); err != nil {
			return nil, err
		}
		return &h, holdEvent(tx, by, &h, eventHeld)
	})
}

// held finds what is to be held, the invoice or the customer, and locks it; a customer's hold has no invoice.
func held(tx *store.Tx, h *ar.Hold) (*ar.Invoice, error) {
	if err := h.CheckSubject(); err != nil {
		return nil, err
	}
	if h.Invoice != "" {
		inv, err := tx.Invoice(ar.KindInvoice, h.Invoice)
		if err != nil {
			return nil, unheld(err, "invoice", "invoice", h.Invoice)
		}
		h.InvoiceID, h.Currency = inv.ID, inv.Currency
		return inv, nil
	}
	customer, err := tx.Identity(h.Identity)
	if err != nil {
		return nil, unheld(err, "identity", "customer", h.Identity)
	}
	h.IdentityID = customer.ID
	return nil, nil
}

// unheld says that what a request names in its body is not there.
func unheld(err error, path, noun, ref string) error {
	if ar.KindOf(err) != ar.NotFound {
		return err
	}
	text := fmt.Sprintf("There is no %s '%s'.", noun, ref)
	return ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{path}, Hint: "Create it first, or check the spelling; upper and lower case count."})
}

// LiftHold ends a hold now. The next run duns again, from the day on that it may.
func (a *App) LiftHold(ctx context.Context, by Caller, id string, once *Once[*ar.Hold]) (*ar.Hold, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.Hold, error) {
		h, err := tx.Hold(id)
		if err != nil {
			return nil, err
		}
		if err := tx.LiftHold(h, by.Actor); err != nil {
			return nil, err
		}
		return h, holdEvent(tx, by, h, eventLifted)
	})
}

// holdEvent writes what became of a hold into the log of its invoice. Customers have no log: what became of theirs is in the hold
// itself, which says who asked for it and who lifted it.
func holdEvent(tx *store.Tx, by Caller, h *ar.Hold, kind string) error {
	if h.InvoiceID == "" {
		return nil
	}
	return tx.AppendEvent(&store.Event{InvoiceID: h.InvoiceID, Actor: by.Actor, Kind: kind, Fields: []string{"dunning.holds"}})
}

// Holds reads what keeps dunning back, and what did, the newest first. What is active is asked of the merchant's today.
func (a *App) Holds(ctx context.Context, by Caller, f store.HoldFilter) ([]ar.Hold, error) {
	return view(ctx, a, by, func(tx *store.Tx) ([]ar.Hold, error) {
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		f.Day = *today(merchant, tx.Now)
		return tx.Holds(f)
	})
}
