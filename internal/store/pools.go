package store

import (
	"database/sql"

	"github.com/jackc/pgx/v5/pgxpool"
)

// SQLite is the pool of the one connection that writes, nil on PostgreSQL. It is for the job queue alone, whose tables
// are in the same file: who writes through the same connection never finds the file locked, and gets a turn between two
// commits. A transaction on it holds up every Update.
func (db *DB) SQLite() *sql.DB {
	if e, ok := db.engine.(*sqliteEngine); ok {
		return e.writer.pool
	}
	return nil
}

// Postgres is the pool, nil on SQLite; for the job queue alone.
func (db *DB) Postgres() *pgxpool.Pool {
	if e, ok := db.engine.(*postgresEngine); ok {
		return e.pool
	}
	return nil
}
