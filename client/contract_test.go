package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/client"
)

// TestEveryOperationHasAMethod holds the methods of Client against the operations of the contract.
func TestEveryOperationHasAMethod(t *testing.T) {
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	methods := reflect.TypeFor[*client.Client]()
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			id := operation.OperationID
			if _, ok := methods.MethodByName(strings.ToUpper(id[:1]) + id[1:]); !ok {
				t.Errorf("%s %s: no method for %s", method, path, id)
			}
		}
	}
}

// TestSentinels holds the Err… variables against the contract's list of error types.
func TestSentinels(t *testing.T) {
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	var documented, known []string
	for _, typ := range doc.Components.Schemas["ErrorType"].Value.Enum {
		documented = append(documented, typ.(string))
	}
	for _, s := range allSentinels {
		known = append(known, s.Error())
		if err := error(&client.Error{Status: 418, Type: client.ErrorType(s.Error())}); !matchesOnly(err, s) {
			t.Errorf("%v is not told by its type", s)
		}
	}
	slices.Sort(documented)
	slices.Sort(known)
	if !slices.Equal(documented, known) {
		t.Errorf("documented %v, known %v", documented, known)
	}
}

// TestTypesAreRepeated holds types.go and values.go against gen/model: whatever a signature or a field of an answer needs can be named
// with this package alone.
func TestTypesAreRepeated(t *testing.T) {
	repeated, _ := declared(t, "types.go")
	values, _ := declared(t, "values.go")
	_, enums := declared(t, "../gen/model/model.gen.go")
	for name, typ := range enums {
		switch {
		case typ == "ErrorType" || strings.HasSuffix(typ, "ParamsSort"):
			// spelled here as the Err… variables, and as the order of lists
		case !values[name] || !repeated[typ]:
			t.Errorf("%s (a %s) of gen/model is not repeated", name, typ)
		}
	}
	seen := map[reflect.Type]bool{}
	methods := reflect.TypeFor[*client.Client]()
	for i := range methods.NumMethod() {
		m := methods.Method(i).Type
		for j := range m.NumIn() {
			namesOf(m.In(j), seen)
		}
		for j := range m.NumOut() {
			namesOf(m.Out(j), seen)
		}
	}
	for typ := range seen {
		if strings.HasSuffix(typ.PkgPath(), "/gen/model") && !repeated[typ.Name()] {
			t.Errorf("%s is reachable and not repeated", typ)
		}
	}
}

// namesOf collects the named types that a type leads to.
func namesOf(typ reflect.Type, seen map[reflect.Type]bool) {
	if seen[typ] {
		return
	}
	seen[typ] = true
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		namesOf(typ.Elem(), seen)
	case reflect.Map:
		namesOf(typ.Elem(), seen)
	case reflect.Struct:
		for field := range typ.Fields() {
			if field.IsExported() {
				namesOf(field.Type, seen)
			}
		}
	}
}

// declared gives the names of types and constants that a file declares, and the types of its constants.
func declared(t *testing.T, path string) (names map[string]bool, constants map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names, constants = map[string]bool{}, map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			names[n.Name.Name] = true
		case *ast.ValueSpec:
			for _, name := range n.Names {
				names[name.Name] = true
				if typ, ok := n.Type.(*ast.Ident); ok && name.IsExported() {
					constants[name.Name] = typ.Name
				}
			}
		}
		return true
	})
	return names, constants
}

// TestLinksNoServer holds that a program with this client carries no server and no database.
func TestLinksNoServer(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/dunwell/dunwell/api/validate") {
		t.Fatal("the dependencies were not listed")
	}
	for _, dep := range deps {
		for _, heavy := range []string{"labstack/echo", "modernc.org", "pgx", "opentelemetry", "dunwell/impl", "dunwell/internal", "gen/server"} {
			if strings.Contains(dep, heavy) || dep == "database/sql" {
				t.Errorf("links %s", dep)
			}
		}
	}
}
