package conformance

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/impl"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// TestMain is also the child that looks into PDFs, see package document.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		syscall.Exit(document.InspectMain(os.Args[2:]))
	}
	status := storetest.Main(m)
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(status)
}

var built string // the program that looks into PDFs, if the tests had to build it

// build makes the program that looks into PDFs where this one takes too long to start.
var build = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		return err
	}
	built = filepath.Join(dir, "dunwell")
	if out, err := exec.Command("go", "build", "-o", built, "../../cmd/dunwell").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
})

// inspector is the command that looks into PDFs; none is this program.
func inspector(t *testing.T) []string {
	t.Helper()
	if !raceEnabled {
		return nil
	}
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return []string{built, document.Command}
}

// The two merchants of every server of ours.
var (
	acme  = Credentials{User: "acme", Password: "p@55w0rd"}
	rival = Credentials{User: "rival", Password: "p@55w0rd"}
)

// ours is our server over an SQLite database of its own, in sandbox mode, and behind what wraps it: nil for nothing.
// The Config given back has its URL and both merchants.
func ours(t *testing.T, wrap func(http.Handler) http.Handler) Config {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock, err := app.NewSandboxClock(time.Now, filepath.Join(t.TempDir(), "clock"))
	ok(err)
	db, err := store.Open(t.Context(), storetest.URL(t, storetest.SQLite), clock.Now)
	ok(err)
	t.Cleanup(func() { db.Close() })
	ok(db.Migrate(t.Context()))
	files, err := blob.OpenLocal(t.TempDir())
	ok(err)

	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String() + api.BasePath
	application := app.New(app.Config{
		DB: db, Files: files, Documents: document.New(document.Options{Timeout: time.Minute, Program: inspector(t)}), Clock: clock, PublicURL: url, Elapsed: time.Now,
	})
	operations := impl.New(application)
	handler, err := serve.New(operations, serve.Options{
		Contract: contract(), Authenticate: operations.Authenticate, Caller: impl.CallerName, Problem: impl.Problem, Ready: application.Ready,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	ok(err)
	server.Config.Handler = handler
	if wrap != nil {
		server.Config.Handler = wrap(handler)
	}
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelInfo) // aborted uploads
	server.Start()
	t.Cleanup(server.Close)
	for _, c := range []Credentials{acme, rival} {
		ok(application.CreateMerchant(t.Context(), c.User, c.User, "EUR"))
		ok(db.Update(t.Context(), c.User, func(tx *store.Tx) error { return tx.InsertKey(cheapKey(c)) }))
	}
	return Config{URL: url, Merchant: acme, Other: rival}
}

// cheapKey is a key with all permissions whose hash takes microseconds.
func cheapKey(c Credentials) *store.Key {
	salt, encode := []byte("0123456789abcdef"), base64.RawStdEncoding.EncodeToString
	hash := argon2.IDKey([]byte(c.Password), salt, 1, 8, 1, 32)
	return &store.Key{Username: c.User, Permissions: []string{app.AllPermissions}, Hash: "$argon2id$v=19$m=8,t=1,p=1$" + encode(salt) + "$" + encode(hash)}
}

// contract is compiled once for all servers.
var contract = sync.OnceValue(func() *validate.Contract {
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

// peek reads the body of a request and puts it back.
func peek(r *http.Request) string {
	content, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(content))
	return string(content)
}
