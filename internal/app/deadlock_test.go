package app

import (
	"fmt"
	"sync"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// deadlocks counts those that PostgreSQL has found in the database. Its statistics are written when a session is idle, so
// the count is read on a connection of its own turn.
func (b *bench) deadlocks() (n int64) {
	b.Helper()
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		return tx.PGX().QueryRow(tx.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&n)
	}))
	return n
}

// Everything that one customer's papers may meet happens at once, and nobody waits in a circle: rows first, in the order of
// invoice, customer and delivery, then the counters of events and of the journal.
func TestNobodyWaitsInACircle(t *testing.T) {
	on(t, storetest.Postgres, func(b *bench) {
		b.open()
		b.customer(ar.Email{Email: "bills@example.com"})
		b.no(b.SetWebhook(b.Context(), by.Merchant, "https://127.0.0.1/hook"))
		one := decimal.NewFromInt(1)
		var all sync.WaitGroup
		repeat := func(n int, do func(i int) error) {
			all.Go(func() {
				for i := range n {
					if err := do(i); err != nil {
						b.Error(err)
					}
				}
			})
		}
		draft := func(ref string) error {
			_, err := b.CreateInvoice(b.Context(), by, "K1", ref, ar.InvoiceChange{Netbased: ar.Set(true), Items: items("1")}, nil)
			return err
		}
		for i := range 15 {
			b.no(draft(fmt.Sprint("C", i)))
		}
		repeat(15, func(i int) error { return draft(fmt.Sprint("D", i)) })
		repeat(15, func(i int) error {
			_, err := b.CommitInvoice(b.Context(), by, fmt.Sprint("C", i), Commit{}, nil)
			return err
		})
		for range 3 {
			repeat(5, func(int) error {
				job, err := b.ResendInvoice(b.Context(), by, "RE1", nil)
				if err != nil {
					return err
				}
				status, err := b.Job(b.Context(), by, int64(job))
				if err != nil {
					return err
				}
				_, err = b.deliver(b.Context(), jobs.Nudge{Kind: nudgeDelivery, Merchant: by.Merchant, ID: status.Deliveries[0].ID})
				return err
			})
		}
		repeat(10, func(i int) error {
			_, err := b.CreditInvoice(b.Context(), by, "RE1", fmt.Sprint("GS", i), ar.InvoiceChange{Items: items("1")})
			return err
		})
		b.bill("K1", "RE2", "100")
		for range 2 {
			_, err := b.moves("100")
			b.no(err)
		}
		for n, ids := range [][]string{{"RE1", "RE2"}, {"RE2", "RE1"}} {
			repeat(10, func(int) error {
				_, err := b.AssignTransaction(b.Context(), by, fmt.Sprint(n+1), []ar.Assignment{part(ids[0], "1"), part(ids[1], "1")}, nil)
				return err
			})
			repeat(10, func(int) error {
				_, err := b.moves("2", part(ids[0], "1"), part(ids[1], "1"))
				return err
			})
			repeat(10, func(int) error {
				_, err := b.Adjust(b.Context(), by, ids[n], ar.Adjustment{Kind: ar.BookWriteoff, Amount: &one, Reason: "x"}, nil)
				return err
			})
		}
		for _, h := range []ar.Hold{{Invoice: "RE1", Kind: ar.HoldBlock, Reason: "x"}, {Identity: "K1", Kind: ar.HoldBlock, Reason: "x"}} {
			repeat(10, func(int) error {
				made, err := b.CreateHold(b.Context(), by, h, nil)
				if err == nil {
					_, err = b.LiftHold(b.Context(), by, made.ID, nil)
				}
				return err
			})
		}
		all.Wait()
		if n := b.deadlocks(); n != 0 {
			b.Errorf("PostgreSQL has found %d deadlocks", n)
		}
	})
}
