package app

import (
	"context"
	"fmt"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Kinds of events in the log of an invoice.
const (
	eventCreated   = "created"
	eventUpdated   = "updated"
	eventCanceled  = "canceled"
	eventCommitted = "committed"
	eventImported  = "documentImported"
	eventBooked    = "booked"
	eventCredited  = "credited"
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
		if err := tx.UpdateInvoice(inv); err != nil {
			return nil, err
		}
		kind := eventUpdated
		if inv.State() == ar.StateCanceled && before != ar.StateCanceled {
			kind = eventCanceled
		}
		return inv, tx.AppendEvent(&store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: kind, Fields: changed})
	})
}

// CommitInvoice locks an invoice: the number is drawn, the totals are fixed. It gives the number of the job that
// delivers the document.
func (a *App) CommitInvoice(ctx context.Context, by Caller, ref string, once *Once[Job]) (Job, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (Job, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return 0, err
		}
		return commit(tx, by, inv)
	})
}

// Job is the number of a job: that of the event it began with.
type Job int64

func commit(tx *store.Tx, by Caller, inv *ar.Invoice) (Job, error) {
	number, err := nextNumber(tx, inv)
	if err != nil {
		return 0, err
	}
	if err := inv.Commit(number, tx.Now); err != nil {
		return 0, err
	}
	if err := tx.UpdateInvoice(inv); err != nil {
		return 0, err
	}
	event := &store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventCommitted, Fields: []string{"committed", "number"}}
	err = tx.AppendEvent(event)
	return Job(event.Seq), err
}

// prefixes of the numbers that are drawn.
var prefixes = map[ar.VoucherKind]string{ar.KindInvoice: "RE", ar.KindCreditnote: "GS"}

// nextNumber draws a printed number such as RE-2024-0001 unless the merchant gave one. Each kind counts anew each year.
// A refusal afterwards rolls the draw back. Numbers that the merchant has given to another voucher are passed over: they
// would be drawn again and again, and nothing could be committed any more.
func nextNumber(tx *store.Tx, inv *ar.Invoice) (string, error) {
	if inv.Number != "" {
		return inv.Number, nil
	}
	year := tx.Now.Year()
	if inv.Issued != nil {
		year = inv.Issued.Year()
	}
	for tries := 0; ; tries++ {
		// The steps grow after a while, or a merchant who brings 100,000 numbers along would wait for as many.
		n, err := tx.Skip(fmt.Sprintf("%s-%d", inv.Kind, year), 1<<max(0, tries-8))
		if err != nil {
			return "", err
		}
		number := fmt.Sprintf("%s-%d-%04d", prefixes[inv.Kind], year, n)
		given, err := tx.Invoices(inv.Kind, ar.Page{Where: []ar.Condition{{Field: ar.FieldNumber, Op: ar.Eq, Values: []any{number}}}, Number: 1, Size: 1})
		if err != nil || len(given.Rows) == 0 {
			return number, err
		}
	}
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
