package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// DB is a database of one of the two engines. It is safe for concurrent use.
type DB struct {
	engine  engine
	dialect *dialect
	clock   func() time.Time
	ids     ids
}

// engine is what SQLite and PostgreSQL do each in their own way.
type engine interface {
	// update runs body in a writing transaction and returns once it is on disk. body may run more than once.
	// limit bounds one run of body.
	update(ctx context.Context, limit time.Duration, body func(session) error) error
	// view runs body in a snapshot that cannot write. body may run more than once.
	view(ctx context.Context, body func(session) error) error
	ping(ctx context.Context) error
	close() error
}

// updateLimit bounds one closure of Update. Closures do no I/O of their own, so that even a large one takes
// milliseconds; the limit is there for the one that hangs.
const updateLimit = 10 * time.Second

// Open opens the database named by url: postgres://… or postgresql://…, or else the path of a SQLite file, which is
// created when it is missing (its directory is not). It does not touch the schema; see Migrate. clock is read once
// per transaction.
func Open(ctx context.Context, url string, clock func() time.Time) (*DB, error) {
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		e, err := openPostgres(ctx, url)
		if err != nil {
			return nil, err
		}
		return &DB{engine: e, dialect: &postgresDialect, clock: clock}, nil
	}
	e, err := openSQLite(ctx, url)
	if err != nil {
		return nil, err
	}
	return &DB{engine: e, dialect: &sqliteDialect, clock: clock}, nil
}

// Close waits for running transactions and closes the database.
func (db *DB) Close() error { return db.engine.close() }

// Ping reports whether the database answers; for readiness checks. The error is for the log.
func (db *DB) Ping(ctx context.Context) error { return db.engine.ping(ctx) }

// Engine names the engine: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.dialect.name }

// Update runs fn in a transaction that belongs to merchant, and returns nil only when its changes are on disk.
// When fn returns an error or panics, nothing of it remains.
//
// fn may run more than once (after a serialization failure, or when another transaction of the same flush broke),
// so it must not have effects outside tx, and must assign rather than append to what it captures. It must not call
// Update itself. On SQLite fn waits its turn and delays others: no I/O in it.
//
// A cancelled ctx stops fn at its next statement; after that point it no longer matters, and the true outcome is returned.
// The errors of fn come back as they are; an engine that is busy, full or gone is *ar.Error of kind ar.Unavailable.
func (db *DB) Update(ctx context.Context, merchant string, fn func(*Tx) error) error {
	return db.unavailable(db.engine.update(ctx, updateLimit, db.body(ctx, merchant, db.dialect.lock, fn)))
}

// View runs fn on a snapshot of what belongs to merchant. Statements that would write fail. fn may run more than once.
func (db *DB) View(ctx context.Context, merchant string, fn func(*Tx) error) error {
	return db.unavailable(db.engine.view(ctx, db.body(ctx, merchant, "", fn)))
}

// body makes a transaction of what the engine hands out.
func (db *DB) body(ctx context.Context, merchant, lock string, fn func(*Tx) error) func(session) error {
	return func(s session) error {
		tx := &Tx{Now: db.now(), merchant: merchant, caller: ctx, session: s, dialect: db.dialect, lock: lock, ids: &db.ids}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.failed // fn may have ignored it; what is half done is not committed
	}
}

// now reads the clock in the resolution in which times are stored.
func (db *DB) now() time.Time { return db.clock().UTC().Truncate(time.Millisecond) }

// unavailable turns an engine's error that is nobody's fault into one a caller may retry on.
func (db *DB) unavailable(err error) error {
	if err == nil || errors.As(err, new(*ar.Error)) {
		return err
	}
	if db.dialect.fault(err).transient() {
		return notAvailable(err)
	}
	return err
}

func notAvailable(cause error) error {
	return &ar.Error{Kind: ar.Unavailable, Code: ar.CodeUnavailable, Message: "The database is not available at the moment.", Cause: cause}
}
