package ar

import (
	"fmt"
	"time"
)

// StatementImport is a bank statement that is read into transactions. It is a row that a worker claims, like a Run: between
// any two entries the process may die, and another goes on where the row says that it was. Lease and Next are those of a clock
// that nobody moves.
//
// A file is read twice, first for what came in and then for what went back: banks may list the newest first, and a return must
// find its payment.
type StatementImport struct {
	ID       string
	Filename string // as it was sent, for people
	File     File   // the stored bytes
	State    StatementState

	Statements  int64 // with the notifications, that were read so far
	Entries     int64 // movements that were read so far
	Booked      int64 // of these, that became transactions
	Unallocated int64 // of these, of which something is booked on no invoice
	Duplicates  int64 // that were booked before, by this file or another
	Skipped     int64 // that are not booked: pending, or money that went out and is no return
	Errors      []StatementError

	Returns  bool  // the second reading
	Position int64 // movements of this reading that have been dealt with

	Created  time.Time
	Finished *time.Time

	Generation int64      // as that of a Delivery
	Lease      *time.Time // until when a worker has it
	Next       *time.Time // when it is to be worked, if nobody has it and it has not ended
	Faults     int        // how often it has failed for a fault of ours since it last got on
}

// StatementError is something that is wrong with a statement, for those who have it.
type StatementError struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
	Line  int64  `json:"line,omitempty"` // of the file, from 1; 0: all of it
}

// StatementState is where an import stands.
type StatementState string

const (
	StatementQueued  StatementState = "queued"
	StatementRunning StatementState = "running"
	StatementDone    StatementState = "done"
	StatementFailed  StatementState = "failed" // what was read before stays booked
)

// StatementLease is how long a worker may take from one sign of life to the next, which it gives after a few entries.
const StatementLease = 5 * time.Minute

// MaxStatementErrors are shown; others are only counted as skipped.
const MaxStatementErrors = 100

const maxStatementFaults = 5

// Ended tells whether nothing will happen any more.
func (s StatementState) Ended() bool { return s == StatementDone || s == StatementFailed }

// Claim gives the import to a worker until now + StatementLease, or is ErrNotDue and leaves it as it is.
func (i *StatementImport) Claim(now time.Time) error {
	due := i.Next
	if i.Lease != nil {
		due = i.Lease
	}
	if i.State.Ended() || due == nil || due.After(now) {
		return ErrNotDue
	}
	i.Generation++
	i.State = StatementRunning
	i.renew(now)
	return nil
}

func (i *StatementImport) renew(now time.Time) {
	lease := now.Add(StatementLease)
	i.Lease, i.Next = &lease, nil
}

// Advance writes down that so many movements of the reading have been dealt with.
func (i *StatementImport) Advance(position int64, now time.Time) {
	if position > i.Position {
		i.Faults = 0
	}
	i.Position = position
	i.renew(now)
}

// Turn begins the second reading.
func (i *StatementImport) Turn() { i.Returns, i.Position = true, 0 }

// Complain notes what is wrong, once.
func (i *StatementImport) Complain(e StatementError) {
	for _, known := range i.Errors {
		if known == e {
			return
		}
	}
	if len(i.Errors) < MaxStatementErrors {
		i.Errors = append(i.Errors, e)
	}
}

// Yield gives the import back, for another worker to go on with.
func (i *StatementImport) Yield(now time.Time) { i.Lease, i.Next = nil, &now }

// Fault writes down that the import failed for a fault of ours. It waits, twice as long each time, and is given up when waiting
// does not help.
func (i *StatementImport) Fault(now, at time.Time) {
	if i.Faults++; i.Faults < maxStatementFaults {
		i.Yield(now.Add(time.Minute << (i.Faults - 1)))
		return
	}
	i.Fail(StatementError{Error: fmt.Sprintf("An internal error, %d times; see the server's log.", i.Faults),
		Hint: "Import the file again later; what was booked is not booked again."}, at)
}

// Fail ends the import for a reason, which is shown first.
func (i *StatementImport) Fail(why StatementError, at time.Time) {
	i.Errors = append([]StatementError{why}, i.Errors[:min(len(i.Errors), MaxStatementErrors-1)]...)
	i.end(StatementFailed, at)
}

// Finish ends the import: the file was read to its end.
func (i *StatementImport) Finish(at time.Time) { i.end(StatementDone, at) }

func (i *StatementImport) end(state StatementState, at time.Time) {
	i.State, i.Lease, i.Next, i.Finished = state, nil, nil, &at
}
