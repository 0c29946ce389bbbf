package app

import (
	"fmt"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Cases are handed over, paid, told, recalled and mailed at once, and nobody waits in a circle. Every case is handed over
// once, however many runs want to.
func TestHandoversAmongOthers(t *testing.T) {
	on(t, storetest.Postgres, func(b *bench) {
		r := b.receiver(status(200))
		b.inVain(ar.CollectionSettings{Webhook: r.URL})
		b.no(b.SetWebhook(b.Context(), by.Merchant, r.URL))
		const rounds = 8
		var all sync.WaitGroup
		several := func(do func(i int) error) {
			all.Go(func() {
				for i := range rounds {
					if err := do(i); err != nil && ar.KindOf(err) != ar.Conflict {
						b.Error(err)
					}
				}
			})
		}
		entry := ar.PlanEntry{InvoiceID: b.invoice().ID, Invoice: "RE1"}
		m, err := b.Merchant(b.Context(), by.Merchant)
		b.no(err)
		day := *today(m, b.clock.Now())
		for run := range int64(3) {
			several(func(int) error { _, err := b.handOver(b.Context(), by, proposal{run, day, entry}); return err })
		}
		several(func(int) error { return b.pay("1") })
		several(func(int) error { _, err := b.ResendInvoice(b.Context(), by, "RE1", nil); return err })
		several(func(i int) error {
			_, err := b.CreditInvoice(b.Context(), by, "RE1", fmt.Sprint("GS", i), ar.InvoiceChange{Items: items("1")})
			return err
		})
		several(func(int) error {
			for _, message := range b.collectionMessages() {
				if _, err := b.passOn(b.Context(), jobs.Nudge{Kind: nudgeCollection, Merchant: by.Merchant, ID: message.ID}); err != nil {
					return err
				}
			}
			return nil
		})
		all.Wait()
		cases := 0
		for _, message := range b.collectionMessages() {
			if message.Kind == ar.CollectionCase {
				cases++
			}
		}
		if cases != 1 {
			b.Errorf("%d hand-overs", cases)
		}
		if n := b.deadlocks(); n != 0 {
			b.Errorf("PostgreSQL has found %d deadlocks", n)
		}
		b.asKept()
	})
}
