package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/impl"
	"github.com/dunwell/dunwell/internal/app"
)

func serveCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "run the server"}
	return withSettings(env, c, func(ctx context.Context, s *settings) error {
		err := runServer(ctx, env.out, slog.New(slog.NewTextHandler(env.err, nil)), s)
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return errors.New("stopped before the start was finished")
		}
		return err
	})
}

// runServer serves until ctx ends.
func runServer(ctx context.Context, out io.Writer, log *slog.Logger, s *settings) error {
	listener, err := listen(s.Addr)
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
	debug.FreeOSMemory() // reading the contract takes more than is kept of it, and the first password needs 19 MiB
	keep, stop := context.WithCancel(ctx)
	defer stop()
	go housekeeping(keep, log, a)
	greet(ctx, out, a, s, listener.Addr())
	return handler.Serve(ctx, listener)
}

func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens on %s; stop it, or name another address with --addr", addr)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w; name another address with --addr", addr, err)
	}
	return listener, nil
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
	doc.Components.Schemas["DocumentImport"].Value.Properties["file"].Value.Extensions["x-max-bytes"] = float64(s.MaxFile)
	return validate.New(doc)
}

// housekeeping removes what has expired, until ctx ends. Not at the start: nothing is urgent, and whoever has started the
// wrong database should be able to stop it before anything is removed.
func housekeeping(ctx context.Context, log *slog.Logger, a *app.App) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := a.Tidy(ctx); err != nil && ctx.Err() == nil {
			log.Error("housekeeping failed", "error", err)
		}
	}
}

// greet says where the server is and how to try it.
func greet(ctx context.Context, out io.Writer, a *app.App, s *settings, addr net.Addr) {
	base := local(addr)
	fmt.Fprintf(out, "dunwell %s listens on %s\n", version(), base)
	switch merchants, err := a.Merchants(ctx); {
	case s.Demo:
		fmt.Fprintf(out, "\n  demo data, public passwords: demo:p@55w0rd and rival:p@55w0rd\n\n  curl -u 'demo:p@55w0rd' %s/invoices/RE12345\n\n", base)
	case err == nil && len(merchants) == 0:
		fmt.Fprint(out, "\n  There is no API key yet. Create one with: dunwell keys create --merchant acme --user acme\n\n")
	}
	if s.PublicURL == "" && !loopback(s.Addr) {
		fmt.Fprintf(out, "  links begin with %s; set --public-url to what others reach this server by\n", base)
	}
	if s.Sandbox {
		fmt.Fprintf(out, "  sandbox: the clock can be moved with PUT %s/sandbox/clock\n", base)
	}
	if s.SMTPURL != "" {
		fmt.Fprint(out, "  DUNWELL_SMTP_URL is set, but this version sends no mail yet.\n")
	}
}
