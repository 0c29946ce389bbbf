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
	identity *ar.Identity
	delivery *ar.Delivery
}

// deliver is one attempt at a delivery: claim it, write the message unless an earlier attempt has, hand it to the mail
// server, and write down how that ended. Between any two of these the process may die, and another may come: the row
// says how far it came.
func (a *App) deliver(ctx context.Context, n jobs.Nudge) (again time.Duration, err error) {
	by := System(n.Merchant, store.ActorSystem)
	w, err := a.claim(ctx, by, n.ID)
	if err != nil || !w.claimed {
		return a.untilDue(w), err
	}
	crash.At("deliver.claimed")
	outcome, err := a.write(ctx, by, w)
	if err == nil && outcome.State == "" {
		outcome, err = a.send(ctx, by, w)
	}
	switch {
	case errors.Is(err, store.ErrFenced): // somebody else has it by now, and their word counts
		return 0, nil
	case ctx.Err() != nil && outcome.State == "": // the server stops; nothing has left
		outcome = ar.Outcome{State: ar.DeliveryDeferred, Reason: "The server was stopped."}
	case err != nil: // a fault of ours, or of the storage
		a.log.Error("delivery failed", "merchant", n.Merchant, "delivery", n.ID, "error", err)
		outcome = ar.Outcome{State: ar.DeliveryDeferred, Reason: "An internal error; see the server's log."}
	}
	crash.At("deliver.sent")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	err = a.settle(ctx, by, w, outcome)
	if errors.Is(err, store.ErrFenced) {
		return 0, nil
	}
	crash.At("deliver.settled")
	return a.untilDue(w), err
}

// settleTime is how long a worker that is told to stop may take to write down how its attempt ended.
const settleTime = 10 * time.Second

// untilDue is when a delivery wants to be looked at again; zero when it does not.
func (a *App) untilDue(w *work) time.Duration {
	switch {
	case w == nil:
		return 0
	case w.delivery.Next != nil:
		return max(w.delivery.Next.Sub(a.elapsed()), time.Second)
	case w.delivery.Lease != nil:
		return max(w.delivery.Lease.Sub(a.elapsed()), time.Second)
	}
	return 0
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
			return w, a.conclude(tx, w, generation, ar.Outcome{State: ar.DeliveryUnknown,
				Reason: "The server was stopped while the mail server took the mail, so nobody knows whether it did."})
		}
		if err := w.delivery.Claim(now); err != nil {
			return w, nil //nolint:nilerr // not due: somebody else has it, or it has ended; that is no failure
		}
		if reason := w.voucher.Withheld(w.delivery.Kind); reason != "" {
			return w, a.conclude(tx, w, generation, ar.Outcome{State: ar.DeliverySuppressed, Reason: reason})
		}
		w.claimed = true
		return w, a.keepDelivery(tx, w.merchant, w.delivery, generation)
	})
}

func readWork(tx *store.Tx, id string) (w *work, err error) {
	w = new(work)
	if w.delivery, err = tx.Delivery(id); err != nil {
		return nil, err
	}
	if w.voucher, err = tx.InvoiceByID(w.delivery.InvoiceID); err != nil {
		return nil, err
	}
	if w.identity, err = tx.IdentityByID(w.voucher.Identity.ID); err != nil {
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

// hand marks the delivery as handed over, unless there is a reason to withhold it.
func (a *App) hand(ctx context.Context, by Caller, w *work) (reason string, err error) {
	err = a.db.Update(ctx, by.Merchant, func(tx *store.Tx) error {
		voucher, err := tx.InvoiceByID(w.voucher.ID)
		if err != nil {
			return err
		}
		if reason = voucher.Withheld(w.delivery.Kind); reason != "" {
			return nil
		}
		handed := *w.delivery
		handed.Handed = true
		return tx.UpdateDelivery(&handed, w.delivery.Generation)
	})
	return reason, err
}

// settle writes down how an attempt ended.
func (a *App) settle(ctx context.Context, by Caller, w *work, o ar.Outcome) error {
	settled, err := update(ctx, a, by, func(tx *store.Tx) (*ar.Delivery, error) {
		delivery := *w.delivery // the closure may run twice
		attempt := work{merchant: w.merchant, voucher: w.voucher, identity: w.identity, delivery: &delivery}
		return &delivery, a.conclude(tx, &attempt, delivery.Generation, o)
	})
	if err == nil {
		w.delivery = settled
	}
	return err
}

// conclude settles a delivery, lets its job follow, and does what follows from that.
func (a *App) conclude(tx *store.Tx, w *work, generation int64, o ar.Outcome) error {
	w.delivery.Settle(o, w.merchant.Settings.Mail.UnknownPolicy(w.delivery.Kind), a.elapsed(), tx.Now)
	if o.State == ar.DeliveryAccepted || o.State == ar.DeliveryUnknown {
		if err := sealMail(tx, w.delivery); err != nil {
			return err
		}
	}
	return a.keepDelivery(tx, w.merchant, w.delivery, generation)
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
