package main

import (
	"bytes"
	"context"
	"fmt"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/semver"

	"github.com/dunwell/dunwell/internal/verify/oasdiff"
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
	// From the tools' own go.mod, so that our users do not inherit what it needs.
	tool := oasdiff.Tool{Command: []string{"go", "tool", "-modfile=internal/tools/go.mod", "oasdiff"}, Dir: c.root}
	changes, err := tool.Changelog(context.Background(), c.released, c.spec)
	if err != nil {
		return nil, err
	}
	for _, change := range changes {
		switch {
		case breaks(change) && semver.Major(to) == semver.Major(from):
			r.addf(change.Place(), "breaks callers (%s) and needs a new major version, not %s after %s: %s", change.ID, to, from, change.Text)
		case !breaks(change) && semver.MajorMinor(to) == semver.MajorMinor(from):
			r.addf(change.Place(), "is new (%s) and needs a new minor version, not %s after %s: %s", change.ID, to, from, change.Text)
		}
	}
	return r.sorted(), nil
}

// breaks takes "may break" for "breaks": whether it does is not ours to say, but the caller's.
func breaks(c oasdiff.Change) bool { return c.Level >= oasdiff.MayBreak }

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
