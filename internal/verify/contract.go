package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/examples"
	"github.com/dunwell/dunwell/internal/verify/lint"
)

// contract is everything the checks look at. All of it is in memory, so that a test can break one thing at a time.
type contract struct {
	root      string          // the module's directory, where tools run
	spec      []byte          // api/openapi.yaml
	released  []byte          // api/released.yaml
	reference []byte          // api/reference.yaml
	gen       files           // what is checked in below gen/
	made      [2]files        // what the generators make of spec, twice; nil until checkDrift has run them
	pairs     []examples.Pair // api/examples, in the order of the story

	document *lint.Document // spec
	doc      *openapi3.T    // the same, resolved
}

// files are contents by their slash-separated path.
type files map[string][]byte

// read loads what is kept in the module's directory. It leaves out made, which takes the generators to run.
func read(root string) (*contract, error) {
	c := contract{root: root}
	var err error
	for name, into := range map[string]*[]byte{"openapi.yaml": &c.spec, "released.yaml": &c.released, "reference.yaml": &c.reference} {
		if *into, err = os.ReadFile(filepath.Join(root, "api", name)); err != nil {
			return nil, err
		}
	}
	if c.gen, err = readTree(root, "gen"); err != nil {
		return nil, err
	}
	if c.pairs, err = examples.All(); err != nil {
		return nil, err
	}
	return &c, nil
}

// parse reads spec, and says why it cannot be read.
func (c *contract) parse() []finding {
	c.document = lint.Parse("api/openapi.yaml", c.spec)
	if c.doc = c.document.T; c.doc == nil {
		return findings("spec", c.document.Spec())
	}
	return nil
}

// readTree reads all files below dir, named by their slash-separated path from root.
func readTree(root, dir string) (files, error) {
	all := make(files)
	err := fs.WalkDir(os.DirFS(root), dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", dir, err)
	}
	return all, nil
}
