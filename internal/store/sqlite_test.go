package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// The file has secrets in it: nobody else may read it, nor what SQLite puts beside it. What somebody else has made stays as
// it is.
func TestPrivateFile(t *testing.T) {
	path := storetest.URL(t, storetest.SQLite)
	storetest.Connect(t, path, storetest.NewClock())
	for _, end := range []string{"", "-wal", "-shm"} {
		checkMode(t, path+end, 0o600)
	}

	given := filepath.Join(t.TempDir(), "given.db")
	if err := os.WriteFile(given, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(given, 0o640); err != nil { // whatever the umask
		t.Fatal(err)
	}
	storetest.Connect(t, given, storetest.NewClock())
	checkMode(t, given, 0o640)

	if db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "nowhere", "x.db"), storetest.NewClock().Now); err == nil {
		_ = db.Close()
		t.Error("a file in a directory that does not exist is opened")
	}
}

func checkMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s is %o, want %o", filepath.Base(path), got, want)
	}
}
