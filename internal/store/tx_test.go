package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

var errRefused = errors.New("refused")

// next draws from a counter; the counters are what most of these tests leave traces in.
func next(tx *store.Tx, counter string) error {
	_, err := tx.Next(counter)
	return err
}

// drawn is how often a counter was drawn from by transactions that were kept.
func drawn(t testing.TB, db *store.DB, counter string) (n int64) {
	t.Helper()
	err := db.Update(context.Background(), acme, func(tx *store.Tx) (err error) {
		if n, err = tx.Next(counter); err != nil {
			return err
		}
		n--
		return errRefused // so that asking changes nothing
	})
	if !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	return n
}

func TestSavepoint(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		update(t, db, acme, func(tx *store.Tx) error {
			if err := next(tx, "kept"); err != nil {
				return err
			}
			err := tx.Savepoint(func() error {
				if err := next(tx, "lost"); err != nil {
					return err
				}
				if err := tx.Savepoint(func() error { return next(tx, "lost") }); err != nil {
					return err
				}
				return errRefused
			})
			if !errors.Is(err, errRefused) {
				t.Errorf("error is %v", err)
			}
			return tx.Savepoint(func() error { return next(tx, "kept") })
		})
		if kept, lost := drawn(t, db, "kept"), drawn(t, db, "lost"); kept != 2 || lost != 0 {
			t.Errorf("kept %d, lost %d", kept, lost)
		}
	})
}

// A statement that fails ends the transaction, unless it was in a Savepoint: the same on both engines.
func TestAFailedStatementFailsTheTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		broken := func(tx *store.Tx) error { return tx.AppendEvent(&store.Event{InvoiceID: "none"}) } // a foreign key
		err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
			if err := next(tx, "a"); err != nil {
				return err
			}
			if broken(tx) == nil {
				t.Error("the statement did not fail")
			}
			if next(tx, "a") == nil {
				t.Error("a statement runs after one that failed")
			}
			return nil // ignores it
		})
		if err == nil || drawn(t, db, "a") != 0 {
			t.Errorf("half a transaction was kept: %v", err)
		}
		update(t, db, acme, func(tx *store.Tx) error {
			if tx.Savepoint(func() error { return broken(tx) }) == nil {
				t.Error("the savepoint did not fail")
			}
			if tx.Savepoint(func() error { _ = broken(tx); return nil }) == nil {
				t.Error("a savepoint hides a failed statement")
			}
			return next(tx, "a")
		})
		if drawn(t, db, "a") != 1 {
			t.Error("the transaction did not go on after the savepoint")
		}
	})
}

func TestPanicInASavepoint(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		update(t, db, acme, func(tx *store.Tx) error {
			func() {
				defer func() { _ = recover() }()
				_ = tx.Savepoint(func() error {
					_ = next(tx, "a")
					panic("in a savepoint")
				})
			}()
			return next(tx, "a")
		})
		if drawn(t, db, "a") != 1 {
			t.Error("the savepoint was not rolled back")
		}
	})
}

func TestPanicInAnUpdate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		func() {
			defer func() {
				if recover() != "in an update" {
					t.Error("the panic did not reach the caller")
				}
			}()
			_ = db.Update(context.Background(), acme, func(tx *store.Tx) error {
				_ = next(tx, "a")
				panic("in an update")
			})
		}()
		if drawn(t, db, "a") != 0 {
			t.Error("the update was kept")
		}
	})
}

func TestViewCannotWriteAndSeesOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		err := db.View(context.Background(), acme, func(tx *store.Tx) error { return next(tx, "a") })
		if err == nil {
			t.Error("a View writes")
		}
		view(t, db, acme, func(tx *store.Tx) error {
			before, err := tx.Merchant()
			if err != nil {
				return err
			}
			update(t, db, acme, func(tx *store.Tx) error { return tx.UpdateMerchant(&store.Merchant{Name: "changed"}) })
			after, err := tx.Merchant()
			same(t, after, before)
			return err
		})
		view(t, db, acme, func(tx *store.Tx) error {
			m, err := tx.Merchant()
			if err == nil && m.Name != "changed" {
				t.Error("a View does not see what was acknowledged before")
			}
			return err
		})
	})
}

func TestOneClockReadingPerTransaction(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			withMerchants(t, db)
			clock.Set(time.Date(2026, 7, 1, 2, 0, 0, 123_999_999, time.FixedZone("CEST", 7200)))
			update(t, db, acme, func(tx *store.Tx) error {
				now := tx.Now
				clock.Advance(time.Hour)
				if tx.Now != now || now.Format(time.RFC3339Nano) != "2026-07-01T00:00:00.123Z" {
					t.Errorf("now is %s", now.Format(time.RFC3339Nano))
				}
				return nil
			})
		})
	}
}

func TestACancelledCaller(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		ctx, cancel := context.WithCancel(context.Background())
		err := db.Update(ctx, acme, func(tx *store.Tx) error {
			if err := next(tx, "a"); err != nil {
				return err
			}
			cancel()
			return next(tx, "a")
		})
		if !errors.Is(err, context.Canceled) || drawn(t, db, "a") != 0 {
			t.Errorf("error is %v", err)
		}
		if err := db.Update(ctx, acme, func(tx *store.Tx) error { return next(tx, "a") }); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		if err := db.View(ctx, acme, func(*store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	})
}

// Jobs are enqueued on the transaction underneath, and live and die with it.
func TestTheTransactionUnderneath(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		rename := func(tx *store.Tx, name string) error {
			if (tx.SQL() == nil) == (tx.PGX() == nil) {
				t.Fatal("there must be one of both")
			}
			var err error
			if tx.SQL() != nil {
				_, err = tx.SQL().ExecContext(tx.Context(), `UPDATE merchants SET name = $1 WHERE merchant = $2`, name, tx.MerchantID())
			} else {
				_, err = tx.PGX().Exec(tx.Context(), `UPDATE merchants SET name = $1 WHERE merchant = $2`, name, tx.MerchantID())
			}
			return err
		}
		update(t, db, acme, func(tx *store.Tx) error { return rename(tx, "kept") })
		_ = db.Update(context.Background(), acme, func(tx *store.Tx) error { return errors.Join(rename(tx, "lost"), errRefused) })
		view(t, db, acme, func(tx *store.Tx) error {
			m, err := tx.Merchant()
			if err == nil && m.Name != "kept" {
				t.Errorf("name is %s", m.Name)
			}
			return err
		})
	})
}

// The log and the bookings cannot be changed, not even by somebody who has the database's own transaction.
func TestAppendOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		update(t, db, acme, func(tx *store.Tx) error {
			return errors.Join(tx.AppendEvent(&store.Event{InvoiceID: invoice.ID, Actor: "k"}), tx.InsertBooking(&ar.Booking{InvoiceID: invoice.ID, Amount: dec("1")}))
		})
		statements := []string{"UPDATE events SET actor = 'x'", "DELETE FROM events", "UPDATE bookings SET amount = 0", "DELETE FROM bookings"}
		if db.Engine() == "postgres" {
			statements = append(statements, "TRUNCATE events", "TRUNCATE bookings CASCADE")
		}
		for _, statement := range statements {
			err := db.Update(context.Background(), acme, func(tx *store.Tx) (err error) {
				if tx.SQL() != nil {
					_, err = tx.SQL().ExecContext(tx.Context(), statement)
				} else {
					_, err = tx.PGX().Exec(tx.Context(), statement)
				}
				return err
			})
			if err == nil {
				t.Errorf("%s passes", statement)
			}
		}
	})
}

// A transaction that leaves its closure is of no use: what it wrote would be somebody else's.
func TestATransactionThatIsOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		var leaked *store.Tx
		update(t, db, acme, func(tx *store.Tx) error { leaked = tx; return nil })
		update(t, db, acme, func(*store.Tx) error {
			if _, err := leaked.Next("a"); err == nil {
				t.Error("it writes")
			}
			if _, err := leaked.Merchant(); err == nil {
				t.Error("it reads")
			}
			return nil
		})
		if drawn(t, db, "a") != 0 {
			t.Error("what it wrote is kept")
		}
	})
}

// A text that only one engine could hold is refused by both.
func TestTextsThatCannotBeStored(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		for _, bad := range []string{"a\x00b", "\xff"} {
			err := db.View(ctx, acme, func(tx *store.Tx) error { _, err := tx.Invoice(ar.KindInvoice, bad); return err })
			wantError(t, err, ar.Invalid, ar.CodeInvalidValue)
			err = db.Update(ctx, acme, func(tx *store.Tx) error { return tx.InsertIdentity(&ar.Identity{Reference: "C", Number: bad}) })
			wantError(t, err, ar.Invalid, ar.CodeInvalidValue)
			_, err = db.KeyByUsername(ctx, bad)
			wantError(t, err, ar.NotFound, ar.CodeNotFound)
		}
	})
}

// Processes that start together open a file that is not there yet.
func TestOpenTogether(t *testing.T) {
	path := storetest.URL(t, storetest.SQLite)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			db, err := store.Open(context.Background(), path, time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(db.Migrate(context.Background()), db.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestIDs(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	last := ""
	for range 3 {
		update(t, db, acme, func(tx *store.Tx) error {
			for range 1000 {
				id := tx.NewID()
				if len(id) != 26 || id <= last {
					t.Fatalf("id %q after %q", id, last)
				}
				last = id
			}
			return nil
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, url := range []string{"", ":memory:", "/nowhere/at/all/dunwell.db", "postgres://user:secret@:notaport/x"} {
		db, err := store.Open(context.Background(), url, time.Now)
		if err == nil {
			t.Errorf("%q opens", url)
			_ = db.Close()
		}
	}
}

func TestPingAndClose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, _ *store.DB) {
		engine := storetest.Engine(t.Name()[len("TestPingAndClose/"):])
		db, err := store.Open(context.Background(), storetest.URL(t, engine), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(context.Background()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if db.Ping(context.Background()) == nil {
			t.Error("a closed database answers")
		}
		if err := db.Update(context.Background(), acme, func(*store.Tx) error { return nil }); err == nil {
			t.Error("a closed database writes")
		}
	})
}
