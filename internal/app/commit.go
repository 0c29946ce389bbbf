package app

import (
	"context"
	"errors"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/store"
)

// Commit is what a commit is to do beside locking the data.
type Commit struct {
	Attachments []ar.DeliveryAttachment // files that go with the mail
	NotifyURL   string                  // who is told how it ended; empty: nobody
	Data        string                  // passed through to the job
}

// CommitInvoice locks an invoice and has its document mailed. It gives the number of the job that does.
//
// The document shows the number and the date of issue, so both are known before there is a commit: a number is reserved
// for the invoice, the letter is written and its bytes are stored, and only then does one transaction commit exactly what
// was printed, with everything that follows from it. Was the invoice changed meanwhile, or is it another day, it is
// printed again. What is left behind when that does not come to pass is a number that is reserved and bytes that nobody
// names; the next attempt uses the first, Tidy removes the second.
func (a *App) CommitInvoice(ctx context.Context, by Caller, ref string, c Commit, once *Once[Job]) (Job, error) {
	if err := a.checkCommit(c); err != nil {
		return 0, err
	}
	job, err := commitPrinted(ctx, a, by, once,
		func(tx *store.Tx) (*ar.Invoice, error) { return tx.Invoice(ar.KindInvoice, ref) },
		func(tx *store.Tx, p *printed) (Job, error) {
			inv, err := tx.Invoice(ar.KindInvoice, ref)
			if err != nil {
				return 0, err
			}
			return a.commit(tx, by, inv, p, order{kind: ar.JobCommit, mail: ar.MailInvoice, Commit: c})
		})
	crash.At("commit.committed")
	return job, err
}

// commitPrinted prints a draft, and carries out a command that commits it as it was printed; both anew, while the command
// finds that the voucher is another by now.
func commitPrinted[T any](ctx context.Context, a *App, by Caller, once *Once[T],
	draft func(*store.Tx) (*ar.Invoice, error), command func(*store.Tx, *printed) (T, error)) (result T, err error) {
	for range printings {
		if answered, err := once.answered(ctx, a, by); err != nil || answered {
			return result, err
		}
		p, refused := a.print(ctx, by, draft)
		if refused != nil && !refusal(refused) {
			return result, refused
		}
		result, err = updateOnce(ctx, a, by, once, func(tx *store.Tx) (T, error) {
			if refused != nil { // is kept as the answer too
				return result, refused
			}
			return command(tx, p)
		})
		if !errors.Is(err, errReprint) {
			return result, err
		}
	}
	return result, &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable, Message: "The voucher is being changed by others at the moment."}
}

// printings bounds how often the papers of a voucher or a case are written anew because somebody has changed it.
const printings = 5

// errReprint means that what was printed is not what would be committed.
var errReprint = errors.New("app: the voucher is another than the one that was printed")

// checkCommit refuses URLs that this server will not go to, before anything is done.
func (a *App) checkCommit(c Commit) error {
	var details []ar.Detail
	for i, attachment := range c.Attachments {
		details = append(details, a.checkURL(attachmentPath(i), attachment.URL)...)
	}
	if c.NotifyURL != "" {
		details = append(details, a.checkURL("notifyUrl", c.NotifyURL)...)
	}
	if len(details) > 0 {
		return ar.InvalidFields(details...)
	}
	return nil
}

// commit locks a voucher exactly as it was printed, seals it, and orders its delivery.
func (a *App) commit(tx *store.Tx, by Caller, voucher *ar.Invoice, p *printed, o order) (Job, error) {
	merchant, err := tx.Merchant()
	if err != nil {
		return 0, err
	}
	id, err := tx.IdentityByID(voucher.Identity.ID) // before the counters, or whoever has it and draws would wait for us and we for them
	if err != nil {
		return 0, err
	}
	drawn := voucher.Number == ""
	if err := voucher.Commit(p.voucher.Number, localTime(merchant, tx.Now)); err != nil {
		return 0, err
	}
	switch same, err := p.shows(voucher); {
	case err != nil:
		return 0, err
	case !same:
		return 0, errReprint
	}
	switch err := tx.UpdateInvoice(voucher); {
	case drawn && ar.KindOf(err) == ar.Conflict: // somebody gave the number to another voucher just now
		return 0, errReprint
	case err != nil:
		return 0, err
	}
	if voucher.Kind == ar.KindInvoice {
		if err := tx.KeepPaymentKey(voucher); err != nil {
			return 0, err
		}
	}
	event := &store.Event{InvoiceID: voucher.ID, Actor: by.Actor, Kind: eventCommitted, Fields: []string{"committed", "number"}}
	if err := tx.AppendEvent(event); err != nil {
		return 0, err
	}
	entries, err := keepPrinted(tx, voucher, p)
	if err != nil {
		return 0, err
	}
	sealed, err := voucherEntry(voucher)
	if err != nil {
		return 0, err
	}
	if err := tx.AppendJournal(append(entries, sealed)...); err != nil {
		return 0, err
	}
	crash.At("commit.locked")
	return a.dispatch(tx, merchant, id, voucher, event, o)
}
