package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/impl"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/store"
)

func serveCommand(ctx context.Context, env environment, args []string) error {
	s, rest, err := readSettings(env, "serve", args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("%q is not understood; serve takes flags only", rest[0])
	}
	return runServer(ctx, env.out, slog.New(slog.NewTextHandler(env.err, nil)), s)
}

// runServer serves until ctx ends.
func runServer(ctx context.Context, out io.Writer, log *slog.Logger, s *settings) error {
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server closes it first; this is for a start that fails
	a, closeAll, err := openApp(ctx, s, s.public(listener.Addr()))
	if err != nil {
		return err
	}
	defer closeAll()
	if s.Demo {
		if err := seedDemo(ctx, a); err != nil {
			return fmt.Errorf("demo data: %w", err)
		}
	}
	handler, err := newHandler(a, s, log)
	if err != nil {
		return err
	}
	keep, stop := context.WithCancel(ctx)
	defer stop()
	go housekeeping(keep, log, a)
	greet(ctx, out, a, s, listener.Addr())
	return handler.Serve(ctx, listener)
}

// newHandler puts the contract, its operations and their mounting together.
func newHandler(a *app.App, s *settings, log *slog.Logger) (*serve.Handler, error) {
	contract, err := contractFor(s)
	if err != nil {
		return nil, err
	}
	operations := impl.New(a)
	return serve.New(operations, serve.Options{
		Contract:       contract,
		Authenticate:   operations.Authenticate,
		Caller:         impl.CallerName,
		Problem:        impl.Problem,
		Ready:          a.Ready,
		Logger:         log,
		Responses:      s.Responses,
		MaxConcurrent:  s.MaxConcurrent,
		MaxBodyBytes:   map[string]int64{"importExternalDocument": s.MaxFile + 1<<20}, // the other parts, and what is around them
		TrustedProxies: s.TrustedProxies,
		Grace:          s.Grace,
	})
}

// contractFor is the contract with this server's own limit of files.
func contractFor(s *settings) (*validate.Contract, error) {
	doc, err := api.Document()
	if err != nil {
		return nil, err
	}
	doc.Components.Schemas["DocumentImport"].Value.Properties["file"].Value.Extensions["x-max-bytes"] = s.MaxFile
	return validate.New(doc)
}

// openApp opens database and files. The function closes them again.
func openApp(ctx context.Context, s *settings, publicURL string) (*app.App, func(), error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, nil, err
	}
	clock := app.NewClock(time.Now)
	if s.Sandbox {
		var err error
		if clock, err = app.NewSandboxClock(time.Now, filepath.Join(s.Data, "sandbox-clock")); err != nil {
			return nil, nil, err
		}
	}
	db, err := store.Open(ctx, s.database(), clock.Now)
	if err != nil {
		return nil, nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	files, err := blob.Open(ctx, s.blobs())
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	a := app.New(app.Config{
		DB: db, Files: files, Documents: document.New(document.Options{}), Clock: clock, PublicURL: publicURL, Elapsed: time.Now,
	})
	return a, func() { _ = db.Close() }, nil
}

// housekeeping removes what has expired, until ctx ends.
func housekeeping(ctx context.Context, log *slog.Logger, a *app.App) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := a.Tidy(ctx); err != nil && ctx.Err() == nil {
			log.Error("housekeeping failed", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// greet says where the server is and how to try it.
func greet(ctx context.Context, out io.Writer, a *app.App, s *settings, addr net.Addr) {
	base := "http://" + addr.String() + api.BasePath
	fmt.Fprintf(out, "dunwell %s listens on %s\n", version(), base)
	switch merchants, err := a.Merchants(ctx); {
	case s.Demo:
		fmt.Fprintf(out, "\n  demo data, public passwords: demo:p@55w0rd and rival:p@55w0rd\n\n  curl -u 'demo:p@55w0rd' %s/invoices/RE12345\n\n", base)
	case err == nil && len(merchants) == 0:
		fmt.Fprint(out, "\n  There is no API key yet. Create one with: dunwell keys create --merchant acme --user acme\n\n")
	}
	if s.Sandbox {
		fmt.Fprintf(out, "  sandbox: the clock can be moved with PUT %s/sandbox/clock\n", base)
	}
	if s.SMTPURL != "" {
		fmt.Fprint(out, "  DUNWELL_SMTP_URL is set, but this version sends no mail yet.\n")
	}
}
