package jobs

import (
	"context"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Prompt makes a queue that does not wait where it need not.
func (c Config) Prompt() Config {
	c.prompt = true
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
