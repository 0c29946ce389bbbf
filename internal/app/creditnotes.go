package app

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// CreditInvoice issues a credit note for an invoice and applies it: the note is committed, and what is owed falls by
// its total. It is never more than what is still open.
func (a *App) CreditInvoice(ctx context.Context, by Caller, ref, given string, c ar.InvoiceChange) (*ar.Invoice, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*ar.Invoice, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return nil, err
		}
		if err := inv.Allow(ar.Credit); err != nil {
			return nil, err
		}
		note, err := draftNote(tx, by, inv, given, c)
		if err != nil {
			return nil, err
		}
		if note.Totals.Gross.GreaterThan(inv.Unpaid) {
			return nil, ar.ConflictState("The credit note is more than what is open.", ar.Detail{
				Error: "The total of the credit note is more than what is open on the invoice.", Fields: []string{"items"}, Hint: "Credit at most what is unpaid."})
		}
		if _, err := commit(tx, by, note); err != nil {
			return nil, err
		}
		note.Unpaid = decimal.Zero // all of it is applied at once
		if err := tx.UpdateInvoice(note); err != nil {
			return nil, err
		}
		b := ar.Booking{Kind: ar.BookCredit, Voucher: &note.Reference, Amount: note.Totals.Gross.Neg(), Part: ar.PartPrincipal, Valuedate: *note.Issued}
		return note, book(tx, by, inv, b, eventCredited)
	})
}

// draftNote stores a draft credit note in the invoice's own currency and sense of prices.
func draftNote(tx *store.Tx, by Caller, inv *ar.Invoice, given string, c ar.InvoiceChange) (*ar.Invoice, error) {
	id, err := tx.IdentityByID(inv.Identity.ID)
	if err != nil {
		return nil, err
	}
	c.Currency, c.Netbased = ar.Set(inv.Currency), ar.Set(inv.Netbased)
	note, err := ar.NewInvoice(id, ar.KindCreditnote, reference(tx, given), c, tx.Now)
	if err != nil {
		return nil, err
	}
	note.Corrects, note.CorrectsReference = inv.ID, inv.Reference
	return note, insertVoucher(tx, by, note)
}
