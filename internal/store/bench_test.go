package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// BenchmarkInsertInvoice is a durable insert: one caller pays a flush to disk each time, many share it.
func BenchmarkInsertInvoice(b *testing.B) {
	for _, engine := range storetest.Engines {
		for _, callers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", engine, callers), func(b *testing.B) {
				db := storetest.Open(b, engine)
				withMerchants(b, db)
				who := insertIdentity(b, db, acme, "C1")
				var n atomic.Int64
				var wg sync.WaitGroup
				b.ResetTimer()
				for range callers {
					wg.Go(func() {
						for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
							invoice := anInvoice(fmt.Sprint("RE", i), who)
							if err := db.Update(context.Background(), acme, func(tx *store.Tx) error { return tx.InsertInvoice(invoice) }); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
			})
		}
	}
}

// BenchmarkSmallWrite is the cost of a transaction itself.
func BenchmarkSmallWrite(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("sqlite/callers=%d", callers), func(b *testing.B) {
			db := storetest.Open(b, storetest.SQLite)
			withMerchants(b, db)
			var n atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range callers {
				wg.Go(func() {
					for n.Add(1) <= int64(b.N) {
						if err := db.Update(context.Background(), acme, func(tx *store.Tx) error { return next(tx, "n") }); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// BenchmarkReadInvoice is a read by reference.
func BenchmarkReadInvoice(b *testing.B) {
	for _, engine := range storetest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := storetest.Open(b, engine)
			withMerchants(b, db)
			insertInvoice(b, db, acme, insertIdentity(b, db, acme, "C1"), "RE1")
			for b.Loop() {
				view(b, db, acme, func(tx *store.Tx) error { _, err := tx.Invoice(ar.KindInvoice, "RE1"); return err })
			}
		})
	}
}

// BenchmarkListInvoices is a page of twenty of 100,000 invoices: the first, the last by number, and the last by cursor.
func BenchmarkListInvoices(b *testing.B) {
	const rows = 100_000
	for _, engine := range storetest.Engines {
		clock := storetest.NewClock()
		db := storetest.OpenAt(b, engine, clock)
		withMerchants(b, db)
		fill(b, db, rows)
		for _, sort := range [][]ar.Order{nil, {{Field: ar.FieldDue, Desc: true}}} {
			name := "created"
			if sort != nil {
				name = "due"
			}
			first := ar.Page{Size: 20, Number: 1, Sort: sort}
			last := ar.Page{Size: 20, Number: rows/20 - 1, Sort: sort}
			cursor := first
			cursor.After = page(b, db, ar.Page{Size: 20, Number: rows/20 - 2, Sort: sort}).Next
			total := first
			total.WithTotal = true
			for what, p := range map[string]ar.Page{"first": first, "last": last, "cursor": cursor, "total": total} {
				b.Run(fmt.Sprintf("%s/%s/%s", engine, name, what), func(b *testing.B) {
					for b.Loop() {
						if n := len(page(b, db, p).Rows); n != 20 {
							b.Fatalf("%d rows", n)
						}
					}
				})
			}
		}
	}
}

func page(b *testing.B, db *store.DB, p ar.Page) (list *store.List[ar.Invoice]) {
	b.Helper()
	view(b, db, acme, func(tx *store.Tx) (err error) { list, err = tx.Invoices(ar.KindInvoice, p); return err })
	return list
}

func fill(b *testing.B, db *store.DB, rows int) {
	b.Helper()
	who := insertIdentity(b, db, acme, "C1")
	for n := 0; n < rows; {
		update(b, db, acme, func(tx *store.Tx) error {
			for end := n + 5000; n < end; n++ {
				i := anInvoice(fmt.Sprint("RE", n), who)
				due := tx.Now.AddDate(0, 0, n*7919%1000)
				i.Due = &due
				if err := tx.InsertInvoice(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
