package app

import (
	"context"
	"errors"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// CreditInvoice issues a credit note for an invoice, applies it and has it mailed: the note is committed, and what is owed
// falls by its total. It is never more than what is still open.
func (a *App) CreditInvoice(ctx context.Context, by Caller, ref, given string, c ar.InvoiceChange) (*ar.Invoice, error) {
	for range printings {
		p, err := a.print(ctx, by, func(tx *store.Tx) (*ar.Invoice, error) {
			_, note, err := draftNote(tx, ref, given, c)
			if err != nil {
				return nil, err
			}
			return note, insertable(tx, note)
		})
		if err != nil {
			return nil, err
		}
		note, err := update(ctx, a, by, func(tx *store.Tx) (*ar.Invoice, error) { return a.credit(tx, by, ref, c, p) })
		if !errors.Is(err, errReprint) {
			return note, err
		}
	}
	return nil, &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable, Message: "The invoice is being changed by others at the moment."}
}

// credit commits the note that was printed, and applies it.
func (a *App) credit(tx *store.Tx, by Caller, ref string, c ar.InvoiceChange, p *printed) (*ar.Invoice, error) {
	inv, note, err := draftNote(tx, ref, p.voucher.Reference, c)
	if err != nil {
		return nil, err
	}
	note.ID = p.voucher.ID // under which its number is reserved
	if err := insertVoucher(tx, by, note); err != nil {
		return nil, err
	}
	if _, err := a.commit(tx, by, note, p, order{kind: ar.JobCreditnote, mail: ar.MailCreditnote}); err != nil {
		return nil, err
	}
	note.Unpaid = decimal.Zero // all of it is applied at once
	if err := tx.UpdateInvoice(note); err != nil {
		return nil, err
	}
	b := ar.Booking{Kind: ar.BookCredit, Voucher: &note.Reference, Amount: note.Totals.Gross.Neg(), Part: ar.PartPrincipal, Valuedate: *note.Issued}
	l, err := openLedger(tx, inv)
	if err != nil {
		return nil, err
	}
	if err := l.book(tx, b); err != nil {
		return nil, err
	}
	return note, l.close(tx, by, eventCredited)
}

// draftNote makes a draft credit note of an invoice, in its currency and its sense of prices. It is not stored yet.
func draftNote(tx *store.Tx, ref, given string, c ar.InvoiceChange) (inv, note *ar.Invoice, err error) {
	if inv, err = tx.Invoice(ar.KindInvoice, ref); err != nil {
		return nil, nil, err
	}
	if err := inv.Allow(ar.Credit); err != nil {
		return nil, nil, err
	}
	id, err := tx.IdentityByID(inv.Identity.ID)
	if err != nil {
		return nil, nil, err
	}
	c.Currency, c.Netbased = ar.Set(inv.Currency), ar.Set(inv.Netbased)
	note, err = ar.NewInvoice(id, ar.KindCreditnote, reference(tx, given), c, tx.Now)
	if err != nil {
		return nil, nil, err
	}
	note.ID, note.Corrects, note.CorrectsReference = tx.NewID(), inv.ID, inv.Reference
	if note.Totals.Gross.GreaterThan(inv.Unpaid) {
		return nil, nil, ar.ConflictState("The credit note is more than what is open.", ar.Detail{
			Error: "The total of the credit note is more than what is open on the invoice.", Fields: []string{"items"}, Hint: "Credit at most what is unpaid."})
	}
	return inv, note, nil
}

// insertable is nil if a voucher could be stored: its reference is free. What is refused now draws no number.
func insertable(tx *store.Tx, voucher *ar.Invoice) error {
	trial := *voucher
	err := tx.Savepoint(func() error {
		if err := tx.InsertInvoice(&trial); err != nil {
			return err
		}
		return errTrial
	})
	if errors.Is(err, errTrial) {
		return nil
	}
	return err
}

var errTrial = errors.New("app: only tried")
