package ar

import "time"

// Run is a dunning run: which notices there are to be, or were, on a day. What it does with each invoice is its plan, a file in
// the blob store whose name, its hash, is the plan's: see PlanEntry.
//
// A real run is a row that a worker claims, like a Delivery: between any two notices the process may die, and another goes on
// at Position. Lease and Next are those of a clock that nobody moves.
type Run struct {
	Number    int64     // per merchant, from 1
	Day       time.Time // midnight UTC
	DryRun    bool
	Scheduled bool     // by the merchant's settings; at most one a day
	Invoices  []string // references it is limited to; empty: all
	Expected  string   // hash of the plan it must come to; empty: any
	State     RunState
	Plan      string // hash of its plan; empty until it is planned
	Notices   int64  // planned: cases to be dunned or handed over
	Skipped   int64  // planned to be skipped
	Issued    int64  // so far: cases that were dunned or handed over
	Dropped   int64  // so far: planned, and found to be impossible when it came to it
	Position  int64  // in the plan, in bytes: what is before has been dealt with
	Reason    string // why it failed, for people
	Created   time.Time
	Finished  *time.Time

	Generation int64      // as that of a Delivery
	Lease      *time.Time // until when a worker has it
	Next       *time.Time // when it is to be worked, if nobody has it and it has not ended
	Faults     int        // how often what is at Position has failed for a fault of ours
}

// RunState is where a run stands.
type RunState string

const (
	RunQueued  RunState = "queued"  // asked for
	RunRunning RunState = "running" // its plan is made, and its notices are being issued
	RunDone    RunState = "done"    // a dry run: planned; else: all that could be issued was
	RunFailed  RunState = "failed"  // it would have done another thing than was expected, and has done nothing; or its day was over before it ended
)

// Ended tells whether nothing will happen any more.
func (s RunState) Ended() bool { return s == RunDone || s == RunFailed }

// RunLease is how long a worker may take from one sign of life to the next, which it gives after a few notices: writing a
// letter takes milliseconds, and a database that is away for a moment must not cost it the run.
const RunLease = 5 * time.Minute

// maxEntryFaults of one entry; after that the run goes on without it: one invoice whose letter cannot be written must not hold
// back all others.
const maxEntryFaults = 3

// faultPauses are the waits after a fault, in which a storage that is away may come back.
var faultPauses = [maxEntryFaults - 1]time.Duration{time.Minute, 5 * time.Minute}

// Claim gives the run to a worker until now + RunLease, or is ErrNotDue and leaves it as it is.
func (r *Run) Claim(now time.Time) error {
	due := r.Next
	if r.Lease != nil {
		due = r.Lease
	}
	if r.State.Ended() || due == nil || due.After(now) {
		return ErrNotDue
	}
	r.Generation++
	r.renew(now)
	return nil
}

func (r *Run) renew(now time.Time) {
	lease := now.Add(RunLease)
	r.Lease, r.Next = &lease, nil
}

// Planned writes down what the run is going to do, and begins to do it.
func (r *Run) Planned(plan string, notices, skipped int64, now time.Time) {
	r.State, r.Plan, r.Notices, r.Skipped = RunRunning, plan, notices, skipped
	r.renew(now)
}

// Advance writes down that everything before a position in the plan has been dealt with.
func (r *Run) Advance(position, issued, dropped int64, now time.Time) {
	r.Position, r.Issued, r.Dropped = position, r.Issued+issued, r.Dropped+dropped
	if issued+dropped > 0 {
		r.Faults = 0
	}
	r.renew(now)
}

// Yield gives the run back, for another worker to go on with.
func (r *Run) Yield(now time.Time) { r.Lease, r.Next = nil, &now }

// Fault writes down that what is at Position failed for a fault of ours. The run waits, unless it is to go on without it.
func (r *Run) Fault(now time.Time) (giveUp bool) {
	if r.Faults++; r.Faults >= maxEntryFaults {
		return true
	}
	r.Yield(now.Add(faultPauses[r.Faults-1]))
	return false
}

// End ends the run, for a reason if it failed.
func (r *Run) End(reason string, at time.Time) {
	r.State, r.Reason = RunDone, reason
	if reason != "" {
		r.State = RunFailed
	}
	r.Lease, r.Next, r.Finished = nil, nil, &at
}

// Overdue tells whether a run is too late for its day: its notices would bear the day of the run, and ask to be paid by a
// day that is nearer than they promise. One that was begun late in the evening may end on the day after.
func (r *Run) Overdue(today time.Time) bool { return today.After(nextDay(r.Day)) }

// PlanEntry is what a run does with an invoice: a line of its plan. Amounts are in Currency.
type PlanEntry struct {
	InvoiceID string `json:"id"`
	Invoice   string `json:"invoice"`            // reference
	Currency  string `json:"currency"`           //
	Level     int    `json:"level,omitempty"`    // of the notice to issue; 0: it is skipped
	Asked     string `json:"asked,omitempty"`    // what the notice asks for
	Fee       string `json:"fee,omitempty"`      // that it charges
	Lumpsum   string `json:"lumpsum,omitempty"`  //
	Interest  string `json:"interest,omitempty"` //
	Channel   string `json:"channel,omitempty"`  // email or letter
	Handover  bool   `json:"handover,omitempty"` // the case is handed over to collection instead of dunned
	Guard     string `json:"guard,omitempty"`    // of domain rules G1 to G8, why it is skipped
	Reason    string `json:"reason,omitempty"`   // the same for people
}

// Acts tells whether something is done with the invoice.
func (e PlanEntry) Acts() bool { return e.Level > 0 || e.Handover }

// Waits says which guard keeps a step back that is due on a later day, and why, for people.
func (c DunningCase) Waits(today, due time.Time) (guard, reason string) {
	reason = "Not due before " + due.Format(time.DateOnly) + "."
	if !c.hasNext() { // it is the hand-over that waits, for a period of its own
		if text := c.anyHold(today); text != "" {
			return "G5", text
		}
		return "G2", reason
	}
	for _, g := range guards {
		switch {
		case g.held != nil:
			if text := g.held(c, dayOf(today)); text != "" {
				return g.name, text
			}
		case g.opens != nil && guard == "" && g.opens(c).Equal(due):
			guard = g.name
		}
	}
	if guard == "" {
		guard = c.heldBefore(due)
	}
	return guard, reason
}

// heldBefore is the guard that a step has moved behind, which is still to be shut: by a hold that has not begun yet.
func (c DunningCase) heldBefore(due time.Time) string {
	for _, g := range guards {
		if g.held != nil && g.held(c, due.AddDate(0, 0, -1)) != "" {
			return g.name
		}
	}
	return ""
}
