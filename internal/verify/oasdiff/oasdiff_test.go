package oasdiff

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// program puts a shell script on the PATH.
func program(t *testing.T, dir, name, script string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// The tool of PATH is taken if it is of the right version, else the go command builds it.
func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, version string // what oasdiff --version prints; empty: there is none
		goCommand     bool
		want          []string // names of programs, then arguments
		says          string
	}{
		{"the release", "oasdiff version 1.33.0", true, []string{"oasdiff"}, ""},
		{"another release", "oasdiff version 1.33.01", true, []string{"go", "run", "github.com/oasdiff/oasdiff@v1.33.0"}, ""},
		{"a later release and no Go", "oasdiff version 2.0.0", false, nil, "go install github.com/oasdiff/oasdiff@v1.33.0"},
		{"Go alone", "", true, []string{"go", "run", "github.com/oasdiff/oasdiff@v1.33.0"}, ""},
		{"nothing", "", false, nil, "go install github.com/oasdiff/oasdiff@v1.33.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("PATH", dir)
			if c.version != "" {
				program(t, dir, "oasdiff", "echo "+c.version)
			}
			if c.goCommand {
				program(t, dir, "go", "exit 1")
			}
			tool, err := Find(t.Context())
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v", err)
				}
				return
			}
			want := append([]string{filepath.Join(dir, c.want[0])}, c.want[1:]...)
			if err != nil || !reflect.DeepEqual(tool.Command, want) {
				t.Errorf("got %v, %v", tool, err)
			}
		})
	}
}

// What the tool prints is read, and what it complains about is passed on.
func TestChangelog(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, script string
		want         []Change
		says         string
	}{
		{"no change", "true", nil, ""},
		{"changes", `echo '[{"id":"api-removed","text":"gone","level":3,"operation":"GET","path":"/a","section":"paths","baseSource":{"file":"x","line":7,"column":3}},{"id":"b","text":"c","level":1,"section":"info","fingerprint":"f"}]'`,
			[]Change{{ID: "api-removed", Text: "gone", Level: Breaks, Operation: "GET", Path: "/a", Section: "paths", Base: &Source{7, 3}}, {ID: "b", Text: "c", Level: Harmless, Section: "info"}}, ""},
		{"a failure", "echo no such thing >&2; exit 7", nil, "exit status 7\nno such thing"},
		{"no JSON", "echo hello", nil, `in "hello\n"`},
		{"both documents are there", `cat "$5" "$6" | tr -d '\n' >&2; exit 1`, nil, "oldnew"},
	} {
		tool := Tool{Command: []string{program(t, dir, "tool", c.script)}}
		got, err := tool.Changelog(t.Context(), []byte("old\n"), []byte("new\n"))
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v", c.name, got)
		}
	}
}

func TestPlace(t *testing.T) {
	for want, c := range map[string]Change{"GET /a": {Operation: "GET", Path: "/a", Section: "paths"}, "info": {Section: "info"}} {
		if got := c.Place(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
