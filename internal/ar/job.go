package ar

import "time"

// Job is what an operation started and could not finish at once. Its number is that of the event it began with.
type Job struct {
	Number    int64
	Kind      JobKind
	InvoiceID string
	NotifyURL string // who wants to know how it ended; empty: nobody
	Data      string // what the caller passed through
	State     JobState
	Result    string // OK, or what went wrong; empty until it ended
	Code      string // 0, or which kind of thing went wrong; see the constants
	Created   time.Time
	Finished  *time.Time

	Invoice    string     // reference of the voucher, and
	Deliveries []Delivery // of the job, the oldest first: filled by the store when it reads
}

// JobKind is the operation that started a job.
type JobKind string

const (
	JobCommit     JobKind = "commitInvoice"
	JobResend     JobKind = "resendInvoice"
	JobCreditnote JobKind = "createCreditnote"
	JobDunning    JobKind = "modifyDunning"
	JobNotice     JobKind = "dunning"    // brings a notice
	JobCollection JobKind = "collection" // tells whoever took a case over
)

// JobState is where a job stands.
type JobState string

const (
	JobQueued  JobState = "queued"
	JobRunning JobState = "running"
	JobDone    JobState = "done"
	JobFailed  JobState = "failed"
)

// Result codes of a job, part of the API.
const (
	CodeOK         = "0"
	CodeSuppressed = "1" // there was nothing to send, or no longer
	CodeRejected   = "2" // the mail server refused it for good
	CodeHeld       = "3" // nobody knows whether it arrived, and a person is to decide
)

// Follow brings the job to where its delivery stands, at the business's time, and tells whether that ended it just now, or
// ended it another way than before: a person has decided.
func (j *Job) Follow(d *Delivery, at time.Time) (ended bool) {
	state, code := j.State, j.Code
	j.State, j.Result, j.Code = JobRunning, "", ""
	switch {
	case d.State == DeliveryQueued && d.Attempts == 0:
		j.State = JobQueued
	case d.State == DeliveryAccepted:
		j.State, j.Result, j.Code = JobDone, "OK", CodeOK
	case d.State == DeliverySuppressed:
		j.State, j.Result, j.Code = JobDone, d.Reason, CodeSuppressed
	case d.State == DeliveryRejected:
		j.State, j.Result, j.Code = JobFailed, d.Reason, CodeRejected
	case d.State == DeliveryUnknown && d.Next == nil:
		j.State, j.Result, j.Code = JobFailed, d.Reason, CodeHeld
	}
	if j.State == state && j.Code == code {
		return false
	}
	j.Finished = nil
	if j.Ended() {
		j.Finished = &at
	}
	return j.Ended()
}

// Ended tells whether the job has ended. One that waits for a person's decision has, until the decision.
func (j *Job) Ended() bool { return j.State == JobDone || j.State == JobFailed }
