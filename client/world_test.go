package client_test

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/impl"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// The merchants of every world. Their user names are their ids.
const (
	acme     = "acme"
	rival    = "rival"
	password = "p@55w0rd"
)

// world is a whole server: SQLite, files, and the API over loopback HTTP.
type world struct {
	url   string // with the base path
	dir   string // of database and files
	db    *store.DB
	app   *app.App
	clock *storetest.Clock // the day it is
	close func()
}

// openWorld starts a server that keeps everything in dir. wrap, if it is not nil, stands before the API.
func openWorld(dir string, wrap func(http.Handler) http.Handler) (_ *world, err error) {
	w := &world{dir: dir, clock: storetest.NewClock()}
	ctx := context.Background()
	if w.db, err = store.Open(ctx, filepath.Join(dir, "dunwell.db"), w.clock.Now); err != nil {
		return nil, err
	}
	if err := w.db.Migrate(ctx); err != nil {
		return nil, err
	}
	files, err := blob.OpenLocal(filepath.Join(dir, "files"))
	if err != nil {
		return nil, err
	}
	server := httptest.NewUnstartedServer(nil)
	w.url = "http://" + server.Listener.Addr().String() + api.BasePath
	w.app = app.New(app.Config{DB: w.db, Files: files, Documents: document.New(document.Options{Timeout: time.Minute}),
		Clock: app.NewClock(w.clock.Now), PublicURL: w.url, Elapsed: time.Now})
	operations := impl.New(w.app)
	handler, err := serve.New(operations, serve.Options{Authenticate: operations.Authenticate, Problem: impl.Problem,
		Logger: slog.New(slog.DiscardHandler), Responses: serve.CheckFail})
	if err != nil {
		return nil, err
	}
	server.Config.Handler = handler
	if wrap != nil {
		server.Config.Handler = wrap(handler)
	}
	for _, merchant := range []string{acme, rival} {
		if err := w.merchant(ctx, merchant); err != nil {
			return nil, err
		}
	}
	server.Start()
	w.close = func() {
		server.Close()
		_ = w.db.Close()
	}
	return w, nil
}

// merchant creates a merchant with a key whose hash takes microseconds.
func (w *world) merchant(ctx context.Context, id string) error {
	if err := w.app.CreateMerchant(ctx, id, id, "EUR"); err != nil {
		return err
	}
	salt, encode := []byte("0123456789abcdef"), base64.RawStdEncoding.EncodeToString
	hash := "$argon2id$v=19$m=8,t=1,p=1$" + encode(salt) + "$" + encode(argon2.IDKey([]byte(password), salt, 1, 8, 1, 32))
	key := &store.Key{Username: id, Permissions: []string{app.AllPermissions}, Hash: hash}
	return w.db.Update(ctx, id, func(tx *store.Tx) error { return tx.InsertKey(key) })
}

// newWorld is a world that ends with the test.
func newWorld(t testing.TB, wrap func(http.Handler) http.Handler) *world {
	t.Helper()
	w, err := openWorld(t.TempDir(), wrap)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}

// client calls the world as acme.
func (w *world) client(t testing.TB, options ...client.Option) *client.Client {
	t.Helper()
	return newClient(t, w.url, append([]client.Option{client.BasicAuth(acme, password)}, options...)...)
}

// newClient is a client of any server whose connections end with the test.
func newClient(t testing.TB, url string, options ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// exampleServer starts the server that all examples share and gives its base URL. Each example keeps to references of
// its own.
func exampleServer() string { return exampleWorld().url }

var exampleWorld = sync.OnceValue(func() *world {
	dir, err := os.MkdirTemp("", "dunwell-examples")
	if err != nil {
		panic(err)
	}
	w, err := openWorld(dir, nil)
	if err != nil {
		panic(err)
	}
	end := w.close
	w.close = func() {
		end()
		_ = os.RemoveAll(dir)
	}
	examplesRan = true
	return w
})

// examplesRan says that there is a server to stop.
var examplesRan bool

func stopExampleServer() {
	if examplesRan {
		http.DefaultClient.CloseIdleConnections()
		exampleWorld().close()
	}
}
