package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the process that TestCrash kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv("BLOB_TEST_CRASH_DIR"); dir != "" {
		crash(dir, os.Getenv("BLOB_TEST_CRASH_AT"))
	}
	os.Exit(m.Run())
}

// crash puts one blob and dies at the named step, or lives and says which steps there are.
func crash(dir, at string) {
	s, err := OpenLocal(dir)
	if err != nil {
		panic(err)
	}
	s.step = func(name string) {
		if name == at {
			self, _ := os.FindProcess(os.Getpid())
			self.Kill()
			select {}
		}
		os.Stdout.WriteString(name + "\n")
	}
	if _, err := s.Put(context.Background(), "m", strings.NewReader("content")); err != nil {
		panic(err)
	}
	os.Exit(0)
}

func runCrash(t *testing.T, dir, at string) (steps []string, died bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "BLOB_TEST_CRASH_DIR="+dir, "BLOB_TEST_CRASH_AT="+at)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.Split(strings.TrimSpace(string(out)), "\n"), err != nil
}

// Whatever line a crash hits: the blob is there whole or not at all, the next Put of the same bytes works, and a later
// start removes the temporary file.
func TestCrash(t *testing.T) {
	steps, died := runCrash(t, t.TempDir(), "")
	if died || len(steps) != 7 {
		t.Fatalf("an undisturbed put: steps %q, died %v", steps, died)
	}
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			dir := t.TempDir()
			if _, died := runCrash(t, dir, step); !died {
				t.Fatal("it survived")
			}
			s, err := OpenLocal(dir)
			if err != nil {
				t.Fatal(err)
			}
			kept := list(t, s)
			if published := step == "renamed" || step == "directory synced"; (len(kept) == 1) != published {
				t.Errorf("kept %v", kept)
			}
			if len(kept) == 1 && read(t, s, "m", sum("content")) != "content" {
				t.Error("kept other bytes")
			}
			blob := put(t, s, "m", "content")
			if read(t, s, "m", blob.SHA256) != "content" {
				t.Error("the second put kept other bytes")
			}

			young, _ := filepath.Glob(filepath.Join(dir, incoming, "*"))
			if len(young) > 1 {
				t.Errorf("temporary files: %v", young)
			}
			for _, name := range young {
				old := time.Now().Add(-2 * incomingGrace)
				if err := os.Chtimes(name, old, old); err != nil {
					t.Fatal(err)
				}
			}
			if s, err = OpenLocal(dir); err != nil {
				t.Fatal(err)
			}
			if n := leftovers(t, s); n != 0 {
				t.Errorf("the next start left %d temporary files", n)
			}
			if read(t, s, "m", blob.SHA256) != "content" {
				t.Error("the next start took the blob")
			}
		})
	}
}

func TestSamePutKeepsTheFileAndRenewsItsDate(t *testing.T) {
	s := newLocal(t)
	blob := put(t, s, "m", "x")
	path := s.path("m", blob.SHA256)
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "m", "x")
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) {
		t.Fatalf("another file: %v", err)
	}
	if done, err := s.Delete(t.Context(), "m", blob.SHA256, time.Now().Add(-time.Hour)); done || err != nil {
		t.Errorf("a sweep takes bytes that were just put again: %v", err)
	}
}

func TestDamageIsFoundAndRepaired(t *testing.T) {
	s := newLocal(t)
	blob := put(t, s, "m", "content")
	path := s.path("m", blob.SHA256)
	if err := os.WriteFile(path, []byte("c0ntent"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Open(t.Context(), "m", blob.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := io.ReadAll(r); !errors.Is(err, ErrCorrupt) || len(b) == 7 {
		t.Errorf("damaged bytes came back: %q, %v", b, err)
	}
	if err := os.Truncate(path, 3); err != nil { // as a power failure without sync would
		t.Fatal(err)
	}
	put(t, s, "m", "content")
	if got := read(t, s, "m", blob.SHA256); got != "content" {
		t.Errorf("still %q", got)
	}
}

func TestPermissions(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := OpenLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "m", "x")
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = fs.ModeDir | 0o700
		}
		if info.Mode() != want {
			t.Errorf("%s has %v, want %v", path, info.Mode(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Failures of the file system after the bytes were received: a file stands where a directory must be, and the place
// for temporary files is gone. (Permissions would not do: the super-user passes them.)
func TestFileSystemFails(t *testing.T) {
	s := newLocal(t)
	if err := os.WriteFile(filepath.Join(s.dir, "m"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "m", strings.NewReader("x")); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("got %v", err)
	}
	if n := leftovers(t, s); n != 0 {
		t.Errorf("%d temporary files left", n)
	}
	if err := os.Remove(filepath.Join(s.dir, incoming)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "m2", strings.NewReader("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestListPassesOverForeignFiles(t *testing.T) {
	s := newLocal(t)
	blob := put(t, s, "m", "x")
	for _, name := range []string{"README", "lost+found", "UPPER/aa/" + blob.SHA256, "m/zz/x", "m/" + blob.SHA256[:2] + "/note.txt", "m/00/" + strings.Repeat("1", 64)} {
		path := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, s); len(got) != 1 || got[0] != "m/"+blob.SHA256 {
		t.Errorf("listed %v", got)
	}
}
