package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Prompt is c for a queue that looks often and starts schedules without the pauses that spread the load of many processes.
func (c Config) Prompt() Config {
	c.tune = func(r *river.Config) { r.FetchPollInterval, r.TestOnly = 4*fetchPause, true }
	return c
}

// Patient is c for a queue that does not look unless it hears something.
func (c Config) Patient() Config {
	c.tune = func(r *river.Config) { r.FetchPollInterval = time.Hour }
	return c
}

// Rows are all jobs River has.
func (q *Queue) Rows(ctx context.Context) ([]*rivertype.JobRow, error) {
	list, err := q.adding.(interface {
		JobList(context.Context, *river.JobListParams) (*river.JobListResult, error)
	}).JobList(ctx, river.NewJobListParams().First(10_000))
	if err != nil {
		return nil, err
	}
	return list.Jobs, nil
}

// NextTick is the tick after now.
func NextTick(every time.Duration, now time.Time) time.Time { return ticks(every).Next(now) }

// Quiet is the handler River logs to.
func Quiet(h slog.Handler) slog.Handler { return quiet{h} }
