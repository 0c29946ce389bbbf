package store_test

import (
	"context"
	"errors"
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

// BenchmarkCommit is what a commit writes: "voucher" is the voucher and its event alone; "all" is also its number, in a
// transaction before, and its letter, the job, the delivery and two entries of the journal.
func BenchmarkCommit(b *testing.B) {
	for _, engine := range storetest.Engines {
		for _, what := range []string{"voucher", "all"} {
			for _, callers := range []int{1, 16} {
				b.Run(fmt.Sprintf("%s/%s/callers=%d", engine, what, callers), func(b *testing.B) {
					db := storetest.Open(b, engine)
					withMerchants(b, db)
					drafts := drafts(b, db, b.N)
					var n atomic.Int64
					var wg sync.WaitGroup
					b.ResetTimer()
					for range callers {
						wg.Go(func() {
							for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
								if err := benchCommit(db, drafts[i-1], int(i), what == "all"); err != nil {
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
}

func drafts(b *testing.B, db *store.DB, count int) []*ar.Invoice {
	b.Helper()
	who := insertIdentity(b, db, acme, "C1")
	var all []*ar.Invoice
	for len(all) < count {
		var some []*ar.Invoice
		update(b, db, acme, func(tx *store.Tx) error {
			some = nil
			for n := len(all); n < min(len(all)+1000, count); n++ {
				i := anInvoice(fmt.Sprint("RE", n), who)
				if err := tx.InsertInvoice(i); err != nil {
					return err
				}
				some = append(some, i)
			}
			return nil
		})
		all = append(all, some...)
	}
	return all
}

func benchCommit(db *store.DB, draft *ar.Invoice, n int, all bool) error {
	ctx, number := context.Background(), fmt.Sprint("2026-", n)
	if all {
		err := db.Update(ctx, acme, func(tx *store.Tx) error {
			if _, err := tx.Next("number"); err != nil {
				return err
			}
			_, err := tx.ReserveNumber(draft.Kind, draft.ID, number)
			return err
		})
		if err != nil {
			return err
		}
	}
	return db.Update(ctx, acme, func(tx *store.Tx) error {
		i := *draft
		i.Number, i.Committed = number, &tx.Now
		if err := tx.UpdateInvoice(&i); err != nil || !all {
			return errors.Join(err, tx.AppendEvent(&store.Event{InvoiceID: i.ID, Kind: "committed"}))
		}
		file := ar.File{SHA256: fmt.Sprintf("%064x", n), Size: 30_000, MediaType: "application/pdf", Name: number + ".pdf"}
		if _, err := tx.KeepFile(&file); err != nil {
			return err
		}
		c := ar.Communication{InvoiceID: i.ID, Kind: ar.CommInvoice, Label: file.Name, File: file}
		if err := tx.InsertCommunication(&c); err != nil {
			return err
		}
		if err := tx.AppendJournal(anEntry(n), anEntry(n)); err != nil {
			return err
		}
		j, err := aJob(tx, i.ID)
		if err != nil {
			return err
		}
		id := tx.NewID()
		return tx.InsertDelivery(&ar.Delivery{ID: id, Job: j.Number, InvoiceID: i.ID, Kind: ar.MailInvoice, Recipient: "a@example.com", Locale: "de",
			MessageID: id + "@acme.example", State: ar.DeliveryQueued, Next: &tick})
	})
}

// BenchmarkVerifyJournal is a thousand entries.
func BenchmarkVerifyJournal(b *testing.B) {
	for _, engine := range storetest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := storetest.Open(b, engine)
			withMerchants(b, db)
			update(b, db, acme, func(tx *store.Tx) error {
				for n := range 1000 {
					if err := tx.AppendJournal(anEntry(n)); err != nil {
						return err
					}
				}
				return nil
			})
			for b.Loop() {
				if _, found := faults(b, db, acme); len(found) > 0 {
					b.Fatal(found)
				}
			}
		})
	}
}

// BenchmarkDueDeliveries asks for what is due where ten are, of 20,000 deliveries.
func BenchmarkDueDeliveries(b *testing.B) {
	for _, engine := range storetest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := storetest.Open(b, engine)
			withMerchants(b, db)
			invoice := insertInvoice(b, db, acme, insertIdentity(b, db, acme, "C1"), "RE1")
			update(b, db, acme, func(tx *store.Tx) error {
				j, err := aJob(tx, invoice.ID)
				if err != nil {
					return err
				}
				for n := range 20_000 {
					d := ar.Delivery{Job: j.Number, InvoiceID: invoice.ID, MessageID: fmt.Sprint(n), State: ar.DeliveryAccepted, Finished: &tick}
					if n%2000 == 0 {
						d.State, d.Next, d.Finished = ar.DeliveryQueued, &tick, nil
					}
					if err := tx.InsertDelivery(&d); err != nil {
						return err
					}
				}
				return nil
			})
			for b.Loop() {
				due, err := db.DueDeliveries(context.Background(), tick, 100)
				if err != nil || len(due) != 10 {
					b.Fatal(len(due), err)
				}
			}
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
