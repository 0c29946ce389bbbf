package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/store"
)

// openApp opens database and files. The function closes them again.
func openApp(ctx context.Context, s *settings, publicURL string) (*app.App, func(), error) {
	db, clock, err := openDatabase(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	files, err := openFiles(ctx, s)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	a := app.New(app.Config{
		DB: db, Files: files, Documents: document.New(document.Options{}), Clock: clock, PublicURL: publicURL, Elapsed: time.Now,
	})
	return a, func() { _ = db.Close() }, nil // every acknowledged change is on disk already
}

// openDatabase opens the database, brings it up to date, and sets its clock.
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
	if err := db.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, clock, nil
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
