package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// The time of day is that of the merchant's clock, also on days on which that jumps.
func TestRunTime(t *testing.T) {
	for _, c := range []struct{ at, zone, moment, want string }{
		{"06:30", "Europe/Berlin", "2026-06-04T01:00:00Z", "2026-06-04T04:30:00Z"},
		{"06:30", "Europe/Berlin", "2026-06-04T22:30:00Z", "2026-06-05T04:30:00Z"}, // it is the next day there
		{"06:30", "Europe/Berlin", "2026-01-04T12:00:00Z", "2026-01-04T05:30:00Z"},
		{"00:00", "America/New_York", "2026-06-04T03:59:00Z", "2026-06-03T04:00:00Z"},
		{"02:30", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z"},    // it is never 02:30
		{"00:30", "America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06T04:30:00Z"}, // the day begins at one o'clock
		{"00:30", "Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:30:00Z"},
	} {
		moment, err := time.Parse(time.RFC3339, c.moment)
		if err != nil {
			t.Fatal(err)
		}
		m := &store.Merchant{Settings: ar.Settings{DunningAt: c.at, Timezone: c.zone}}
		if got := runTime(m, moment).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s on the day of %s: %s, want %s", c.at, c.zone, c.moment, got, c.want)
		}
	}
	if got := runTime(&store.Merchant{}, storetest.Start); !got.IsZero() {
		t.Errorf("without a time: %s", got)
	}
}

// Every day has its run, one after the other, also where midnight is left out or comes twice.
func TestNextRunTime(t *testing.T) {
	for _, zone := range []string{"America/Santiago", "Africa/Cairo", "America/Havana", "Asia/Beirut", "Europe/Berlin", "Australia/Lord_Howe"} {
		for _, clock := range []string{"00:00", "00:30", "02:30", "23:59"} {
			m := &store.Merchant{Settings: ar.Settings{DunningAt: clock, Timezone: zone}}
			moment := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
			day := *today(m, nextRunTime(m, moment))
			for range 365 {
				next := nextRunTime(m, moment)
				if !next.After(moment) || !today(m, next).Equal(day) {
					t.Fatalf("%s in %s: after %s it is %s, and the day is %s", clock, zone, moment, next, day)
				}
				moment, day = next, day.AddDate(0, 0, 1)
			}
		}
	}
}

func TestCheckDunningAt(t *testing.T) {
	for at, ok := range map[string]bool{"": true, "00:00": true, "06:30": true, "23:59": true, "24:00": false, "6:30": false, "06:60": false, "noon": false, "06:30:00": false} {
		err := checkSettings(ar.Settings{DunningAt: at})
		if (err == nil) != ok || err != nil && !strings.Contains(fmt.Sprintf("%+v", err), "is no time of day") {
			t.Errorf("%q: %v", at, err)
		}
	}
}

// Two schedulers, and then many workers of two processes, come to one run, one notice and one mail.
func TestScheduleRunsOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(2)
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{DunningAt: "06:30", Timezone: "Europe/Berlin"}))
		b.clock.Set(time.Date(2026, 6, 4, 4, 29, 0, 0, time.UTC))
		b.no(b.startScheduled(b.Context()))
		if had := b.scheduled(); had {
			b.Error("too early")
		}
		b.clock.Advance(time.Minute) // it is 06:30 in Berlin
		outbox := b.outbox
		other := New(b.config(b.App.files))
		other.mail, b.outbox = b.App.mail, outbox
		apart := func(do func(a *App) error) {
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					if err := do([]*App{b.App, other}[i%2]); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
		}
		apart(func(a *App) error { return a.startScheduled(b.Context()) })
		apart(func(a *App) error { return a.startScheduled(b.Context()) }) // it is under way
		due, err := b.db.DueRuns(b.Context(), b.elapsed.Now(), 10)
		b.no(err)
		if len(due) != 1 {
			b.Fatalf("%d runs", len(due))
		}
		apart(func(a *App) error {
			_, err := a.workRun(b.Context(), jobs.Nudge{Kind: nudgeRun, Merchant: by.Merchant, ID: due[0].ID})
			return err
		})
		apart(func(a *App) error { return a.startScheduled(b.Context()) }) // it has ended
		if due, err := b.db.DueRuns(b.Context(), b.elapsed.Now(), 10); len(due) != 0 || err != nil {
			b.Errorf("a second one: %v, %v", due, err)
		}
		b.once(2)
	})
}

// scheduled tells whether the schedule has had its run of today.
func (b *bench) scheduled() (had bool) {
	b.Helper()
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) (err error) {
		m, err := tx.Merchant()
		if err != nil {
			return err
		}
		had, err = tx.Scheduled(*today(m, tx.Now))
		return err
	}))
	return had
}
