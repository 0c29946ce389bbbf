package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url, storetest.NewClock().Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Several processes start at once on an empty database, then one more on a migrated one.
func TestMigrate(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			url := storetest.URL(t, engine)
			empty := open(t, url)
			for range 2 { // the first changes nothing
				if err := empty.CheckSchema(t.Context()); !errors.Is(err, store.ErrOlderSchema) {
					t.Errorf("an empty database: %v", err)
				}
			}
			var wg sync.WaitGroup
			for range 4 {
				db := open(t, url)
				wg.Go(func() {
					if err := db.Migrate(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			first := open(t, url)
			withMerchants(t, first)
			again := open(t, url)
			if err := again.Migrate(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := again.CheckSchema(t.Context()); err != nil {
				t.Errorf("after another start: %v", err)
			}
			if all, err := again.Merchants(context.Background()); err != nil || len(all) != 2 {
				t.Errorf("after another start: %d merchants, %v", len(all), err)
			}
		})
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		alter(t, db, "INSERT INTO schema_migrations (version, name, applied) VALUES (999, 'from the future', 0)")
		for _, err := range []error{db.Migrate(t.Context()), db.CheckSchema(t.Context())} {
			if err == nil || errors.Is(err, store.ErrOlderSchema) || !strings.Contains(err.Error(), "999") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %v", err)
			}
		}
	})
}

func TestAnOlderSchema(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		alter(t, db, "DELETE FROM schema_migrations WHERE version > 1")
		if err := db.CheckSchema(t.Context()); !errors.Is(err, store.ErrOlderSchema) {
			t.Errorf("error is %v", err)
		}
	})
}

func alter(t *testing.T, db *store.DB, statement string) {
	t.Helper()
	update(t, db, acme, func(tx *store.Tx) error {
		_, err := execute(tx, statement)
		return err
	})
}
