package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is all that differs between the two engines' SQL.
type dialect struct {
	name string

	// lock ends a SELECT whose rows stay as they are until the transaction ends. SQLite has one writer and needs
	// none. PostgreSQL's weaker FOR NO KEY UPDATE does, because keys never change; it lets others insert rows that refer to it.
	lock string

	// migrationLock makes a second process wait until this transaction has migrated. SQLite's writer is alone anyway.
	migrationLock string

	// migrated counts the tables of migrations: one, unless the database is empty.
	migrated string

	// fault names what an engine's error is about, by its code.
	fault func(error) fault
}

var sqliteDialect = dialect{
	name:     "sqlite",
	migrated: `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'`,
	fault:    sqliteFault,
}

var postgresDialect = dialect{
	name:          "postgres",
	lock:          " FOR NO KEY UPDATE",
	migrationLock: "SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(7164532903)", // any number, as long as it is always this one
	migrated:      `SELECT count(to_regclass('schema_migrations'))`,
	fault:         postgresFault,
}

// fault is the class of an engine's error.
type fault uint8

const (
	faultOther   fault = iota
	faultUnique        // a key that exists
	faultForeign       // a row that is referred to does not exist
	faultRefused       // a trigger or a check refused it
	faultLocked        // somebody else held the lock for too long
	faultRetry         // serialization failure or deadlock: the same transaction may succeed now
	faultAway          // the database cannot be reached, is full or broken
)

// transient tells whether the same request may succeed later.
func (f fault) transient() bool { return f == faultLocked || f == faultRetry || f == faultAway }

func sqliteFault(err error) fault {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return faultOther
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return faultUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return faultForeign
	case sqlite3.SQLITE_CONSTRAINT_TRIGGER, sqlite3.SQLITE_CONSTRAINT_CHECK:
		return faultRefused
	}
	switch e.Code() & 0xff { // the primary code; the rest of the bits say more about it
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return faultLocked
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
		return faultAway
	}
	return faultOther
}

func postgresFault(err error) fault {
	if errors.As(err, new(*pgconn.ConnectError)) {
		return faultAway
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return faultOther
	}
	switch e.Code {
	case "23505":
		return faultUnique
	case "23503":
		return faultForeign
	case "23514", appendOnlyState:
		return faultRefused
	case "55P03": // lock_timeout
		return faultLocked
	case "40001", "40P01":
		return faultRetry
	}
	switch e.Code[:2] {
	case "08", "53", "57", "58": // connection, resources, operator intervention, system
		return faultAway
	}
	return faultOther
}

// appendOnlyState is the SQLSTATE the triggers of the PostgreSQL migrations raise.
const appendOnlyState = "DW001"
