package app

import (
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// BenchmarkImportStatement reads statements of b.N entries, each of another customer: for an invoice that its text names, or of
// somebody who is not known. It tells the most memory in use meanwhile. Use -benchtime=100000x.
func BenchmarkImportStatement(b *testing.B) {
	for _, engine := range storetest.Engines {
		for _, named := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/named=%v", engine, named), func(b *testing.B) {
				app, db := benchedApp(b, engine)
				entries := make([]ntry, b.N)
				for n := range entries {
					entries[n] = ntry{amount: "100", ref: fmt.Sprint("B", n), e2e: fmt.Sprint("E", n), iban: germanIBAN(n), text: "Danke für die Rechnung"}
					if named {
						entries[n].text += fmt.Sprintf(" RE-9-%06d", n)
					}
				}
				if named {
					openInvoices(b, db, b.N)
					analyze(b, db)
				}
				file := statement(entries...)
				i, err := app.ImportStatement(b.Context(), by, StatementFile{File: strings.NewReader(file), Name: func() (string, error) { return "a.xml", nil }}, nil)
				if err != nil {
					b.Fatal(err)
				}
				runtime.GC()
				peak, stop := watchMemory()
				b.ResetTimer()
				w, err := app.claimStatement(b.Context(), by, i.ID)
				if err != nil {
					b.Fatal(err)
				}
				if wrong, err := w.read(b.Context()); wrong != nil || err != nil {
					b.Fatal(wrong, err)
				}
				b.StopTimer()
				stop()
				if w.on.Booked != int64(b.N) || w.on.Unallocated > 0 == named {
					b.Fatalf("%+v", w.on)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
				b.ReportMetric(float64(peak.Load())/(1<<20), "MiB-peak")
			})
		}
	}
}

// germanIBAN is a valid one.
func germanIBAN(n int) string {
	bank := fmt.Sprintf("37040044%010d", n)
	rest := 0
	for _, digit := range bank + "131400" {
		rest = (rest*10 + int(digit-'0')) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, bank)
}

// watchMemory notes the most of the heap that is in use, until it is stopped.
func watchMemory() (peak *atomic.Uint64, stop func()) {
	peak = new(atomic.Uint64)
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapInuse))
			case <-done:
				return
			}
		}
	}()
	return peak, func() { close(done) }
}

// openInvoices makes invoices of 100 that are committed, of a customer each, without their documents.
func openInvoices(b *testing.B, db *store.DB, count int) {
	b.Helper()
	for from := 0; from < count; from += 500 {
		err := db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
			for n := from; n < min(from+500, count); n++ {
				if err := openInvoice(tx, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func openInvoice(tx *store.Tx, n int) error {
	who := &ar.Identity{Reference: fmt.Sprint("K", n), Debtor: fmt.Sprint("K", n), Addresses: []ar.Address{{Company: "Kunde", City: "Berlin"}}}
	if err := tx.InsertIdentity(who); err != nil {
		return err
	}
	number := fmt.Sprintf("RE-9-%06d", n)
	i, err := ar.NewInvoice(who, ar.KindInvoice, number, ar.InvoiceChange{Currency: ar.Set("EUR"), Netbased: ar.Set(true), Items: items("100")}, tx.Now)
	if err != nil {
		return err
	}
	if err := tx.InsertInvoice(i); err != nil {
		return err
	}
	if err := i.Commit(number, tx.Now); err != nil {
		return err
	}
	if err := tx.UpdateInvoice(i); err != nil {
		return err
	}
	return tx.KeepPaymentKey(i)
}

// benchedApp is an application with one merchant, acme, that works nothing by itself.
func benchedApp(b *testing.B, engine storetest.Engine) (*App, *store.DB) {
	b.Helper()
	clock := storetest.NewClock()
	db := storetest.OpenAt(b, engine, clock)
	files, err := blob.OpenLocal(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	queue, err := jobs.Open(jobs.Config{SQLite: db.SQLite(), Postgres: db.Postgres()})
	if err != nil {
		b.Fatal(err)
	}
	app := New(Config{DB: db, Files: files, Clock: NewClock(clock.Now), Jobs: queue, Logger: slog.Default(), Elapsed: clock.Now})
	if err := app.CreateMerchant(b.Context(), by.Merchant, "ACME", "EUR"); err != nil {
		b.Fatal(err)
	}
	return app, db
}

// analyze does what PostgreSQL does by itself after a while.
func analyze(b *testing.B, db *store.DB) {
	b.Helper()
	if pool := db.Postgres(); pool != nil {
		if _, err := pool.Exec(b.Context(), "ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
}
