package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What scaffold and spec refuse, in one line that says what to do.
func TestContractCommandsRefuse(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, filepath.Join(dir, "full"))
	write(t, filepath.Join(dir, "full", "notes.txt"), "mine")
	write(t, filepath.Join(dir, "remote.yaml"), "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {/a: {$ref: 'https://user:s3cret@example.com/a.yaml'}}\n")
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"scaffold", 2, "name one directory to write to"},
		{"scaffold a b", 2, "name one directory to write to"},
		{"scaffold $DIR/new", 2, "--module is needed for a new project"},
		{"scaffold --module example.com/a $DIR/new", 2, "--dunwell"},
		{"scaffold --module example.com/a --dunwell $DIR $DIR/new", 2, "is not a source directory of github.com/dunwell/dunwell"},
		{"scaffold --module acme/../a --dunwell ../.. $DIR/new", 2, "name a module such as example.com/acme/invoices"},
		{"scaffold --module example.com/a --dunwell ../.. $DIR/full", 2, "name a new directory"},
		{"scaffold $DIR/full", 1, "is no project of dunwell scaffold"},
		{"spec", 2, "say bundle, diff or lint"},
		{"spec lint a.yaml b.yaml", 2, `"b.yaml" is too many`},
		{"spec lint $DIR/none.yaml", 1, "no such file"},
		{"spec lint --format xml", 2, "say text, json, github or gitlab"},
		{"spec lint --disable spelling", 2, `there is no rule "spelling"; dunwell spec lint --rules lists those there are`},
		{"spec diff a.yaml", 2, "name two contracts"},
		{"spec diff --fail-on breaking a.yaml b.yaml", 2, "say error, warning, info or never"},
		{"spec bundle --format xml", 2, "say yaml or json"},
		{"spec bundle $DIR/remote.yaml", 1, "say --remote to have it fetched"},
		{"spec bundle --output $DIR/none/a.yaml", 1, "no such file"},
	} {
		status, out, err := call(t, nil, strings.Fields(strings.ReplaceAll(c.args, "$DIR", dir))...)
		if status != c.status || out != "" || !strings.Contains(err, c.says) || strings.Count(err, "\n") != 1 || strings.Contains(err, "s3cret") {
			t.Errorf("dunwell %s: status %d, printed %q and %q", c.args, status, out, err)
		}
	}
	if exists(filepath.Join(dir, "new")) {
		t.Error("a directory was made")
	}
}

// What is written, and what is said about it.
func TestScaffold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "invoices")
	out := must(t, "scaffold", "--module", "example.com/acme/invoices", "--dunwell", "../..", "--no-tidy", dir)
	checkGolden(t, "testdata/scaffold.golden", strings.ReplaceAll(out, dir, "DIR"))
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if to, err := filepath.Rel(dir, source); err != nil || !strings.Contains(read(t, filepath.Join(dir, "go.mod")), "=> "+to+"\n") {
		t.Errorf("go.mod does not lead to the source: %v", err)
	}
	const nothing = "nothing to add: there is a method for each of 38 operations\n"
	if again := must(t, "scaffold", dir); again != nothing {
		t.Errorf("a second time: %s", again)
	}

	// A method that is gone comes back, and one that fits no operation is told of.
	invoices := filepath.Join(dir, "impl", "invoices.go")
	write(t, invoices, strings.NewReplacer("GetInvoice", "FetchInvoice", "getInvoice", "fetchInvoice").Replace(read(t, invoices)))
	status, out, errText := call(t, nil, "scaffold", dir)
	if status != 1 || !strings.Contains(out, "added GetInvoice to impl/invoices.go\nimpl/invoices.go:") || !strings.Contains(out, "FetchInvoice is for an operation that the contract does not have any more") ||
		!strings.Contains(errText, "something is left for you to do") {
		t.Errorf("status %d, printed %q and %q", status, out, errText)
	}
}

// A project is complete only with its go.sum. Where go mod tidy fails, the project stays, and what to do is said.
func TestScaffoldTidies(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	program := filepath.Join(dir, "go")
	for name, c := range map[string]struct {
		script string
		status int
		says   string
	}{
		"works": {"#!/bin/sh\n[ \"$*\" = 'mod tidy' ] && echo sums > go.sum\n", 0, ""},
		"fails": {"#!/bin/sh\necho no network >&2\nexit 1\n", 1, "no network\ndunwell scaffold: the project is written, but go mod tidy failed (exit status 1); run it again in "},
	} {
		write(t, program, c.script)
		if err := os.Chmod(program, 0o700); err != nil {
			t.Fatal(err)
		}
		project := filepath.Join(dir, name)
		status, out, err := call(t, os.Environ(), "scaffold", "--module", "example.com/a", "--dunwell", "../..", project)
		if status != c.status || !strings.Contains(err, c.says) || strings.Contains(out, "go mod tidy") || !exists(filepath.Join(project, "main.go")) {
			t.Errorf("%s: status %d, printed %q and %q", name, status, out, err)
		}
		if exists(filepath.Join(project, "go.sum")) != (c.status == 0) {
			t.Errorf("%s: go mod tidy was not run in the project", name)
		}
	}
}
