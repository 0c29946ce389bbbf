package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Job is the number of a job: that of the event it began with.
type Job int64

// JobStatus is a job with everything that came of it.
type JobStatus struct {
	ar.Job
	Callbacks []ar.Callback
}

// Job reads what became of a job.
func (a *App) Job(ctx context.Context, by Caller, number int64) (*JobStatus, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*JobStatus, error) {
		job, err := tx.Job(number)
		if err != nil {
			return nil, err
		}
		callbacks, err := tx.CallbacksOf(number)
		return &JobStatus{Job: *job, Callbacks: callbacks}, err
	})
}
