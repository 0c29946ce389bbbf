// Package servertest runs whole servers for tests: a database of either engine, files, mail, jobs, the application, and
// the API over loopback HTTP, with two merchants and clocks that are moved by hand.
//
//	func TestMain(m *testing.M) { os.Exit(servertest.Main(m)) }
//
//	s := servertest.New(t, servertest.Config{Engine: storetest.Postgres, Workers: 2})
//	r.SetBasicAuth(servertest.Acme, servertest.Password) // and send it to s.URL
//
// Everything is as in production, but for what a Config says. Answers are held against the contract.
package servertest

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/impl"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Config is what a server is made of. What is left zero is filled in: the zero value is a server on SQLite whose mail
// lands in a folder, if anybody works.
type Config struct {
	Engine storetest.Engine // of the database; SQLite when empty
	DB     *store.DB        // a migrated database, which the server leaves open; a new one when nil
	Dir    string           // of files, outbox and, without a test, an SQLite database

	Day     *storetest.Clock // what day it is; stands still at storetest.Start
	Elapsed *storetest.Clock // the clock of waits; stands still as well
	Clock   *app.Clock       // what the database reads; nil: Day

	Workers   int // that send mail and callbacks; 0: what is ordered waits
	Mail      mail.Sender
	Templates mail.Templates
	Outbound  outbound.Options
	Documents document.Options

	Serve func(*serve.Options)            // changes how the API is mounted
	Wrap  func(http.Handler) http.Handler // stands before the API
}

// Server is a running server, and what it is made of.
type Server struct {
	Config
	Files blob.Store
	App   *app.App
	URL   string // of the API, with its base path
	Log   *Log

	http *httptest.Server
	end  []func() error // the last first
}

// New runs a server until the test ends. What it has logged is shown when the test fails.
func New(t testing.TB, c Config) *Server {
	t.Helper()
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	c.clocks()
	if c.DB == nil {
		c.DB = newDatabase(t, &c)
	}
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if t.Failed() {
			t.Log(s.Log)
		}
	})
	return s
}

// newDatabase makes a database that is gone after the test.
func newDatabase(t testing.TB, c *Config) *store.DB {
	t.Helper()
	if c.Engine == "" {
		c.Engine = storetest.SQLite
	}
	if c.Clock == nil {
		return storetest.OpenAt(t, c.Engine, c.Day)
	}
	db, err := openDatabase(storetest.URL(t, c.Engine), c.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Start runs a server until it is closed: for examples, which have no test. Without a Config.DB, the database is SQLite,
// in Config.Dir.
func Start(c Config) (_ *Server, err error) {
	c.clocks()
	s := &Server{Config: c, Log: new(Log)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.Clock == nil {
		s.Clock = app.NewClock(s.Day.Now)
	}
	if s.DB == nil {
		if s.DB, err = openDatabase(filepath.Join(s.Dir, "dunwell.db"), s.Clock.Now); err != nil {
			return nil, err
		}
		s.end = append(s.end, s.DB.Close)
	}
	s.http = httptest.NewUnstartedServer(nil)
	s.end = append(s.end, func() error { s.http.Close(); return nil })
	s.URL = "http://" + s.http.Listener.Addr().String() + api.BasePath
	if err := s.makeApp(); err != nil {
		return nil, err
	}
	if err := s.makeMerchants(); err != nil {
		return nil, err
	}
	return s, s.serve()
}

func (c *Config) clocks() {
	if c.Day == nil {
		c.Day = storetest.NewClock()
	}
	if c.Elapsed == nil {
		c.Elapsed = storetest.NewClock()
	}
}

func openDatabase(url string, now func() time.Time) (*store.DB, error) {
	ctx := context.Background()
	db, err := store.Open(ctx, url, now)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// makeApp makes the application, and starts its workers.
func (s *Server) makeApp() (err error) {
	ctx := context.Background()
	if err := jobs.Migrate(ctx, s.DB.SQLite(), s.DB.Postgres()); err != nil {
		return err
	}
	queue, err := jobs.Open(jobs.Config{SQLite: s.DB.SQLite(), Postgres: s.DB.Postgres(), Workers: s.Workers, Logger: s.Log.logger()})
	if err != nil {
		return err
	}
	if s.Files, err = blob.OpenLocal(filepath.Join(s.Dir, "files")); err != nil {
		return err
	}
	if s.Mail == nil {
		if s.Mail, err = mail.OpenOutbox(s.outbox()); err != nil {
			return err
		}
	}
	calls, err := outbound.New(s.Outbound)
	if err != nil {
		return err
	}
	if s.Documents.Timeout == 0 {
		s.Documents.Timeout = time.Minute // whoever tests shares processors
	}
	s.App = app.New(app.Config{
		DB: s.DB, Files: s.Files, Documents: document.New(s.Documents), Clock: s.Clock, Jobs: queue, Mail: s.Mail, Templates: s.Templates,
		MailFrom: "invoices@dunwell.example", Outbound: calls, Logger: s.Log.logger(), PublicURL: s.URL, Elapsed: s.Elapsed.Now,
	})
	s.end = append(s.end, func() error { return s.App.Stop(ctx) })
	return s.App.Start(ctx)
}

func (s *Server) serve() error {
	operations := impl.New(s.App)
	options := serve.Options{
		Contract:     Contract(),
		Authenticate: operations.Authenticate,
		Caller:       impl.CallerName,
		Problem:      impl.Problem,
		Ready:        s.App.Ready,
		Logger:       s.Log.logger(),
		Responses:    serve.CheckFail,
	}
	if s.Serve != nil {
		s.Serve(&options)
	}
	handler, err := serve.New(operations, options)
	if err != nil {
		return err
	}
	s.http.Config.Handler = handler
	if s.Wrap != nil {
		s.http.Config.Handler = s.Wrap(handler)
	}
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that tests cut
	s.http.Start()
	return nil
}

// Contract is compiled once for all servers of a process.
var Contract = sync.OnceValue(func() *validate.Contract {
	doc, err := api.Document()
	if err != nil {
		panic(err)
	}
	c, err := validate.New(doc)
	if err != nil {
		panic(err)
	}
	return c
})

// Again runs a second server over the same database, files and clocks until the test ends, as another process would.
func (s *Server) Again(t testing.TB, change func(*Config)) *Server {
	t.Helper()
	c := s.Config
	change(&c)
	return New(t, c)
}

// Close ends the server as an operator would: requests and workers finish what they are at.
func (s *Server) Close() error {
	var errs []error
	for len(s.end) > 0 {
		last := len(s.end) - 1
		end := s.end[last]
		s.end = s.end[:last]
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}
