package ar

import (
	"encoding/json"
	"time"
)

// CollectionMessage is something that whoever took a case over is told: the case itself, or what became of it since. It is
// claimed as a Delivery is. Once it is passed on, to a folder, a mail or a callback, its own life ends.
type CollectionMessage struct {
	ID         string
	Kind       CollectionKind
	Job        int64 // that brings it there
	InvoiceID  string
	Cycle      int64           // of the Handover it is about
	Body       json.RawMessage // what is told
	State      CollectionState
	Attempts   int
	Generation int64 // see Delivery
	Lease      *time.Time
	Next       *time.Time
	Reason     string // why it stands as it does, for people
	Created    time.Time
	Finished   *time.Time
}

// CollectionKind is what is told.
type CollectionKind string

const (
	CollectionCase     CollectionKind = "case"     // it is handed over, with its file
	CollectionBooked   CollectionKind = "booked"   // something was booked since: a payment, a return, a credit note, a waiver
	CollectionRecalled CollectionKind = "recalled" // it is taken back
	CollectionCanceled CollectionKind = "canceled" // the invoice was canceled
)

// CollectionState is where a message stands.
type CollectionState string

const (
	CollectionQueued  CollectionState = "queued"  // not passed on, or to be tried again
	CollectionPassing CollectionState = "passing" // a worker has it until its lease ends
	CollectionPassed  CollectionState = "passed"  // in the folder, or with a delivery or a callback of the same job
	CollectionFailed  CollectionState = "failed"  // tried for days
)

// CollectionLease is how long a worker may take: a folder may be on a slow disk.
const CollectionLease = 10 * time.Minute

// collectionPauses are the waits between attempts, about two days in all: a folder that is full or not mounted is seen to by
// people.
var collectionPauses = mailPauses

// Claim gives the message to a worker until now + CollectionLease, or is ErrNotDue.
func (m *CollectionMessage) Claim(now time.Time) error {
	due := m.State == CollectionQueued && m.Next != nil && !m.Next.After(now) || m.State == CollectionPassing && !m.Lease.After(now)
	if !due {
		return ErrNotDue
	}
	lease := now.Add(CollectionLease)
	m.State, m.Attempts, m.Generation, m.Lease, m.Next = CollectionPassing, m.Attempts+1, m.Generation+1, &lease, nil
	return nil
}

// Settle writes down how an attempt ended: an empty reason is success. What failed is tried again until there were too many
// attempts. now is the clock of attempts, at the business's. A message that nobody is passing on stays as it is.
func (m *CollectionMessage) Settle(reason string, now, at time.Time) {
	if m.State != CollectionPassing {
		return
	}
	m.Lease, m.Next, m.Reason = nil, nil, reason
	switch {
	case reason == "":
		m.State, m.Finished = CollectionPassed, &at
	case m.Attempts <= len(collectionPauses):
		next := now.Add(collectionPauses[max(m.Attempts, 1)-1])
		m.State, m.Next = CollectionQueued, &next
	default:
		m.State, m.Finished = CollectionFailed, &at
	}
}
