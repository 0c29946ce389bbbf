package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A server that is killed at every step of handing a case over, and of writing it to its folder, is followed by one that takes
// it up: the case is handed over once, and its file is there once, whole.
func TestKilledInAHandover(t *testing.T) {
	w := newWorkshop(t)
	points := pointsOf(t, "handover", "collection")
	t.Run("all", func(t *testing.T) {
		for _, engine := range storetest.Engines {
			for _, point := range points {
				t.Run(fmt.Sprintf("%s %s", engine, point), func(t *testing.T) {
					t.Parallel()
					killedInAHandover(t, w, engine, point)
				})
			}
		}
	})
}

func killedInAHandover(t *testing.T, w *workshop, engine storetest.Engine, point string) {
	r, folder := w.rig(t, engine), t.TempDir()
	r.environ = append(r.environ, "DUNWELL_COLLECTIONS="+folder, "DUNWELL_SANDBOX=true")
	const settings = `{"collection": {"folder": "cases"}}`
	if status, _, text := callWith(t, r.environ, settings, "merchants", "set", "--merchant", retries, "--settings", "-"); status != 0 {
		t.Fatal(text)
	}
	p := r.start("DUNWELL_WORKERS=0")
	ask := func(method, path, body string) string {
		t.Helper()
		answer, err := order{method: method, path: path, body: body}.send(p.base, retries)
		if err != nil {
			t.Fatalf("%v\n%s", err, p.text())
		}
		return answer
	}
	ask("POST", "/invoices/RE2/modifyDunning", `{"dunninglevel": 5}`)
	ask("PUT", "/sandbox/clock", `{"now": "`+time.Now().UTC().AddDate(0, 1, 0).Format("2006-01-02T15:04:05.000Z")+`"}`)
	ask("POST", "/dunning/runs", `{}`)
	p.stop()

	p = r.start("DUNWELL_TEST_CRASH_AT="+point, "DUNWELL_WORKERS=1")
	p.killed()
	p = r.restart("DUNWELL_WORKERS=1")
	servertest.Until(t, "the case is in the folder, and its job is done", func() bool {
		return strings.Contains(ask("GET", "/dunning/runs/1", ""), `"done"`) && len(cases(t, folder)) > 0 && strings.Contains(ask("GET", "/invoices/RE2/dunning", ""), `"handover"`)
	})
	p.stop()
	r.verify()
	if files := cases(t, folder); len(files) != 1 {
		t.Errorf("the folder has %q", files)
	}
}

// cases are the whole files in a folder of collections.
func cases(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, retries, "cases", "[^.]*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() == 0 || filepath.Ext(file) != ".zip" {
			t.Errorf("%s is no case: %v", file, err)
		}
	}
	return files
}
