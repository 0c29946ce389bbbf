package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// aRun is one that is asked for, with a value in every field that it has then.
func aRun() *ar.Run {
	return &ar.Run{Day: at("2026-03-02"), Invoices: []string{"RE1", "ü"}, Expected: strings.Repeat("e", 64), State: ar.RunQueued, Next: &tick}
}

func insertRun(t testing.TB, db *store.DB, merchant string, run *ar.Run) *ar.Run {
	t.Helper()
	update(t, db, merchant, func(tx *store.Tx) error { return tx.InsertRun(run) })
	return run
}

// moveRun changes a stored run as a worker would.
func moveRun(t testing.TB, db *store.DB, merchant string, number int64, move func(*ar.Run)) (run *ar.Run) {
	t.Helper()
	update(t, db, merchant, func(tx *store.Tx) (err error) {
		if run, err = tx.Run(number); err != nil {
			return err
		}
		generation := run.Generation
		move(run)
		return tx.UpdateRun(run, generation)
	})
	return run
}

// A run comes back as it was stored at every station of its life, and whoever has lost it changes nothing.
func TestRuns(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		run := insertRun(t, db, acme, aRun())
		if run.Number != 1 || !run.Created.Equal(storetest.Start) {
			t.Errorf("%+v", run)
		}
		for _, move := range []func(*ar.Run){
			func(*ar.Run) {},
			func(r *ar.Run) { _ = r.Claim(tick) },
			func(r *ar.Run) { r.Planned(strings.Repeat("a", 64), 3, 4, tick) },
			func(r *ar.Run) { r.Advance(100, 1, 1, tick) },
			func(r *ar.Run) { r.Fault(tick) },
			func(r *ar.Run) { r.End("because \x00", storetest.Start) },
		} {
			want := moveRun(t, db, acme, run.Number, move)
			want.Reason = strings.TrimSuffix(want.Reason, "\x00")
			view(t, db, acme, func(tx *store.Tx) error {
				got, err := tx.Run(run.Number)
				same(t, got, want)
				return err
			})
		}
		late := *run
		for _, generation := range []int64{run.Generation, run.Generation + 1} { // another has had it; and it has ended
			if err := db.Update(ctx, acme, func(tx *store.Tx) error { return tx.UpdateRun(&late, generation) }); !errors.Is(err, store.ErrFenced) {
				t.Errorf("late: %v", err)
			}
		}
		view(t, db, acme, func(tx *store.Tx) error {
			_, err := tx.Run(9)
			wantError(t, err, ar.NotFound, ar.CodeNotFound)
			wantError(t, tx.CheckPlan(strings.Repeat("b", 64)), ar.Invalid, ar.CodeInvalidValue)
			return tx.CheckPlan(strings.Repeat("a", 64))
		})
		planned, err := db.Planned(ctx, acme, []string{strings.Repeat("a", 64), strings.Repeat("b", 64), ""})
		same(t, planned, map[string]bool{strings.Repeat("a", 64): true})
		if err != nil {
			t.Error(err)
		}
	})
}

// A merchant has one run at a time, and one a day by the schedule, and dry runs as many as they like.
func TestOneRunAtATime(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		scheduled, tomorrow, dry := aRun(), aRun(), aRun()
		scheduled.Scheduled, tomorrow.Scheduled = true, true
		tomorrow.Day = scheduled.Day.AddDate(0, 0, 1)
		dry.DryRun, dry.State, dry.Next, dry.Finished = true, ar.RunDone, nil, &storetest.Start
		refused := func(run *ar.Run, text string) {
			t.Helper()
			err := db.Update(ctx, acme, func(tx *store.Tx) error { return tx.InsertRun(run) })
			if ar.KindOf(err) != ar.Conflict || !strings.Contains(err.Error(), text) {
				t.Errorf("got %v, want %s", err, text)
			}
		}
		first := insertRun(t, db, acme, scheduled).Number
		insertRun(t, db, rival, aRun())
		for _, run := range []*ar.Run{aRun(), tomorrow} {
			refused(run, "Run 1 is under way.")
		}
		for range 2 {
			insertRun(t, db, acme, dry)
		}
		moveRun(t, db, acme, first, func(r *ar.Run) { r.End("", storetest.Start) })
		again := *scheduled
		refused(&again, "There was a scheduled run on 2026-03-02 already.")
		view(t, db, acme, func(tx *store.Tx) error {
			for day, want := range map[time.Time]bool{scheduled.Day: true, tomorrow.Day: false} {
				if had, err := tx.Scheduled(day); had != want || err != nil {
					t.Errorf("%s: %v, %v", day, had, err)
				}
			}
			return nil
		})
		insertRun(t, db, acme, tomorrow)
	})
}

// A merchant's runs are listed, the newest first, all or those of a kind, however many are asked for.
func TestRunList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		run, dry := aRun(), aRun()
		dry.DryRun, dry.State, dry.Next, dry.Finished = true, ar.RunDone, nil, &storetest.Start
		insertRun(t, db, acme, run)
		insertRun(t, db, rival, aRun())
		insertRun(t, db, acme, dry)
		again := *dry
		insertRun(t, db, acme, &again)
		view(t, db, acme, func(tx *store.Tx) error {
			for _, c := range []struct {
				filter store.RunFilter
				want   []ar.Run
			}{
				{store.RunFilter{}, []ar.Run{again, *dry, *run}},
				{store.RunFilter{DryRun: new(true)}, []ar.Run{again, *dry}},
				{store.RunFilter{DryRun: new(false)}, []ar.Run{*run}},
				{store.RunFilter{Limit: 1, Offset: 1}, []ar.Run{*dry}},
				{store.RunFilter{Offset: 3}, nil},
			} {
				got, err := tx.Runs(c.filter)
				same(t, got, c.want)
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// The sweep finds the runs of all merchants that wait for somebody.
func TestDueRuns(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		done := insertRun(t, db, acme, aRun())
		moveRun(t, db, acme, done.Number, func(r *ar.Run) { r.End("", storetest.Start) })
		insertRun(t, db, acme, aRun())
		leased := insertRun(t, db, rival, aRun())
		moveRun(t, db, rival, leased.Number, func(r *ar.Run) { _ = r.Claim(tick) })
		for _, c := range []struct {
			now  time.Time
			want []store.Due
		}{
			{tick.Add(-time.Millisecond), nil},
			{tick, []store.Due{{Merchant: acme, ID: "2"}}},
			{tick.Add(ar.RunLease), []store.Due{{Merchant: acme, ID: "2"}, {Merchant: rival, ID: "1"}}},
		} {
			got, err := db.DueRuns(ctx, c.now, 10)
			same(t, got, c.want)
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// The first reason why an invoice was dropped is the one that is kept.
func TestDrops(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		one, two := insertInvoice(t, db, acme, who, "RE1"), insertInvoice(t, db, acme, who, "RE2")
		run := insertRun(t, db, acme, aRun())
		for _, reasons := range []map[string]string{nil, {one.ID: "paid"}, {one.ID: "held", two.ID: "held"}} {
			update(t, db, acme, func(tx *store.Tx) error { return tx.InsertDrops(run.Number, reasons) })
		}
		view(t, db, acme, func(tx *store.Tx) error {
			got, err := tx.Drops(run.Number, []string{one.ID, two.ID, "x"})
			same(t, got, map[string]string{one.ID: "paid", two.ID: "held"})
			if err != nil {
				return err
			}
			ids, err := tx.InvoiceIDs([]string{"RE2", "RE3", "C1", "RE1"})
			same(t, ids, map[string]string{"RE1": one.ID, "RE2": two.ID})
			return err
		})
	})
}
