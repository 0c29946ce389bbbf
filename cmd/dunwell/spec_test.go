package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api"
)

const styles = "../../internal/verify/lint/testdata/style.yaml" // breaks every rule

// What spec prints about documents that break rules, and about changes that break callers.
func TestSpecPrints(t *testing.T) {
	t.Setenv("PATH", withOasdiff(t))
	for name, args := range map[string]string{
		"lint":          "spec lint " + styles,
		"lint-disabled": "spec lint --disable refusal,description,limit --disable tag " + styles,
		"lint-json":     "spec lint --format json --disable refusal " + styles,
		"lint-github":   "spec lint --format github " + styles,
		"lint-gitlab":   "spec lint --format gitlab " + styles,
		"lint-own":      "spec lint",
		"lint-own-json": "spec lint --format json",
		"rules":         "spec lint --rules",
		"diff":          "spec diff testdata/spec/old.yaml testdata/spec/new.yaml",
		"diff-same":     "spec diff --format gitlab testdata/spec/old.yaml testdata/spec/old.yaml",
		"diff-github":   "spec diff --format github testdata/spec/old.yaml testdata/spec/new.yaml",
		"diff-json":     "spec diff --format json --fail-on never testdata/spec/old.yaml testdata/spec/new.yaml",
		"diff-harmless": "spec diff testdata/spec/older.yaml testdata/spec/old.yaml",
		"diff-info":     "spec diff --fail-on info testdata/spec/older.yaml testdata/spec/old.yaml",
		"bundle":        "spec bundle ../../internal/verify/bundle/testdata/parcels.yaml",
	} {
		status, out, err := call(t, nil, strings.Fields(args)...)
		checkGolden(t, filepath.Join("testdata", "spec", name+".golden"), fmt.Sprintf("$ dunwell %s\n%s%s(status %d)\n", args, out, err, status))
	}
}

// Machines read what is meant for them.
func TestSpecFormats(t *testing.T) {
	for _, format := range []string{"json", "gitlab"} {
		for _, file := range []string{styles, "testdata/spec/old.yaml", "../../api/openapi.yaml"} {
			_, out, _ := call(t, nil, "spec", "lint", "--format", format, file)
			var found []map[string]any
			if err := json.Unmarshal([]byte(out), &found); err != nil || found == nil {
				t.Errorf("%s of %s: %v", format, file, err)
			}
		}
	}
}

// A contract is written as it is, to a file or not, and read from the standard input.
func TestSpecBundle(t *testing.T) {
	if out := must(t, "spec", "bundle"); out != string(api.YAML) {
		t.Error("the contract comes out different")
	}
	file := filepath.Join(t.TempDir(), "openapi.json")
	must(t, "spec", "bundle", "--format", "json", "--output", file)
	if out := must(t, "spec", "bundle", "--format", "json", file); out != read(t, file) {
		t.Error("the bundle of a bundle is different")
	}
	must(t, "spec", "lint", file)
	var stdout, stderr strings.Builder
	env := environment{in: strings.NewReader(read(t, file)), out: &stdout, err: &stderr}
	if status := run(t.Context(), env, []string{"spec", "lint", "-"}); status != 0 || stdout.Len() > 0 {
		t.Errorf("status %d, printed %q and %q", status, stdout.String(), stderr.String())
	}
}

// withOasdiff is a PATH with the tool of internal/tools on it, so that tests need no network. The go command keeps what it
// builds of tools, and says where.
func withOasdiff(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("go", "tool", "-n", "oasdiff")
	cmd.Dir = "../../internal/tools"
	cmd.Stderr = t.Output()
	built, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(string(built)) + string(os.PathListSeparator) + os.Getenv("PATH")
}
