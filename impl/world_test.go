package impl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

const (
	acme     = servertest.Acme
	rival    = servertest.Rival
	password = servertest.Password
)

// world is a whole server, and a client of it.
type world struct {
	*testing.T
	*servertest.Server
	client *http.Client
}

// each runs a test once per engine, in a world of its own.
func each(t *testing.T, test func(*world)) {
	t.Helper()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) { test(newWorld(t, servertest.Config{Engine: engine})) })
	}
}

func newWorld(t *testing.T, c servertest.Config) *world {
	t.Helper()
	w := &world{T: t, Server: servertest.New(t, c), client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

// again goes on with another process over what is stored.
func (w *world) again(change func(*servertest.Config)) {
	w.Helper()
	w.Server = w.Server.Again(w.T, change)
}

func (w *world) key(merchant string, k app.NewKey) *store.Key {
	w.Helper()
	return w.Key(w.T, merchant, k)
}

// files is where the files are.
func (w *world) files() string { return filepath.Join(w.Dir, "files") }

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
	w.no(w.DB.View(w.Context(), acme, func(tx *store.Tx) error {
		clear(all)
		names := `SELECT name FROM sqlite_master WHERE type = 'table'`
		if w.Engine == storetest.Postgres {
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
	w.no(filepath.WalkDir(w.files(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err == nil {
			names = append(names, fmt.Sprintf("%s %d", strings.TrimPrefix(path, w.files()), info.Size()))
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
	w.no(w.DB.View(w.Context(), acme, func(tx *store.Tx) error {
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
