package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	sqlite "modernc.org/sqlite/lib"

	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/internal/bench/load"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// realServer is the name of dunwell serve in tables.
const realServer = "dunwell serve"

// instance is a running dunwell on an engine.
type instance struct {
	*process
	house
	program string
	engine  string   // with version
	data    []string // settings that say where the data is
	close   func()   // of the engine
}

func (s *instance) stop() {
	s.process.stop()
	s.close()
}

// newSQLiteServer starts one whose data was seeded by another process: what seeding costs is not measured.
func newSQLiteServer(ctx context.Context, h house, dunwell string, settings ...string) (*instance, error) {
	data, err := os.MkdirTemp(h.temp, "data-")
	if err != nil {
		return nil, err
	}
	s := &instance{house: h, program: dunwell, engine: "SQLite " + sqlite.SQLITE_VERSION, data: []string{"--data", data}, close: func() {}}
	return s, s.seed(ctx, settings)
}

// newPostgresServer is the same on a PostgreSQL of its own. Without one the error is storetest.ErrNoPostgres.
func newPostgresServer(ctx context.Context, h house, dunwell string, settings ...string) (*instance, error) {
	data, err := os.MkdirTemp(h.temp, "data-")
	if err != nil {
		return nil, err
	}
	url, stop, err := storetest.Durable()
	if err != nil {
		return nil, err
	}
	s := &instance{house: h, program: dunwell, data: []string{"--data", data, "--database-url", url}, close: stop}
	if s.engine, err = postgresVersion(ctx, url); err == nil {
		err = s.seed(ctx, settings)
	}
	if err != nil {
		stop()
	}
	return s, err
}

func postgresVersion(ctx context.Context, url string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	version, _, _ := strings.Cut(conn.PgConn().ParameterStatus("server_version"), " ")
	return "PostgreSQL " + version, conn.Close(ctx)
}

func (s *instance) seed(ctx context.Context, settings []string) error {
	if err := s.run(ctx, "--demo"); err != nil {
		return err
	}
	s.process.stop()
	return s.run(ctx, settings...)
}

// run starts a process on the data. The one before was stopped.
func (s *instance) run(ctx context.Context, settings ...string) (err error) {
	s.process, err = start(ctx, s.temp, nil, s.program, slices.Concat([]string{"serve", "--addr", "127.0.0.1:0"}, s.data, settings)...)
	return err
}

// opener starts the real server on an engine.
type opener func(ctx context.Context, h house, dunwell string, settings ...string) (*instance, error)

var engines = []opener{newSQLiteServer, newPostgresServer}

// noPostgres is why figures of PostgreSQL are missing.
const noPostgres = "No PostgreSQL was installed where this ran."

// durable is a load on the real server; every answer was sent after its commit was on disk.
type durable struct {
	Engine      string
	Workload    string
	Connections int
	load.Result
}

// durables loads the real server on both engines. Without PostgreSQL there is a reason instead.
func durables(ctx context.Context, h house, dunwell string, e effort) (all []durable, missing string, err error) {
	for _, open := range engines {
		s, err := open(ctx, h, dunwell)
		if errors.Is(err, storetest.ErrNoPostgres) {
			return all, noPostgres, nil
		}
		if err != nil {
			return nil, "", err
		}
		results, err := s.write(ctx, e)
		s.stop()
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w\n%s", s.engine, err, s.tail())
		}
		all = append(all, results...)
	}
	return all, "", nil
}

// most connections of a load.
const most = 64

func (s *instance) write(ctx context.Context, e effort) ([]durable, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	loads := []struct {
		title   string
		status  int
		request func(int) (*http.Request, error)
	}{
		{"PUT invoice, 20 items", http.StatusOK, update},
		{"POST invoice, 20 items, with Idempotency-Key", http.StatusCreated, create},
	}
	var all []durable
	for _, l := range loads {
		for _, connections := range []int{16, most} {
			best := durable{Engine: s.engine, Workload: l.title, Connections: connections}
			for range 3 {
				result, err := load.Run{Address: s.address, Connections: connections, Duration: e.durable, Status: l.status, Request: l.request}.Do(ctx)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", l.title, err)
				}
				if result.PerSecond > best.PerSecond {
					best.Result = result
				}
			}
			all = append(all, best)
		}
	}
	return all, nil
}

// customer has the invoices of the loads.
const customer = "BENCH"

// prepare makes a customer, and a draft for each connection: callers seldom change the same invoice at the same time.
func (s *instance) prepare(ctx context.Context) error {
	if err := s.call(ctx, http.StatusCreated, "/api/identities", `{"reference":"`+customer+`"}`); err != nil {
		return err
	}
	for i := range most {
		err := s.call(ctx, http.StatusCreated, "/api/identities/"+customer+"/invoices", `{"reference":"`+draft(i)+`"}`)
		if err != nil {
			return err
		}
	}
	return nil
}

func draft(connection int) string { return fmt.Sprintf("%s%d", customer, connection) }

// call posts something that is answered with that status.
func (s *instance) call(ctx context.Context, status int, path, body string) error {
	r, err := request(http.MethodPost, path, []byte(body))
	if err != nil {
		return err
	}
	r.URL.Scheme, r.URL.Host = "http", s.address
	answer, err := http.DefaultClient.Do(r.WithContext(ctx))
	if err != nil {
		return err
	}
	defer answer.Body.Close()            //nolint:errcheck // only read
	text, err := io.ReadAll(answer.Body) // to its end, or the connection serves no other call
	if err == nil && answer.StatusCode != status {
		err = fmt.Errorf("POST %s: %s: %s", path, answer.Status, text[:min(len(text), 1000)])
	}
	return err
}

func request(method, path string, body []byte) (*http.Request, error) {
	r, err := http.NewRequest(method, path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", benchload.Authorization)
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}

// marked is the invoice of the benchmarks with content that is new each time, or there would be nothing to write.
func marked() []byte {
	return bytes.Replace(benchload.Invoice(), []byte(`"custom_value"`), []byte(`"`+load.Mark+`"`), 1)
}

// update changes the connection's draft.
func update(connection int) (*http.Request, error) {
	return request(http.MethodPut, "/api/invoices/"+draft(connection), marked())
}

// create makes a new invoice; the answer is kept under a new key in the same transaction.
func create(int) (*http.Request, error) {
	r, err := request(http.MethodPost, "/api/identities/"+customer+"/invoices", benchload.Invoice())
	if err == nil {
		r.Header.Set("Idempotency-Key", load.Mark)
	}
	return r, err
}
