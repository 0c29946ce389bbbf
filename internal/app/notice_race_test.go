package app

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
)

// While invoices are dunned by two at once, they are paid, held, set by hand, and their mails are sent. Nobody waits in a
// circle, everything agrees afterwards, and nothing was dunned twice.
func TestNoticesAmongAllElse(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		const invoices = 12
		ref := func(i int) string { return fmt.Sprint("R", i) }
		for i := range invoices {
			b.bill("K1", ref(i), "1000")
		}
		b.day("2026-06-04")
		entries := make([]ar.PlanEntry, invoices)
		for i := range entries {
			entries[i], _ = b.entry(ref(i))
		}
		run, day := b.aRun(), midnight("2026-06-04")
		var all sync.WaitGroup
		repeat := func(do func(i int) error) {
			all.Go(func() {
				for i := range invoices {
					if err := do(i); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for range 2 {
			repeat(func(i int) error { return b.dunAndSend(run, entries[i], day) })
		}
		repeat(func(i int) error {
			if i%3 != 0 {
				return nil
			}
			_, err := b.moves("1000", part(ref(i), "1000"))
			return err
		})
		repeat(func(i int) error {
			level := 1
			_, err := b.ModifyDunning(b.Context(), by, ref(i), ar.DunningModification{Level: &level}, nil)
			if ar.KindOf(err) == ar.Conflict { // it is paid
				return nil
			}
			return err
		})
		repeat(func(int) error {
			made, err := b.CreateHold(b.Context(), by, ar.Hold{Identity: "K1", Kind: ar.HoldBlock, Reason: "x", From: day}, nil)
			if err == nil {
				_, err = b.LiftHold(b.Context(), by, made.ID, nil)
			}
			return err
		})
		all.Wait()
		if b.db.Postgres() != nil {
			if n := b.deadlocks(); n != 0 {
				b.Errorf("PostgreSQL has found %d deadlocks", n)
			}
		}
		for i := range invoices {
			if events, letters, _ := b.traces(ref(i)); events > 1 || letters != "invoice" && letters != "invoice reminder" {
				b.Errorf("%s: %d events, letters %s", ref(i), events, letters)
			}
		}
		b.verified()
	})
}

// dunAndSend issues the notice of an entry, unless it is dropped, and has its mail sent.
func (b *bench) dunAndSend(run int64, entry ar.PlanEntry, day time.Time) error {
	n, _, err := b.issue(b.Context(), by, proposal{run, day, entry}, nil)
	if err != nil || n == nil {
		return err
	}
	status, err := b.Job(b.Context(), by, n.Job)
	if err != nil {
		return err
	}
	_, err = b.deliver(b.Context(), jobs.Nudge{Kind: nudgeDelivery, Merchant: by.Merchant, ID: status.Deliveries[0].ID})
	return err
}
