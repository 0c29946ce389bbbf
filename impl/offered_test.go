package impl_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/impl"
	"github.com/dunwell/dunwell/internal/servertest"
)

var update = flag.Bool("update", false, "write golden files")

// operation is one of the contract's.
type operation struct {
	*openapi3.Operation
	method, path string
}

// operations are all of the contract, ordered by their ids.
func operations() (all []operation) {
	for path, item := range spec().Paths.Map() {
		for method, o := range item.Operations() {
			all = append(all, operation{o, method, path})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return all
}

// call is a request that fits the contract, with values for the path. A body is the first of the contract's examples
// that is no more than an empty object, else the first.
func (o operation) call(path map[string]string) call {
	c := call{method: o.method, path: o.path}
	for name, value := range path {
		c.path = strings.ReplaceAll(c.path, "{"+name+"}", value)
	}
	if o.RequestBody == nil {
		return c
	}
	if upload := o.RequestBody.Value.Content["multipart/form-data"]; upload != nil {
		parts := slices.DeleteFunc(imported("a.eml", "email", eml("a")), func(p part) bool { return upload.Schema.Value.Properties[p.name] == nil })
		body, mediaType := form("boundary", parts...)
		c.body = body
		return c.with("Content-Type", mediaType)
	}
	examples := o.RequestBody.Value.Content["application/json"].Examples
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		if text := mustJSON(examples[name].Value.Value); c.body == "" || text == "{}" {
			c.body = text
		}
	}
	return c
}

// inPath are values for the parameters of paths.
var inPath = map[string]string{
	"invoiceReference": "RE1", "identityReference": "K1", "creditnoteReference": "GS1", "id": "1", "job": "1", "run": "1", "hold": "1", "import": "1",
}

// Operations of the contract that are not built yet; the README's table is made of this file.
func TestNotOffered(t *testing.T) {
	w := newWorld(t, servertest.Config{})
	w.customer()
	w.draft("RE1")
	var missing []string
	for _, o := range operations() {
		a := w.do(o.call(inPath))
		if a.status == http.StatusNotImplemented {
			a.refused(http.StatusNotImplemented, "ERR_NOT_IMPLEMENTED")
			missing = append(missing, fmt.Sprintf("%s %s %s\n", o.OperationID, o.method, o.path))
		} else if a.status >= 500 {
			w.Errorf("%s: %s", o.OperationID, a.body)
		}
	}
	golden(t, "testdata/not_offered.golden", strings.Join(missing, ""))
}

// golden compares with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it):\n%s", name, got)
	}
}

// Whatever answers a POST comes from the one place that knows about idempotency keys.
func TestEveryPostAnswersOnce(t *testing.T) {
	missing, err := os.ReadFile("testdata/not_offered.golden")
	if err != nil {
		t.Fatal(err)
	}
	handlers := reflect.TypeFor[*impl.Server]()
	checked := 0
	for _, o := range operations() {
		if o.method != http.MethodPost {
			continue
		}
		if o.Parameters.GetByInAndName("header", "Idempotency-Key") == nil {
			t.Errorf("%s has no Idempotency-Key", o.OperationID)
		}
		if strings.Contains(string(missing), o.OperationID+" ") {
			continue
		}
		handler, ok := handlers.MethodByName(strings.ToUpper(o.OperationID[:1]) + o.OperationID[1:])
		if !ok {
			t.Fatalf("%s has no method", o.OperationID)
		}
		if response := handler.Type.Out(0); !impl.Answer.Implements(response) {
			t.Errorf("a kept answer is no %s", response)
		}
		checked++
	}
	if checked != 14 {
		t.Errorf("%d operations were checked; has one been built?", checked)
	}
}
