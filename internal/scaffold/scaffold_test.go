package scaffold

import (
	"errors"
	"flag"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/gen/server"
)

var update = flag.Bool("update", false, "write the golden files anew")

func operations(t *testing.T) []Operation {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	return Operations(doc)
}

// without gives operations without the named ones.
func without(all []Operation, ids ...string) []Operation {
	return slices.DeleteFunc(slices.Clone(all), func(o Operation) bool { return slices.Contains(ids, o.ID) })
}

// create writes a project whose dunwell is this tree.
func create(t *testing.T, all []Operation) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "invoices")
	if err := Create(dir, Project{Module: "example.com/acme/invoices", Version: "v1.2.3", Contract: api.YAML, Operations: all}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree gives the files below a directory, by slash-separated path.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		relative, _ := filepath.Rel(dir, name)
		all[filepath.ToSlash(relative)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The names of methods are those of the generated interface, each once.
func TestEveryOperationHasItsMethod(t *testing.T) {
	want := make(map[string]bool)
	for m := range reflect.TypeFor[server.StrictServerInterface]().Methods() {
		want[m.Name] = true
	}
	for _, o := range operations(t) {
		if !want[o.GoName()] {
			t.Errorf("%s is no method of the interface", o.GoName())
		}
		delete(want, o.GoName())
	}
	for name := range want {
		t.Errorf("no operation is called %s", name)
	}
}

// A new project, as a whole.
func TestCreate(t *testing.T) {
	dir := create(t, operations(t))
	var golden strings.Builder
	files := tree(t, dir)
	for _, name := range sorted(files) {
		text := files[name]
		if strings.HasSuffix(name, ".go") {
			if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
				t.Errorf("%s is not formatted: %v", name, err)
			}
		}
		if name == "openapi.yaml" {
			text = "(the contract)\n"
		}
		fmt.Fprintf(&golden, "-- %s --\n%s", name, text)
	}
	checkGolden(t, "create", golden.String())
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".scaffold-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func sorted(files map[string]string) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil || got != string(want) {
		t.Errorf("%s: %v; got:\n%s", name, err, got)
	}
}

func TestCreateRefuses(t *testing.T) {
	full := t.TempDir()
	write(t, filepath.Join(full, "notes.txt"), "mine")
	for _, c := range []struct {
		name string
		dir  string
		p    Project
		says string
	}{
		{"what is there", full, Project{Module: "example.com/a", Version: "v1.2.3"}, "is not empty; name a new directory"},
		{"no module", "new", Project{Version: "v1.2.3"}, "name a module such as example.com/acme/invoices"},
		{"a package of Go's", "new", Project{Module: "net/http", Version: "v1.2.3"}, "net/http is a name of Go's own library"},
		{"no path of a module", "new", Project{Module: "Rechnungen & mehr", Version: "v1.2.3"}, "name a module"},
		{"no version", "new", Project{Module: "example.com/a", Version: "(devel)"}, "--dunwell"},
		{"a version nobody can fetch", "new", Project{Module: "example.com/a", Version: "v1.2.3+dirty"}, "--dunwell"},
		{"another source", "new", Project{Module: "example.com/a", Replace: full}, "is not a source directory of github.com/dunwell/dunwell"},
	} {
		before := tree(t, full)
		if err := Create(c.dir, c.p); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if !reflect.DeepEqual(before, tree(t, full)) {
			t.Errorf("%s: something was written", c.name)
		}
	}
	if _, err := os.Stat("new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory was made: %v", err)
	}
}

// An empty repository is a place for a project; a project that cannot be moved there is not left behind.
func TestCreateIntoARepository(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".git", "HEAD"), "ref: refs/heads/main\n")
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := Create(dir, Project{Module: "example.com/acme/invoices/v2", Replace: source, Contract: api.YAML}); err != nil {
		t.Fatal(err)
	}
	files := tree(t, dir)
	for name, says := range map[string]string{
		".git/HEAD": "ref: ", "main.go": "// Command invoices serves", "go.mod": "require github.com/dunwell/dunwell v0.0.0-00010101000000-000000000000\n\nreplace github.com/dunwell/dunwell => " + source + "\n",
	} {
		if !strings.Contains(files[name], says) {
			t.Errorf("%s: got %s", name, files[name])
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// edit rewrites a file of a project.
func edit(t *testing.T, dir, name string, change func(string) string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	text := change(string(data))
	if text == string(data) {
		t.Fatalf("%s: nothing to edit", name)
	}
	write(t, filepath.Join(dir, name), text)
}

// cut takes a method out of a file.
func cut(t *testing.T, dir, name, method string) string {
	t.Helper()
	found := ""
	edit(t, dir, name, func(text string) string {
		found = regexp.MustCompile(`(?s)\n// ` + method + ` .*?\n}\n`).FindString(text)
		return strings.Replace(text, found, "", 1)
	})
	return found
}

// The contract has grown since the project was written, and somebody has worked on it: methods that are missing are added,
// and nothing else is touched.
func TestGrow(t *testing.T) {
	all := operations(t)
	dir := create(t, append(without(all, "getCreditnote", "getDunning", "getJob", "updateInvoice", "listTransactions", "getTransaction", "createTransaction"),
		Operation{"deleteInvoice", "DELETE", "/invoices/{invoiceReference}", "Delete an invoice", "Invoices"}))
	work(t, dir)
	before := tree(t, dir)

	u, err := Plan(dir, "v1.2.3", all)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(tree(t, dir), before) {
		t.Fatal("a plan has changed something")
	}
	if err := u.Write(); err != nil {
		t.Fatal(err)
	}
	after := tree(t, dir)
	var golden strings.Builder
	for _, a := range u.Added {
		fmt.Fprintf(&golden, "added %s to %s\n", a.Method, a.File)
	}
	for _, line := range u.Advice {
		fmt.Fprintln(&golden, line)
	}
	for _, name := range sorted(after) {
		if old, there := before[name]; !there || old != after[name] {
			fmt.Fprintf(&golden, "\n--- %s\n%s", name, insertions(t, name, old, after[name]))
		}
		delete(before, name)
	}
	if len(before) > 0 {
		t.Errorf("these are gone: %v", sorted(before))
	}
	checkGolden(t, "grow", golden.String())

	again, err := Plan(dir, "v1.2.3", all)
	if err != nil || len(again.Added) > 0 {
		t.Errorf("a second time: %v, %v", again, err)
	}
}

// work does what people do with a project.
func work(t *testing.T, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "impl", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names { // another name for the type and its receiver
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(t, name, strings.NewReplacer("(s *Server)", "(h *Handlers)", "Server{", "Handlers{", "*Server", "*Handlers", "type Server ", "type Handlers ").Replace(string(data)))
	}
	// A method moves to another file, under another name of the package, and is filled in.
	cut(t, dir, "impl/invoices.go", "GetInvoice")
	write(t, filepath.Join(dir, "impl", "lookup.go"), `package impl

import (
	stdctx "context"
	"errors"
	api "github.com/dunwell/dunwell/gen/server"
)

func (h *Handlers) GetInvoice(ctx stdctx.Context, r api.GetInvoiceRequestObject) (api.GetInvoiceResponseObject, error) {
	return nil,   errors.New("as one formats it")
}
`)
	// Some live on a type of their own, which is embedded; the file of their tag is gone, and so is what the last stub called.
	edit(t, dir, "impl/server.go", func(s string) string {
		return strings.Replace(s, "type Handlers struct{}", "type Handlers struct {\n\tcreditnotes\n}", 1)
	})
	moved := cut(t, dir, "impl/creditnotes.go", "ListCreditnotes")
	remove(t, dir, "impl/creditnotes.go")
	edit(t, dir, "impl/lookup.go", func(s string) string {
		moved = strings.NewReplacer("(h *Handlers)", "(creditnotes)", "context.", "stdctx.", "server.", "api.", "notOffered()", `errors.New("later")`).Replace(moved)
		return s + "\ntype creditnotes struct{}\n" + moved
	})
	remove(t, dir, "impl/notoffered.go")
	write(t, filepath.Join(dir, "impl", "zz_fill.go"), "//go:build ignore\n\npackage main\n\nfunc main() {}\n\nfunc notOffered() {}\n")
	// A file whose methods are all gone keeps what somebody wrote, and has lost its imports.
	write(t, filepath.Join(dir, "impl", "transactions.go"), "package impl\n\nimport \"fmt\"\n\n// banks is ours.\nvar banks = fmt.Sprint(1)\n")
	// A method that fits no more.
	edit(t, dir, "impl/identities.go", func(s string) string {
		return strings.Replace(s, "GetIdentity(ctx context.Context, request server.GetIdentityRequestObject)", "GetIdentity(ctx context.Context, reference string)", 1)
	})
	edit(t, dir, "README.md", func(s string) string { return "# Ours\n" + s })
	remove(t, dir, "Makefile")
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// insertions gives the lines that a text has more than before. Every line it had must still be there, in the same order.
func insertions(t *testing.T, name, before, after string) string {
	t.Helper()
	old := strings.Split(before, "\n")
	if before == "" {
		old = nil
	}
	var added strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(after, "\n"), "\n") {
		if len(old) > 0 && old[0] == line {
			old = old[1:]
			continue
		}
		fmt.Fprintf(&added, "%3d + %s\n", i+1, line)
	}
	if len(strings.Join(old, "")) > 0 {
		t.Errorf("%s: not kept: %q", name, old)
	}
	return added.String()
}

func TestPlanRefuses(t *testing.T) {
	all := operations(t)
	for _, c := range []struct {
		name   string
		change func(dir string)
		says   string
	}{
		{"not a project", func(dir string) { remove(t, dir, "go.mod") }, "no project of dunwell scaffold: there is no go.mod; name a new directory"},
		{"another module", func(dir string) { write(t, filepath.Join(dir, "go.mod"), "module example.com/a\n") }, "does not require github.com/dunwell/dunwell"},
		{"no impl", func(dir string) {
			if err := os.Rename(filepath.Join(dir, "impl"), filepath.Join(dir, "handlers")); err != nil {
				t.Fatal(err)
			}
		}, "there is no directory impl"},
		{"another version", func(dir string) {
			edit(t, dir, "go.mod", func(s string) string { return strings.Replace(s, "v1.2.3", "v1.2.4", 1) })
		}, "requires v1.2.4 of dunwell, and this is v1.2.3; run go generate there"},
		{"no Go", func(dir string) { write(t, filepath.Join(dir, "impl", "server.go"), "package impl\n\nfunc {") }, "server.go:3:6"},
		{"no server", func(dir string) {
			for _, o := range all {
				_ = os.Remove(filepath.Join(dir, "impl", o.file()))
			}
			remove(t, dir, "impl/server.go")
		}, "say which it is: var _ server.StrictServerInterface = (*Server)(nil)"},
		{"another notoffered.go", func(dir string) {
			remove(t, dir, "impl/invoices.go")
			write(t, filepath.Join(dir, "impl", "notoffered.go"), "package impl\n")
		}, "has no function notOffered() error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := create(t, all)
			c.change(dir)
			if _, err := Plan(dir, "v1.2.3", all); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What another package's type has cannot be seen: it is not shadowed.
func TestEmbeddedTypesOfOthers(t *testing.T) {
	all := operations(t)
	dir := create(t, without(all, "getInvoice"))
	edit(t, dir, "impl/server.go", func(s string) string {
		return strings.NewReplacer(`import "`, "import (\n\t\"sync\"\n\n\t\"example.com/shared\"\n\t\"", "gen/server\"\n", "gen/server\"\n)\n", "struct{}\n", "struct {\n\tsync.Mutex\n\t*shared.Handlers\n}\n").Replace(s)
	})
	u, err := Plan(dir, "", all)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"impl: Server may need a method GetInvoice, or shared.Handlers has it"}; len(u.Added) > 0 || !slices.Equal(u.Advice, want) {
		t.Errorf("added %v, advice %q", u.Added, u.Advice)
	}
}

// Whichever way the compiler is told of the type, it is that one that gets the methods.
func TestAssertedTypes(t *testing.T) {
	all := operations(t)
	for _, value := range []string{"&Server{}", "Server{}", "new(Server)", "(new(Server))"} {
		dir := create(t, all)
		cut(t, dir, "impl/invoices.go", "GetInvoice")
		edit(t, dir, "impl/server.go", func(s string) string { return strings.Replace(s, "(*Server)(nil)", value, 1) })
		u, err := Plan(dir, "", all)
		if err != nil || len(u.Added) != 1 || u.Added[0] != (Addition{"GetInvoice", "impl/invoices.go"}) {
			t.Errorf("%s: %+v, %v", value, u, err)
		}
	}
}

// What a package is called may be another name than the last of its path. Only that of the standard library is known.
func TestEmbeddedTypesOfVersions(t *testing.T) {
	all := operations(t)
	for path, pkg := range map[string]string{"example.com/base/v2": "base", "example.com/go-base": "base", "gopkg.in/base.v3": "base"} {
		dir := create(t, all)
		cut(t, dir, "impl/invoices.go", "GetInvoice")
		edit(t, dir, "impl/server.go", func(s string) string {
			return strings.Replace(strings.Replace(s, "type Server struct{}", "type Server struct{ "+pkg+".Store }", 1), "import ", "import "+strconv.Quote(path)+"\n\nimport ", 1)
		})
		u, err := Plan(dir, "", all)
		if err != nil || len(u.Added) > 0 || len(u.Advice) != 1 || !strings.Contains(u.Advice[0], pkg+".Store has it") {
			t.Errorf("%s: %+v, %v", path, u, err)
		}
	}
}

// A directory that is there may be a mount, to which nothing can be moved from beside it.
func TestCreateOnAnotherDisk(t *testing.T) {
	const disk = "/dev/shm"
	elsewhere, err := os.MkdirTemp(disk, "scaffold-")
	if err != nil {
		t.Skip("there is no other disk: ", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(elsewhere) })
	dir := filepath.Join(t.TempDir(), "project")
	if err := os.Symlink(elsewhere, dir); err != nil {
		t.Fatal(err)
	}
	if err := Create(dir, Project{Module: "example.com/acme/invoices", Version: "v1.2.3", Contract: api.YAML, Operations: operations(t)}); err != nil {
		t.Fatal(err)
	}
	if leftovers, _ := filepath.Glob(filepath.Join(elsewhere, ".scaffold-*")); len(leftovers) > 0 {
		t.Errorf("left behind: %q", leftovers)
	}
}

// A run that is cut off between two files has written what the stubs call, and another run adds the rest.
func TestCutOff(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "invoices.go")
	if err := os.MkdirAll(filepath.Join(in, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	u := &Update{dir: dir, files: map[string][]byte{"invoices.go": []byte("package impl\n"), notOfferedFile: []byte("package impl\n"), "jobs.go": []byte("package impl\n")}}
	if err := u.Write(); err == nil {
		t.Fatal("nothing was in the way")
	}
	if _, err := os.Stat(filepath.Join(dir, notOfferedFile)); err != nil {
		t.Error(err)
	}
}
