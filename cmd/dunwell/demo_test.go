package main

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

func openDemo(t *testing.T, data string, now func() time.Time) (*app.App, func()) {
	t.Helper()
	db, err := store.Open(t.Context(), data+"/dunwell.db", now)
	if err != nil {
		t.Fatal(err)
	}
	if err := migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.Context(), data+"/files")
	if err != nil {
		t.Fatal(err)
	}
	queue, err := jobs.Open(jobs.Config{SQLite: db.SQLite()})
	if err != nil {
		t.Fatal(err)
	}
	return app.New(app.Config{DB: db, Files: files, Clock: app.NewClock(now), Elapsed: time.Now, Jobs: queue, MailFrom: "demo@example.com"}), func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What there is, and that a second start adds nothing and takes nothing back.
func TestDemo(t *testing.T) {
	data := t.TempDir()
	a, closeAll := openDemo(t, data, time.Now)
	defer closeAll()
	ctx, by := t.Context(), app.System("demo", store.ActorSystem)
	if err := seedDemo(ctx, a); err != nil {
		t.Fatal(err)
	}
	once := countRows(t, data)
	list, err := a.Invoices(ctx, by, ar.KindInvoice, ar.Page{Number: 1, Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, inv := range list.Rows {
		kinds[kindOf(inv)]++
	}
	want := map[string]int{"open": 6, "overdue": 6, "paid": 9, "partly paid": 9, "draft": 5, "canceled": 5} // credit notes pay too, half of them all
	if !maps.Equal(kinds, want) {
		t.Errorf("invoices %v, want %v", kinds, want)
	}
	if inv, err := a.Invoice(ctx, by, ar.KindInvoice, "RE12345"); err != nil || kindOf(*inv) != "open" {
		t.Errorf("RE12345: %+v, %v", inv, err)
	}
	if _, err := a.Invoice(ctx, by, ar.KindCreditnote, "GS12345"); err != nil {
		t.Error(err)
	}

	if _, _, err := a.UpsertIdentity(ctx, by, "K10001", ar.IdentityChange{Number: ar.Set("changed")}, app.Seen{}); err != nil {
		t.Fatal(err)
	}
	if err := seedDemo(ctx, a); err != nil {
		t.Fatal(err)
	}
	if twice := countRows(t, data); !maps.Equal(once, twice) {
		t.Errorf("rows after one start %v, after two %v", once, twice)
	}
	if id, err := a.Identity(ctx, by, "K10001"); err != nil || id.Number != "changed" || id.EmailFor(ar.ForBilling) == "" {
		t.Errorf("a customer that somebody changed: %+v, %v", id, err)
	}
}

func kindOf(inv ar.Invoice) string {
	switch {
	case inv.Committed == nil:
		return "draft"
	case inv.State() == ar.StateCanceled:
		return "canceled"
	case inv.State() == ar.StatePaid:
		return "paid"
	case !inv.Unpaid.Equal(inv.Totals.Gross):
		return "partly paid"
	case inv.Due.Before(time.Now()):
		return "overdue"
	}
	return "open"
}

// Wherever the seed is interrupted, the next one completes it: as many rows as if nothing had happened.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	seed := func(ctx context.Context, a *app.App) error {
		s := &seeder{app: a, by: app.System("demo", store.ActorSystem), settings: demoMerchants["demo"], invoices: int(fates), today: time.Now().UTC().Truncate(24 * time.Hour)}
		return s.seed(ctx)
	}
	whole := t.TempDir()
	transactions := 0
	a, closeAll := openDemo(t, whole, func() time.Time { transactions++; return time.Now() })
	if err := seed(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	closeAll()
	want := countRows(t, whole)
	for k := 2; k < transactions; k += 3 {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			left := k
			a, closeAll := openDemo(t, data, func() time.Time { // is read at the beginning of each transaction
				if left--; left == 0 {
					cancel()
				}
				return time.Now()
			})
			err := seed(ctx, a)
			closeAll()
			if cancel(); err == nil {
				t.Fatal("the seed was not interrupted")
			}
			a, closeAll = openDemo(t, data, time.Now)
			defer closeAll()
			if err := seed(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			if got := countRows(t, data); !maps.Equal(got, want) {
				t.Errorf("interrupted in transaction %d of %d and completed: rows %v, want %v", k, transactions, got, want)
			}
		})
	}
}
