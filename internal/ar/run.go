package ar

import "time"

// Run is a dunning run: which notices there are to be, or were, on a day. What it does with each invoice is its plan, a file in
// the blob store whose name, its hash, is the plan's: see PlanEntry.
type Run struct {
	Number    int64 // per merchant, from 1
	Day       time.Time
	DryRun    bool
	Scheduled bool     // by the merchant's settings; at most one a day
	Invoices  []string // references it is limited to; empty: all
	Expected  string   // hash of the plan it must come to; empty: any
	State     RunState
	Plan      string // hash of its plan; empty until it is planned
	Notices   int64  // planned to be issued
	Skipped   int64  // planned to be skipped
	Issued    int64  // so far
	Dropped   int64  // so far: planned, and found to be impossible when it came to it
	Position  int64  // in the plan, in bytes: what is before has been dealt with
	Reason    string // why it failed, for people
	Created   time.Time
	Finished  *time.Time

	Generation int64 // as that of a Delivery
	Lease      *time.Time
}

// RunState is where a run stands.
type RunState string

const (
	RunQueued  RunState = "queued"  // asked for
	RunRunning RunState = "running" // its plan is made, and its notices are being issued
	RunDone    RunState = "done"    // a dry run: planned; else: all that could be issued was
	RunFailed  RunState = "failed"  // it would have done another thing than was expected, and has done nothing
)

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
