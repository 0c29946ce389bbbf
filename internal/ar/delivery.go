package ar

import (
	"errors"
	"fmt"
	"time"
)

// Delivery is one mail on its way to a customer, from the change that asked for it to the answer of the customer's mail
// server. Whoever sends it claims it first, which raises Generation: a worker that comes back late holds an old one, and
// what it reports changes nothing.
//
// Times of attempts are those of a clock that nobody moves, because they are waits; Created and Finished are the
// business's.
type Delivery struct {
	ID            string
	Job           int64  // the job that asked for it
	InvoiceID     string // the voucher it is about
	Kind          MailKind
	Recipient     string // address, fixed when it was asked for
	Locale        string // of the text: de or en
	Attachments   []DeliveryAttachment
	MessageID     string // without angle brackets; the same in all attempts
	Communication string // id of the communication that holds the message as it was sent; empty until it is written

	State      DeliveryState
	Attempts   int
	Generation int64
	Lease      *time.Time // sending: until when the worker has it
	Handed     bool       // sending: the mail server has got everything but the final dot; whether it takes the mail is about to be known
	Next       *time.Time // when it is to be tried; nil: it waits for nobody, or for a person (unknown)
	Reply      string     // the mail server's last words: 250 2.0.0 Ok: queued as 4F2
	Reason     string     // why it stands as it does, for people
	Created    time.Time
	Finished   *time.Time
}

// DeliveryAttachment is a file that the caller of a commit wants to go with the mail.
type DeliveryAttachment struct {
	URL      string `json:"url"`
	Filename string `json:"filename,omitempty"` // as the customer sees it; from the URL when empty
	FileID   string `json:"file,omitempty"`     // of the stored file, once it was fetched
}

// MailKind is what a mail brings.
type MailKind string

const (
	MailInvoice    MailKind = "invoice"
	MailCreditnote MailKind = "creditnote"
	MailReminder   MailKind = "reminder"
	MailDunning1   MailKind = "dunning1"
	MailDunning2   MailKind = "dunning2"
	MailDunning3   MailKind = "dunning3"
	MailDunning4   MailKind = "dunning4"

	MailCollection       MailKind = "collection"       // a case for whoever takes it over, with its file
	MailCollectionReport MailKind = "collectionReport" // what became of a case since
)

// MailUnknown is what is done with a mail of which nobody knows whether it arrived.
type MailUnknown string

const (
	UnknownRetry MailUnknown = "retry" // send it again under the same Message-ID: a second copy does little harm
	UnknownHold  MailUnknown = "hold"  // keep it until a person decides: a second copy would
)

// UnknownPolicy is what a merchant wants done with a mail of a kind in state unknown.
func (s MailSettings) UnknownPolicy(kind MailKind) MailUnknown {
	if p := s.Unknown[kind]; p != "" {
		return p
	}
	switch kind {
	case MailDunning1, MailDunning2, MailDunning3, MailDunning4:
		return UnknownHold // a dunning that comes twice looks like two
	}
	return UnknownRetry // invoices, credit notes and reminders: the customer may have two, of the same number
}

// DeliveryState is where a delivery stands.
type DeliveryState string

const (
	DeliveryQueued     DeliveryState = "queued"     // not tried yet
	DeliverySending    DeliveryState = "sending"    // a worker has it until its lease ends
	DeliveryDeferred   DeliveryState = "deferred"   // tried, and to be tried again
	DeliveryAccepted   DeliveryState = "accepted"   // the mail server took it; final
	DeliveryRejected   DeliveryState = "rejected"   // the mail server refused it for good, or it was tried for too long; final
	DeliveryUnknown    DeliveryState = "unknown"    // the connection broke when the mail server had everything; Next set: it is sent again
	DeliverySuppressed DeliveryState = "suppressed" // it must not be sent any more, or never could be; final
)

// Final tells whether nothing will happen any more.
func (s DeliveryState) Final() bool {
	return s == DeliveryAccepted || s == DeliveryRejected || s == DeliverySuppressed
}

// Outcome is how an attempt ended, as the sender saw it.
type Outcome struct {
	State  DeliveryState // accepted, deferred, rejected, unknown or suppressed
	Reply  string        // the mail server's last words, if it had any
	Reason string        // for those the mail is from
	Detail string        // for the log of whoever runs the mail server: what is wrong with it, or with how it is reached

	// Untried means that the mail server was not asked at all, and so nothing was learned: the attempt does not count. Wait is
	// how long to wait then; zero: another worker may begin at once.
	Untried bool
	Wait    time.Duration
}

// DeliveryLease is how long a worker may take: longer than the ten minutes RFC 5321 4.5.3.2.6 allows for the final reply, with
// connecting and sending (four minutes) and fetching what is attached before.
const DeliveryLease = 25 * time.Minute

// mailPauses are the waits between attempts, about two days in all: RFC 5321 4.5.4.1 asks for at least half an hour
// between attempts, after the first ones, and to give up after four to five days; a customer who waits for an invoice hears from us sooner.
var mailPauses = []time.Duration{
	30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// ErrNotDue means that there is nothing to do for a worker: somebody else has the delivery, it is not time yet, or it has
// ended.
var ErrNotDue = errors.New("ar: not due")

// Claim gives the delivery to a worker until now + DeliveryLease, or is ErrNotDue and leaves it as it is. What a worker
// left when the mail server had everything but the final dot was not finished by anybody: it is for Abandoned first.
func (d *Delivery) Claim(now time.Time) error {
	switch d.State {
	case DeliveryQueued, DeliveryDeferred, DeliveryUnknown:
		if d.Next == nil || d.Next.After(now) {
			return ErrNotDue
		}
	case DeliverySending:
		if d.Handed || d.Lease.After(now) {
			return ErrNotDue
		}
	default:
		return ErrNotDue
	}
	lease := now.Add(DeliveryLease)
	d.State, d.Attempts, d.Generation, d.Lease, d.Next = DeliverySending, d.Attempts+1, d.Generation+1, &lease, nil
	return nil
}

// Abandoned tells whether a worker was lost when the mail server had everything but the final dot. Whether the mail
// arrived is not known then: settle it as DeliveryUnknown.
func (d *Delivery) Abandoned(now time.Time) bool {
	return d.State == DeliverySending && d.Handed && !d.Lease.After(now)
}

// Settle writes down how an attempt ended. now is the clock of attempts, at the business's. What failed for now, and what
// is unknown and may be sent twice, gets the time of its next attempt, until there were too many. A delivery that has
// ended stays as it is.
func (d *Delivery) Settle(o Outcome, policy MailUnknown, now, at time.Time) {
	if d.State.Final() {
		return
	}
	d.State, d.Reply, d.Reason = o.State, o.Reply, o.Reason
	d.Lease, d.Handed, d.Next = nil, false, nil
	if o.State == DeliveryDeferred && o.Untried {
		next := now.Add(o.Wait)
		d.Attempts, d.Next = d.Attempts-1, &next
		return
	}
	again := o.State == DeliveryDeferred || o.State == DeliveryUnknown && policy == UnknownRetry
	switch {
	case again && d.Attempts <= len(mailPauses):
		next := now.Add(mailPauses[max(d.Attempts, 1)-1])
		d.Next = &next
	case o.State == DeliveryDeferred:
		d.State = DeliveryRejected
		d.Reason = fmt.Sprintf("Given up after %d attempts. %s", d.Attempts, o.Reason)
	}
	if d.State.Final() {
		d.Finished = &at
	}
}

// Release puts a delivery of which nobody knows whether it arrived in the queue again: a person has decided that it did
// not. It fails with Conflict for any other.
func (d *Delivery) Release(now time.Time) error {
	if err := d.open(); err != nil {
		return err
	}
	d.State, d.Next, d.Reason = DeliveryQueued, &now, "Released by hand."
	return nil
}

// Resolve ends a delivery of which nobody knew whether it arrived: a person, or a message from the mail server, says so.
// It fails with Conflict for any other.
func (d *Delivery) Resolve(arrived bool, reason string, at time.Time) error {
	if err := d.open(); err != nil {
		return err
	}
	d.State = DeliveryRejected
	if arrived {
		d.State = DeliveryAccepted
	}
	d.Next, d.Reason, d.Finished = nil, reason, &at
	return nil
}

func (d *Delivery) open() error {
	if d.State == DeliveryUnknown {
		return nil
	}
	text := fmt.Sprintf("The delivery is %s, not unknown.", d.State)
	return ConflictState(text, Detail{Error: text, Hint: "Only a delivery of which nobody knows whether it arrived is decided by hand."})
}
