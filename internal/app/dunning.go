package app

import (
	"context"
	"errors"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// ModifyDunning sets where the dunning of an invoice stands, and sends nothing. It gives the number of a job that is done.
func (a *App) ModifyDunning(ctx context.Context, by Caller, ref string, m ar.DunningModification, once *Once[Job]) (Job, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (Job, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return 0, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return 0, err
		}
		cycles, err := tx.DunningCycles(inv.ID)
		if err != nil {
			return 0, err
		}
		cycle, err := inv.ModifyDunning(m, newest(cycles), merchant.Settings.Procedure(), *today(merchant, tx.Now))
		if err != nil {
			return 0, err
		}
		if err := tx.UpdateInvoice(inv); err != nil {
			return 0, err
		}
		event := &store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventDunningModified, Fields: []string{"dunninglevel", "startDunningDate"}}
		if err := tx.AppendEvent(event); err != nil {
			return 0, err
		}
		cycle.Event = event.Seq
		if err := tx.InsertDunningCycle(cycle); err != nil {
			return 0, err
		}
		return Job(event.Seq), tx.InsertJob(&ar.Job{Number: event.Seq, Kind: ar.JobDunning, InvoiceID: inv.ID,
			State: ar.JobDone, Result: "OK", Code: ar.CodeOK, Finished: &tx.Now})
	})
}

// Dunning is where the dunning of an invoice stands.
type Dunning struct {
	Invoice *ar.Invoice
	Cycles  []ar.DunningCycle // the last ones, the newest first
	Blocks  []string
	Next    *ar.DunningStep // nil when there is none, and then
	Reason  string          // says why
}

// Dunning reads where the dunning of an invoice stands today.
func (a *App) Dunning(ctx context.Context, by Caller, ref string) (*Dunning, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*Dunning, error) {
		d, err := readDossier(tx, ref)
		if err != nil {
			return nil, err
		}
		day := *today(d.merchant, tx.Now)
		status := &Dunning{Invoice: d.invoice, Cycles: d.cycles, Blocks: d.Blocks(day)}
		next, obstacles := d.NextStep(day)
		if len(obstacles) > 0 {
			status.Reason = obstacles[0].Text
			return status, nil
		}
		if status.Reason, err = d.charge(next); err == nil && status.Reason == "" {
			status.Next = next
		}
		return status, err
	})
}

// dossier is a case with what it was put together from.
type dossier struct {
	ar.DunningCase
	invoice  *ar.Invoice
	merchant *store.Merchant
	cycles   []ar.DunningCycle
	bookings []ar.Booking
}

// readDossier puts together what decides about the next step.
func readDossier(tx *store.Tx, ref string) (*dossier, error) {
	inv, err := tx.Invoice(ar.KindInvoice, ref)
	if err != nil {
		return nil, err
	}
	d := &dossier{invoice: inv}
	if d.merchant, err = tx.Merchant(); err != nil {
		return nil, err
	}
	if d.cycles, err = tx.DunningCycles(inv.ID); err != nil {
		return nil, err
	}
	if d.bookings, err = tx.Bookings(inv.ID); err != nil {
		return nil, err
	}
	debtor, err := tx.IdentityByID(inv.Identity.ID)
	if err != nil {
		return nil, err
	}
	d.DunningCase = inv.DunningCase(debtor, newest(d.cycles), d.merchant.Settings, d.bookings)
	if d.Credit, err = tx.OpenCredit(inv.Identity.ID, inv.Currency); err != nil {
		return nil, err
	}
	d.LastMail, err = lastMail(tx, inv, newest(d.cycles))
	return d, err
}

// lastMail is what became of the last mail about an invoice. Whoever has set where its dunning stands knew about those before.
func lastMail(tx *store.Tx, inv *ar.Invoice, cycle *ar.DunningCycle) (ar.DeliveryState, error) {
	mails, err := tx.Deliveries(inv.ID)
	if err != nil || len(mails) == 0 {
		return "", err
	}
	last := mails[len(mails)-1]
	if cycle != nil && last.Created.Before(cycle.Created) {
		return "", nil
	}
	return last.State, nil
}

// charge computes the interest of a step, or says why that cannot be done: then there is nothing to claim it with.
func (d *dossier) charge(step *ar.DunningStep) (reason string, err error) {
	if !d.Procedure.Levels[step.Level-1].Interest {
		return "", nil
	}
	claim, err := d.claim(step)
	if refused := (*ar.Error)(nil); errors.As(err, &refused) {
		return refused.Details[0].Error, nil
	} else if err != nil {
		return "", err
	}
	step.Interest = claim.Uncharged()
	return "", nil
}

func (d *dossier) claim(step *ar.DunningStep) (*ar.Claim, error) {
	terms, err := d.merchant.Settings.InterestTerms(d.Debtor, d.invoice.Arose())
	if err != nil {
		return nil, err
	}
	return d.invoice.ClaimAsOf(step.Date, d.bookings, terms)
}

// newest is the cycle an invoice is in, nil if there is none.
func newest(cycles []ar.DunningCycle) *ar.DunningCycle {
	if len(cycles) == 0 {
		return nil
	}
	return &cycles[0]
}
