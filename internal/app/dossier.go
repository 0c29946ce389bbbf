package app

import (
	"errors"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// dossier is a case with what it was put together from.
type dossier struct {
	ar.DunningCase
	invoice  *ar.Invoice
	merchant *store.Merchant
	debtor   *ar.Identity
	cycles   []ar.DunningCycle // the newest first
	notices  []ar.Notice       // the newest first
	bookings []ar.Booking
}

// readDossier puts together what decides about the next step of an invoice that was read in this transaction.
func readDossier(tx *store.Tx, inv *ar.Invoice) (d *dossier, err error) {
	d = &dossier{invoice: inv}
	if d.merchant, err = tx.Merchant(); err != nil {
		return nil, err
	}
	if d.cycles, err = tx.DunningCycles(inv.ID); err != nil {
		return nil, err
	}
	if d.notices, err = tx.Notices(inv.ID); err != nil {
		return nil, err
	}
	if d.bookings, err = tx.Bookings(inv.ID); err != nil {
		return nil, err
	}
	if d.debtor, err = tx.IdentityByID(inv.Identity.ID); err != nil {
		return nil, err
	}
	d.DunningCase = inv.DunningCase(d.debtor, newest(d.cycles), d.notices, d.merchant.Settings, d.bookings)
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

// step is the notice of the next level and the first day from one on that it may be issued, with all that it charges on
// that day; without one there are obstacles. It is the one place where a step gets its interest: what is announced, planned
// and issued is the same.
func (d *dossier) step(day time.Time) (*ar.DunningStep, []ar.Obstacle, error) {
	step, obstacles := d.NextStep(day)
	if len(obstacles) > 0 {
		return nil, obstacles, nil
	}
	claim, err := d.claim(step)
	if refused := (*ar.Error)(nil); errors.As(err, &refused) {
		return nil, []ar.Obstacle{{Text: refused.Details[0].Error}}, nil
	}
	if err == nil && claim != nil {
		step.Interest = claim.Uncharged()
	}
	return step, nil, err
}

// notice drafts the notice of a step that this case has, as it is on the step's date, with the bookings of what it charges.
func (d *dossier) notice(step *ar.DunningStep) (*ar.Notice, []ar.Booking, error) {
	claim, err := d.claim(step)
	if err != nil {
		return nil, nil, err
	}
	n, charges := d.Notice(d.invoice, step, claim, d.bookings)
	return n, charges, nil
}

// claim is what is claimed on the date of a step that charges interest, before it does; nil for any other.
func (d *dossier) claim(step *ar.DunningStep) (*ar.Claim, error) {
	if !d.Procedure.Levels[step.Level-1].Interest {
		return nil, nil
	}
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
