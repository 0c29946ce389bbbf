package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

var anAnswer = store.Answer{Status: 201, Headers: json.RawMessage(`{"Location": "/x"}`), Body: []byte("{\"a\":1.50}\n\x00\xff")}

// once does what a request with a key does: claim, an effect, the answer.
func once(db *store.DB, key, fingerprint, counter string) (replayed *store.Answer, err error) {
	err = db.Update(context.Background(), acme, func(tx *store.Tx) error {
		if replayed, err = tx.Idempotent(key, fingerprint); err != nil || replayed != nil {
			return err
		}
		if err := next(tx, counter); err != nil {
			return err
		}
		return tx.StoreAnswer(key, anAnswer)
	})
	return replayed, err
}

func TestIdempotent(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			withMerchants(t, db)
			if a, err := once(db, "k", "f", "n"); a != nil || err != nil {
				t.Fatalf("a new key: %v, %v", a, err)
			}
			a, err := once(db, "k", "f", "n")
			if err != nil || a == nil || a.Status != 201 || string(a.Headers) != string(anAnswer.Headers) || !bytes.Equal(a.Body, anAnswer.Body) {
				t.Fatalf("a repeated request: %+v, %v", a, err)
			}
			_, err = once(db, "k", "other", "n")
			wantError(t, err, ar.Invalid, ar.CodeIdempotencyKeyReused)

			clock.Advance(store.MinIdempotencyRetention - time.Millisecond)
			if a, err := once(db, "k", "f", "n"); a == nil || err != nil {
				t.Errorf("a moment before it expires: %v, %v", a, err)
			}
			clock.Advance(time.Millisecond)
			if a, err := once(db, "k", "other", "n"); a != nil || err != nil { // whatever the fingerprint was
				t.Errorf("after it expired: %v, %v", a, err)
			}
			if a, err := once(db, "k", "other", "n"); a == nil || err != nil {
				t.Errorf("repeated after it expired: %v, %v", a, err)
			}
			if n := drawn(t, db, "n"); n != 2 {
				t.Errorf("%d effects, want 2", n)
			}
		})
	}
}

func TestIdempotentRetentionIsTheMerchants(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			withMerchants(t, db)
			update(t, db, acme, func(tx *store.Tx) error {
				return tx.UpdateMerchant(&store.Merchant{Name: acme, IdempotencyRetention: 48 * time.Hour})
			})
			_, err := once(db, "k", "f", "n")
			clock.Advance(47 * time.Hour)
			a, err2 := once(db, "k", "f", "n")
			if a == nil || err != nil || err2 != nil {
				t.Errorf("after 47 hours: %v, %v, %v", a, err, err2)
			}
		})
	}
}

// A request that failed has left no trace, a business refusal has left its answer and nothing else.
func TestIdempotentFailures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
			if _, err := tx.Idempotent("k", "f"); err != nil {
				return err
			}
			return errors.Join(next(tx, "n"), tx.StoreAnswer("k", anAnswer), errRefused)
		})
		if !errors.Is(err, errRefused) {
			t.Error(err)
		}
		update(t, db, acme, func(tx *store.Tx) error { // forgets its answer
			_, err := tx.Idempotent("k", "f")
			return err
		})
		update(t, db, acme, func(tx *store.Tx) error {
			if a, err := tx.Idempotent("k", "f"); a != nil || err != nil {
				t.Errorf("after two failures: %v, %v", a, err)
			}
			refused := tx.Savepoint(func() error { return errors.Join(next(tx, "n"), errRefused) })
			if !errors.Is(refused, errRefused) {
				t.Error(refused)
			}
			return tx.StoreAnswer("k", store.Answer{Status: 409})
		})
		a, err := once(db, "k", "f", "n")
		if err != nil || a == nil || a.Status != 409 || len(a.Body) != 0 || string(a.Headers) != "{}" {
			t.Errorf("the refusal is not repeated: %+v, %v", a, err)
		}
		if n := drawn(t, db, "n"); n != 0 {
			t.Errorf("%d effects of what failed", n)
		}
		for _, key := range []string{"k", "unknown"} { // answered before, or never claimed
			if err := db.Update(context.Background(), acme, func(tx *store.Tx) error { return tx.StoreAnswer(key, anAnswer) }); err == nil {
				t.Errorf("an answer is stored for %s", key)
			}
		}
		err = db.Update(context.Background(), "nobody", func(tx *store.Tx) error { _, err := tx.Idempotent("k", "f"); return err })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
	})
}

func TestIdempotentRace(t *testing.T) {
	for _, engine := range storetest.Engines {
		for _, expired := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/expired=%v", engine, expired), func(t *testing.T) {
				clock := storetest.NewClock()
				db := storetest.OpenAt(t, engine, clock)
				withMerchants(t, db)
				if expired {
					if _, err := once(db, "k", "f", "before"); err != nil {
						t.Fatal(err)
					}
					clock.Advance(25 * time.Hour)
				}
				var wg sync.WaitGroup
				var fresh, replayed int
				var mu sync.Mutex
				for range 50 {
					wg.Go(func() {
						a, err := once(db, "k", "f", "n")
						mu.Lock()
						defer mu.Unlock()
						switch {
						case err != nil:
							t.Error(err)
						case a == nil:
							fresh++
						case a.Status == anAnswer.Status && bytes.Equal(a.Body, anAnswer.Body):
							replayed++
						}
					})
				}
				wg.Wait()
				if n := drawn(t, db, "n"); n != 1 || fresh != 1 || replayed != 49 {
					t.Errorf("%d effects, %d fresh, %d replayed", n, fresh, replayed)
				}
			})
		}
	}
}

// On PostgreSQL the second request waits for the first, but not for ever.
func TestIdempotentInProgress(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	withMerchants(t, db)
	claimed, let := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
			if _, err := tx.Idempotent("k", "f"); err != nil {
				return err
			}
			close(claimed)
			<-let
			return tx.StoreAnswer("k", anAnswer)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-claimed
	err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
		if _, err := tx.PGX().Exec(tx.Context(), "SET LOCAL lock_timeout = '20ms'"); err != nil {
			return err
		}
		_, err := tx.Idempotent("k", "f")
		return err
	})
	wantError(t, err, ar.Conflict, ar.CodeIdempotencyInProgress)
	close(let)
	wg.Wait()
	if a, err := once(db, "k", "f", "n"); a == nil || err != nil {
		t.Errorf("afterwards: %v, %v", a, err)
	}
}

// Two requests find the same expired answer. The second one waits for the first, and then repeats its answer.
func TestIdempotentTakeover(t *testing.T) {
	clock := storetest.NewClock()
	db := storetest.OpenAt(t, storetest.Postgres, clock)
	withMerchants(t, db)
	if _, err := once(db, "k", "f", "before"); err != nil {
		t.Fatal(err)
	}
	clock.Advance(25 * time.Hour)
	var wg sync.WaitGroup
	err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
		if a, err := tx.Idempotent("k", "f"); a != nil || err != nil {
			t.Errorf("the expired key: %v, %v", a, err)
		}
		wg.Go(func() {
			if a, err := once(db, "k", "f", "n"); a == nil || err != nil {
				t.Errorf("the second request: %v, %v", a, err)
			}
		})
		for waits := 0; waits == 0; { // until the second one waits for this transaction
			const waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
			if err := tx.PGX().QueryRow(tx.Context(), waiting).Scan(&waits); err != nil {
				return err
			}
			if _, err := tx.PGX().Exec(tx.Context(), "SELECT pg_stat_clear_snapshot(), pg_sleep(0.001)"); err != nil { // else it shows the same moment again
				return err
			}
		}
		return tx.StoreAnswer("k", anAnswer)
	})
	if err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestReapAnswers(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			withMerchants(t, db)
			fill := func(merchant, prefix string, keys int) {
				update(t, db, merchant, func(tx *store.Tx) error {
					for i := range keys {
						key := fmt.Sprint(prefix, i)
						if _, err := tx.Idempotent(key, "f"); err != nil {
							return err
						}
						if err := tx.StoreAnswer(key, anAnswer); err != nil {
							return err
						}
					}
					return nil
				})
			}
			fill(acme, "old", 1100) // more than two batches
			fill(rival, "old", 1)
			clock.Advance(12 * time.Hour)
			fill(acme, "young", 3)
			clock.Advance(12 * time.Hour)
			for _, want := range []int64{1101, 0} {
				if n, err := db.ReapAnswers(context.Background()); n != want || err != nil {
					t.Errorf("%d answers were deleted, want %d: %v", n, want, err)
				}
			}
			if a, err := once(db, "young0", "f", "n"); a == nil || err != nil {
				t.Errorf("a young answer is gone: %v", err)
			}
		})
	}
}
