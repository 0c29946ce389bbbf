package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/dunwell/dunwell/internal/ar"
)

// Tx is a transaction that belongs to one merchant. It is good only inside the closure it was handed to, and for one
// goroutine.
type Tx struct {
	Now time.Time // the transaction's one clock reading: UTC, whole milliseconds

	merchant string
	caller   context.Context
	session  session
	dialect  *dialect
	failed   error  // the statement that failed, until the enclosing Savepoint rolls it back
	depth    int    // of savepoints
	lock     string // ends a SELECT of a row that is about to change; empty in a View
	ids      *ids
}

// session is an engine's transaction.
type session interface {
	// context is the one statements run in. On SQLite it does not end when the caller's does: interrupting a
	// statement would roll back everybody's transaction, not only the caller's.
	context() context.Context
	exec(query string, args []any) (int64, error)
	// query calls each once per row; the row is read before the next statement can run.
	query(query string, args []any, each func(row) error) error
	sqlTx() *sql.Tx
	pgxTx() pgx.Tx
}

// row is one row of an answer.
type row interface{ Scan(dest ...any) error }

// MerchantID is the merchant the transaction belongs to.
func (tx *Tx) MerchantID() string { return tx.merchant }

// Context is the context for statements that others run on SQL or PGX.
func (tx *Tx) Context() context.Context { return tx.session.context() }

// SQL is the transaction underneath on SQLite, nil on PostgreSQL: for jobs that are enqueued with what they are about.
func (tx *Tx) SQL() *sql.Tx { return tx.session.sqlTx() }

// PGX is the transaction underneath on PostgreSQL, nil on SQLite.
func (tx *Tx) PGX() pgx.Tx { return tx.session.pgxTx() }

// Savepoint runs fn. When fn returns an error or panics, what it changed is taken back and the transaction is as good
// as before; the error is returned as it is.
func (tx *Tx) Savepoint(fn func() error) (err error) {
	if tx.failed != nil {
		return tx.failed
	}
	tx.depth++
	name := "s" + strconv.Itoa(tx.depth)
	defer func() { tx.depth-- }()
	if err := tx.run("SAVEPOINT " + name); err != nil {
		return err
	}
	done := false
	defer func() {
		if done && err == nil {
			err = tx.failed
		}
		if done && err == nil {
			err = tx.run("RELEASE SAVEPOINT " + name)
			return
		}
		tx.failed = nil
		if back := errors.Join(tx.run("ROLLBACK TO SAVEPOINT "+name), tx.run("RELEASE SAVEPOINT "+name)); back != nil {
			tx.failed = back
		}
	}()
	err = fn()
	done = true
	return err
}

// run executes a statement that has nothing to do with a merchant.
func (tx *Tx) run(query string) error {
	_, err := tx.session.exec(query, nil)
	if err != nil && tx.failed == nil {
		tx.failed = err
	}
	return err
}

// exec runs a statement whose $1 is the merchant and tells how many rows it changed.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	if err := tx.ready(args); err != nil {
		return 0, err
	}
	n, err := tx.session.exec(query, tx.args(args))
	if err != nil {
		tx.failed = err
	}
	return n, err
}

// query runs a query whose $1 is the merchant and calls each for every row.
func (tx *Tx) query(query string, args []any, each func(row) error) error {
	if err := tx.ready(args); err != nil {
		return err
	}
	err := tx.session.query(query, tx.args(args), each)
	if err != nil {
		tx.failed = err
	}
	return err
}

// first runs a query of at most one row and tells whether there was one.
func (tx *Tx) first(query string, args []any, dest ...any) (bool, error) {
	found := false
	err := tx.query(query, args, func(r row) error {
		found = true
		return r.Scan(dest...)
	})
	return found, err
}

// ready tells whether a statement may run, and fails the transaction if not.
func (tx *Tx) ready(args []any) error {
	if tx.failed == nil {
		tx.failed = tx.caller.Err()
	}
	if tx.failed == nil {
		tx.failed = storable(args)
	}
	return tx.failed
}

// storable refuses texts that PostgreSQL cannot hold, so that both engines answer alike. It is a net: they should have
// been refused by their name before.
func storable(args []any) error {
	for _, arg := range args {
		if s, ok := arg.(string); ok && !storableText(s) {
			return ar.InvalidFields(ar.Detail{Error: "A text is not UTF-8, or contains NUL.", Hint: "Texts are UTF-8 without NUL."})
		}
	}
	return nil
}

func storableText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func (tx *Tx) args(args []any) []any {
	all := make([]any, 0, len(args)+1)
	return append(append(all, tx.merchant), args...)
}
