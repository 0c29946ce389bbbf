package app

import (
	"errors"
	"slices"
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
func readDossier(tx *store.Tx, inv *ar.Invoice) (*dossier, error) {
	merchant, err := tx.Merchant()
	if err != nil {
		return nil, err
	}
	cases, err := tx.Cases([]*ar.Invoice{inv})
	if err != nil {
		return nil, err
	}
	d := newDossier(merchant, &cases[0])
	if d.cycles, err = tx.DunningCycles(inv.ID); err != nil {
		return nil, err
	}
	d.notices, err = tx.Notices(inv.ID)
	return d, err
}

// newDossier is what decides about a case, be it read alone or with many others. Of cycles and notices it has no more than
// the case is in.
func newDossier(merchant *store.Merchant, c *store.Case) *dossier {
	d := &dossier{invoice: c.Invoice, merchant: merchant, debtor: c.Debtor, notices: c.Notices, bookings: c.Bookings}
	d.DunningCase = c.Invoice.DunningCase(c.Debtor, c.Cycle, c.Notices, merchant.Settings, c.Bookings)
	d.Credit, d.Holds, d.LastMail = c.Credit, c.Holds, lastMail(c)
	if told := lastTold(merchant, c.Bookings); told.After(d.Returned) {
		d.Returned = told
	}
	return d
}

// lastTold is the merchant's day on which it was booked last that money went back; zero if none did. Banks give it the value date
// of the payment, which is past by then, also for the debtor.
func lastTold(merchant *store.Merchant, bookings []ar.Booking) time.Time {
	var last time.Time
	for _, b := range bookings {
		if b.Returns() && b.Created.After(last) {
			last = b.Created
		}
	}
	if last.IsZero() {
		return last
	}
	return *today(merchant, last)
}

// lastMail is what became of the last mail about an invoice. Whoever has set where its dunning stands knew about those before.
func lastMail(c *store.Case) ar.DeliveryState {
	if c.LastMail == nil || c.Cycle != nil && c.LastMail.Ordered.Before(c.Cycle.Created) {
		return ""
	}
	return c.LastMail.State
}

// step is the notice of the next level and the first day from one on that it may be issued, with all that it charges on
// that day; without one there are obstacles. Nobody is asked for what is covered by interest that was paid and is not owed,
// nor mailed without an address. It is the one place where a step gets its interest: what is announced, planned and issued is
// the same.
func (d *dossier) step(day time.Time) (*ar.DunningStep, []ar.Obstacle, error) {
	step, obstacles := d.NextStep(day)
	if len(obstacles) > 0 {
		return nil, obstacles, nil
	}
	claim, err := d.claim(step)
	if refused := (*ar.Error)(nil); errors.As(err, &refused) {
		return nil, []ar.Obstacle{{Text: refused.Details[0].Error}}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if claim != nil {
		step.Interest = claim.Uncharged()
	}
	switch {
	case !d.asks(step):
		return nil, []ar.Obstacle{{Guard: "G4", Text: "What is open is covered by interest that was paid and is not owed."}}, nil
	case step.DeliveryKind == ar.DeliverEmail && d.debtor.EmailFor(ar.ForDunning) == "":
		return nil, []ar.Obstacle{{Text: "The customer has no e-mail address."}}, nil
	}
	return step, nil, nil
}

// asks tells whether a step asks for anything beside what it costs.
func (d *dossier) asks(step *ar.DunningStep) bool {
	return d.invoice.Unpaid.Add(step.Interest).GreaterThan(d.Contested(step.Date))
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

// unsent is what became of the mails of notices that are not known to have left, by the notice's job: they were withheld or refused,
// are still waiting, or nobody knows. A notice on paper has no mail, and is taken for posted.
func (d *dossier) unsent(tx *store.Tx) (map[int64]ar.DeliveryState, error) {
	if !slices.ContainsFunc(d.notices, mailed) {
		return nil, nil //nolint:nilnil // nothing was mailed, which is no failure
	}
	mails, err := tx.Deliveries(d.invoice.ID)
	unsent := map[int64]ar.DeliveryState{}
	for _, m := range mails {
		if m.State != ar.DeliveryAccepted {
			unsent[m.Job] = m.State
		}
	}
	return unsent, err
}

func mailed(n ar.Notice) bool { return n.DeliveryKind == ar.DeliverEmail }

// cited are the notices that a letter may refer to, the newest first: those that are known to have left. Whoever never got one
// was not put in default by it.
func (d *dossier) cited(tx *store.Tx) (notices []ar.Notice, err error) {
	unsent, err := d.unsent(tx)
	for _, n := range d.notices {
		if unsent[n.Job] == "" {
			notices = append(notices, n)
		}
	}
	return notices, err
}

// newest is the cycle an invoice is in, nil if there is none.
func newest(cycles []ar.DunningCycle) *ar.DunningCycle {
	if len(cycles) == 0 {
		return nil
	}
	return &cycles[0]
}
