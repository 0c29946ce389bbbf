package ar

import (
	"encoding/json"
	"time"
)

// Callback is one message to a URL of the merchant's, with all its attempts. ID is the webhook-id of the Standard
// Webhooks scheme: the same in every attempt and in a replay, so that a receiver can tell them apart from news.
//
// Times of attempts are those of a clock that nobody moves, see Delivery.
type Callback struct {
	ID         string
	Kind       CallbackKind
	Job        int64 // the job it tells of
	InvoiceID  string
	URL        string
	Body       json.RawMessage // byte for byte what is sent
	State      CallbackState
	Attempts   int
	Generation int64 // see Delivery
	Lease      *time.Time
	Next       *time.Time
	Reason     string // why the last attempt failed
	Created    time.Time
	Finished   *time.Time
}

// CallbackKind is who is told.
type CallbackKind string

const (
	CallbackNotify   CallbackKind = "notify"   // the notifyUrl of a call
	CallbackWorkflow CallbackKind = "workflow" // the merchant's webhook

	CallbackCollection CallbackKind = "collection" // whoever took a case over
)

// CallbackState is where a callback stands.
type CallbackState string

const (
	CallbackQueued    CallbackState = "queued"    // not tried, or to be tried again
	CallbackSending   CallbackState = "sending"   // a worker has it until its lease ends
	CallbackDelivered CallbackState = "delivered" // answered with 2xx
	CallbackFailed    CallbackState = "failed"    // tried for days
	CallbackGone      CallbackState = "gone"      // answered with 410: nothing is sent there any more
)

// CallbackAttempt is one try, for the history.
type CallbackAttempt struct {
	Callback string
	Attempt  int
	At       time.Time
	Status   int    // of the answer; 0 when there was none
	Error    string // why it failed; empty when it did not
	Response string // the beginning of the answer's body
	Millis   int64  // how long it took
}

// Webhook is where a merchant wants to be told of what happens to its invoices.
type Webhook struct {
	URL      string     // empty: nowhere
	Disabled *time.Time // when the URL answered 410
}

// CallbackLease is how long a worker may take: longer than any attempt.
const CallbackLease = 2 * time.Minute

// callbackPauses are the waits between attempts, 75 hours in all: the example schedule of Standard Webhooks 1.0.
var callbackPauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Claim gives the callback to a worker until now + CallbackLease, or is ErrNotDue.
func (c *Callback) Claim(now time.Time) error {
	due := c.State == CallbackQueued && c.Next != nil && !c.Next.After(now) || c.State == CallbackSending && !c.Lease.After(now)
	if !due {
		return ErrNotDue
	}
	lease := now.Add(CallbackLease)
	c.State, c.Attempts, c.Generation, c.Lease, c.Next = CallbackSending, c.Attempts+1, c.Generation+1, &lease, nil
	return nil
}

// Settle writes down how an attempt ended: any 2xx is success, 410 asks never to be called again, everything else is
// tried again until the schedule ends. A receiver that asks for a longer wait (Retry-After) gets it, up to a day. now is
// the clock of attempts, at the business's. A callback that nobody is sending stays as it is.
func (c *Callback) Settle(status int, reason string, wait time.Duration, now, at time.Time) {
	if c.State != CallbackSending {
		return
	}
	c.Lease, c.Next, c.Reason = nil, nil, reason
	switch {
	case status >= 200 && status < 300:
		c.State, c.Reason, c.Finished = CallbackDelivered, "", &at
	case status == 410:
		c.State, c.Finished = CallbackGone, &at
	case c.Attempts <= len(callbackPauses):
		next := now.Add(max(callbackPauses[max(c.Attempts, 1)-1], min(wait, 24*time.Hour)))
		c.State, c.Next = CallbackQueued, &next
	default:
		c.State, c.Finished = CallbackFailed, &at
	}
}

// PutBack gives a callback back that was claimed and not tried: its worker has to stop. The attempt does not count.
func (c *Callback) PutBack(now time.Time) {
	c.State, c.Attempts, c.Next, c.Lease = CallbackQueued, c.Attempts-1, &now, nil
}

// Replay asks for the callback to be sent again, from the beginning of the schedule, whatever became of it before.
func (c *Callback) Replay(now time.Time) {
	c.State, c.Attempts, c.Next, c.Lease, c.Finished = CallbackQueued, 0, &now, nil, nil
	c.Generation++ // whoever is sending it just now has no say any more
}
