package app

import (
	"context"
	"fmt"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/store"
)

// ResendInvoice has the document of an invoice mailed to the customer again: as a new message with a Message-ID of its
// own, because whoever asks wants a second one. It gives the number of the job that does.
func (a *App) ResendInvoice(ctx context.Context, by Caller, ref string, once *Once[Job]) (Job, error) {
	job, err := updateOnce(ctx, a, by, once, func(tx *store.Tx) (Job, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return 0, err
		}
		if err := inv.Allow(ar.Resend); err != nil {
			return 0, err
		}
		id, err := tx.IdentityByID(inv.Identity.ID)
		if err != nil {
			return 0, err
		}
		if id.EmailFor(ar.ForBilling) == "" {
			return 0, noEmail(id)
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return 0, err
		}
		event := &store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventResent, Fields: []string{"documents"}}
		if err := tx.AppendEvent(event); err != nil {
			return 0, err
		}
		return a.dispatch(tx, merchant, id, inv, event, order{kind: ar.JobResend, mail: ar.MailInvoice})
	})
	crash.At("resend.committed")
	return job, err
}

func noEmail(id *ar.Identity) error {
	const text = "The customer has no e-mail address."
	return ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{"emails"},
		Hint: fmt.Sprintf("Give the identity '%s' an e-mail address first; one of kind billing is preferred to the default one.", id.Reference)})
}
