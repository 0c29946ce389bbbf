// Package storetest gives tests a database of their own, on both engines.
//
// SQLite needs nothing. PostgreSQL is the server of DUNWELL_TEST_DATABASE_URL, or else a private one, started from
// installed binaries when the first test asks for it and gone when the test process is (see cluster.go). Where there
// are no binaries, its tests are skipped with a message, or fail when DUNWELL_REQUIRE_POSTGRES=1.
package storetest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/store"
)

// Engine is one of the two.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Engines are all engines, for tests that write the loop themselves.
var Engines = []Engine{SQLite, Postgres}

// Each runs test once per engine, each time with a fresh, migrated database.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(string(engine), func(t *testing.T) { test(t, Open(t, engine)) })
	}
}

// Open gives a fresh, migrated database that is closed when the test ends. Its clock stands at Start; see OpenAt for
// one that can be moved.
func Open(t testing.TB, engine Engine) *store.DB {
	t.Helper()
	return OpenAt(t, engine, NewClock())
}

// OpenAt is Open with a clock.
func OpenAt(t testing.TB, engine Engine, clock *Clock) *store.DB {
	t.Helper()
	if engine == Postgres {
		c := server(t)
		return Connect(t, c.database(t, c.template), clock)
	}
	return Connect(t, URL(t, engine), clock)
}

// URL makes an empty place for a database: for tests that open it themselves, or more than once.
func URL(t testing.TB, engine Engine) string {
	t.Helper()
	if engine == Postgres {
		return server(t).database(t, "")
	}
	return filepath.Join(t.TempDir(), "dunwell.db")
}

// Connect opens a database and migrates it; it is closed when the test ends.
func Connect(t testing.TB, url string, clock *Clock) *store.DB {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, url, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := migrate(ctx, db); err != nil {
		t.Fatal(err)
	}
	return db
}

// Migrate is called, when it is set before the first test, to bring further tables up to date in the databases of tests: those of the
// job queue, in tests that have one.
var Migrate func(context.Context, *store.DB) error

func migrate(ctx context.Context, db *store.DB) error {
	if err := db.Migrate(ctx); err != nil || Migrate == nil {
		return err
	}
	return Migrate(ctx, db)
}

// Start is where clocks stand.
var Start = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)

// Clock stands still until it is told to move. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock is a clock at Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now reads it.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves it to t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves it by d.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }
