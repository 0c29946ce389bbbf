package app

import (
	"context"
	"time"

	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// Start lets the workers of this process begin. Without workers it does nothing.
func (a *App) Start(ctx context.Context) error {
	return a.jobs.Start(ctx, a.handlers(), a.schedules()...)
}

// Stop lets workers finish what they are at, until ctx ends; what they cannot finish is begun anew by another process.
func (a *App) Stop(ctx context.Context) error { return a.jobs.Stop(ctx) }

func (a *App) handlers() map[jobs.Kind]jobs.Handler {
	return map[jobs.Kind]jobs.Handler{nudgeDelivery: a.deliver, nudgeCallback: a.callBack}
}

// schedules are what runs once in a while, in one of all processes.
func (a *App) schedules() []jobs.Schedule {
	return []jobs.Schedule{
		{Name: "nudge", Every: time.Minute, Run: a.nudgeOverdue},
		{Name: "tidy", Every: time.Hour, Run: a.Tidy},
	}
}

// overdue is how long something may be due until its nudge is taken for lost: a worker that has much to do is late too.
const overdue = 2 * time.Minute

// nudgeOverdue nudges workers to what is due and was not looked at: their nudge was lost with a process, or nobody
// worked. A nudge too many does no harm, the row says what is to be done.
func (a *App) nudgeOverdue(ctx context.Context) error {
	const batch = 500
	before := a.elapsed().Add(-overdue)
	for kind, due := range map[jobs.Kind]func(context.Context, time.Time, int) ([]store.Due, error){
		nudgeDelivery: a.db.DueDeliveries,
		nudgeCallback: a.db.DueCallbacks,
	} {
		rows, err := due(ctx, before, batch)
		if err != nil {
			return err
		}
		for _, row := range rows {
			err := a.db.Update(ctx, row.Merchant, func(tx *store.Tx) error {
				return a.jobs.Remind(tx, jobs.Nudge{Kind: kind, Merchant: row.Merchant, ID: row.ID})
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
