package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/dunwell/dunwell/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

func readFile(u *url.URL) ([]byte, error) { return os.ReadFile(filepath.FromSlash(u.Path)) }

func load(t *testing.T, name string) (asYAML, asJSON []byte) {
	t.Helper()
	b, err := Load(name, readFile)
	if err != nil {
		t.Fatal(err)
	}
	if asYAML, err = b.YAML(); err != nil {
		t.Fatal(err)
	}
	if asJSON, err = b.JSON(); err != nil {
		t.Fatal(err)
	}
	return asYAML, asJSON
}

// A document in several files comes out as one, each time the same, and says the same in both languages.
func TestBundle(t *testing.T) {
	asYAML, asJSON := load(t, "testdata/parcels.yaml")
	for name, got := range map[string][]byte{"testdata/bundle.yaml.golden": asYAML, "testdata/bundle.json.golden": asJSON} {
		if *update {
			if err := os.WriteFile(name, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v; got:\n%s", name, err, got)
		}
	}
	var fromYAML, fromJSON any
	if err := errors.Join(yaml.Unmarshal(asYAML, &fromYAML), json.Unmarshal(asJSON, &fromJSON)); err != nil {
		t.Fatal(err)
	}
	if same, err := json.Marshal(fromYAML); err != nil || !reflect.DeepEqual(remade(t, same), fromJSON) {
		t.Errorf("YAML and JSON differ: %v", err)
	}
	for range 20 {
		if y, j := load(t, "testdata/parcels.yaml"); !bytes.Equal(y, asYAML) || !bytes.Equal(j, asJSON) {
			t.Fatal("comes out different")
		}
	}
	// A bundle is its own bundle.
	again := filepath.Join(t.TempDir(), "again.yaml")
	if err := os.WriteFile(again, asYAML, 0o644); err != nil {
		t.Fatal(err)
	}
	if y, j := load(t, again); !bytes.Equal(y, asYAML) || !bytes.Equal(j, asJSON) {
		t.Errorf("again: %s", y)
	}
}

func remade(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// One file of YAML stays as it is, comments and all.
func TestOneFile(t *testing.T) {
	b, err := Load("openapi.yaml", func(*url.URL) ([]byte, error) { return api.YAML, nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.YAML(); err != nil || b.Foreign || !bytes.Equal(got, api.YAML) {
		t.Errorf("%v, foreign %v, and something has changed", err, b.Foreign)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"no file", "", "no such file"},
		{"no YAML", "openapi: [", "did not find expected"},
		{"nothing there", "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {/a: {$ref: nowhere.yaml}}\n", "nowhere.yaml"},
		{"one name for two", `openapi: 3.0.3
info: {title: a, version: '1'}
paths:
  /a:
    get:
      responses:
        '200': {description: A., content: {application/json: {schema: {$ref: one/thing.yaml}}}}
        '201': {description: B., content: {application/json: {schema: {$ref: two/thing.yaml}}}}
`, "would both be components/schemas/thing; give one of them another name"},
	} {
		dir := t.TempDir()
		name := filepath.Join(dir, "a.yaml")
		for path, text := range map[string]string{"a.yaml": c.text, "one/thing.yaml": "type: object\n", "two/thing.yaml": "type: string\n"} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
				t.Fatal(err)
			}
			if text != "" {
				if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := Load(name, readFile); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}
