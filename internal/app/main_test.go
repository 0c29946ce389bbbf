package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/outbound"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// TestMain is also the child that looks into PDFs, see package document.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		syscall.Exit(document.InspectMain(os.Args[2:]))
	}
	storetest.Migrate = func(ctx context.Context, db *store.DB) error { return jobs.Migrate(ctx, db.SQLite(), db.Postgres()) }
	code := storetest.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// bench is an application with one merchant, acme.
type bench struct {
	*testing.T
	*App
	db      *store.DB
	clock   *storetest.Clock // the day it is
	elapsed *storetest.Clock // how long passwords are trusted
	dir     string           // of the files
	outbox  string           // where mails go
}

// by is the server, acting for the merchant acme.
var by = System("acme", store.ActorSystem)

// each runs a test once per engine.
func each(t *testing.T, test func(*bench)) {
	t.Helper()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) { on(t, engine, test) })
	}
}

// on runs a test on one engine: for what is about mails, files and requests more than about rows.
func on(t *testing.T, engine storetest.Engine, test func(*bench)) {
	t.Helper()
	b := &bench{T: t, clock: storetest.NewClock(), elapsed: storetest.NewClock(), dir: t.TempDir()}
	b.db = storetest.OpenAt(t, engine, b.clock)
	files, err := blob.OpenLocal(b.dir)
	b.no(err)
	b.elapsed.Set(time.Now()) // certificates and the queue's own waits are of this time
	b.App = New(b.config(files))
	b.no(b.CreateMerchant(t.Context(), by.Merchant, "ACME", "EUR"))
	test(b)
}

// config is an application that works nothing by itself: tests call its handlers, or start its queue.
func (b *bench) config(files blob.Store) Config {
	b.Helper()
	queue, err := jobs.Open(jobs.Config{SQLite: b.db.SQLite(), Postgres: b.db.Postgres(), Workers: 4})
	b.no(err)
	b.outbox = b.TempDir()
	sender, err := mail.OpenOutbox(b.outbox)
	b.no(err)
	out, err := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	b.no(err)
	return Config{
		DB: b.db, Files: files, Documents: document.New(document.Options{Timeout: time.Minute}), Clock: NewClock(b.clock.Now),
		Jobs: queue, Mail: sender, MailFrom: "billing@example.com", Outbound: out, Logger: slog.New(slog.NewTextHandler(b.Output(), nil)),
		PublicURL: "https://billing.example.com/api/", Elapsed: b.elapsed.Now,
	}
}

func (b *bench) no(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
