package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// Migrate brings River's tables up to date; one of the two is nil. Processes that start together wait for each other.
func Migrate(ctx context.Context, sqlite *sql.DB, postgres *pgxpool.Pool) error {
	var err error
	if sqlite != nil {
		err = migrateSQLite(ctx, sqlite)
	} else {
		err = migratePostgres(ctx, postgres)
	}
	if err != nil {
		return fmt.Errorf("jobs: migrate: %w", err)
	}
	return nil
}

// migrateSQLite takes all steps in one transaction, which has the file to itself from its beginning.
func migrateSQLite(ctx context.Context, pool *sql.DB) (err error) {
	migrator, err := newMigrator(riversqlite.New(pool))
	if err != nil {
		return err
	}
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	done, err := migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil) //nolint:staticcheck // deprecated for what PostgreSQL cannot do in one transaction
	if err != nil || len(done.Versions) == 0 {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// migrationLock is any number, as long as it is always this one, and not that of the application's migrations.
const migrationLock = "SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock(7164532904)"

// migratePostgres takes each step in a transaction of its own, because a value of an enumeration cannot be used in the
// transaction that adds it. Another one holds the lock meanwhile.
func migratePostgres(ctx context.Context, pool *pgxpool.Pool) error {
	if pool.Config().MaxConns < 2 {
		return errFewConnections
	}
	migrator, err := newMigrator(riverpgxv5.New(pool))
	if err != nil {
		return err
	}
	lock, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Rollback(context.WithoutCancel(ctx)) }() // nothing was written
	if _, err := lock.Exec(ctx, migrationLock); err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func newMigrator[T any](driver riverdriver.Driver[T]) (*rivermigrate.Migrator[T], error) {
	return rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
}
