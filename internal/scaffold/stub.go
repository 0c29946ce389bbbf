package scaffold

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// newFile begins a file for methods.
func newFile(pkg string) []byte {
	return fmt.Appendf(nil, "package %s\n\nimport (\n\t\"context\"\n\n\t%q\n)\n", pkg, serverPackage)
}

// stub is a method that answers 501. context and server are what the file calls these packages, with the dot if there is
// one: "" for one that is imported with a dot.
func stub(o Operation, r receiver, context, server string) []byte {
	return fmt.Appendf(nil, "\n// %[1]s answers %[2]s %[3]s: %[4]s.\nfunc (%[5]s) %[1]s(ctx %[6]sContext, request %[7]s%[1]sRequestObject) (%[7]s%[1]sResponseObject, error) {\n\treturn nil, notOffered()\n}\n",
		o.GoName(), o.Method, o.Path, o.Does(), strings.TrimSpace(r.name+" "+r.typ), qualifier(context), qualifier(server))
}

func qualifier(name string) string {
	if name == "" || name == "." {
		return ""
	}
	return name + "."
}

// qualifier is what the file calls a package, false if it does not import it under a name.
func (f *file) qualifier(pkg string) (string, bool) {
	for _, spec := range f.tree.Imports {
		if importPath(spec) == pkg && importName(spec) != "_" {
			return importName(spec), true
		}
	}
	return path.Base(pkg), false
}

// withImport adds an import to the text of a file: to its imports in parentheses if there are any, the standard library
// first, else in a line of its own.
func withImport(name string, text []byte, pkg string) ([]byte, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	end := tree.Name.End()
	for _, d := range tree.Decls {
		if imports := d.(*ast.GenDecl); imports.Lparen.IsValid() { // there is nothing else in ImportsOnly
			at, lines := imports.Lparen+1, "\n\t"+strconv.Quote(pkg)
			if foreign(pkg) {
				at, lines = imports.Rparen, "\t"+strconv.Quote(pkg)+"\n"
				if n := len(tree.Imports); n > 0 && !foreign(importPath(tree.Imports[n-1])) {
					lines = "\n" + lines // a group of its own
				}
			}
			return insert(text, fset.Position(at).Offset, lines), nil
		}
		end = d.End()
	}
	return insert(text, fset.Position(end).Offset, "\n\nimport "+strconv.Quote(pkg)), nil
}

// foreign says whether a package is of another module, and not of the standard library.
func foreign(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return strings.Contains(first, ".")
}

func insert(text []byte, at int, what string) []byte {
	return slices.Concat(text[:at], []byte(what), text[at:])
}
