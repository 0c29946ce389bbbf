package app

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
)

const eml = "From: shop@example.com\r\nTo: erika@example.com\r\nSubject: RE1\r\nDate: Mon, 02 Mar 2026 09:30:00 +0000\r\n\r\nHello.\r\n"

func importOf(content io.Reader) Import {
	return Import{File: content, Details: func() (ImportDetails, error) { return ImportDetails{Filename: "a.eml", Kind: "email"}, nil }}
}

// kept are the paths of the files that are stored.
func (b *bench) kept() (files []string) {
	b.Helper()
	b.no(filepath.WalkDir(b.dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

func (b *bench) communication() string {
	b.Helper()
	documents, err := b.Documents(b.Context(), by, "RE1", DocumentsPart{})
	b.no(err)
	list := documents[0].Communications
	return list[len(list)-1].ID
}

// A file that is not what was stored is never handed out as if it were.
func TestDamagedFile(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		_, err := b.ImportDocument(b.Context(), by, "RE1", importOf(strings.NewReader(eml)), nil)
		b.no(err)
		id, path := b.communication(), b.kept()[0]
		b.no(os.WriteFile(path, []byte(strings.Replace(eml, "Hello", "Howdy", 1)), 0o600))
		if file, err := b.File(b.Context(), by, id); err == nil {
			if _, err := io.ReadAll(file.Content); !errors.Is(err, blob.ErrCorrupt) {
				b.Errorf("other bytes: %v", err)
			}
			b.no(file.Content.Close())
		}
		b.no(os.WriteFile(path, []byte("short"), 0o600))
		if _, err := b.File(b.Context(), by, id); err == nil || ar.KindOf(err) != ar.Internal {
			b.Errorf("another size: %v", err)
		}
		b.no(os.Remove(path))
		if _, err := b.File(b.Context(), by, id); !errors.Is(err, blob.ErrNotFound) {
			b.Errorf("no bytes: %v", err)
		}
		if open := descriptors(b.dir); open > 0 {
			b.Errorf("%d files are still open", open)
		}
	})
}

// descriptors counts the open files in the directory of a file store, -1 where that cannot be known.
func descriptors(dir string) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	n := 0
	for _, entry := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && strings.HasPrefix(target, dir) {
			n++
		}
	}
	return n
}

// What fails while it comes in leaves no row and no bytes, under a key or not.
func TestImportThatFails(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		broken := errors.New("the connection is gone")
		for _, once := range []*Once[Imported]{nil, {Key: "k", Fingerprint: "f"}} {
			for name, in := range map[string]Import{
				"in the file":    importOf(io.MultiReader(strings.NewReader(eml), failing{broken})),
				"behind it":      {File: strings.NewReader(eml), Details: func() (ImportDetails, error) { return ImportDetails{}, broken }},
				"for nobody":     {File: failing{broken}},
				"at its details": {File: strings.NewReader(eml), Details: func() (ImportDetails, error) { return ImportDetails{}, broken }},
			} {
				ref := "RE1"
				if name == "for nobody" || name == "at its details" {
					if ref = "RE9"; once == nil {
						continue // refused before anything is read
					}
				}
				if _, err := b.ImportDocument(b.Context(), by, ref, in, once); !errors.Is(err, broken) {
					b.Errorf("%s: %v", name, err)
				}
			}
		}
		if files := b.kept(); len(files) != 0 {
			b.Errorf("left %v", files)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Bytes without a row go after the grace time, those with one stay.
func TestTidy(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		_, err := b.ImportDocument(b.Context(), by, "RE1", importOf(strings.NewReader(eml)), nil)
		b.no(err)
		_, err = b.App.files.Put(b.Context(), by.Merchant, strings.NewReader("of an import that was cut short"))
		b.no(err)
		b.elapsed.Set(time.Now().Add(orphanGrace - time.Hour))
		b.no(b.Tidy(b.Context()))
		if files := b.kept(); len(files) != 2 {
			b.Errorf("too early: %v", files)
		}
		b.elapsed.Set(time.Now().Add(orphanGrace + time.Hour))
		b.no(b.Tidy(b.Context()))
		if files := b.kept(); len(files) != 1 {
			b.Errorf("left %v", files)
		}
		file, err := b.File(b.Context(), by, b.communication())
		b.no(err)
		if content, err := io.ReadAll(file.Content); string(content) != eml || err != nil {
			b.Errorf("%q %v", content, err)
		}
		b.no(file.Content.Close())
	})
}

// A database that is not the one the bytes belong to removes nothing.
func TestTidyDistrustsItsDatabase(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		b.elapsed.Set(time.Now().Add(orphanGrace + time.Hour))
		_, err := b.App.files.Put(b.Context(), "unknown", strings.NewReader("of a merchant that only another database has"))
		b.no(err)
		b.no(b.Tidy(b.Context()))
		if files := b.kept(); len(files) != 1 {
			b.Errorf("left %v", files)
		}
		for i := range usualOrphans + 1 {
			_, err := b.App.files.Put(b.Context(), by.Merchant, strings.NewReader(strings.Repeat("x", i)))
			b.no(err)
		}
		if err := b.Tidy(b.Context()); err == nil {
			b.Error("removed what looks like the archive of a newer database")
		}
		if files := b.kept(); len(files) != 1+usualOrphans+1 {
			b.Errorf("left %d files", len(files))
		}
	})
}
