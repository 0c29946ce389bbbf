package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/money"
	"github.com/dunwell/dunwell/internal/store"
)

// Credit is what a credit note is to do beside being issued.
type Credit struct {
	Customer  string // reference of the identity it is for
	Reference string // the merchant's own for the note; empty: one is generated
	Invoice   string // reference of the invoice it corrects; empty: none, and all of it is the customer's credit
	Excess    bool   // what is more than is open stays as the customer's credit, instead of being refused
}

// CreateCreditnote issues a credit note and has it mailed. It is printed and committed as an invoice is, see
// CommitInvoice, and applied in the transaction that commits it: what is owed on the invoice falls by its total.
//
// It is printed before it is there, under an id that all requests under one key share: who comes again after a crash, or
// at the same time, is given the number that was reserved already.
func (a *App) CreateCreditnote(ctx context.Context, by Caller, credit Credit, c ar.InvoiceChange, once *Once[*ar.Invoice]) (*ar.Invoice, error) {
	return commitPrinted(ctx, a, by, once,
		func(tx *store.Tx) (*ar.Invoice, error) {
			d, err := draftNote(tx, credit, c, once.id())
			if err != nil {
				return nil, err
			}
			return d.note, insertable(tx, d.note)
		},
		func(tx *store.Tx, p *printed) (*ar.Invoice, error) { return a.credit(tx, by, credit, c, p) })
}

// credit commits the note that was printed, and applies it.
func (a *App) credit(tx *store.Tx, by Caller, credit Credit, c ar.InvoiceChange, p *printed) (*ar.Invoice, error) {
	credit.Reference = p.voucher.Reference
	d, err := draftNote(tx, credit, c, p.voucher.ID) // under which its number is reserved
	if err != nil {
		return nil, err
	}
	if d.note.ID != p.voucher.ID { // somebody else's note has it
		return nil, errReprint
	}
	if err := insertVoucher(tx, by, d.note); err != nil {
		return nil, err
	}
	if _, err := a.commit(tx, by, d.note, p, order{kind: ar.JobCreditnote, mail: ar.MailCreditnote}); err != nil {
		return nil, err
	}
	return d.note, d.apply(tx, by)
}

// correction is a draft of a credit note that is not stored yet, and the account of the invoice it corrects, if any.
type correction struct {
	note *ar.Invoice
	of   *ledger
}

// draftNote makes a draft credit note under an id, or another one if that is taken.
func draftNote(tx *store.Tx, credit Credit, c ar.InvoiceChange, id string) (*correction, error) {
	var invoice *ar.Invoice // before the customer, as in a commit, or the two would wait for each other
	if credit.Invoice != "" {
		var err error
		if invoice, err = tx.Invoice(ar.KindInvoice, credit.Invoice); err != nil && ar.KindOf(err) != ar.NotFound {
			return nil, err
		}
	}
	customer, err := tx.Identity(credit.Customer)
	if err != nil {
		return nil, err
	}
	d := &correction{}
	if credit.Invoice != "" {
		if d.of, err = creditedLedger(tx, customer, credit.Invoice, invoice); err != nil {
			return nil, err
		}
		c = asInvoiced(c, invoice)
	}
	if d.note, err = ar.NewInvoice(customer, ar.KindCreditnote, reference(tx, credit.Reference), c, tx.Now); err != nil {
		return nil, err
	}
	if d.note.ID, err = freeID(tx, id); err != nil {
		return nil, err
	}
	return d, d.check(tx, credit)
}

// creditedLedger opens the account of an invoice that a customer is credited for; nil is one that is not there.
func creditedLedger(tx *store.Tx, customer *ar.Identity, ref string, inv *ar.Invoice) (*ledger, error) {
	if inv == nil || inv.Identity.ID != customer.ID {
		return nil, ar.Missing("invoice", "invoice of this customer", ref)
	}
	if err := inv.Allow(ar.Credit, "invoice"); err != nil {
		return nil, err
	}
	return openLedger(tx, inv)
}

// asInvoiced completes what a credit note says by what its invoice said: it takes back a supply, as that was supplied.
func asInvoiced(c ar.InvoiceChange, inv *ar.Invoice) ar.InvoiceChange {
	inherit(&c.Currency, inv.Currency)
	inherit(&c.Netbased, inv.Netbased)
	inherit(&c.Detail.ReverseCharge, inv.Detail.ReverseCharge)
	inherit(&c.Detail.PlaceOfSupplyCountry, inv.Detail.PlaceOfSupplyCountry)
	inherit(&c.Detail.VatID, inv.Detail.VatID)
	inherit(&c.Detail.Locale, inv.Detail.Locale)
	return c
}

func inherit[T any](c *ar.Change[T], value T) {
	if _, set := c.Get(); !set {
		*c = ar.Set(value)
	}
}

// freeID is the id that was asked for if no voucher has it, and a new one otherwise: a key may be used again once its answer
// is forgotten.
func freeID(tx *store.Tx, id string) (string, error) {
	if id == "" {
		return tx.NewID(), nil
	}
	switch _, err := tx.InvoiceByID(id); {
	case err == nil:
		return tx.NewID(), nil
	case ar.KindOf(err) != ar.NotFound:
		return "", err
	}
	return id, nil
}

// check ties the note to its invoice, and refuses one of too much.
func (d *correction) check(tx *store.Tx, credit Credit) error {
	if d.of == nil {
		return nil
	}
	d.note.Corrects, d.note.CorrectsReference = d.of.invoice.ID, d.of.invoice.Reference
	earlier, err := tx.Creditnotes(d.of.invoice.ID)
	if err != nil {
		return err
	}
	if err := d.of.invoice.CheckCredit(d.note, earlier); err != nil {
		return err
	}
	if open := d.of.balance().Open(ar.PartPrincipal); !credit.Excess && d.note.Totals.Gross.GreaterThan(open) {
		return ar.ConflictState("The credit note is more than what is open.", ar.Detail{
			Error:  fmt.Sprintf("The credit note comes to %s, and %s are open.", money.Format(d.note.Totals.Gross, d.note.Currency), money.Format(open, d.note.Currency)),
			Fields: []string{"items"},
			Hint:   "Credit at most what is open, or send allowExcess: then the customer keeps what is over as credit."})
	}
	return nil
}

// apply lowers what is owed on the invoice by the committed note, and keeps as unpaid of the note what is left of it.
func (d *correction) apply(tx *store.Tx, by Caller) error {
	if d.of == nil {
		return nil
	}
	bookings, left := d.of.invoice.Credit(d.note, d.of.bookings)
	d.note.Unpaid = left
	if err := tx.UpdateInvoice(d.note); err != nil {
		return err
	}
	if err := d.of.book(tx, bookings...); err != nil {
		return err
	}
	return d.of.close(tx, by, eventCredited)
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
