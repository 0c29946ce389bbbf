package impl_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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

// The two merchants of every world. Their user names are their ids.
const (
	acme     = "acme"
	rival    = "rival"
	password = "p@55w0rd"
)

// world is a whole server: a database, files, the API over loopback HTTP, and two merchants.
type world struct {
	*testing.T
	engine  storetest.Engine
	clock   *storetest.Clock // the day it is
	elapsed *storetest.Clock // how long passwords are trusted
	dir     string           // of the files
	db      *store.DB
	files   blob.Store
	app     *app.App
	url     string // with the base path
	client  *http.Client
	log     *lines
}

// each runs a test once per engine, in a world of its own.
func each(t *testing.T, test func(*world)) {
	t.Helper()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			test(newWorld(t, engine, storetest.OpenAt(t, engine, clock), clock))
		})
	}
}

// newWorld starts a server over a migrated database.
func newWorld(t *testing.T, engine storetest.Engine, db *store.DB, clock *storetest.Clock) *world {
	t.Helper()
	w := &world{T: t, engine: engine, clock: clock, elapsed: storetest.NewClock(), dir: t.TempDir(), db: db, client: &http.Client{Transport: &http.Transport{}}, log: &lines{}}
	files, err := blob.OpenLocal(w.dir)
	w.no(err)
	w.files = files
	w.start(app.NewClock(clock.Now))
	for _, id := range []string{acme, rival} {
		w.no(w.app.CreateMerchant(t.Context(), id, strings.ToUpper(id), "EUR"))
		w.key(id, app.NewKey{Username: id, Password: password, Permissions: []string{app.AllPermissions}})
	}
	return w
}

// start makes the objects of a process over what is stored, and lets them answer.
func (w *world) start(clock *app.Clock, change ...func(*serve.Options)) {
	w.Helper()
	server := httptest.NewUnstartedServer(nil)
	w.url = "http://" + server.Listener.Addr().String() + api.BasePath
	w.app = app.New(app.Config{
		DB: w.db, Files: w.files, Documents: document.New(document.Options{Timeout: time.Minute}), Clock: clock, PublicURL: w.url, Elapsed: w.elapsed.Now,
	})
	operations := impl.New(w.app)
	options := serve.Options{
		Contract:     contract(),
		Authenticate: operations.Authenticate,
		Caller:       impl.CallerName,
		Problem:      impl.Problem,
		Ready:        w.app.Ready,
		Logger:       slog.New(slog.NewTextHandler(w.log, nil)),
		Responses:    serve.CheckFail,
	}
	for _, f := range change {
		f(&options)
	}
	handler, err := serve.New(operations, options)
	w.no(err)
	server.Config.Handler = handler
	server.Start()
	w.Cleanup(func() {
		w.client.CloseIdleConnections()
		server.Close()
		if w.Failed() {
			w.Log(w.log.String())
		}
	})
}

// contract is compiled once for all tests.
var contract = sync.OnceValue(func() *validate.Contract {
	c, err := validate.New(spec())
	if err != nil {
		panic(err)
	}
	return c
})

// key creates a key whose hash takes microseconds. What real ones take is tested in package app.
func (w *world) key(merchant string, k app.NewKey) *store.Key {
	w.Helper()
	salt := []byte("0123456789abcdef")
	encode := base64.RawStdEncoding.EncodeToString
	hash := "$argon2id$v=19$m=8,t=1,p=1$" + encode(salt) + "$" + encode(argon2.IDKey([]byte(k.Password), salt, 1, 8, 1, 32))
	key := &store.Key{Username: k.Username, Permissions: k.Permissions, Networks: k.Networks, Hash: hash}
	w.no(w.db.Update(w.Context(), merchant, func(tx *store.Tx) error { return tx.InsertKey(key) }))
	return key
}

func (w *world) no(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// tables reads every row of every table there is, as text.
func (w *world) tables() map[string][]string {
	w.Helper()
	all := map[string][]string{}
	w.no(w.db.View(w.Context(), acme, func(tx *store.Tx) error {
		clear(all)
		names := `SELECT name FROM sqlite_master WHERE type = 'table'`
		if w.engine == storetest.Postgres {
			names = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
		}
		tables, err := rows(tx, names)
		if err != nil {
			return err
		}
		for _, table := range tables {
			name := strings.Trim(table, "[]")
			if all[name], err = rows(tx, `SELECT * FROM `+name); err != nil {
				return err
			}
			slices.Sort(all[name])
		}
		return nil
	}))
	if len(all["invoices"])+len(all["merchants"]) == 0 {
		w.Fatal("the tables were not read")
	}
	return all
}

// rows gives every row of a query as text.
func rows(tx *store.Tx, query string) (texts []string, err error) {
	if tx.PGX() != nil {
		found, err := tx.PGX().Query(tx.Context(), query)
		if err != nil {
			return nil, err
		}
		defer found.Close()
		for found.Next() {
			values, err := found.Values()
			if err != nil {
				return nil, err
			}
			texts = append(texts, fmt.Sprint(values))
		}
		return texts, found.Err()
	}
	found, err := tx.SQL().QueryContext(tx.Context(), query)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		texts = append(texts, fmt.Sprint(values))
	}
	return texts, found.Err()
}

// onDisk lists the files that are kept, and those that are being received.
func (w *world) onDisk() (names []string) {
	w.Helper()
	w.no(filepath.WalkDir(w.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err == nil {
			names = append(names, fmt.Sprintf("%s %d", strings.TrimPrefix(path, w.dir), info.Size()))
		}
		return err
	}))
	return names
}

// everything is all that is stored, a line for each row and file.
func (w *world) everything() string {
	w.Helper()
	tables := w.tables()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for _, row := range tables[name] {
			fmt.Fprintf(&b, "%s %s\n", name, row)
		}
	}
	return b.String() + strings.Join(w.onDisk(), "\n")
}

// unchanged fails if anything stored is not as it was before.
func (w *world) unchanged(before string) { w.Helper(); w.unchangedBut(before, "\x00") }

// unchangedBut is unchanged but for new rows that contain a text.
func (w *world) unchangedBut(before, may string) {
	w.Helper()
	was, is := strings.Split(before, "\n"), strings.Split(w.everything(), "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			w.Errorf("gone: %s", line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) && !strings.Contains(line, may) {
			w.Errorf("new: %s", line)
		}
	}
}

// events gives the kinds of the events of an invoice of acme's, the oldest first.
func (w *world) events(reference string) (kinds []string) {
	w.Helper()
	w.no(w.db.View(w.Context(), acme, func(tx *store.Tx) error {
		kinds = nil
		inv, err := tx.Invoice("invoice", reference)
		if err != nil {
			return err
		}
		events, err := tx.Events(inv.ID)
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
		return err
	}))
	return kinds
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// object is a JSON object of an answer.
type object = map[string]any

func parse[T any](w *world, data []byte) (v T) {
	w.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		w.Fatalf("%v in %s", err, data)
	}
	return v
}

type ctx = context.Context

// together calls f n times at once.
func (w *world) together(n int, f func(i int) int) []int {
	w.Helper()
	results, start := make([]int, n), make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return results
}
