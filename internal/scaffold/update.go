package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Update is what is to be done to a project so that it has a method for each operation, and what only its author can do.
type Update struct {
	Added  []Addition
	Advice []string // one line each, with the place

	dir   string
	files map[string][]byte // what is written, by name
}

// Addition is a method that is added.
type Addition struct {
	Method string // GetInvoice
	File   string // impl/invoices.go
}

// Plan compares a project with the operations of the contract. version is the one of Dunwell that these are from, and must
// be the one the project requires, for the methods would not compile otherwise; empty if it is not known.
func Plan(dir, version string, operations []Operation) (*Update, error) {
	if err := checkProject(dir, version); err != nil {
		return nil, err
	}
	s, err := readSource(filepath.Join(dir, "impl"))
	if err != nil {
		return nil, err
	}
	typ, err := s.server(operations)
	if err != nil {
		return nil, err
	}
	u := &Update{dir: s.dir, files: make(map[string][]byte)}
	types, foreign := s.promoted(typ)
	have := s.have(types)
	u.advise(s, have, operations)
	missing := slices.DeleteFunc(slices.Clone(operations), func(o Operation) bool { return len(have[o.GoName()]) > 0 })
	if len(foreign) > 0 && len(missing) > 0 {
		for _, o := range missing {
			u.Advice = append(u.Advice, fmt.Sprintf("impl: %s may need a method %s, or %s has it", typ, o.GoName(), strings.Join(foreign, " or ")))
		}
		return u, nil
	}
	return u, u.add(s, s.receiver(typ), missing)
}

// checkProject says why a directory is no project to be updated.
func checkProject(dir, version string) error {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s %w: there is no go.mod; name a new directory", dir, errNoScaffold)
	} else if err != nil {
		return err
	}
	mod, err := modfile.Parse(filepath.Join(dir, "go.mod"), data, nil)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(mod.Require, func(r *modfile.Require) bool { return r.Mod.Path == Dunwell })
	if i < 0 {
		return fmt.Errorf("%s %w: its go.mod does not require %s; name a new directory", dir, errNoScaffold, Dunwell)
	}
	if _, err := os.Stat(filepath.Join(dir, "impl")); err != nil {
		return fmt.Errorf("%s %w: there is no directory impl; name a new directory", dir, errNoScaffold)
	}
	replaced := slices.ContainsFunc(mod.Replace, func(r *modfile.Replace) bool { return r.Old.Path == Dunwell })
	if required := mod.Require[i].Mod.Version; !replaced && Published(version) && version != required {
		return fmt.Errorf("%s requires %s of dunwell, and this is %s; run go generate there, which takes the one it requires", dir, required, version)
	}
	return nil
}

// have gives the methods of types, by name.
func (s *source) have(types []string) map[string][]method {
	all := make(map[string][]method)
	for _, typ := range types {
		for _, m := range s.methods[typ] {
			all[m.decl.Name.Name] = append(all[m.decl.Name.Name], m)
		}
	}
	return all
}

// advise tells of methods that are written for another contract.
func (u *Update) advise(s *source, have map[string][]method, operations []Operation) {
	known := make(map[string]bool)
	for _, o := range operations {
		known[o.GoName()] = true
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		for _, m := range have[name] {
			operation, ok := m.operation()
			at := s.fset.Position(m.decl.Pos())
			place := fmt.Sprintf("impl/%s:%d: %s", m.file.name, at.Line, name)
			switch {
			case ok && !known[operation]:
				u.Advice = append(u.Advice, fmt.Sprintf("%s is for an operation that the contract does not have any more; remove it", place))
			case known[name] && (!ok || operation != name):
				u.Advice = append(u.Advice, fmt.Sprintf("%s has another signature than its operation: (context.Context, server.%sRequestObject) (server.%sResponseObject, error)", place, name, name))
			}
		}
	}
}

// add writes the methods that are missing into the files of their tags, in memory.
func (u *Update) add(s *source, r receiver, missing []Operation) error {
	byName := byFile(missing)
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		text, err := s.extend(name, r, byName[name])
		if err != nil {
			return err
		}
		u.files[name] = text
		for _, o := range byName[name] {
			u.Added = append(u.Added, Addition{o.GoName(), "impl/" + name})
		}
	}
	if len(missing) == 0 || s.funcs["notOffered"] {
		return nil
	}
	// Who has filled in everything has removed what the last stub called.
	const name = notOfferedFile
	if s.files[name] != nil {
		return fmt.Errorf("%s is there, and has no function notOffered() error, which new methods call; give it back, or rename the file", filepath.Join(s.dir, name))
	}
	text, err := render(name+".tmpl", map[string]string{"Package": s.name})
	u.files[name] = text
	return err
}

// extend gives a file with methods added: one that is there, else a new one.
func (s *source) extend(name string, r receiver, operations []Operation) ([]byte, error) {
	f := s.files[name]
	if f == nil {
		f = &file{name: name, text: newFile(s.name)}
		var err error
		if f.tree, err = parser.ParseFile(token.NewFileSet(), name, f.text, parser.ParseComments); err != nil {
			return nil, err
		}
	}
	formatted, err := format.Source(f.text)
	clean := err == nil && bytes.Equal(formatted, f.text)
	text := f.text
	for _, pkg := range []string{"context", serverPackage} {
		if _, ok := f.qualifier(pkg); !ok {
			if text, err = withImport(name, text, pkg); err != nil {
				return nil, err
			}
		}
	}
	qualified := make(map[string]string)
	for _, pkg := range []string{"context", serverPackage} {
		qualified[pkg], _ = f.qualifier(pkg)
	}
	text = append(bytes.TrimRight(text, "\n"), '\n')
	for _, o := range operations {
		text = append(text, stub(o, r, qualified["context"], qualified[serverPackage])...)
	}
	if !clean {
		_, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		return text, err
	}
	return format.Source(text)
}

// notOfferedFile has the function that every stub calls.
const notOfferedFile = "notoffered.go"

// Write does what the plan says: each file at once, or not at all. What the stubs call comes before them: cut off in
// between, the project still compiles, and the next run adds the rest.
func (u *Update) Write() error {
	names := slices.Sorted(maps.Keys(u.files))
	if i := slices.Index(names, notOfferedFile); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, notOfferedFile)
	}
	for _, name := range names {
		if err := replace(filepath.Join(u.dir, name), u.files[name]); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a file beside the one it takes the place of, and renames it.
func replace(name string, data []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	made, err := os.CreateTemp(filepath.Dir(name), ".scaffold-*")
	if err != nil {
		return err
	}
	_, err = made.Write(data)
	err = errors.Join(err, made.Chmod(mode), made.Close())
	if err == nil {
		err = os.Rename(made.Name(), name)
	}
	if err != nil {
		_ = os.Remove(made.Name()) // it is hidden, and the first error is the one that counts
	}
	return err
}
