package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// migrationLimit bounds one migration: building an index over millions of rows takes minutes.
const migrationLimit = time.Hour

// migration is one step of the schema, from a file such as 001_start.sql.
type migration struct {
	version int64
	name    string
	script  string
}

// fills are what no SQL can: they complete a step, in its transaction.
var fills = map[int64]func(session) error{3: fillPaymentKeys}

// Migrate brings the schema up to date, one transaction per step, and then draws the secrets that no SQL can draw. Processes that start together wait for each other.
// A database that a newer binary has migrated is refused.
func (db *DB) Migrate(ctx context.Context) error {
	steps, err := readMigrations(db.dialect.name)
	if err != nil {
		return err
	}
	for {
		done := false
		err := db.engine.update(ctx, migrationLimit, func(s session) error {
			done, err = db.step(s, steps)
			return err
		})
		if err != nil {
			return db.unavailable(err)
		}
		if done {
			return db.drawCallbackSecrets(ctx)
		}
	}
}

// ErrOlderSchema is the answer about a database that lacks a migration, or all of them.
var ErrOlderSchema = errors.New("store: the database is not up to date")

// CheckSchema tells, without a change, whether Migrate has nothing to do: else it is ErrOlderSchema, or the refusal of a
// database that a newer binary has migrated.
func (db *DB) CheckSchema(ctx context.Context) error {
	steps, err := readMigrations(db.dialect.name)
	if err != nil {
		return err
	}
	return db.unavailable(db.engine.view(ctx, func(s session) error {
		tables := int64(0)
		if err := s.query(db.dialect.migrated, nil, func(r row) error { return r.Scan(&tables) }); err != nil {
			return err
		}
		if tables == 0 {
			return ErrOlderSchema
		}
		current, err := schemaVersion(s)
		if err != nil {
			return err
		}
		if pending, err := pending(steps, current); err != nil || len(pending) == 0 {
			return err
		}
		return ErrOlderSchema
	}))
}

// pending are the steps that a database of a version lacks.
func pending(steps []migration, current int64) ([]migration, error) {
	if newest := steps[len(steps)-1].version; current > newest {
		return nil, fmt.Errorf("store: the database has schema version %d, but this binary knows only %d; start a newer binary", current, newest)
	}
	next := slices.IndexFunc(steps, func(m migration) bool { return m.version > current })
	if next < 0 {
		return nil, nil
	}
	return steps[next:], nil
}

// step applies the next migration, and reports true when there is none.
func (db *DB) step(s session, steps []migration) (bool, error) {
	if db.dialect.migrationLock != "" {
		if _, err := s.exec(db.dialect.migrationLock, nil); err != nil {
			return false, err
		}
	}
	const table = `CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)`
	if _, err := s.exec(table, nil); err != nil {
		return false, err
	}
	current, err := schemaVersion(s)
	if err != nil {
		return false, err
	}
	next, err := pending(steps, current)
	if err != nil || len(next) == 0 {
		return err == nil, err
	}
	m := next[0]
	if _, err := s.exec(m.script, nil); err != nil {
		return false, fmt.Errorf("store: migration %s: %w", m.name, err)
	}
	if fill := fills[m.version]; fill != nil {
		if err := fill(s); err != nil {
			return false, fmt.Errorf("store: migration %s: %w", m.name, err)
		}
	}
	_, err = s.exec(`INSERT INTO schema_migrations (version, name, applied) VALUES ($1, $2, $3)`, []any{m.version, m.name, db.now().UnixMilli()})
	return false, err
}

func schemaVersion(s session) (int64, error) {
	var version int64
	err := s.query(`SELECT coalesce(max(version), 0) FROM schema_migrations`, nil, func(r row) error { return r.Scan(&version) })
	return version, err
}

// readMigrations reads an engine's steps in their order.
func readMigrations(engine string) ([]migration, error) {
	files, err := fs.Glob(migrations, "migrations/"+engine+"/*.sql") // sorted by name
	if err != nil {
		return nil, err
	}
	steps := make([]migration, 0, len(files))
	for _, file := range files {
		script, err := migrations.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".sql")
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("store: migration %s does not begin with a number", name)
		}
		steps = append(steps, migration{version: version, name: name, script: string(script)})
	}
	return steps, nil
}
