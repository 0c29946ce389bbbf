package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/build"
	"go/format"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// Dunwell is the module that a project is built on.
const Dunwell = "github.com/dunwell/dunwell"

// nowhere is the version of a requirement that is replaced.
const nowhere = "v0.0.0-00010101000000-000000000000"

// Project is a project to be written.
type Project struct {
	Module     string      // example.com/acme/invoices
	Version    string      // of Dunwell that it requires, such as v1.2.3
	Replace    string      // a directory to take Dunwell from instead; empty: Version is published
	Contract   []byte      // openapi.yaml
	Operations []Operation // of that contract
}

// Check says what keeps the project from being written.
func (p Project) Check() error {
	if err := module.CheckImportPath(p.Module); err != nil {
		return fmt.Errorf("%w; name a module such as example.com/acme/invoices", err)
	}
	if standard(p.Module) {
		return fmt.Errorf("%s is a name of Go's own library; name a module such as example.com/acme/invoices", p.Module)
	}
	if p.Replace == "" {
		if !Published(p.Version) {
			return errors.New("this program has no version that a project could require; name the directory of its source with --dunwell, or install a release: go install " + Dunwell + "/cmd/dunwell@latest")
		}
		return nil
	}
	data, err := os.ReadFile(filepath.Join(p.Replace, "go.mod"))
	if err != nil || modfile.ModulePath(data) != Dunwell {
		return fmt.Errorf("%s is not a source directory of %s", p.Replace, Dunwell)
	}
	return nil
}

// standard says whether a path is a package of the standard library, which every import of it would mean.
func standard(module string) bool {
	info, err := os.Stat(filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(module)))
	return build.Default.GOROOT != "" && err == nil && info.IsDir()
}

// Published says whether a version is one that the go command can fetch: a build from a tree with changes has none.
func Published(version string) bool {
	return semver.IsValid(version) && !strings.Contains(version, "+dirty")
}

//go:embed all:templates
var templates embed.FS

var parsed = template.Must(template.ParseFS(templates, "templates/*.tmpl", "templates/impl/*.tmpl"))

// Create writes the project into dir, which must be empty or not there: all of it, or nothing.
func Create(dir string, p Project) error {
	if err := p.Check(); err != nil {
		return err
	}
	if empty, err := Empty(dir); err != nil {
		return err
	} else if !empty {
		return fmt.Errorf("%s is not empty; name a new directory", dir)
	}
	files, err := p.files(dir)
	if err != nil {
		return err
	}
	return place(dir, files)
}

// Empty says whether nothing is in a directory, or it is not there. A repository without files counts as empty.
func Empty(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != ".git" }), nil
}

// files are the project's, by path.
func (p Project) files(dir string) (map[string][]byte, error) {
	all := map[string][]byte{"openapi.yaml": p.Contract}
	prefix, _, _ := module.SplitPathVersion(p.Module)
	data := map[string]any{"Module": p.Module, "Name": path.Base(prefix), "Package": "impl", "Version": p.Version, "Replace": p.replacement(dir)}
	if !Published(p.Version) {
		data["Version"] = nowhere
	}
	err := fs.WalkDir(templates, "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		to := strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".tmpl")
		if to == "gitignore" {
			to = ".gitignore"
		}
		all[to], err = render(path.Base(name), data)
		return err
	})
	if err != nil {
		return nil, err
	}
	for file, operations := range byFile(p.Operations) {
		source := newFile("impl")
		for _, o := range operations {
			source = append(source, stub(o, receiver{name: "s", typ: "*Server"}, "context", "server")...)
		}
		all["impl/"+file] = source
	}
	return all, nil
}

// replacement is Replace as it stands in a go.mod in dir: what is named by a relative path stays relative, so that both
// can be moved together.
func (p Project) replacement(dir string) string {
	if p.Replace == "" || filepath.IsAbs(p.Replace) {
		return p.Replace
	}
	from, err1 := filepath.Abs(dir)
	to, err2 := filepath.Abs(p.Replace)
	relative, err3 := filepath.Rel(from, to)
	if err := errors.Join(err1, err2, err3); err != nil {
		return p.Replace
	}
	if relative = filepath.ToSlash(relative); !strings.HasPrefix(relative, ".") {
		relative = "./" + relative // go.mod tells directories from modules by it
	}
	return relative
}

// render executes a template. Go source comes out formatted.
func render(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := parsed.ExecuteTemplate(&out, name, data); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go.tmpl") {
		return format.Source(out.Bytes())
	}
	return out.Bytes(), nil
}

// place writes files elsewhere first and then moves them to dir, so that an interruption leaves no half of a project:
// into dir if it is there, for it may be a mount, else beside it.
func place(dir string, files map[string][]byte) (err error) {
	dir = filepath.Clean(dir)
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	near := abs
	if _, err := os.Stat(abs); err != nil {
		near = filepath.Dir(abs)
	}
	if err := os.MkdirAll(near, 0o755); err != nil {
		return err
	}
	made, err := os.MkdirTemp(near, ".scaffold-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made) //nolint:errcheck // a leftover is hidden, and harms nobody
	for name, data := range files {
		to := filepath.Join(made, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o644); err != nil { //nolint:gosec // source code is for everybody to read
			return err
		}
	}
	return move(made, abs)
}

// move moves what is in one directory to another, and all of it back if something cannot be moved.
func move(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for i, e := range entries {
		if err := os.Rename(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			for _, moved := range entries[:i] {
				_ = os.Rename(filepath.Join(to, moved.Name()), filepath.Join(from, moved.Name())) // the first error is the one that counts
			}
			return err
		}
	}
	return nil
}

// byFile sorts operations by the file of their tag.
func byFile(operations []Operation) map[string][]Operation {
	all := make(map[string][]Operation)
	for _, o := range operations {
		all[o.file()] = append(all[o.file()], o)
	}
	return all
}
