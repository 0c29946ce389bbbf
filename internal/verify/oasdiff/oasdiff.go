// Package oasdiff asks the tool of that name what a caller can notice between two contracts, and which of it breaks him.
//
// It is run as a program: what it depends on is not for the users of this module to inherit.
package oasdiff

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Version of the tool whose answers are understood.
const Version = "v1.33.0"

const module = "github.com/oasdiff/oasdiff"

// Tool is a way to run it: a command line, and the directory to run it in.
type Tool struct {
	Command []string
	Dir     string
}

// Find gives the tool of the right Version: from PATH, else built by the go command, which fetches it once.
func Find(ctx context.Context) (Tool, error) {
	if name, err := exec.LookPath("oasdiff"); err == nil && matches(ctx, name) {
		return Tool{Command: []string{name}}, nil
	}
	if name, err := exec.LookPath("go"); err == nil {
		return Tool{Command: []string{name, "run", module + "@" + Version}, Dir: os.TempDir()}, nil
	}
	return Tool{}, errors.New("comparing contracts takes oasdiff " + Version + ": install it, or the go command, which then fetches it: go install " + module + "@" + Version)
}

// matches says whether a program is of the right version. Releases know theirs; what go install built says so in its
// build information only.
func matches(ctx context.Context, name string) bool {
	out, err := exec.CommandContext(ctx, name, "--version").Output()
	if err == nil && strings.HasSuffix(strings.TrimSpace(string(out)), " "+strings.TrimPrefix(Version, "v")) {
		return true
	}
	info, err := buildinfo.ReadFile(name)
	return err == nil && info.Main.Path == module && info.Main.Version == Version
}

// Level is how much a change matters to a caller.
type Level int

// Levels as oasdiff counts them.
const (
	Harmless Level = 1
	MayBreak Level = 2
	Breaks   Level = 3
)

// Change is a difference between two contracts.
type Change struct {
	ID        string  `json:"id"`
	Text      string  `json:"text"`
	Level     Level   `json:"level"`
	Operation string  `json:"operation"` // GET
	Path      string  `json:"path"`
	Section   string  `json:"section"` // of the document, for what is in no operation
	Base      *Source `json:"baseSource"`
	Revision  *Source `json:"revisionSource"`
}

// Source is where in a document a change is.
type Source struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Place names what has changed: GET /invoices, or a section.
func (c Change) Place() string {
	if c.Path == "" {
		return c.Section
	}
	return c.Operation + " " + c.Path
}

// Changelog gives what a caller can notice between two documents, each in one file.
func (t Tool) Changelog(ctx context.Context, base, revision []byte) ([]Change, error) {
	dir, err := os.MkdirTemp("", "dunwell-oasdiff-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary directory harms nobody

	paths := [2]string{filepath.Join(dir, "base.yaml"), filepath.Join(dir, "revision.yaml")}
	for i, spec := range [][]byte{base, revision} {
		if err := os.WriteFile(paths[i], spec, 0o600); err != nil {
			return nil, err
		}
	}
	args := slices.Concat(t.Command[1:], []string{"changelog", "--format=json", "--flatten-params", "--allow-external-refs=false", paths[0], paths[1]})
	cmd := exec.CommandContext(ctx, t.Command[0], args...) // our own command line and our own temporary files
	cmd.Dir = t.Dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return nil, nil
	}
	var changes []Change
	if err := json.Unmarshal(out, &changes); err != nil {
		return nil, fmt.Errorf("oasdiff: %w in %q", err, out)
	}
	return changes, nil
}
