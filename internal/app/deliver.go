package app

import (
	"context"
	"errors"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/store"
)

// Kinds of nudges.
const (
	nudgeDelivery jobs.Kind = "delivery"
	nudgeCallback jobs.Kind = "callback"
)

// work is a delivery that a worker has looked at, with what it is about as it was then.
type work struct {
	claimed  bool // by this worker; else there is nothing to do for it
	merchant *store.Merchant
	voucher  *ar.Invoice
	delivery *ar.Delivery
	notice   *ar.Notice // that it brings; nil if it brings none
	told     *message   // about a case that was handed over; nil if it is about none
}

// deliver is one attempt at a delivery: claim it, write the message unless an earlier attempt has, hand it to the mail
// server, and write down how that ended. Between any two of these the process may die, and another may come: the row
// says how far it came.
func (a *App) deliver(ctx context.Context, n jobs.Nudge) (again time.Duration, err error) {
	by := System(n.Merchant, store.ActorSystem)
	w, err := a.claim(ctx, by, n.ID)
	switch {
	case err != nil:
		return 0, err
	case !w.claimed && w.delivery.State == ar.DeliverySending: // by somebody who may be dead
		return a.until(w.delivery.Lease), nil
	case !w.claimed: // it has ended, or waits for a time to which there is another nudge
		return 0, nil
	}
	crash.At("deliver.claimed")
	outcome, err := a.write(ctx, by, w)
	if err == nil && outcome.State == "" {
		outcome, err = a.send(ctx, by, w)
	}
	switch {
	case errors.Is(err, store.ErrFenced): // somebody else has it by now, and their word counts
		return 0, nil
	case outcome.State != "":
	case errors.Is(ctx.Err(), context.Canceled): // nothing has left
		outcome = ar.Outcome{State: ar.DeliveryDeferred, Reason: "The server was stopped.", Untried: true}
	default: // a fault of ours, or of the storage
		outcome = ar.Outcome{State: ar.DeliveryDeferred, Reason: internalFault}
	}
	a.logOutcome(w, outcome, err)
	crash.At("deliver.sent")
	if err := a.settle(ctx, by, w, outcome); err != nil {
		return 0, err
	}
	crash.At("deliver.settled")
	return a.until(w.delivery.Next), nil
}

// logOutcome tells the operator what did not go well, in more words than the merchant gets.
func (a *App) logOutcome(w *work, o ar.Outcome, err error) {
	if err == nil && o.State == ar.DeliveryAccepted {
		return
	}
	a.log.Warn("mail "+string(o.State), "merchant", w.merchant.ID, "delivery", w.delivery.ID, "attempt", w.delivery.Attempts,
		"reason", o.Reason, "reply", o.Reply, "detail", o.Detail, "error", err)
}

// until is how long it is until a row wants to be looked at again; zero when it does not.
func (a *App) until(next *time.Time) time.Duration {
	if next == nil {
		return 0
	}
	return max(next.Sub(a.elapsed()), time.Second)
}

// claim takes a delivery, unless there is nothing to do for it, or it must not be sent any more.
func (a *App) claim(ctx context.Context, by Caller, id string) (*work, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*work, error) {
		w, err := readWork(tx, id)
		if err != nil {
			return nil, err
		}
		now, generation := a.elapsed(), w.delivery.Generation
		if w.delivery.Abandoned(now) {
			if err := a.conclude(tx, w, generation, ar.Outcome{State: ar.DeliveryUnknown,
				Reason: "The server was stopped while the mail server took the mail, so nobody knows whether it did."}); err != nil {
				return nil, err
			}
			return w, a.remind(tx, w)
		}
		if err := w.delivery.Claim(now); err != nil {
			return w, nil //nolint:nilerr // not due: somebody else has it, or it has ended; that is no failure
		}
		switch reason, err := w.withheld(tx, w.voucher); {
		case err != nil:
			return nil, err
		case reason != "":
			return w, a.conclude(tx, w, generation, ar.Outcome{State: ar.DeliverySuppressed, Reason: reason})
		}
		w.claimed = true
		return w, a.keepDelivery(tx, w.merchant, w.delivery, generation)
	})
}

// remind adds a nudge for the next attempt of a delivery that its worker has lost.
func (a *App) remind(tx *store.Tx, w *work) error {
	if w.delivery.Next == nil {
		return nil
	}
	return a.jobs.AddAfter(tx, a.until(w.delivery.Next), jobs.Nudge{Kind: nudgeDelivery, Merchant: tx.MerchantID(), ID: w.delivery.ID})
}

func readWork(tx *store.Tx, id string) (w *work, err error) {
	w = new(work)
	if w.delivery, err = tx.Delivery(id); err != nil {
		return nil, err
	}
	if w.voucher, err = tx.InvoiceByID(w.delivery.InvoiceID); err != nil {
		return nil, err
	}
	if w.delivery.Kind.Level() > 0 {
		if w.notice, err = tx.NoticeByJob(w.delivery.Job); err != nil {
			return nil, err
		}
	}
	if w.told, err = mailedMessage(tx, w.delivery); err != nil {
		return nil, err
	}
	w.merchant, err = tx.Merchant()
	return w, err
}

// send hands the message to the mail server. Immediately before, when the server has said that it would take it, the case
// is looked at again, and it is written down that from now on nobody can know whether the mail has left until the mail
// server has said so.
func (a *App) send(ctx context.Context, by Caller, w *work) (ar.Outcome, error) {
	message, size, err := a.openMessage(ctx, by, w)
	if err != nil {
		return ar.Outcome{}, err
	}
	defer func() { _ = message.Close() }() // it was only read
	var withheld string
	outcome, err := a.mail.Send(ctx, mail.Envelope{From: a.bounces(w.merchant), To: w.delivery.Recipient, Size: size}, message, func(ctx context.Context) error {
		reason, err := a.hand(ctx, by, w)
		if err == nil && reason != "" {
			withheld, err = reason, errWithheld
		}
		crash.At("deliver.handed")
		return err
	})
	if errors.Is(err, errWithheld) {
		return ar.Outcome{State: ar.DeliverySuppressed, Reason: withheld}, nil
	}
	return outcome, err
}

var errWithheld = errors.New("app: the mail must not leave any more")

// hand marks the delivery as handed over, unless there is a reason to withhold it. The lease begins anew, so that it
// lasts as long as the mail server may take to answer; a worker that has slept longer than its lease has lost it.
func (a *App) hand(ctx context.Context, by Caller, w *work) (reason string, err error) {
	err = a.db.Update(ctx, by.Merchant, func(tx *store.Tx) error {
		now := a.elapsed()
		if !w.delivery.Lease.After(now) {
			return store.ErrFenced
		}
		voucher, err := tx.InvoiceByID(w.voucher.ID)
		if err != nil {
			return err
		}
		if reason, err = w.withheld(tx, voucher); err != nil || reason != "" {
			return err
		}
		handed, lease := *w.delivery, now.Add(ar.DeliveryLease)
		handed.Handed, handed.Lease = true, &lease
		return tx.UpdateDelivery(&handed, w.delivery.Generation)
	})
	return reason, err
}

// Bounds of writing down how an attempt ended: of one try, and of the pause before the next. A server that is stopping
// tries once.
const (
	settleTime  = 10 * time.Second
	settlePause = 5 * time.Second
)

// settle writes down how an attempt ended, and does not give up while the delivery is ours: the mail server has spoken,
// and a database that is away for a moment must not make of it that nobody knows. It is no error that somebody else has
// the delivery by now.
func (a *App) settle(ctx context.Context, by Caller, w *work, o ar.Outcome) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, settlePause) {
		err := a.settleOnce(ctx, by, w, o)
		switch away := ar.KindOf(err) == ar.Unavailable || errors.Is(err, context.DeadlineExceeded); {
		case err == nil, errors.Is(err, store.ErrFenced):
			return nil
		case !away, !a.elapsed().Add(settleTime).Before(*w.delivery.Lease), !wait(ctx, pause):
			return err
		}
	}
}

// wait waits, and is false when ctx ends before.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func (a *App) settleOnce(ctx context.Context, by Caller, w *work, o ar.Outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	settled, err := update(ctx, a, by, func(tx *store.Tx) (*ar.Delivery, error) {
		delivery := *w.delivery // the closure may run twice
		attempt := work{merchant: w.merchant, voucher: w.voucher, delivery: &delivery}
		return &delivery, a.conclude(tx, &attempt, delivery.Generation, o)
	})
	if err == nil {
		w.delivery = settled
	}
	return err
}

// conclude settles a delivery, lets its job follow, and does what follows from that. The journal comes last: whoever
// draws from it makes all others of the merchant wait.
func (a *App) conclude(tx *store.Tx, w *work, generation int64, o ar.Outcome) error {
	w.delivery.Settle(o, w.merchant.Settings.Mail.UnknownPolicy(w.delivery.Kind), a.elapsed(), tx.Now)
	if err := a.keepDelivery(tx, w.merchant, w.delivery, generation); err != nil {
		return err
	}
	if o.State == ar.DeliveryAccepted || o.State == ar.DeliveryUnknown {
		return sealMail(tx, w.delivery)
	}
	return nil
}

// sealMail enters a mail that has left, or may have, into the journal.
func sealMail(tx *store.Tx, d *ar.Delivery) error {
	message, err := tx.Communication(d.Communication)
	if err != nil {
		return err
	}
	entry, err := mailEntry(message, d)
	if err != nil {
		return err
	}
	return tx.AppendJournal(entry)
}

// keepDelivery stores a delivery that has changed, and lets its job follow.
func (a *App) keepDelivery(tx *store.Tx, merchant *store.Merchant, d *ar.Delivery, generation int64) error {
	if err := tx.UpdateDelivery(d, generation); err != nil {
		return err
	}
	job, err := tx.Job(d.Job)
	if err != nil {
		return err
	}
	ended := job.Follow(d, tx.Now)
	if err := tx.UpdateJob(job); err != nil {
		return err
	}
	if !ended {
		return nil
	}
	return a.notify(tx, merchant, job)
}
