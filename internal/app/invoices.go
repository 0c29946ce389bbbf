package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Kinds of events in the log of an invoice.
const (
	eventCreated   = "created"
	eventUpdated   = "updated"
	eventCanceled  = "canceled"
	eventCommitted = "committed"
	eventResent    = "resent"
	eventImported  = "documentImported"
	eventBooked    = "booked"
	eventCredited  = "credited"
	eventAdjusted  = "adjusted"

	eventDunningModified = "dunningModified"
	eventDunned          = "dunned"
	eventHeld            = "dunningHeld"
	eventLifted          = "dunningHoldLifted"
)

// CreateInvoice creates a draft invoice of a customer. Without a reference one is generated.
func (a *App) CreateInvoice(ctx context.Context, by Caller, identity, given string, c ar.InvoiceChange, once *Once[*ar.Invoice]) (*ar.Invoice, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.Invoice, error) {
		id, err := tx.Identity(identity)
		if err != nil {
			return nil, err
		}
		inv, err := ar.NewInvoice(id, ar.KindInvoice, reference(tx, given), c, tx.Now)
		if err != nil {
			return nil, err
		}
		return inv, insertVoucher(tx, by, inv)
	})
}

func insertVoucher(tx *store.Tx, by Caller, voucher *ar.Invoice) error {
	if err := tx.InsertInvoice(voucher); err != nil {
		return err
	}
	return tx.AppendEvent(&store.Event{InvoiceID: voucher.ID, Actor: by.Actor, Kind: eventCreated})
}

// UpdateInvoice changes an invoice, all or nothing. A change that changes nothing is no event and no new version.
func (a *App) UpdateInvoice(ctx context.Context, by Caller, ref string, c ar.InvoiceChange, seen Seen) (*ar.Invoice, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*ar.Invoice, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return nil, err
		}
		if err := seen.check(inv.Version); err != nil {
			return nil, err
		}
		before := inv.State()
		changed, err := inv.Apply(c, tx.Now)
		if err != nil || len(changed) == 0 {
			return inv, err
		}
		canceled := inv.State() != before && inv.State() == ar.StateCanceled
		if canceled {
			if err := cancelable(tx, inv); err != nil {
				return nil, err
			}
		}
		if err := tx.UpdateInvoice(inv); err != nil {
			return nil, err
		}
		event := &store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventUpdated, Fields: changed}
		if !canceled {
			return inv, tx.AppendEvent(event)
		}
		event.Kind = eventCanceled
		if err := tx.AppendEvent(event); err != nil || inv.Committed == nil {
			return inv, err
		}
		if err := a.tellEnd(tx, by, inv, ar.CollectionCanceled); err != nil {
			return nil, err
		}
		entry, err := cancelEntry(inv)
		if err != nil {
			return nil, err
		}
		return inv, tx.AppendJournal(entry)
	})
}

// cancelable is nil unless something stands on the invoice that a cancelation would strand.
func cancelable(tx *store.Tx, inv *ar.Invoice) error {
	bookings, err := tx.Bookings(inv.ID)
	if err != nil {
		return err
	}
	notes, err := tx.Creditnotes(inv.ID)
	if err != nil {
		return err
	}
	return inv.AllowCancelation(bookings, notes, "cancelationdate", "state")
}

// Invoice reads an invoice or a credit note.
func (a *App) Invoice(ctx context.Context, by Caller, kind ar.VoucherKind, ref string) (*ar.Invoice, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*ar.Invoice, error) { return tx.Invoice(kind, ref) })
}

// Invoices reads a page of invoices or of credit notes.
func (a *App) Invoices(ctx context.Context, by Caller, kind ar.VoucherKind, page ar.Page) (*store.List[ar.Invoice], error) {
	return view(ctx, a, by, func(tx *store.Tx) (*store.List[ar.Invoice], error) { return tx.Invoices(kind, page) })
}

// InvoicesOf reads invoices of one customer.
func (a *App) InvoicesOf(ctx context.Context, by Caller, identity string, span store.Span) ([]ar.Invoice, error) {
	return view(ctx, a, by, func(tx *store.Tx) ([]ar.Invoice, error) {
		id, err := tx.Identity(identity)
		if err != nil {
			return nil, err
		}
		return tx.InvoicesOf(id.ID, ar.KindInvoice, span)
	})
}
