package lint

import (
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

func readFile(u *url.URL) ([]byte, error) { return os.ReadFile(filepath.FromSlash(u.Path)) }

// Each document breaks rules; the golden file beside it is what is found, line by line.
func TestFindings(t *testing.T) {
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	names = append(names, "testdata/lines.json")
	broken := make(map[string]bool)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			d, err := Load(name, readFile)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, f := range d.Lint() {
				broken[f.Rule] = true
				got.WriteString(f.String() + "\n")
			}
			golden(t, name+".golden", got.String())
		})
	}
	for _, rule := range Rules {
		if !broken[rule.Name] {
			t.Errorf("no document breaks %s", rule.Name)
		}
		delete(broken, rule.Name)
	}
	for rule := range broken {
		t.Errorf("Rules does not list %s", rule)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || got != string(want) {
		t.Errorf("%v\ngot:\n%s\nwant:\n%s", err, got, want)
	}
}

// The contract keeps all rules.
func TestContract(t *testing.T) {
	t.Parallel()
	for _, f := range Parse("openapi.yaml", api.YAML).Lint() {
		t.Error(f)
	}
}

// Looking for lines does not change what the document says.
func TestLinesChangeNothing(t *testing.T) {
	t.Parallel()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	want, err := doc.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"openapi.yaml": api.YAML, "openapi.json": want} {
		got, err := Parse(name, data).MarshalJSON()
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, read differently", name, err)
		}
	}
}

func TestLoadSaysWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, err := Load("testdata/nothing.yaml", readFile); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}

// Whatever is read, nothing panics, and every finding has a line.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/style.yaml", "testdata/callbacks.yaml", "testdata/invalid.yaml", "testdata/dangling.yaml", "testdata/lines.json", "testdata/syntax.yaml"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("openapi: 3.0.3\ninfo: {}\npaths: {/a: {get: {}}}\ncomponents: {schemas: {A: }}\n"))
	f.Add([]byte("openapi: 3.0.3\ninfo: {}\npaths: {/a: {get: {callbacks: {a: , b: {c: }, d: {e: {post: }}}}}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, finding := range Parse("f.yaml", data).Lint() {
			if finding.Line < 1 || finding.Column < 1 || finding.File == "" || finding.Message == "" {
				t.Errorf("%+v", finding)
			}
		}
	})
}
