package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
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

// runServer serves until ctx ends, and works off what was ordered.
func runServer(ctx context.Context, out io.Writer, log *slog.Logger, s *settings) error {
	listener, err := listen(s.Addr)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server closes it first; this is for a start that fails
	a, closeAll, err := openApp(ctx, s, s.public(listener.Addr()), log)
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
	return work(ctx, a, s.Grace, func(ctx context.Context) error {
		greet(ctx, out, a, s, listener.Addr())
		return handler.Serve(ctx, listener)
	})
}

// work lets the workers of this process begin, runs serve, and then stops them: what is ordered by the last request is
// not begun any more unless the grace time allows it, and is on disk for the next process. The grace time begins for both
// when ctx ends.
func work(ctx context.Context, a *app.App, grace time.Duration, serve func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	patience, done := after(ctx, grace)
	defer done()
	if err := a.Start(ctx); err != nil {
		return err
	}
	err := serve(ctx)
	cancel() // serve may have failed on its own
	return errors.Join(err, a.Stop(patience))
}

// after is a context that ends some time after ctx.
func after(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return later, func() { stop(); cancel() }
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

// greet says where the server is and how to try it.
func greet(ctx context.Context, out io.Writer, a *app.App, s *settings, addr net.Addr) {
	base := local(addr)
	fmt.Fprintf(out, "dunwell %s listens on %s\n", version(), base)
	switch merchants, err := a.Merchants(ctx); {
	case s.Demo:
		fmt.Fprintf(out, "\n  demo data, public passwords: demo:p@55w0rd and rival:p@55w0rd\n\n  curl -u 'demo:p@55w0rd' %s/invoices/RE12345\n\n", base)
	case err == nil && len(merchants) == 0:
		fmt.Fprint(out, "\n  There is no API key yet. Create one with: dunwell keys create --merchant acme --user acme\n\n")
	default:
		greetMerchants(out, lacks(merchants))
	}
	if s.PublicURL == "" && !loopback(s.Addr) {
		fmt.Fprintf(out, "  links begin with %s; set --public-url to what others reach this server by\n", base)
	}
	if s.Sandbox {
		fmt.Fprintf(out, "  sandbox: the clock can be moved with PUT %s/sandbox/clock\n", base)
	}
	greetMail(out, s)
}

// greetMerchants says whose letters the law would not take, of some of them: a server may have thousands.
func greetMerchants(out io.Writer, lacks []string) {
	const few = 5
	for _, lack := range lacks[:min(few, len(lacks))] {
		fmt.Fprintf(out, "  %s\n", lack)
	}
	if more := len(lacks) - few; more > 0 {
		fmt.Fprintf(out, "  and %d more, which dunwell merchants list names\n", more)
	}
}

// greetMail says where mail goes, and never how the server gets in there.
func greetMail(out io.Writer, s *settings) {
	switch u, err := url.Parse(s.SMTPURL); {
	case s.Workers == 0:
		fmt.Fprint(out, "  no workers: mail and callbacks wait for a server with --workers on the same database\n")
	case s.SMTPURL == "":
		fmt.Fprintf(out, "  mail is not sent but written to %s, a file for each; --smtp-url sends it\n", s.outbox())
	case err == nil:
		fmt.Fprintf(out, "  mail goes to %s, from %s unless the merchant has an address\n", u.Host, s.sender())
	}
}
