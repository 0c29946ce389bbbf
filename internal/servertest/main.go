package servertest

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Main runs a package's tests, calls what is to come after them, and fails when goroutines are left. Call it from TestMain:
// os.Exit(servertest.Main(m)). It is also the child that looks into PDFs, see package document.
func Main(m *testing.M, after ...func()) int {
	child()
	storetest.Migrate = func(ctx context.Context, db *store.DB) error { return jobs.Migrate(ctx, db.SQLite(), db.Postgres()) }
	code := storetest.Main(m)
	for _, f := range after {
		f()
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

// child looks into a PDF and ends the process, if that is what it was started for.
func child() {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		syscall.Exit(document.InspectMain(os.Args[2:])) // with os.Exit, the race detector would wait a second
	}
}

// Until waits for a condition that must come true.
func Until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
