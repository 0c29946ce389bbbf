package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Handler works a nudge. When again is positive it wants the same nudge again after that time; that is no failure and may
// go on for ever. An error is logged, and the nudge comes again a few times; then it is given up, and it is for a
// schedule to see that the row still waits. A panic counts as an error.
//
// ctx ends when the queue is stopped and its grace is over.
type Handler func(ctx context.Context, n Nudge) (again time.Duration, err error)

// Priorities of jobs; the lower goes first. A schedule must not wait behind a long queue: it may be there to shorten it.
const (
	priorityTick  = 1
	priorityNudge = 2
)

// nudgeArgs is a nudge as River stores it.
type nudgeArgs struct{ Nudge }

func (nudgeArgs) Kind() string { return "nudge" }

type nudgeWorker struct {
	river.WorkerDefaults[nudgeArgs]
	handlers map[Kind]Handler
}

func (w *nudgeWorker) Work(ctx context.Context, job *river.Job[nudgeArgs]) error {
	n := job.Args.Nudge
	again, err := w.handlers[n.Kind](ctx, n) // there is one: only the queues of kinds that are handled are worked
	if err != nil {
		return failed(ctx, err)
	}
	if again > 0 {
		return river.JobSnooze(again)
	}
	return nil
}

// failed is what River is told of an error. What was cut short by Stop is no failure: it is for the next process, at
// once, and costs no attempt.
func failed(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return river.JobSnooze(0)
	}
	return err
}

// reporter logs failures by the names of what failed.
type reporter struct{ log *slog.Logger }

func (r reporter) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if job.Attempt < job.MaxAttempts {
		r.log.WarnContext(ctx, "job failed; it is tried again", append(describe(job), "error", err)...)
	} else {
		r.log.ErrorContext(ctx, "job failed; given up", append(describe(job), "error", err)...)
	}
	return nil
}

func (r reporter) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	r.log.ErrorContext(ctx, "job panicked", append(describe(job), "panic", value, "trace", trace)...)
	return nil
}

// describe names what a job is about.
func describe(job *rivertype.JobRow) []any {
	about := []any{"job", job.ID, "attempt", job.Attempt}
	var n nudgeArgs
	var t tickArgs
	switch {
	case job.Kind == n.Kind() && json.Unmarshal(job.EncodedArgs, &n) == nil:
		return append(about, "kind", n.Nudge.Kind, "merchant", n.Merchant, "id", n.ID)
	case job.Kind == t.Kind() && json.Unmarshal(job.EncodedArgs, &t) == nil:
		return append(about, "schedule", t.Name)
	}
	return append(about, "kind", job.Kind)
}
