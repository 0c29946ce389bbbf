package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// intact is the contract as it is, with what the generators make of it. A test that breaks it takes a copy.
var intact = sync.OnceValues(func() (*contract, error) {
	c, err := read(root)
	if err != nil {
		return nil, err
	}
	c.made, err = generate(root)
	return c, err
})

// fresh gives a copy of the contract, released as it is: what a test breaks is all that is wrong with it.
func fresh(t *testing.T) *contract {
	t.Helper()
	whole, err := intact()
	if err != nil {
		t.Fatal(err)
	}
	c := *whole
	c.gen = maps.Clone(c.gen)
	c.made = [2]files{maps.Clone(c.made[0]), maps.Clone(c.made[1])}
	c.pairs = slices.Clone(c.pairs)
	c.released = c.spec
	return &c
}

// The tree keeps all rules: go run ./internal/verify has nothing to say.
func TestTree(t *testing.T) {
	t.Parallel()
	c := fresh(t)
	whole, err := intact()
	if err != nil {
		t.Fatal(err)
	}
	c.released = whole.released
	var progress strings.Builder
	findings, err := c.verify(&progress)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
	for _, check := range checks {
		if !strings.Contains(progress.String(), check.name+" ") {
			t.Errorf("%s was not run", check.name)
		}
	}
}

// The exit status is what make goes by.
func TestExitStatus(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	if err := os.CopyFS(filepath.Join(broken, "api"), os.DirFS(filepath.Join(root, "api"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(broken, "gen"), os.DirFS(filepath.Join(root, "gen"))); err != nil {
		t.Fatal(err)
	}
	spec := filepath.Join(broken, "api", "openapi.yaml")
	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spec, replaced(text, "", "openapi: 3.0.3", "openapi: 3.1.0"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, root     string
		status         int
		stdout, stderr string
	}{
		{"findings", broken, 1, "spec      openapi: is \"3.1.0\"", "1 findings"},
		{"no module", t.TempDir(), 2, "", "no such file"},
	} {
		var stdout, stderr strings.Builder
		if status := run(c.root, &stdout, &stderr); status != c.status {
			t.Errorf("%s: status %d, want %d", c.name, status, c.status)
		}
		if !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%s: printed %q and %q", c.name, stdout.String(), stderr.String())
		}
	}
}
