package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// sqliteEngine is one connection that writes and a pool that only reads. In WAL mode readers see the last commit and
// never wait for the writer.
type sqliteEngine struct {
	writer  *writer
	readers *sql.DB
}

// busyTimeout is how long a statement waits for the lock of another process.
const busyTimeout = 5 * time.Second

func openSQLite(ctx context.Context, path string) (*sqliteEngine, error) {
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, errors.New("store: a database needs a file: readers and the writer are different connections")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := makePrivate(abs); err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	// synchronous(FULL): in WAL mode the default of many wrappers, NORMAL, loses the last commits when the power goes.
	one := openPool(abs, 1, "journal_mode(WAL)", "synchronous(FULL)")
	if err := one.PingContext(ctx); err != nil { // makes the file, and makes it WAL, before a reader opens it
		_ = one.Close()
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	readers := openPool(abs, max(4, 2*runtime.GOMAXPROCS(0)), "query_only(1)")
	return &sqliteEngine{writer: startWriter(one), readers: readers}, nil
}

// makePrivate makes the file, empty, if it is not there: for us alone, because it will have secrets in it, and SQLite would
// ask the umask only. What SQLite puts beside it is as private. A file that is there is not opened: closing it would take the
// locks of this process from it.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return errors.Unwrap(err) // without the path once more
	}
	return file.Close()
}

func openPool(path string, size int, pragmas ...string) *sql.DB {
	options := url.Values{"_txlock": {"immediate"}} // a transaction that begins by reading and then writes could not wait its turn
	// recursive_triggers: without it a row that is replaced is deleted without the trigger that refuses its deletion.
	for _, p := range append(pragmas, fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "foreign_keys(1)", "recursive_triggers(1)", "cache_size(-32000)") {
		options.Add("_pragma", p)
	}
	name := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	pool := sql.OpenDB(connector{name: name.String()})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool
}

func (e *sqliteEngine) update(ctx context.Context, limit time.Duration, body func(session) error) error {
	return e.writer.update(ctx, limit, body)
}

func (e *sqliteEngine) view(ctx context.Context, body func(session) error) error {
	tx, err := e.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return body(&reading{ctx: ctx, tx: tx})
}

func (e *sqliteEngine) ping(ctx context.Context) error { return e.readers.PingContext(ctx) }

func (e *sqliteEngine) close() error {
	return errors.Join(e.writer.close(), e.readers.Close())
}

// reading is a View on SQLite.
type reading struct {
	ctx context.Context
	tx  *sql.Tx
}

func (r *reading) context() context.Context { return r.ctx }
func (r *reading) sqlTx() *sql.Tx           { return r.tx }
func (r *reading) pgxTx() pgx.Tx            { return nil }

func (r *reading) exec(query string, args []any) (int64, error) {
	return sqlExec(r.ctx, r.tx, query, args)
}

func (r *reading) query(query string, args []any, each func(row) error) error {
	return sqlQuery(r.ctx, r.tx, query, args, each)
}

func sqlExec(ctx context.Context, tx *sql.Tx, query string, args []any) (int64, error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func sqlQuery(ctx context.Context, tx *sql.Tx, query string, args []any, each func(row) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error that matters
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
