package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Two transactions take the same locks in opposite order. The server ends one of them; it runs again, and both succeed.
func TestDeadlockIsRepeated(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	withMerchants(t, db)
	for _, reference := range []string{"A", "B"} {
		insertIdentity(t, db, acme, reference)
	}
	var runs atomic.Int32
	var first, both sync.WaitGroup
	first.Add(2)
	lock := func(one, other string) {
		var once sync.Once
		err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
			runs.Add(1)
			if _, err := tx.Identity(one); err != nil {
				return err
			}
			once.Do(first.Done)
			first.Wait() // until each holds one
			i, err := tx.Identity(other)
			if err != nil {
				return err
			}
			i.Number += "x"
			return tx.UpdateIdentity(i)
		})
		if err != nil {
			t.Error(err)
		}
	}
	both.Go(func() { lock("A", "B") })
	both.Go(func() { lock("B", "A") })
	both.Wait()
	if runs.Load() < 3 {
		t.Errorf("%d runs: there was no deadlock", runs.Load())
	}
}

// A serialization failure that shows only in the COMMIT.
func TestSerializationFailureIsRepeated(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	withMerchants(t, db)
	insertIdentity(t, db, acme, "A")
	insertIdentity(t, db, acme, "B")
	var runs atomic.Int32
	var read, both sync.WaitGroup
	read.Add(2)
	skew := func(changes string) {
		var once sync.Once
		err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
			runs.Add(1)
			if _, err := tx.PGX().Exec(tx.Context(), "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
				return err
			}
			if _, err := tx.Identities(ar.Page{Size: 10}); err != nil {
				return err
			}
			once.Do(read.Done)
			read.Wait() // until both have read what the other one changes
			_, err := tx.PGX().Exec(tx.Context(), "UPDATE identities SET number = number || 'x' WHERE merchant = $1 AND reference = $2", tx.MerchantID(), changes)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	both.Go(func() { skew("A") })
	both.Go(func() { skew("B") })
	both.Wait()
	if runs.Load() < 3 {
		t.Errorf("%d runs: there was no conflict", runs.Load())
	}
	view(t, db, acme, func(tx *store.Tx) error {
		for _, reference := range []string{"A", "B"} {
			i, err := tx.Identity(reference)
			if err != nil {
				return err
			}
			if i.Number != "10001x" {
				t.Errorf("%s has number %s", reference, i.Number)
			}
		}
		return nil
	})
}

// A server that goes away is nobody's fault, and the pool recovers.
func TestALostConnection(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	withMerchants(t, db)
	err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
		_, err := tx.PGX().Exec(tx.Context(), "SELECT pg_terminate_backend(pg_backend_pid())")
		if err == nil {
			t.Error("the connection survives")
		}
		return next(tx, "n")
	})
	wantError(t, err, ar.Unavailable, ar.CodeUnavailable)
	update(t, db, acme, func(tx *store.Tx) error { return next(tx, "n") })
}

// An error of a statement that was run underneath and ignored does not pass for a commit.
func TestAnIgnoredErrorUnderneath(t *testing.T) {
	db := storetest.Open(t, storetest.Postgres)
	withMerchants(t, db)
	err := db.Update(context.Background(), acme, func(tx *store.Tx) error {
		if err := next(tx, "n"); err != nil {
			return err
		}
		_, err := tx.PGX().Exec(tx.Context(), "SELECT 1/0")
		if !errors.As(err, new(*pgconn.PgError)) {
			t.Error(err)
		}
		return nil
	})
	if err == nil || drawn(t, db, "n") != 0 {
		t.Errorf("error is %v", err)
	}
}
