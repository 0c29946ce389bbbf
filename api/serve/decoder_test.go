package serve

import (
	"errors"
	"maps"
	"mime/multipart"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
)

// bodyTypes are the types that the bodies of the contract's operations are decoded into, by operationId.
func bodyTypes() map[string]reflect.Type {
	types := make(map[string]reflect.Type)
	operations := reflect.TypeFor[server.StrictServerInterface]()
	for i := range operations.NumMethod() {
		m := operations.Method(i)
		body, ok := m.Type.In(1).FieldByName("Body")
		if ok && body.Type != reflect.TypeFor[*multipart.Reader]() {
			types[strings.ToLower(m.Name[:1])+m.Name[1:]] = body.Type.Elem()
		}
	}
	return types
}

// No body of the contract is left to the library: each of its types is made of what is read here.
func TestEveryBodyTypeIsCompiled(t *testing.T) {
	types := bodyTypes()
	if len(types) < 11 {
		t.Errorf("only %d operations have a body: %v", len(types), types)
	}
	for operation, body := range types {
		if readerOf(body) == nil {
			t.Errorf("%s of %s is not compiled", body, operation)
		}
	}
}

// A type with something in it that is not known when it is compiled is left to the library as a whole.
func TestTypesLeftToTheLibrary(t *testing.T) {
	type node struct{ Next *node }
	for _, v := range []any{
		new(any), new(map[string]string), new([3]int), new([]byte), new(uint), new(float64), new(time.Time), new(time.Duration), new(node), new([]node),
		new(struct{ In struct{ F float64 } }), new(struct{ hidden int }), new(struct{ node }),
		new(struct {
			A int `json:"a,string"`
		}),
		new(struct {
			A int `json:"a,case:ignore"`
		}),
		new(struct {
			A int `json:"-"`
		}),
		new(struct {
			A int `json:"'b'"`
		}),
		new(struct {
			A int `json:"B"`
			B int
		}),
	} {
		if readerOf(reflect.TypeOf(v).Elem()) != nil {
			t.Errorf("%T is compiled", v)
		}
	}
	var left struct{ F float64 }
	if err := decode([]byte(`{"F":1.5}`), &left); err != nil || left.F != 1.5 {
		t.Error(left, err)
	}
	var failed *undecodable
	if err := decode([]byte(`{"F":"x"}`), &left); !errors.As(err, &failed) || failed.path != "F" {
		t.Error(err)
	}
}

// compare decodes data into a type here and with the library. It says whether the readers took it themselves.
func compare(t interface{ Fatalf(string, ...any) }, body reflect.Type, data []byte) (taken bool) {
	got, want := reflect.New(body), reflect.New(body)
	wrong := json.Unmarshal(data, want.Interface())
	taken = newDecoder(data).body(readerOf(body), got.Elem())
	switch {
	case taken && wrong != nil:
		t.Fatalf("%s is taken from %q, but %v", body, data, wrong)
	case taken && !reflect.DeepEqual(got.Interface(), want.Interface()):
		t.Fatalf("%s is read from %q\n as %#v\nnot %#v", body, data, got.Elem(), want.Elem())
	}

	got = reflect.New(body)
	err := decode(data, got.Interface())
	if (err == nil) != (wrong == nil) {
		t.Fatalf("%s from %q: %v, want %v", body, data, err, wrong)
	}
	if err != nil {
		var failed *undecodable
		var semantic *json.SemanticError
		if !errors.As(err, &failed) || errors.As(wrong, &semantic) && failed.path != fieldPath(semantic.JSONPointer) {
			t.Fatalf("%s from %q: %v, want %v", body, data, err, wrong)
		}
	} else if !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Fatalf("%s is decoded from %q\n as %#v\nnot %#v", body, data, got.Elem(), want.Elem())
	}
	return taken
}

// bodies draws requests of the contract.
type bodies struct {
	types      map[string]reflect.Type
	operations []string // the keys of types, sorted
	schemas    map[string]*openapi3.Schema
	contract   *validate.Contract
}

func newBodies(tb testing.TB) *bodies {
	doc, err := api.Document()
	if err != nil {
		tb.Fatal(err)
	}
	contract, err := validate.New(doc)
	if err != nil {
		tb.Fatal(err)
	}
	b := &bodies{types: bodyTypes(), schemas: make(map[string]*openapi3.Schema), contract: contract}
	b.operations = slices.Sorted(maps.Keys(b.types))
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			if b.types[o.OperationID] != nil {
				b.schemas[o.OperationID] = o.RequestBody.Value.Content["application/json"].Schema.Value
			}
		}
	}
	return b
}

// check compares a drawn body. One that is valid under the contract and that the library takes must be taken by the
// readers: else it would be decoded twice.
func (b *bodies) check(t *rapid.T) (valid bool) {
	operation := rapid.SampledFrom(b.operations).Draw(t, "operation")
	body := spaced(t, jsonOf(t, b.schemas[operation]))
	if oneIn(t, 3) {
		body = changed(t, body)
	}
	taken := compare(t, b.types[operation], []byte(body))
	documented, _ := b.contract.Operation(operation)
	valid = documented.Body([]byte(body)) == nil
	into := reflect.New(b.types[operation])
	if valid && !taken && json.Unmarshal([]byte(body), into.Interface()) == nil {
		t.Fatalf("%s is valid and not taken: %s", operation, body)
	}
	return valid
}

func TestDecodeAsTheLibraryDoes(t *testing.T) {
	b := newBodies(t)
	all, valid := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		all++
		if b.check(t) {
			valid++
		}
	})
	if valid < all/4 {
		t.Errorf("only %d of %d bodies are valid", valid, all)
	}
}

func FuzzDecodeDrawn(f *testing.F) {
	b := newBodies(f)
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { b.check(t) }))
}

// Any bytes, valid or not: the readers take nothing that the library refuses, and read nothing else.
func FuzzDecode(f *testing.F) {
	types := slices.Collect(maps.Values(bodyTypes()))
	f.Add(benchload.Invoice())
	for _, text := range odd {
		f.Add([]byte(text))
		f.Add([]byte(`{"label":"` + text + `"}`))
		f.Add([]byte(`{"items":[{"quantity":` + text + `,"detail":{}},{"label":null}]}`))
		f.Add([]byte(`{"meta":` + text + `,"addresses":` + text + `,"netbased":` + text + `}`))
		f.Add([]byte(`{"due":` + text + `,"detail":{"introText":[` + text + `],"dunning":{"customPeriods":{"DUNNING1":` + text + `}}}}`))
		f.Add([]byte(`{"debtor":` + text + `,"emails":[{"email":` + text + `}],"name":{"birthday":` + text + `},"amount":` + text + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, body := range types {
			compare(t, body, data)
		}
	})
}

// What null, nothing and emptiness become, and each way to write a text or number.
func TestDecodeCases(t *testing.T) {
	for text, want := range map[string]model.InvoiceUpdate{
		`{}`:                          {},
		`null`:                        {},
		" \r\n\t{ \n} ":               {},
		`{"items":null}`:              {},
		`{"items":[]}`:                {Items: &[]model.InvoiceItemInput{}},
		`{"items":[null]}`:            {Items: &[]model.InvoiceItemInput{{}}},
		`{"label":null}`:              {},
		`{"label":""}`:                {Label: new("")},
		`{"label":"a\"\\\/\n\u00e4"}`: {Label: new("a\"\\/\nä")},
		`{"label":"\ud83d\ude00😀"}`:   {Label: new("😀😀")},
		`{"label":"\u0000"}`:          {Label: new("\x00")},
		`{"\u006cabel":"x"}`:          {Label: new("x")},
		`{"meta":null}`:               {Meta: model.Meta(`null`)},
		"{\"meta\": { \"a\" :\n[1.00, \"]\\\"}\"] } }":             {Meta: model.Meta("{ \"a\" :\n[1.00, \"]\\\"}\"] }")},
		`{"meta":"\u0041"}`:                                        {Meta: model.Meta(`"\u0041"`)},
		`{"detail":null}`:                                          {},
		`{"detail":{"introText":["a","b","c","d","e","f"]}}`:       {Detail: &model.InvoiceDetail{IntroText: &[]string{"a", "b", "c", "d", "e", "f"}}},
		`{"detail":{"reverseCharge":false}}`:                       {Detail: &model.InvoiceDetail{ReverseCharge: new(false)}},
		`{"detail":{"dunning":{"customPeriods":{"DUNNING1":-0}}}}`: {Detail: &model.InvoiceDetail{Dunning: &model.DunningSettings{CustomPeriods: &model.CustomPeriods{DUNNING1: new(0)}}}},
		`{"items":[{"quantity":"1.50","taxrate":null,"unitprice":12345678901234567890.12}]}`: {Items: &[]model.InvoiceItemInput{{
			Quantity: scalar.MustDecimal("1.50"), Unitprice: scalar.MustDecimal("12345678901234567890.12")}}},
	} {
		var got model.InvoiceUpdate
		body := []byte(text)
		if !compare(t, reflect.TypeOf(got), body) {
			t.Errorf("%s is left to the library", text)
		}
		if err := decode(body, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %#v, %v", text, got, err)
		}
	}
	var cleared model.InvoiceUpdate
	if err := decode([]byte(`{"due":null,"issued":"2024-01-31","netbased":true}`), &cleared); err != nil {
		t.Fatal(err)
	}
	if !cleared.Due.IsNull() || cleared.Orderdate.IsSpecified() || cleared.Issued.MustGet().String() != "2024-01-31T00:00:00.000Z" || !cleared.Netbased.MustGet() {
		t.Errorf("%#v", cleared)
	}
}

// What is there already is kept, as the library keeps it.
func TestDecodeMerges(t *testing.T) {
	into := model.InvoiceUpdate{Label: new("old"), Number: new("1"), Items: &[]model.InvoiceItemInput{{Label: "a"}, {Label: "b"}}}
	if err := decode([]byte(`{"label":"new","items":[{"unit":"hour"}]}`), &into); err != nil {
		t.Fatal(err)
	}
	if want := (model.InvoiceUpdate{Label: new("new"), Number: new("1"), Items: &[]model.InvoiceItemInput{{Unit: "hour"}}}); !reflect.DeepEqual(into, want) {
		t.Errorf("%#v", into)
	}
}

// Values that no Go type takes, and what validation never lets pass: the readers leave all of it to the library, which
// says where it is.
func TestDecodeRefuses(t *testing.T) {
	for text, path := range map[string]string{
		``:                                   "",
		`{`:                                  "",
		`{"label":"a"} {}`:                   "",
		`{"label":"a",}`:                     "",
		`{"label":"a","label":"b"}`:          "",
		`{"label":"a","\u006cabel":"b"}`:     "",
		"{\"label\":\"\xff\"}":               "",
		`{"label":"\ud800"}`:                 "",
		`{"label":"a` + "\n" + `"}`:          "",
		`{"meta":1e}`:                        "",
		`{"meta":-}`:                         "",
		`{"meta":01}`:                        "",
		`{"label":1}`:                        "label",
		`{"netbased":"true"}`:                "netbased",
		`{"items":{}}`:                       "items",
		`{"items":[{},{"quantity":"a"}]}`:    "items[1].quantity",
		`{"items":[{},{},{"taxrate":true}]}`: "items[2].taxrate",
		`{"due":"2024-02-30"}`:               "due",
		`{"detail":{"dunning":{"customPeriods":{"DUNNING1":1.0}}}}`:                 "detail.dunning.customPeriods.DUNNING1",
		`{"detail":{"dunning":{"customPeriods":{"DUNNING1":9223372036854775808}}}}`: "detail.dunning.customPeriods.DUNNING1",
		`{"meta":{"a":1,"a":2}}`: "",
	} {
		var into model.InvoiceUpdate
		var failed *undecodable
		if compare(t, reflect.TypeOf(into), []byte(text)) {
			t.Errorf("%s is taken", text)
		}
		if err := decode([]byte(text), &into); !errors.As(err, &failed) {
			t.Errorf("%s: %v", text, err)
		} else if failed.path != path {
			t.Errorf("%s: %q", text, failed.path)
		}
	}
}

func TestDecodeIntegers(t *testing.T) {
	for text, fits := range map[string]bool{`127`: true, `128`: false, `-128`: true, `-129`: false, `null`: true, `1.0`: false, `"1"`: false, `-0`: true} {
		if compare(t, reflect.TypeFor[int8](), []byte(text)) != fits {
			t.Errorf("%s fits: %t", text, !fits)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	body := benchload.Invoice()
	for _, decoder := range []struct {
		name   string
		decode func([]byte, any) error
	}{
		{"ours", decode},
		{"library", func(data []byte, v any) error { return json.Unmarshal(data, v) }},
	} {
		b.Run(decoder.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var into model.InvoiceUpdate
				if err := decoder.decode(body, &into); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
