package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/semver"
)

// checkBreaking says where info.version does not own up to what changed since the released contract: a change that can break
// a caller takes a new major version, any other change a caller can see a new minor one. oasdiff knows which is which.
func checkBreaking(c *contract) ([]finding, error) {
	r := report{check: "breaking"}
	to, err := canonical(c.doc.Info.Version)
	if err != nil {
		r.addf("info.version", "%v", err)
		return r.sorted(), nil
	}
	if bytes.Equal(c.spec, c.released) {
		return nil, nil
	}
	from, err := versionOf(c.released)
	if err != nil {
		return nil, fmt.Errorf("api/released.yaml: %w", err)
	}
	if semver.Compare(to, from) < 0 {
		r.addf("info.version", "%s is less than the released %s", to, from)
	}
	changes, err := changelog(c.root, c.released, c.spec)
	if err != nil {
		return nil, err
	}
	for _, change := range changes {
		switch {
		case change.breaks() && semver.Major(to) == semver.Major(from):
			r.addf(change.place(), "breaks callers (%s) and needs a new major version, not %s after %s: %s", change.ID, to, from, change.Text)
		case !change.breaks() && semver.MajorMinor(to) == semver.MajorMinor(from):
			r.addf(change.place(), "is new (%s) and needs a new minor version, not %s after %s: %s", change.ID, to, from, change.Text)
		}
	}
	return r.sorted(), nil
}

// change is a difference between two contracts, as oasdiff reports it.
type change struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	Level     int    `json:"level"` // 1 harmless, 2 may break a caller, 3 breaks one
	Operation string `json:"operation"`
	Path      string `json:"path"`
	Section   string `json:"section"`
}

// breaks takes "may break" for "breaks": whether it does is not ours to say, but the caller's.
func (c change) breaks() bool { return c.Level >= 2 }

func (c change) place() string {
	if c.Path == "" {
		return c.Section
	}
	return c.Operation + " " + c.Path
}

// versionOf gives the info.version of a document.
func versionOf(spec []byte) (string, error) {
	var doc struct {
		Info struct {
			Version string `yaml:"version"`
		} `yaml:"info"`
	}
	if err := yaml.Unmarshal(spec, &doc); err != nil {
		return "", err
	}
	return canonical(doc.Info.Version)
}

// canonical gives a version as golang.org/x/mod/semver writes it: v1.2.3.
func canonical(version string) (string, error) {
	if v := "v" + version; semver.Canonical(v) == v {
		return v, nil
	}
	return "", fmt.Errorf("%q is no version of the form 1.2.3", version)
}

// oasdiff is how the tool is run: from the tools' own go.mod, so that our users do not inherit what it needs.
var oasdiff = []string{"go", "tool", "-modfile=internal/tools/go.mod", "oasdiff"}

// changelog gives what a caller can notice between two contracts.
func changelog(root string, base, revision []byte) ([]change, error) {
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
	args := append(oasdiff[1:len(oasdiff):len(oasdiff)], "changelog", "--format=json", "--flatten-params", "--allow-external-refs=false", paths[0], paths[1])
	cmd := exec.Command(oasdiff[0], args...) // our own command line and our own temporary files
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return nil, nil
	}
	var changes []change
	if err := json.Unmarshal(out, &changes); err != nil {
		return nil, fmt.Errorf("oasdiff: %w in %q", err, out)
	}
	return changes, nil
}
