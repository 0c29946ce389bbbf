package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

const nudgeCollection jobs.Kind = "collection"

// message is something that is told about a case, with what it is about. It is a part of the work of a mail that tells it.
type message struct {
	claimed  bool // by this worker; else there is nothing to do for it
	merchant *store.Merchant
	told     *ar.CollectionMessage
	text     told // its body
	handover *ar.Handover
	file     *ar.Communication // of the case
}

// passOn is one attempt at telling something about a case: a file is written to a folder; a mail and a callback are ordered, and
// have attempts of their own.
func (a *App) passOn(ctx context.Context, n jobs.Nudge) (again time.Duration, err error) {
	by := System(n.Merchant, store.ActorSystem)
	m, err := a.claimMessage(ctx, by, n.ID)
	switch {
	case err != nil:
		return 0, err
	case !m.claimed && m.told.State == ar.CollectionPassing: // by somebody who may be dead
		return a.until(m.told.Lease), nil
	case !m.claimed: // it has ended, or waits for a time to which there is another nudge
		return 0, nil
	}
	crash.At("collection.claimed")
	reason := ""
	if m.handover.Collector.Channel == ar.ChannelFolder {
		reason = a.writeToFolder(ctx, by, m)
		crash.At("collection.written")
	}
	next, err := a.settleMessage(ctx, by, m, reason)
	crash.At("collection.settled")
	if errors.Is(err, store.ErrFenced) { // somebody else has it by now
		return 0, nil
	}
	return a.until(next), err
}

func (a *App) claimMessage(ctx context.Context, by Caller, id string) (*message, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*message, error) {
		told, err := tx.CollectionMessage(id)
		if err != nil {
			return nil, err
		}
		generation := told.Generation
		if err := told.Claim(a.elapsed()); err != nil {
			return &message{told: told}, nil //nolint:nilerr // not due: that is no failure
		}
		m, err := readMessage(tx, told)
		if err != nil {
			return nil, err
		}
		m.claimed = true
		return m, tx.UpdateCollectionMessage(told, generation)
	})
}

// readMessage reads what a message is about.
func readMessage(tx *store.Tx, told *ar.CollectionMessage) (m *message, err error) {
	m = &message{told: told}
	if err := json.Unmarshal(told.Body, &m.text); err != nil {
		return nil, err
	}
	if m.merchant, err = tx.Merchant(); err != nil {
		return nil, err
	}
	handovers, err := tx.Handovers(told.InvoiceID)
	if err != nil {
		return nil, err
	}
	for i := range handovers {
		if handovers[i].Cycle == told.Cycle {
			m.handover = &handovers[i]
		}
	}
	m.file, err = tx.Communication(m.handover.Communication) // a key refers to the hand-over, so it is there
	return m, err
}

// settleMessage writes down how an attempt ended: a reason says why it failed. A mail or a callback is ordered in the same
// transaction, so that there is one of it.
func (a *App) settleMessage(ctx context.Context, by Caller, m *message, reason string) (next *time.Time, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	return update(ctx, a, by, func(tx *store.Tx) (*time.Time, error) {
		settled := *m.told // the closure may run twice
		settled.Settle(reason, a.elapsed(), tx.Now)
		if err := tx.UpdateCollectionMessage(&settled, m.told.Generation); err != nil {
			return nil, err
		}
		job, err := tx.Job(settled.Job)
		if err != nil {
			return nil, err
		}
		switch {
		case settled.State == ar.CollectionQueued:
			job.State, job.Result = ar.JobRunning, ""
			return settled.Next, tx.UpdateJob(job)
		case settled.State == ar.CollectionFailed:
			return nil, a.endJob(tx, m, job, ar.JobFailed, reason, ar.CodeRejected)
		case m.handover.Collector.Channel == ar.ChannelEmail:
			return nil, a.orderMail(tx, m, job)
		case m.handover.Collector.Channel == ar.ChannelWebhook:
			if err := a.orderCallback(tx, m, job); err != nil {
				return nil, err
			}
		}
		return nil, a.endJob(tx, m, job, ar.JobDone, "OK", ar.CodeOK)
	})
}

// endJob ends a job and tells the merchant so.
func (a *App) endJob(tx *store.Tx, m *message, job *ar.Job, state ar.JobState, result, code string) error {
	job.State, job.Result, job.Code, job.Finished = state, result, code, &tx.Now
	if err := tx.UpdateJob(job); err != nil {
		return err
	}
	return a.notify(tx, m.merchant, job)
}

// orderCallback posts what is told to the webhook of whoever took the case over, with a link to the file of the case. The job
// is done with it: how the callback fares is seen at the callback.
func (a *App) orderCallback(tx *store.Tx, m *message, job *ar.Job) error {
	t := m.text
	if t.File != nil {
		linked := *t.File
		linked.URL, t.File = a.fileLink(m, tx.Now), &linked
	}
	return a.call(tx, job, &ar.Callback{ID: tx.NewID(), Kind: ar.CallbackCollection, URL: m.handover.Collector.Target}, t)
}

// orderMail mails what is told. The job follows the mail from now on.
func (a *App) orderMail(tx *store.Tx, m *message, job *ar.Job) error {
	now, kind := a.elapsed(), ar.MailCollectionReport
	if m.told.Kind == ar.CollectionCase {
		kind = ar.MailCollection
	}
	d := &ar.Delivery{
		ID: tx.NewID(), Job: job.Number, InvoiceID: m.told.InvoiceID, Kind: kind, Recipient: m.handover.Collector.Target,
		Locale: collectionLocale(m.merchant), State: ar.DeliveryQueued, Next: &now, Created: tx.Now,
	}
	d.MessageID = d.ID + "@" + a.mailDomain(m.merchant)
	if err := tx.InsertDelivery(d); err != nil {
		return err
	}
	job.Follow(d, tx.Now)
	if err := tx.UpdateJob(job); err != nil {
		return err
	}
	return a.jobs.Add(tx, jobs.Nudge{Kind: nudgeDelivery, Merchant: tx.MerchantID(), ID: d.ID})
}

// fileLink is a link to the file of the case that works without credentials for a while.
func (a *App) fileLink(m *message, now time.Time) string {
	return a.publicURL + linkPath(m.merchant, m.file.ID, now.Add(a.linkLife))
}

// collectionLocale is the language that whoever collects is written to in: that of the merchant's country.
func collectionLocale(m *store.Merchant) string {
	switch m.Settings.Issuer.Country {
	case "", "DE", "AT", "CH", "LI":
		return "de"
	}
	return "en"
}
