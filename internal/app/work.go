package app

import (
	"context"
	"errors"
	"time"

	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// Start lets the workers of this process begin, if it has any. First it nudges to what a process that died has left, also
// where there is a nudge: the queue takes one that was begun for being worked for half an hour, and chooses who runs
// schedules anew only when the dead one's term is over.
func (a *App) Start(ctx context.Context) error {
	if !a.jobs.Works() {
		return nil
	}
	if err := a.takeUp(ctx, a.jobs.Add); err != nil {
		return err
	}
	return a.jobs.Start(ctx, a.handlers(), a.schedules()...)
}

// Stop lets workers finish what they are at, until ctx ends; what they cannot finish is begun anew by another process.
func (a *App) Stop(ctx context.Context) error { return a.jobs.Stop(ctx) }

func (a *App) handlers() map[jobs.Kind]jobs.Handler {
	return map[jobs.Kind]jobs.Handler{nudgeDelivery: a.deliver, nudgeCallback: a.callBack, nudgeStatement: a.readStatement, nudgeCollection: a.passOn, nudgeRun: a.workRun}
}

// schedules are what runs once in a while, in one of all processes.
func (a *App) schedules() []jobs.Schedule {
	return []jobs.Schedule{
		{Name: "runs", Every: time.Minute, Run: a.startScheduled},
		{Name: "nudge", Every: time.Minute, Run: a.nudgeOverdue},
		{Name: "tidy", Every: time.Hour, Run: a.Tidy},
	}
}

// overdue is how long something may be due until its nudge is taken for lost: a worker that has much to do is late too.
const overdue = 2 * time.Minute

// nudgeOverdue nudges workers to what is due and was not looked at: their nudge was lost with a process, or nobody
// worked. A nudge too many does no harm, the row says what is to be done.
func (a *App) nudgeOverdue(ctx context.Context) error { return a.takeUp(ctx, a.jobs.Remind) }

func (a *App) takeUp(ctx context.Context, nudge func(jobs.Tx, ...jobs.Nudge) error) error {
	const batch = 500
	before := a.elapsed().Add(-overdue)
	var failed []error // of one merchant is no reason to leave the others waiting
	for kind, due := range a.due() {
		rows, err := due(ctx, before, batch)
		if err != nil {
			return err
		}
		nudges := make(map[string][]jobs.Nudge) // by merchant: a transaction touches one
		for _, row := range rows {
			nudges[row.Merchant] = append(nudges[row.Merchant], jobs.Nudge{Kind: kind, Merchant: row.Merchant, ID: row.ID})
		}
		for merchant, all := range nudges {
			failed = append(failed, a.db.Update(ctx, merchant, func(tx *store.Tx) error { return nudge(tx, all...) }))
		}
	}
	return errors.Join(failed...)
}

// due are the questions for what has to be looked at by a moment of the clock of attempts, by kind.
func (a *App) due() map[jobs.Kind]func(context.Context, time.Time, int) ([]store.Due, error) {
	return map[jobs.Kind]func(context.Context, time.Time, int) ([]store.Due, error){
		nudgeDelivery:   a.db.DueDeliveries,
		nudgeCallback:   a.db.DueCallbacks,
		nudgeCollection: a.db.DueCollectionMessages,
		nudgeStatement:  a.db.DueStatementImports,
		nudgeRun:        a.db.DueRuns,
	}
}
