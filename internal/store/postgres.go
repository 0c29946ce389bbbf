package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresEngine runs transactions at READ COMMITTED with explicit row locks, and again when the server asks for it.
type postgresEngine struct {
	pool *pgxpool.Pool
}

// lockTimeout is how long a statement waits for a lock, such as a second request with the same idempotency key for
// the first one.
const lockTimeout = 5 * time.Second

// attempts bounds how often a transaction runs that the server refuses as a deadlock or serialization failure.
const attempts = 10

func openPostgres(ctx context.Context, url string) (*postgresEngine, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("store: the database URL cannot be read; it looks like postgres://user:password@host:5432/name") // pgx's own error shows parts of it
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "dunwell"
	}
	if !strings.Contains(url, "pool_max_conns") { // what the operator says holds: some databases have few connections
		config.MaxConns = max(config.MaxConns, int32(4*runtime.GOMAXPROCS(0)), 8)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("store: connect to PostgreSQL: %w", err)
	}
	return &postgresEngine{pool: pool}, nil
}

func (e *postgresEngine) update(ctx context.Context, limit time.Duration, body func(session) error) error {
	// The settings travel with the BEGIN, in one round trip, and end with the transaction: a pooler in between may
	// hand the connection to somebody else afterwards.
	begin := fmt.Sprintf("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = %d; SET LOCAL statement_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d",
		lockTimeout.Milliseconds(), limit.Milliseconds(), limit.Milliseconds())
	return e.repeat(ctx, func() error {
		err := e.transact(ctx, begin, body)
		if errors.Is(err, pgx.ErrTxCommitRollback) { // an error of a statement run on PGX was ignored
			return fmt.Errorf("store: a failed statement was ignored: %w", err)
		}
		return err
	})
}

func (e *postgresEngine) view(ctx context.Context, body func(session) error) error {
	return e.repeat(ctx, func() error {
		return e.transact(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
	})
}

func (e *postgresEngine) transact(ctx context.Context, begin string, body func(session) error) error {
	tx, err := e.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return lost(ctx, err)
	}
	committed := false
	defer func() {
		if !committed { // also when body panics; the error that matters is body's
			end, cancel := ending(ctx)
			defer cancel()
			_ = tx.Rollback(end)
		}
	}()
	if err := body(&transaction{ctx: ctx, tx: tx}); err != nil {
		return err
	}
	committed = true
	end, cancel := ending(ctx)
	defer cancel()
	return lost(end, tx.Commit(end))
}

// ending is for a COMMIT or ROLLBACK: the end of ctx must not cut it short, or the outcome would be unknown. It has a
// time of its own, however long the transaction took.
func ending(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), updateLimit)
}

// repeat runs once until its error is no longer one that the server asks to repeat. The pauses grow, and are drawn, so
// that two who stood in each other's way do not meet again.
func (e *postgresEngine) repeat(ctx context.Context, once func() error) error {
	for attempt := 1; ; attempt++ {
		err := once()
		if err == nil || attempt == attempts || postgresFault(err) != faultRetry {
			return err
		}
		pause := time.NewTimer(rand.N(time.Millisecond << attempt)) // spreads load, guards nothing
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

func (e *postgresEngine) ping(ctx context.Context) error { return e.pool.Ping(ctx) }

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}

// transaction is an Update or a View on PostgreSQL.
type transaction struct {
	ctx context.Context
	tx  pgx.Tx
}

func (t *transaction) context() context.Context { return t.ctx }
func (t *transaction) sqlTx() *sql.Tx           { return nil }
func (t *transaction) pgxTx() pgx.Tx            { return t.tx }

func (t *transaction) exec(query string, args []any) (int64, error) {
	tag, err := t.tx.Exec(t.ctx, query, args...)
	return tag.RowsAffected(), t.named(err)
}

func (t *transaction) query(query string, args []any, each func(row) error) error {
	rows, err := t.tx.Query(t.ctx, query, args...)
	if err != nil {
		return t.named(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return t.named(rows.Err())
}

// named gives a lost connection a name.
func (t *transaction) named(err error) error {
	if !t.tx.Conn().IsClosed() {
		return err
	}
	return lost(t.ctx, err)
}

// lost is Unavailable for a connection that could not be had or broke: pgx has no code for that. An error of the
// server's or the end of the caller's context stays what it is.
func lost(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || errors.As(err, new(*pgconn.PgError)) || errors.Is(err, pgx.ErrTxCommitRollback) {
		return err
	}
	return notAvailable(err)
}
