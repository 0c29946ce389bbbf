package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Tx is a transaction of the application's, on either engine: *store.Tx is one.
type Tx interface {
	Context() context.Context // of statements
	SQL() *sql.Tx             // nil on PostgreSQL
	PGX() pgx.Tx              // nil on SQLite
}

// Nudge says that something of a merchant's is due. It carries no state: the row it names does.
type Nudge struct {
	Kind     Kind   `json:"kind"`
	Merchant string `json:"merchant"`
	ID       string `json:"id"`
}

// Kind is what a nudge is about, and so which handler gets it: letters, digits, hyphens. One that nobody handles waits, for a
// newer binary perhaps.
type Kind string

// Add enqueues nudges with what tx changes: they are there when it is committed, and never were when it is not.
func (q *Queue) Add(tx Tx, nudges ...Nudge) error {
	return q.insert(tx, nudges, river.InsertOpts{})
}

// AddAfter is Add for later: the nudges are worked once wait is over, up to six seconds late.
func (q *Queue) AddAfter(tx Tx, wait time.Duration, nudges ...Nudge) error {
	return q.insert(tx, nudges, river.InsertOpts{ScheduledAt: time.Now().Add(wait)})
}

// Remind is Add for those who look for rows that wait without a nudge: what was reminded of and was not worked yet is not
// added again. So however often one looks, and however long the queue is, it grows by one nudge per row at most.
func (q *Queue) Remind(tx Tx, nudges ...Nudge) error {
	return q.insert(tx, nudges, river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}})
}

// unfinished are the states in which a nudge will still be handled.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}

func (q *Queue) insert(tx Tx, nudges []Nudge, opts river.InsertOpts) error {
	if len(nudges) == 0 {
		return nil
	}
	opts.Priority = priorityNudge
	jobs := make([]river.InsertManyParams, len(nudges))
	for i, n := range nudges {
		of := opts
		of.Queue = string(n.Kind)
		jobs[i] = river.InsertManyParams{Args: nudgeArgs{n}, InsertOpts: &of}
	}
	if err := q.adding.insert(tx, jobs); err != nil {
		return fmt.Errorf("jobs: enqueue: %w", err)
	}
	for _, n := range nudges {
		q.woken(n.Kind)
	}
	return nil
}
