package client

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

// typedLists are the lists with fields, and the parameter their conditions go into.
var typedLists = []struct {
	operation, filter string
	fields            any // a pointer
}{
	{"listInvoices", "query", &InvoiceFields},
	{"listCreditnotes", "query", &InvoiceFields},
	{"listIdentityInvoices", "search", &InvoiceFields},
	{"listIdentities", "query", &IdentityFields},
	{"listTransactions", "query", &TransactionFields},
	{"listDocuments", "search", &DocumentFields},
	{"listPayments", "search", &PaymentFields},
}

// The fields are those of the contract, no more and no fewer, with operators the contract has, and the sortable ones are sortable.
func TestFieldsAreThoseOfTheContract(t *testing.T) {
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	lists := 0
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.Parameters.GetByInAndName("query", "query") != nil || operation.Parameters.GetByInAndName("query", "search") != nil {
				lists++
			}
		}
	}
	if lists != len(typedLists) {
		t.Errorf("the contract has %d lists with conditions, %d have fields", lists, len(typedLists))
	}
	for _, list := range typedLists {
		t.Run(list.operation, func(t *testing.T) {
			parameters := operationOf(t, doc, list.operation).Parameters
			filters := parameters.GetByInAndName("query", list.filter).Schema.Value.Properties
			var filterable, sortable []string
			fields := reflect.ValueOf(list.fields).Elem()
			for i := range fields.NumField() {
				field := fields.Field(i)
				name, operators := inspect(field)
				if !strings.EqualFold(fields.Type().Field(i).Name, name) {
					t.Errorf("%s is called %s", name, fields.Type().Field(i).Name)
				}
				if len(operators) > 0 {
					filterable = append(filterable, name)
					checkOperators(t, name, operators, filters[name])
				}
				if _, ok := field.Type().MethodByName("Descending"); ok {
					sortable = append(sortable, name)
				}
			}
			slices.Sort(filterable)
			slices.Sort(sortable)
			if want := slices.Sorted(maps.Keys(filters)); !slices.Equal(filterable, want) {
				t.Errorf("conditions on %v, the contract has %v", filterable, want)
			}
			if want := sortKeys(parameters.GetByInAndName("query", "sort").Schema.Value); !slices.Equal(sortable, want) {
				t.Errorf("sorted by %v, the contract has %v", sortable, want)
			}
		})
	}
}

func operationOf(t *testing.T, doc *openapi3.T, id string) *openapi3.Operation {
	t.Helper()
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.OperationID == id {
				return operation
			}
		}
	}
	t.Fatalf("no operation %s", id)
	return nil
}

// inspect gives the name a field has in the contract, and the operators its methods stand for.
func inspect(field reflect.Value) (name string, operators []string) {
	known := map[string]string{
		"Is": opEqual, "IsNot": opNot, "In": opIn, "MoreThan": opMore, "AtLeast": opAtLeast, "LessThan": opLess, "AtMost": opAtMost,
		"Before": opLess, "NotBefore": opAtLeast, "After": opMore, "NotAfter": opAtMost,
	}
	for i := range field.NumMethod() {
		method := field.Type().Method(i)
		switch op, ok := known[method.Name]; {
		case ok:
			operators = append(operators, op)
		case method.Name != "Ascending" && method.Name != "Descending":
			panic("unknown operator " + method.Name)
		}
	}
	for field.Kind() == reflect.Struct {
		field = field.Field(0)
	}
	return field.String(), operators
}

// checkOperators compares what methods write with what the schema of a condition takes.
func checkOperators(t *testing.T, name string, operators []string, ref *openapi3.SchemaRef) {
	t.Helper()
	if ref == nil {
		return // told by whoever compares the names
	}
	documented := []string{opEqual}
	for _, branch := range ref.Value.AnyOf {
		documented = append(documented, slices.Collect(maps.Keys(branch.Value.Properties))...)
	}
	for _, op := range operators {
		if !slices.Contains(documented, op) {
			t.Errorf("%s: operator %q, the contract has %q", name, op, documented)
		}
	}
}

// sortKeys gives what a sort parameter takes.
func sortKeys(s *openapi3.Schema) (keys []string) {
	if found := regexp.MustCompile(`^\^-\?\(([a-z|]+)\)`).FindStringSubmatch(s.Pattern); found != nil {
		keys = strings.Split(found[1], "|")
	}
	for _, value := range s.Enum {
		if key := value.(string); !strings.HasPrefix(key, "-") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
