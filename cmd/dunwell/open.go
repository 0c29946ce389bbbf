package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store"
)

// openApp opens all that the server works with. The function closes it again.
func openApp(ctx context.Context, s *settings, publicURL string, log *slog.Logger) (*app.App, func(), error) {
	templates := mail.Templates{Dir: s.Templates}
	if err := templates.Check(); err != nil {
		return nil, nil, fmt.Errorf("--templates: %w", errors.Unwrap(err)) // which says what they are
	}
	if err := checkCollections(s.Collections); err != nil {
		return nil, nil, err
	}
	sender, closeSender, err := openSender(s)
	if err != nil {
		return nil, nil, err
	}
	a, closeAll, err := open(ctx, s, toCreate, s.Workers, log, func(c *app.Config) error {
		c.PublicURL, c.Mail, c.MailFrom, c.Templates = publicURL, sender, s.sender(), templates
		c.Collections = s.Collections
		c.Documents = document.New(document.Options{})
		c.Files, err = openFiles(ctx, s)
		return err
	})
	if err != nil {
		closeSender()
		return nil, nil, err
	}
	return a, func() { closeSender(); closeAll() }, nil
}

// open opens the database, for what the command may do, and makes an App of it, with as many workers: complete adds what
// more it needs.
func open(ctx context.Context, s *settings, may access, workers int, log *slog.Logger, complete func(*app.Config) error) (*app.App, func(), error) {
	calls, err := outbound.New(outbound.Options{AllowPrivate: s.AllowNetworks})
	if err != nil {
		return nil, nil, err
	}
	db, clock, err := openDatabase(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	queue, err := jobs.Open(jobs.Config{SQLite: db.SQLite(), Postgres: db.Postgres(), Workers: workers, Logger: log})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	c := app.Config{DB: db, Clock: clock, Elapsed: time.Now, Outbound: calls, Jobs: queue, Logger: log}
	if err := complete(&c); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	a := app.New(c)
	if err := prepare(ctx, db, a, may); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return a, func() { _ = db.Close() }, nil // every acknowledged change is on disk already
}

// checkCollections wants a directory that is there: one that is made in the place of a disk that is not mounted would take cases
// that nobody reads.
func checkCollections(dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no directory", dir)
	}
	if err != nil {
		return fmt.Errorf("--collections: %w; make the directory first", err)
	}
	return nil
}

// openSender is the mail server, or the directory that takes its place; nobody where nobody works. The function ends its connections.
func openSender(s *settings) (mail.Sender, func(), error) {
	if s.SMTPURL != "" {
		server, err := mail.Open(s.SMTPURL, mail.Timeouts{})
		if err != nil {
			return nil, nil, usagef("--smtp-url: %s", strings.TrimPrefix(strings.TrimPrefix(err.Error(), "mail: "), "SMTP URL: "))
		}
		return server, func() { _ = server.Close() }, nil // mails that were taken are taken
	}
	if s.Workers == 0 {
		return nil, func() {}, nil
	}
	if err := s.makeData(); err != nil {
		return nil, nil, err
	}
	folder, err := mail.OpenOutbox(s.outbox())
	return folder, func() {}, err
}

// openDatabase opens the database, and sets its clock.
func openDatabase(ctx context.Context, s *settings) (*store.DB, *app.Clock, error) {
	clock, err := openClock(s)
	if err != nil {
		return nil, nil, err
	}
	where := "DUNWELL_DATABASE_URL"
	if s.DatabaseURL == "" {
		where = "--data " + s.Data
		if err := s.makeData(); err != nil {
			return nil, nil, err
		}
	}
	db, err := store.Open(ctx, s.database(), clock.Now)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; check that %s names the server's database and that it may be read and written", err, where)
	}
	return db, clock, nil
}

// prepare brings the database up to date, and enters into the journal what is older than it; where a command only reads, it
// refuses what would have to be changed. The tables of the job queue are not read by any.
func prepare(ctx context.Context, db *store.DB, a *app.App, may access) error {
	if may == toRead {
		err := db.CheckSchema(ctx)
		if errors.Is(err, store.ErrOlderSchema) {
			return errOlder
		}
		return err
	}
	if err := migrate(ctx, db); err != nil {
		return err
	}
	return a.Upgrade(ctx)
}

var errOlder = errors.New("the database is not up to date, and this command changes nothing; run dunwell migrate first")

// migrate brings our tables and those of the job queue up to date.
func migrate(ctx context.Context, db *store.DB) error {
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	return jobs.Migrate(ctx, db.SQLite(), db.Postgres())
}

func openClock(s *settings) (*app.Clock, error) {
	if !s.Sandbox {
		return app.NewClock(time.Now), nil
	}
	if err := s.makeData(); err != nil {
		return nil, err
	}
	return app.NewSandboxClock(time.Now, s.clock())
}

func openFiles(ctx context.Context, s *settings) (blob.Store, error) {
	if s.BlobURL == "" {
		if err := s.makeData(); err != nil {
			return nil, err
		}
	}
	return blob.Open(ctx, s.blobs())
}
