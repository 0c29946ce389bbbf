package app

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/client/webhook"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// notification is what the notifyUrl of a call is told.
type notification struct {
	Result       string `json:"result"`
	Resultcode   string `json:"resultcode"`
	Job          string `json:"job"`
	Notification string `json:"notification"` // id of this message; the webhook-id
}

// workflowNotice is what a merchant's webhook is told. Here the amounts are numbers.
type workflowNotice struct {
	Client            string      `json:"client"`
	Due               string      `json:"due,omitempty"`
	IdentityReference string      `json:"identityReference"`
	Job               string      `json:"job"`
	Label             string      `json:"label"`
	Number            string      `json:"number"`
	Ordernumber       string      `json:"ordernumber"`
	State             string      `json:"state"`
	Total             json.Number `json:"total"`
	Unpaid            json.Number `json:"unpaid"`
	VoucherReference  string      `json:"voucherReference"`
	Workflow          string      `json:"workflow"` // the operation that started the job
	Result            string      `json:"result"`   // how it ended, as notifyUrl is told
	Resultcode        string      `json:"resultcode"`
}

// notify tells whoever wants to know that a job has ended: in the transaction that ends it, so that nobody is told of what
// did not happen, and everybody of what did.
func (a *App) notify(tx *store.Tx, merchant *store.Merchant, job *ar.Job) error {
	if job.NotifyURL != "" {
		c := &ar.Callback{ID: tx.NewID(), Kind: ar.CallbackNotify, URL: job.NotifyURL}
		told := notification{Result: job.Result, Resultcode: job.Code, Job: jobNumber(job), Notification: c.ID}
		if err := a.call(tx, job, c, told); err != nil {
			return err
		}
	}
	if merchant.Webhook.URL == "" || merchant.Webhook.Disabled != nil {
		return nil
	}
	voucher, err := tx.InvoiceByID(job.InvoiceID)
	if err != nil {
		return err
	}
	c := &ar.Callback{ID: tx.NewID(), Kind: ar.CallbackWorkflow, URL: merchant.Webhook.URL}
	return a.call(tx, job, c, workflowNotice{
		Client: merchant.ID, Due: timestamp(voucher.Due), IdentityReference: voucher.Identity.Reference, Job: jobNumber(job),
		Label: voucher.Label, Number: voucher.Number, Ordernumber: voucher.Ordernumber, State: string(voucher.State()),
		Total: number(voucher.Totals.Gross), Unpaid: number(voucher.Unpaid), VoucherReference: voucher.Reference, Workflow: string(job.Kind),
		Result: job.Result, Resultcode: job.Code,
	})
}

func jobNumber(job *ar.Job) string { return strconv.FormatInt(job.Number, 10) }

func number(d decimal.Decimal) json.Number { return json.Number(d.String()) }

// timestamp spells a time as the API does; an absent one is empty.
func timestamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// call stores a callback and nudges a worker.
func (a *App) call(tx *store.Tx, job *ar.Job, c *ar.Callback, told any) error {
	body, err := json.Marshal(told)
	if err != nil {
		return err
	}
	now := a.elapsed()
	c.Job, c.InvoiceID, c.Body, c.State, c.Next, c.Created = job.Number, job.InvoiceID, body, ar.CallbackQueued, &now, tx.Now
	if err := tx.InsertCallback(c); err != nil {
		return err
	}
	return a.jobs.Add(tx, jobs.Nudge{Kind: nudgeCallback, Merchant: tx.MerchantID(), ID: c.ID})
}

// callBack is one attempt at a callback.
func (a *App) callBack(ctx context.Context, n jobs.Nudge) (again time.Duration, err error) {
	by := System(n.Merchant, store.ActorSystem)
	var secrets []string
	var claimed bool // else somebody else has it, or there is nothing to do for it
	c, err := update(ctx, a, by, func(tx *store.Tx) (*ar.Callback, error) {
		c, err := tx.Callback(n.ID)
		if err != nil {
			return nil, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		secrets = merchant.CallbackSecrets
		generation := c.Generation
		err = c.Claim(a.elapsed())
		if claimed = err == nil; !claimed {
			return c, nil // not due: that is no failure
		}
		if unwanted(merchant, c) { // since it was ordered
			claimed = false
			c.Settle(statusGone, "The webhook was taken away, or has answered 410.", 0, a.elapsed(), tx.Now)
		}
		return c, tx.UpdateCallback(c, generation)
	})
	switch {
	case err != nil:
		return 0, err
	case !claimed && c.State == ar.CallbackSending: // by somebody who may be dead
		return a.until(c.Lease), nil
	case !claimed: // it has ended, or waits for a time to which there is another nudge
		return 0, nil
	}
	crash.At("callback.claimed")
	attempt, wait, err := a.post(ctx, by, c, secrets)
	if err != nil {
		return 0, err
	}
	crash.At("callback.posted")
	stopped := errors.Is(ctx.Err(), context.Canceled) && attempt.Status == 0 // before there was an answer
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if stopped {
		c, err = a.putBack(ctx, by, c)
	} else {
		c, err = a.settleCall(ctx, by, c, attempt, wait)
	}
	switch {
	case errors.Is(err, store.ErrFenced):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return a.until(c.Next), nil
}

// putBack leaves a callback to another worker: this one has to stop.
func (a *App) putBack(ctx context.Context, by Caller, c *ar.Callback) (*ar.Callback, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*ar.Callback, error) {
		back := *c // the closure may run twice
		back.PutBack(a.elapsed())
		return &back, tx.UpdateCallback(&back, c.Generation)
	})
}

// statusGone is the answer of a receiver that wants nothing any more, HTTP's 410.
const statusGone = 410

// unwanted tells whether a callback would go to a webhook that is the merchant's no more, or that wants nothing any more.
func unwanted(m *store.Merchant, c *ar.Callback) bool {
	return c.Kind == ar.CallbackWorkflow && (m.Webhook.URL != c.URL || m.Webhook.Disabled != nil)
}

// post sends a callback, signed, and says what came of it.
func (a *App) post(ctx context.Context, by Caller, c *ar.Callback, secrets []string) (ar.CallbackAttempt, time.Duration, error) {
	at := a.elapsed()
	keys := make([]webhook.Secret, 0, len(secrets))
	for _, s := range secrets {
		key, err := webhook.ParseSecret(s)
		if err != nil {
			return ar.CallbackAttempt{}, 0, err
		}
		keys = append(keys, key)
	}
	header := webhook.Sign(keys, c.ID, at, c.Body)
	header.Set("Content-Type", "application/json")
	attempt := ar.CallbackAttempt{Callback: c.ID, Attempt: c.Attempts, At: at}
	answer, err := a.outbound.Post(ctx, c.URL, header, c.Body)
	attempt.Millis = a.elapsed().Sub(at).Milliseconds()
	if err != nil {
		a.log.Warn("callback failed", "merchant", by.Merchant, "callback", c.ID, "error", errors.Unwrap(err))
		attempt.Error = err.Error()
		return attempt, 0, nil
	}
	attempt.Status, attempt.Response = answer.Status, answer.Excerpt
	if answer.Status < 200 || answer.Status > 299 {
		attempt.Error = "The answer was " + strconv.Itoa(answer.Status) + "."
	}
	return attempt, answer.RetryAfter, nil
}

// settleCall writes down how an attempt ended. A webhook that answers 410 is not called again, until it is set anew.
func (a *App) settleCall(ctx context.Context, by Caller, c *ar.Callback, attempt ar.CallbackAttempt, wait time.Duration) (*ar.Callback, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*ar.Callback, error) {
		settled := *c // the closure may run twice
		settled.Settle(attempt.Status, attempt.Error, wait, a.elapsed(), tx.Now)
		if err := tx.UpdateCallback(&settled, c.Generation); err != nil {
			return nil, err
		}
		if err := tx.AppendCallbackAttempt(&attempt); err != nil {
			return nil, err
		}
		if settled.State != ar.CallbackGone || settled.Kind != ar.CallbackWorkflow {
			return &settled, nil
		}
		merchant, err := tx.Merchant()
		if err != nil || merchant.Webhook.URL != c.URL {
			return &settled, err
		}
		merchant.Webhook.Disabled = &tx.Now
		return &settled, tx.UpdateMerchant(merchant)
	})
}
