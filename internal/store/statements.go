package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// connector opens SQLite connections that keep their prepared statements. database/sql prepares anew for every call
// on a transaction, and for short statements preparing costs more than running.
type connector struct {
	name string // file:… with options
}

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := new(sqlite.Driver).Open(c.name)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("store: the SQLite driver lacks an interface"), conn.Close())
	}
	return &caching{sqliteConn: full, idle: map[string]sqliteStmt{}}, nil
}

func (c connector) Driver() driver.Driver { return new(sqlite.Driver) }

type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// maxIdle bounds the statements a connection keeps. Lists with conditions make many texts; the others are about fifty.
const maxIdle = 256

// caching is a connection with its idle statements. A statement in use is not in the map, so that a second use of the
// same text while rows are open gets a statement of its own. database/sql never calls a connection concurrently.
type caching struct {
	sqliteConn
	idle map[string]sqliteStmt
}

func (c *caching) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := stmt.ExecContext(ctx, args)
	return result, errors.Join(err, c.put(query, stmt))
}

func (c *caching) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.put(query, stmt))
	}
	return &cachedRows{Rows: rows, conn: c, query: query, stmt: stmt}, nil
}

func (c *caching) take(ctx context.Context, query string) (sqliteStmt, error) {
	if stmt, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := stmt.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("store: the SQLite driver lacks an interface"), stmt.Close())
	}
	return full, nil
}

// put keeps a statement for its next use. When there is no room, it closes any other one: which, matters little.
func (c *caching) put(query string, stmt sqliteStmt) error {
	if _, ok := c.idle[query]; ok {
		return stmt.Close()
	}
	if len(c.idle) >= maxIdle {
		for other, old := range c.idle {
			delete(c.idle, other)
			if err := old.Close(); err != nil {
				return errors.Join(err, stmt.Close())
			}
			break
		}
	}
	c.idle[query] = stmt
	return nil
}

func (c *caching) Close() error {
	var errs []error
	for _, stmt := range c.idle {
		errs = append(errs, stmt.Close())
	}
	clear(c.idle)
	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

// cachedRows gives its statement back when it is closed.
type cachedRows struct {
	driver.Rows
	conn  *caching
	query string
	stmt  sqliteStmt
}

func (r *cachedRows) Close() error {
	err := r.Rows.Close()
	if r.stmt == nil {
		return err
	}
	err = errors.Join(err, r.conn.put(r.query, r.stmt))
	r.stmt = nil
	return err
}
