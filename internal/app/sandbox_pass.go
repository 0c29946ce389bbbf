package app

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// Bounds of what is waited for when the test clock is moved: others who are at work on a run or a mail.
const (
	passPatience = 30 * time.Second
	passPause    = 10 * time.Millisecond
	passBatch    = 500
)

// passRuns moves the clock through every moment before a time at which the schedule starts a run. The clock goes on while a run
// is worked, so the next moment is looked for from the last one, not from now: what has come meanwhile is not left out.
func (a *App) passRuns(ctx context.Context, to time.Time) error {
	from := a.clock.Now()
	if err := a.workDue(ctx); err != nil { // what was asked for is for the day it still is
		return err
	}
	for {
		next, err := a.nextRunTime(ctx, from)
		if err != nil || next.IsZero() || next.After(to) {
			return err
		}
		if err := a.clock.reach(next); err != nil {
			return err
		}
		if err := a.workDue(ctx); err != nil {
			return err
		}
		from = next
	}
}

// nextRunTime is the next moment after another at which the schedule starts a run of a merchant; zero when it never does.
func (a *App) nextRunTime(ctx context.Context, from time.Time) (next time.Time, err error) {
	merchants, err := a.db.Merchants(ctx)
	for i := range merchants {
		at := nextRunTime(&merchants[i], from)
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, err
}

// workDue starts the runs whose time has come, and works them to their end with all that they order. They wait for statements that are
// being imported, so those come first.
func (a *App) workDue(ctx context.Context) error {
	if err := a.workAll(ctx, nudgeStatement); err != nil {
		return err
	}
	if err := a.startScheduled(ctx); err != nil {
		return err
	}
	return a.workRuns(ctx)
}

// workRuns works all runs that are under way to their end, with what they order. Workers, of this process or another, may do
// it too: then they are waited for.
func (a *App) workRuns(ctx context.Context) error {
	worked := false
	err := a.patiently(ctx, func() (busy bool, err error) {
		underWay, err := a.db.DueRuns(ctx, time.UnixMilli(math.MaxInt64), passBatch)
		for _, row := range underWay {
			worked = true
			ended, err := a.workToEnd(ctx, row)
			if err != nil {
				return false, err
			}
			busy = busy || !ended
		}
		return busy || len(underWay) == passBatch, err
	})
	if err != nil || !worked {
		return err
	}
	return a.workOrders(ctx)
}

// workToEnd works a run, and tells whether it has ended: if not, somebody else has it, or there is more of it. A run that waits after
// a fault is Unavailable: time would pass it by.
func (a *App) workToEnd(ctx context.Context, row store.Due) (ended bool, err error) {
	number, err := strconv.ParseInt(row.ID, 10, 64)
	if err != nil {
		return false, err
	}
	if _, err := a.workRun(ctx, jobs.Nudge{Kind: nudgeRun, Merchant: row.Merchant, ID: row.ID}); err != nil {
		return false, err
	}
	run, err := a.Run(ctx, System(row.Merchant, store.ActorSystem), number)
	switch {
	case err != nil:
		return false, err
	case run.Next != nil && run.Next.After(a.elapsed()):
		return false, &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable,
			Message: fmt.Sprintf("Run %d of merchant %s was interrupted by a fault, and the clock waits for it; see the server's log. Send the time again.", number, row.Merchant)}
	}
	return run.State.Ended(), nil
}

// workOrders works what is due of that which runs order: mails, and what goes to collection. Callbacks are left to workers: they
// change nothing, and whoever gets them may be slow.
func (a *App) workOrders(ctx context.Context) error {
	return a.patiently(ctx, func() (busy bool, err error) {
		if err := a.workAll(ctx, nudgeDelivery, nudgeCollection); err != nil {
			return false, err
		}
		return a.sending(ctx)
	})
}

// workAll works what is due of some kinds, until nothing is left that this process could work.
func (a *App) workAll(ctx context.Context, kinds ...jobs.Kind) error {
	for _, kind := range kinds {
		for more := true; more; {
			rows, err := a.due()[kind](ctx, a.elapsed(), passBatch)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if _, err := a.handlers()[kind](ctx, jobs.Nudge{Kind: kind, Merchant: row.Merchant, ID: row.ID}); err != nil {
					return err
				}
			}
			more = len(rows) == passBatch
		}
	}
	return nil
}

// sending tells whether somebody is sending a mail.
func (a *App) sending(ctx context.Context) (bool, error) {
	rows, err := a.db.DueDeliveries(ctx, a.elapsed().Add(ar.DeliveryLease), passBatch)
	for _, row := range rows {
		d, err := view(ctx, a, System(row.Merchant, store.ActorSystem), func(tx *store.Tx) (*ar.Delivery, error) { return tx.Delivery(row.ID) })
		if err != nil || d.State == ar.DeliverySending {
			return true, err
		}
	}
	return false, err
}

// patiently repeats work while there is some, or somebody else is at it. Its patience is for pauses, not for work.
func (a *App) patiently(ctx context.Context, work func() (busy bool, err error)) error {
	for range passPatience / passPause {
		if busy, err := work(); err != nil || !busy {
			return err
		}
		if !wait(ctx, passPause) {
			return ctx.Err()
		}
	}
	return &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable,
		Message: "The clock waits for others who are at work on a dunning run or a mail. Send the time again."}
}
