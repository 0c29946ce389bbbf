package scaffold

import (
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// serverPackage is where the generated code is.
const serverPackage = Dunwell + "/gen/server"

// source is the package that implements the operations, as it is written now.
type source struct {
	dir     string
	name    string // of the package
	fset    *token.FileSet
	files   map[string]*file // by name, without directory
	structs map[string]*ast.StructType
	methods map[string][]method // by the type they are of
	funcs   map[string]bool
	at      map[string]*file // where a struct is
}

// file is a file of the package.
type file struct {
	name string
	text []byte
	tree *ast.File
}

// method is a method of a type of the package.
type method struct {
	file *file
	decl *ast.FuncDecl
}

// receiver is how methods are declared.
type receiver struct {
	name string // s
	typ  string // *Server
}

// readSource reads the package in a directory, without its tests. The package need not compile.
func readSource(dir string) (*source, error) {
	s := &source{dir: dir, fset: token.NewFileSet(), files: make(map[string]*file), structs: make(map[string]*ast.StructType),
		methods: make(map[string][]method), funcs: make(map[string]bool), at: make(map[string]*file)}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	packages := make(map[string][]*file)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("%w; nothing was changed", err)
		}
		pkg := tree.Name.Name
		packages[pkg] = append(packages[pkg], &file{filepath.Base(name), text, tree})
		if n, most := len(packages[pkg]), len(packages[s.name]); n > most || n == most && pkg < s.name {
			s.name = pkg // others are programs that the build leaves out
		}
	}
	if s.name == "" {
		return nil, fmt.Errorf("%s holds no Go files; nothing was changed", dir)
	}
	for _, f := range packages[s.name] {
		s.collect(f)
	}
	return s, nil
}

func (s *source) collect(f *file) {
	s.files[f.name] = f
	for _, d := range f.tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				s.funcs[d.Name.Name] = true
			} else if of := base(d.Recv.List[0].Type); of != "" {
				s.methods[of] = append(s.methods[of], method{f, d})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					if of, ok := t.Type.(*ast.StructType); ok {
						s.structs[t.Name.Name], s.at[t.Name.Name] = of, f
					}
				}
			}
		}
	}
}

// base gives the name of a type of the package, with or without a star; "" for any other type.
func base(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return base(e.X)
	case *ast.ParenExpr:
		return base(e.X)
	case *ast.IndexExpr:
		return base(e.X)
	}
	return ""
}

// server finds the type that implements the operations: the one that says so to the compiler, else the one that has the
// most methods of operations.
func (s *source) server(operations []Operation) (string, error) {
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		for _, d := range s.files[name].tree.Decls {
			if name := asserted(d); name != "" {
				return name, nil
			}
		}
	}
	best, most := "", 0
	for of, methods := range s.methods {
		n := 0
		for _, m := range methods {
			if slices.ContainsFunc(operations, func(o Operation) bool { return o.GoName() == m.decl.Name.Name }) {
				n++
			}
		}
		if n > most || n == most && n > 0 && of < best {
			best, most = of, n
		}
	}
	if best == "" {
		return "", fmt.Errorf("%s has no type that implements the operations; say which it is: var _ server.StrictServerInterface = (*Server)(nil)", s.dir)
	}
	return best, nil
}

// asserted gives T of var _ server.StrictServerInterface = (*T)(nil), or = T{}, or = &T{}, or = new(T).
func asserted(d ast.Decl) string {
	vars, ok := d.(*ast.GenDecl)
	if !ok || vars.Tok != token.VAR {
		return ""
	}
	for _, spec := range vars.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			continue
		}
		if t, ok := v.Type.(*ast.SelectorExpr); !ok || t.Sel.Name != "StrictServerInterface" {
			continue
		}
		value := ast.Unparen(v.Values[0])
		if address, ok := value.(*ast.UnaryExpr); ok {
			value = address.X
		}
		switch value := value.(type) {
		case *ast.CallExpr:
			if base(value.Fun) == "new" && len(value.Args) == 1 {
				return base(value.Args[0])
			}
			return base(value.Fun)
		case *ast.CompositeLit:
			return base(value.Type)
		}
	}
	return ""
}

// promoted gives a type and all of the package that it embeds. foreign are embedded types of other packages: their methods
// cannot be seen. Those of the standard library have no operations.
func (s *source) promoted(typ string) (types, foreign []string) {
	types = []string{typ}
	for i := 0; i < len(types); i++ {
		of := s.structs[types[i]]
		if of == nil {
			continue
		}
		for _, field := range of.Fields.List {
			if len(field.Names) > 0 {
				continue
			}
			if name := base(field.Type); name != "" {
				if !slices.Contains(types, name) {
					types = append(types, name)
				}
			} else if name := s.at[types[i]].foreign(field.Type); name != "" {
				foreign = append(foreign, name)
			}
		}
	}
	return types, foreign
}

// foreign names a type of another module, pkg.Type; "" for one of the standard library. Of other modules it is not known
// what their packages are called.
func (f *file) foreign(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if generic, ok := e.(*ast.IndexExpr); ok {
		e = generic.X
	}
	t, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	pkg, ok := t.X.(*ast.Ident)
	if !ok {
		return ""
	}
	for _, spec := range f.tree.Imports {
		if importName(spec) == pkg.Name && !foreign(importPath(spec)) {
			return ""
		}
	}
	return pkg.Name + "." + t.Sel.Name
}

func importPath(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value) // the parser has taken it
	return p
}

// importName is what an import is called in its file. A package without a name of its own is taken to be called as its
// directory is.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(importPath(spec))
}

// receiver gives how the methods of a type are declared, as most of those there are do it.
func (s *source) receiver(typ string) receiver {
	votes := make(map[receiver]int)
	best := receiver{name: strings.ToLower(typ[:1]), typ: "*" + typ}
	for _, m := range s.methods[typ] {
		r := receiver{typ: typ}
		field := m.decl.Recv.List[0]
		if _, pointer := field.Type.(*ast.StarExpr); pointer {
			r.typ = "*" + typ
		}
		if len(field.Names) > 0 && field.Names[0].Name != "_" {
			r.name = field.Names[0].Name
		}
		if votes[r]++; votes[r] > votes[best] {
			best = r
		}
	}
	return best
}

// operation gives the name of the operation that a method is written for, by the types of the generated code it takes
// and gives: (context.Context, server.GetInvoiceRequestObject) (server.GetInvoiceResponseObject, error).
func (m method) operation() (string, bool) {
	in, out := types(m.decl.Type.Params), types(m.decl.Type.Results)
	if len(in) != 2 || len(out) != 2 || out[1] != "error" {
		return "", false
	}
	request, ok1 := m.file.generated(in[1], "RequestObject")
	response, ok2 := m.file.generated(out[0], "ResponseObject")
	return request, ok1 && ok2 && request == response && m.file.is(in[0], "context", "Context")
}

// generated cuts the name of a type of the generated code to that of its operation.
func (f *file) generated(typ, suffix string) (string, bool) {
	name := typ[strings.LastIndex(typ, ".")+1:]
	operation, ok := strings.CutSuffix(name, suffix)
	return operation, ok && f.is(typ, serverPackage, name)
}

// is says whether a type is the one of that name in that package.
func (f *file) is(typ, pkg, name string) bool {
	for _, spec := range f.tree.Imports {
		if importPath(spec) == pkg && (typ == importName(spec)+"."+name || importName(spec) == "." && typ == name) {
			return true
		}
	}
	return false
}

// types writes the types of parameters or results, one for each.
func types(list *ast.FieldList) []string {
	var all []string
	if list == nil {
		return nil
	}
	for _, field := range list.List {
		for range max(1, len(field.Names)) {
			all = append(all, typeText(field.Type))
		}
	}
	return all
}

func typeText(e ast.Expr) string {
	var b strings.Builder
	if err := format.Node(&b, token.NewFileSet(), e); err != nil {
		return ""
	}
	return b.String()
}

var errNoScaffold = errors.New("is not empty, and is no project of dunwell scaffold")
