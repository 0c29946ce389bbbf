package app

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// A program that shares no code with ours finds a case to be right, and every forgery of it to be wrong.
func TestHandoverIsProvenElsewhere(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	on(t, storetest.SQLite, func(b *bench) {
		b.collections = b.TempDir()
		b.inVain(ar.CollectionSettings{Folder: "x"})
		if dropped := b.collected(1); dropped != "" {
			b.Fatal(dropped)
		}
		b.passAll()
		content, err := os.ReadFile(b.inFolder()[".zip"][0])
		b.no(err)
		names, files := b.unzip(content)
		paper := names[slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, "letters/") })]
		check := func(forge func(map[string]string), arguments ...string) string {
			b.Helper()
			forged := map[string]string{}
			for name, text := range files {
				forged[name] = text
			}
			forge(forged)
			file := filepath.Join(b.TempDir(), "case.zip")
			b.no(os.WriteFile(file, b.zip(forged), 0o600))
			out, err := exec.CommandContext(b.Context(), python, append([]string{"../../scripts/proof.py", file}, arguments...)...).CombinedOutput()
			if err == nil {
				return ""
			}
			return string(out)
		}
		if wrong := check(func(map[string]string) {}); wrong != "" {
			b.Errorf("it finds fault with a case that is right: %s", wrong)
		}
		resum := func(f map[string]string, name, text string) { // as a forger would
			f["sha256sums.txt"] = strings.Replace(f["sha256sums.txt"], hashOf([]byte(f[name]))+"  "+name, hashOf([]byte(text))+"  "+name, 1)
			f[name] = text
		}
		for want, forge := range map[string]func(map[string]string){
			"another check sum":      func(f map[string]string) { f[paper] += "x" },
			"is not what was sealed": func(f map[string]string) { resum(f, paper, f[paper]+"x") },
			"other files":            func(f map[string]string) { f["letters/more.pdf"] = "x" },
			"does not lead to the root": func(f map[string]string) {
				resum(f, "proofs/001.json", strings.Replace(f["proofs/001.json"], `"happened": 1`, `"happened": 2`, 1))
			},
		} {
			if wrong := check(forge); !strings.Contains(wrong, want) {
				b.Errorf("want %q, got %q", want, wrong)
			}
		}
		if wrong := check(func(map[string]string) {}, "--root", "AAAA"); !strings.Contains(wrong, "root is another") {
			b.Errorf("a root from elsewhere: %q", wrong)
		}
	})
}

func (b *bench) zip(files map[string]string) []byte {
	b.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		entry, err := w.Create(name)
		b.no(err)
		_, err = entry.Write([]byte(text))
		b.no(err)
	}
	b.no(w.Close())
	return out.Bytes()
}
