package jobs_test

import (
	"log/slog"
	"testing"

	"github.com/dunwell/dunwell/internal/jobs"
)

// What River says is passed on when it is a warning, unless it is about a failed job, which is logged elsewhere, or about
// having been stopped.
func TestQuiet(t *testing.T) {
	out := new(lines)
	log := slog.New(jobs.Quiet(slog.NewTextHandler(out, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	log.Info("Client: River client started")
	log.Error("jobexecutor.JobExecutor: Job panicked", "job_id", 1)
	log.With("a", 1).Error("maintenance.PeriodicJobEnqueuer: Error starting transaction", "error", "begin: context canceled")
	log.WithGroup("river").Warn("notifier.Notifier: Dropping notification due to full buffer", "payload", "p")
	if got, want := out.String(), `level=WARN msg="notifier.Notifier: Dropping notification due to full buffer" river.payload=p`+"\n"; got != want {
		t.Error(got)
	}
}
