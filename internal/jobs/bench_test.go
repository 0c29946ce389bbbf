package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// durable is a database that flushes to disk, with merchant acme.
func durable(b *testing.B, engine storetest.Engine) *store.DB {
	b.Helper()
	url := storetest.URL(b, storetest.SQLite)
	if engine == storetest.Postgres {
		server, stop, err := storetest.Durable()
		if errors.Is(err, storetest.ErrNoPostgres) {
			b.Skip(err)
		} else if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(stop)
		url = server
	}
	db := storetest.Connect(b, url, storetest.NewClock())
	err := errors.Join(
		jobs.Migrate(b.Context(), db.SQLite(), db.Postgres()),
		db.Update(b.Context(), acme, func(tx *store.Tx) error {
			return tx.InsertMerchant(&store.Merchant{Name: "ACME", Currency: "EUR"})
		}))
	if err != nil {
		b.Fatal(err)
	}
	return db
}

func queue(b *testing.B, db *store.DB, workers int) *jobs.Queue {
	b.Helper()
	q, err := jobs.Open(jobs.Config{SQLite: db.SQLite(), Postgres: db.Postgres(), Workers: workers})
	if err != nil {
		b.Fatal(err)
	}
	return q
}

// BenchmarkJobs enqueues b.N nudges, one per transaction, from 64 goroutines, and then works them with a handler that
// does nothing. Run it with -benchtime 5000x, or with as many nudges as are to wait at once.
func BenchmarkJobs(b *testing.B) {
	for _, engine := range storetest.Engines {
		for _, workers := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/workers=%d", engine, workers), func(b *testing.B) {
				db := durable(b, engine)
				q := queue(b, db, workers)
				began := time.Now()
				enqueue(b, db, q, b.N)
				b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "enqueued/s")

				var left atomic.Int64
				left.Store(int64(b.N))
				done := make(chan struct{})
				began = time.Now()
				err := q.Start(b.Context(), map[jobs.Kind]jobs.Handler{"delivery": func(context.Context, jobs.Nudge) (time.Duration, error) {
					if left.Add(-1) == 0 {
						close(done)
					}
					return 0, nil
				}})
				if err != nil {
					b.Fatal(err)
				}
				<-done
				b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "worked/s")
				if err := q.Stop(context.Background()); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

func enqueue(b *testing.B, db *store.DB, q *jobs.Queue, n int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
					return q.Add(tx, nudges(strconv.FormatInt(i, 10))...)
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkAdd is what one nudge more costs in a transaction that is open anyway.
func BenchmarkAdd(b *testing.B) {
	for _, engine := range storetest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := durable(b, engine)
			q := queue(b, db, 0)
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; {
				err := db.Update(b.Context(), acme, func(tx *store.Tx) error {
					for range min(100, b.N-i) {
						if err := q.Add(tx, nudges("01kb4c5d6e7f8g9h0j1k2m3n4p")...); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				i += 100
			}
		})
	}
}
