package app

import (
	"context"
	"errors"
	"regexp"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// timeOfDay is how Settings.DunningAt is written.
var timeOfDay = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// runTime is when the schedule starts the run of a merchant on the day it is there at a moment; zero for a merchant who wants
// none.
func runTime(m *store.Merchant, moment time.Time) time.Time {
	clock, err := time.Parse("15:04", m.Settings.DunningAt)
	if err != nil { // empty; what was set was checked
		return time.Time{}
	}
	local := localTime(m, moment)
	year, month, day := local.Date()
	at := time.Date(year, month, day, clock.Hour(), clock.Minute(), 0, 0, local.Location())
	if at.Day() != day { // a day that begins at one o'clock: an hour that there is not was taken for the last of the day before
		at = at.Add(time.Hour)
	}
	return at
}

// nextRunTime is when the schedule starts the next run of a merchant after a moment; zero for a merchant who wants none.
func nextRunTime(m *store.Merchant, moment time.Time) time.Time {
	at := runTime(m, moment)
	if at.IsZero() || at.After(moment) {
		return at
	}
	year, month, day := localTime(m, moment).Date()
	return runTime(m, time.Date(year, month, day+1, 12, 0, 0, 0, at.Location())) // there is a noon on every day
}

// startScheduled starts the run of the day of every merchant whose time has come. Any number of processes may do so at once:
// the database takes one run a day. While another run of the merchant is under way, it is for a later look.
func (a *App) startScheduled(ctx context.Context) error {
	merchants, err := a.db.Merchants(ctx)
	if err != nil {
		return err
	}
	var failed []error // of one merchant is no reason to leave the others waiting
	for i := range merchants {
		if m := &merchants[i]; m.Settings.DunningAt != "" {
			failed = append(failed, a.startRunOf(ctx, m))
		}
	}
	return errors.Join(failed...)
}

func (a *App) startRunOf(ctx context.Context, m *store.Merchant) error {
	by := System(m.ID, store.ActorSystem)
	due, err := view(ctx, a, by, func(tx *store.Tx) (bool, error) {
		if tx.Now.Before(runTime(m, tx.Now)) {
			return false, nil
		}
		had, err := tx.Scheduled(*today(m, tx.Now))
		return !had, err
	})
	if err != nil || !due {
		return err
	}
	err = a.db.Update(ctx, m.ID, func(tx *store.Tx) error {
		if tx.Now.Before(runTime(m, tx.Now)) { // midnight came in between
			return nil
		}
		return a.insertRun(tx, &ar.Run{Day: *today(m, tx.Now), Scheduled: true})
	})
	if ar.KindOf(err) == ar.Conflict { // somebody was faster, or is at it
		return nil
	}
	return err
}
