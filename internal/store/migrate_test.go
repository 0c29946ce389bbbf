package store_test

import (
	"context"
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
			if all, err := again.Merchants(context.Background()); err != nil || len(all) != 2 {
				t.Errorf("after another start: %d merchants, %v", len(all), err)
			}
		})
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		update(t, db, acme, func(tx *store.Tx) (err error) {
			const newer = "INSERT INTO schema_migrations (version, name, applied) VALUES (999, 'from the future', 0)"
			if tx.SQL() != nil {
				_, err = tx.SQL().ExecContext(tx.Context(), newer)
			} else {
				_, err = tx.PGX().Exec(tx.Context(), newer)
			}
			return err
		})
		err := db.Migrate(context.Background())
		if err == nil || !strings.Contains(err.Error(), "999") || strings.Contains(err.Error(), "\n") {
			t.Errorf("error is %v", err)
		}
	})
}
