package validate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// thing is a valid Thing with some more members.
func thing(members string) string {
	if members != "" {
		members = "," + members
	}
	return `{"id":1,"kind":"small","amount":"1.5"` + members + `}`
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// bodyCases are bodies of putThing. What is said about them is in testdata/bodies.golden.
var bodyCases = []struct{ name, body string }{
	{"least", thing("")},
	{"most", thing(`"price":999.99,"small":-5,"name":null,"code":"AB-12.5","text":"ÄÖÜ\n\u00e9","day":"2024-02-29","moment":"2024-02-29T12:00:00.000Z","when":"2024-02-29","email":"a@b.de","uuid":"123e4567-e89b-12d3-a456-426614174000","uri":"https://example.com/","flag":true,"level":5,"tags":["a"],"labels":{"a":"b"},"meta":{"a":[null]},"debtor":7,"either":[1],"secret":"s"`)},

	// Keywords.
	{"type: integer", `{"id":"1","kind":"small","amount":1}`},
	{"type: integer with fraction", `{"id":1.5,"kind":"small","amount":1}`},
	{"type: boolean", thing(`"flag":"true"`)},
	{"type: string", thing(`"code":12`)},
	{"type: array", thing(`"tags":"a"`)},
	{"type: object", thing(`"meta":[]`)},
	{"type: root", `[]`},
	{"type: null is no object", `null`},
	{"required", `{"kind":"small"}`},
	{"required within", thing(`"children":[{"id":1,"kind":"small"}]`)},
	{"additionalProperties: false", thing(`"unknown":1`)},
	{"additionalProperties: false, misspelt", thing(`"prise":1,"flga":true,"Code":"AB-1"`)},
	{"additionalProperties: false, odd names", thing(`"a b":1,"x.y":2,"":3,"\u0007":4`)},
	{"additionalProperties: schema", thing(`"labels":{"a":"long"}`)},
	{"nullable", thing(`"code":null`)},
	{"null where anything may be", thing(`"anything":null`)},
	{"enum", `{"id":1,"kind":"medium","amount":1}`},
	{"enum of numbers", thing(`"level":2`)},
	{"enum of booleans", thing(`"yes":false`)},
	{"enum of anything", thing(`"mixed":"b"`)},
	{"minimum", `{"id":0,"kind":"small","amount":1}`},
	{"exclusiveMinimum", thing(`"price":0`)},
	{"exclusiveMaximum", thing(`"price":1000`)},
	{"multipleOf", thing(`"cents":0.005`)},
	{"int32", thing(`"small":2147483648`)},
	{"int64", `{"id":9223372036854775808,"kind":"small","amount":1}`},
	{"integer with a point", `{"id":1.0,"kind":"small","amount":1}`},
	{"integer with an exponent", thing(`"debtor":1e2,"circle":{"x":1e1,"y":2,"r":1}`)},
	{"minLength", thing(`"name":"é"`)},
	{"maxLength", thing(`"name":"ééééé!"`)},
	{"pattern", thing(`"code":"ab-1"`)},
	{"pattern with x-hint", thing(`"text":"\u0001"`)},
	{"format: date", thing(`"day":"2024-02-30"`)},
	{"format: date-time", thing(`"moment":"2024-02-29"`)},
	{"format: date-or-date-time", thing(`"when":"2024-02-30T00:00:00Z"`)},
	{"format: email", thing(`"email":"a@"`)},
	{"format: uuid", thing(`"uuid":"123"`)},
	{"format: uri", thing(`"uri":"/relative"`)},
	{"format: byte", thing(`"bytes":"!"`)},
	{"format: unknown to us", thing(`"odd":"anything"`)},
	{"minItems", thing(`"tags":[]`)},
	{"maxItems", thing(`"tags":["a","b","c","d"]`)},
	{"items", thing(`"tags":["a","long"]`)},
	{"uniqueItems", thing(`"unique":[1,2,1]`)},
	{"minProperties", thing(`"labels":{}`)},
	{"maxProperties", thing(`"labels":{"a":"","b":"","c":""}`)},
	{"anyOf: text in the wrong form", thing(`"debtor":"12a"`)},
	{"anyOf: number out of bounds", thing(`"debtor":-1`)},
	{"anyOf: of no type", thing(`"debtor":true`)},
	{"anyOf: without hints, wrong form", `{"id":1,"kind":"small","amount":"1,50"}`},
	{"anyOf: without hints, wrong type", `{"id":1,"kind":"small","amount":[]}`},
	{"anyOf: without hints, out of bounds", `{"id":1,"kind":"small","amount":1e15}`},
	{"anyOf: several objects", thing(`"choice":{"x":1}`)},
	{"anyOf: null by a branch", thing(`"choice":null`)},
	{"oneOf: of no type", thing(`"either":{}`)},
	{"oneOf: one was meant", thing(`"either":"long"`)},
	{"oneOf: element of one", thing(`"either":[1,"a"]`)},
	{"oneOf: two match", thing(`"unsure":5`)},
	{"oneOf: one of two of a type", thing(`"unsure":15`)},
	{"allOf", thing(`"circle":{"x":"1","r":-1}`)},
	{"not", thing(`"not":"no"`)},
	{"readOnly", thing(`"created":"now"`)},
	{"recursion", thing(`"children":[{"id":1,"kind":"small","amount":1,"children":[{"id":"x","kind":"small","amount":1}]}]`)},
	{"several at once", `{"id":"1","kind":"x","code":"?","tags":[1,2],"flag":0}`},
	{"more than anybody wants to read", thing(`"children":[` + strings.TrimSuffix(strings.Repeat("1,", 100), ",") + `]`)},

	// Additions.
	{"twins", thing(`"ID":2`)},
	{"twins in a free object", thing(`"meta":{"role":"user","ROLE":"admin"}`)},
	{"twins by Unicode", thing("\"meta\":{\"kelvin\":1,\"\u212aelvin\":2}")},
	{"twins by escape", thing(`"meta":{"role":1,"\u0052ole":2}`)},
	{"twins among many", thing(`"meta":{` + manyMembers(200) + `"M150":1}`)},
	{"duplicate", thing(`"kind":"large"`)},
	{"duplicate by escape", thing(`"meta":{"a":1,"\u0061":2}`)},
	{"duplicate among many", thing(`"meta":{` + manyMembers(200) + `"m150":1}`)},
	{"trailing value", thing("") + `{}`},
	{"trailing bracket", thing("") + `]`},
	{"trailing space", thing("") + " \n"},
	{"invalid UTF-8", thing("\"code\":\"AB-1\xff\"")},
	{"invalid UTF-8 in a name", thing("\"meta\":{\"a\xff\":1}")},
	{"surrogate alone", thing(`"text":"\ud83d"`)},
	{"surrogates in the wrong order", thing(`"text":"\ude00\ud83d"`)},
	{"surrogate pair", thing(`"text":"\ud83d\ude00"`)},
	{"NUL", thing(`"text":"a\u0000b"`)},
	{"NUL in a name", thing(`"meta":{"a\u0000":1}`)},
	{"deepest", thing(`"anything":` + nested(MaxDepth-1))},
	{"too deep", thing(`"anything":` + nested(MaxDepth))},
	{"number too large", `{"id":1,"kind":"small","amount":1e400}`},
	{"number too small", `{"id":1,"kind":"small","amount":1e-400}`},
	{"number too long", thing(`"meta":{"pi":3.` + strings.Repeat("1", 70) + `}`)},
	{"several additions and keywords", `{"id":"1","ID":1,"kind":"a\u0000","amount":1e999,"amount":2}`},

	// Not JSON.
	{"empty", ""},
	{"white space", " \r\n\t"},
	{"cut off", `{"id":1,` + "\n" + `"kind":`},
	{"cut off in a string", `{"id":1,"kind":"sm`},
	{"cut off in an escape", `{"id":1,"kind":"sm\u12`},
	{"single quotes", `{'id':1}`},
	{"comma too many", `{"id":1,}`},
	{"byte order mark", "\ufeff{}"},
	{"NaN", `{"id":NaN}`},
	{"leading zero", `{"id":01}`},
	{"leading plus", `{"id":+1}`},
	{"bare point", `{"id":1.}`},
	{"line break in a string", "{\n  \"kind\":\"a\nb\"}"},
	{"unknown escape", `{"kind":"\x41"}`},
	{"form instead", "id=1&kind=small"},
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":%d,`, i, i)
	}
	return b.String()
}

func TestBody(t *testing.T) {
	put := operation(t, newContract(t), "putThing")
	var g golden
	for _, tt := range bodyCases {
		err := put.Body([]byte(tt.body))
		g.add(tt.name, tt.body, err)
		if err == nil && put.body.decide([]byte(tt.body), InBody, "") != nil {
			t.Errorf("%s: accepted, but the slow path refuses", tt.name)
		}
	}
	g.compare(t, "bodies.golden")
}

func TestBodyThatMayBeMissing(t *testing.T) {
	c := newContract(t)
	if err := operation(t, c, "postLoose").Body(nil); err != nil {
		t.Errorf("an optional body: %v", err)
	}
	if err := operation(t, c, "putThing").Body(nil); err == nil {
		t.Error("a required body may not be missing")
	}
	if err := operation(t, c, "listThings").Body(nil); err != nil {
		t.Errorf("no body where none is documented: %v", err)
	}
	if v := violationsOf(operation(t, c, "listThings").Body([]byte("{}"))); !hasRule(v, RuleBody) {
		t.Errorf("a body where none is documented: %+v", v)
	}
}

func TestViolationsNeverShowTheValue(t *testing.T) {
	const secret = "s3cr3t-value"
	put := operation(t, newContract(t), "putThing")
	for _, name := range sortedKeys(put.body.schema.Properties) {
		err := put.Body([]byte(thing(`"` + name + `":"` + secret + `\u0001"`)))
		if v := violationsOf(err); err != nil && (v == nil || strings.Contains(fmt.Sprintf("%+v", v), secret)) {
			t.Errorf("%s: %+v", name, err)
		}
	}
}

// TestHostileBodies holds the work on a body to what its size allows.
func TestHostileBodies(t *testing.T) {
	c := newContract(t)
	put, loose := operation(t, c, "putThing"), operation(t, c, "postLoose")
	const size = 1 << 20
	for name, tt := range map[string]struct {
		o    *Operation
		body string
		rule string
	}{
		"brackets":         {put, strings.Repeat("[", 3*size), RuleDepth},
		"braces":           {put, strings.Repeat(`{"a":`, size/5), RuleDepth},
		"names":            {put, thing(`"meta":{` + strings.TrimSuffix(manyMembers(size/16), ",") + `,"m7":1}`), RuleDuplicate},
		"wrong elements":   {put, thing(`"children":[` + strings.Repeat("1,", size/2) + `1]`), "type"},
		"unknown members":  {put, thing(strings.TrimSuffix(manyMembers(size/16), ",")), "additionalProperties"},
		"digits":           {put, thing(`"price":` + strings.Repeat("9", size)), RuleNumber},
		"backslashes":      {put, thing(`"text":"` + strings.Repeat(`\\`, size/2) + `"`), "maxLength"},
		"one long name":    {put, thing(`"` + strings.Repeat("n", size) + `":1`), "additionalProperties"},
		"nested anyOf":     {loose, `{"named":"x","tree":` + strings.Repeat("[", 40) + `1` + strings.Repeat("]", 40) + `}`, "type"},
		"invalid UTF-8":    {put, thing(`"text":"` + strings.Repeat("\xff", size) + `"`), RuleUTF8},
		"line after line":  {put, strings.Repeat("\n", size), "required"},
		"repeated objects": {put, thing(`"meta":{"a":[` + strings.TrimSuffix(strings.Repeat(`{"a":1},`, size/8), ",") + `]},"x":1`), "additionalProperties"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			err := tt.o.Body([]byte(tt.body))
			v := violationsOf(err)
			if !hasRule(v, tt.rule) {
				t.Errorf("got %+v, want %s", err, tt.rule)
			}
			for _, one := range v {
				if len(one.Path)+len(one.Error)+len(one.Hint) > 1000 {
					t.Errorf("a violation of %d bytes", len(one.Error))
				}
			}
			// Generous, so that only what is not linear trips it.
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("took %v", took)
			} else {
				t.Logf("%d bytes: %v", len(tt.body), took)
			}
		})
	}
}

func hasRule(v Violations, rule string) bool {
	for _, one := range v {
		if one.Rule == rule {
			return true
		}
	}
	return false
}

// countsAllocations is false under the race detector.
var countsAllocations = true

func TestAcceptingDoesNotAllocate(t *testing.T) {
	if !countsAllocations {
		t.Skip("not under the race detector")
	}
	put := operation(t, newContract(t), "putThing")
	for _, name := range []string{"least", "most"} {
		for _, tt := range bodyCases {
			if tt.name != name {
				continue
			}
			body := []byte(tt.body)
			if n := testing.AllocsPerRun(100, func() {
				if err := put.Body(body); err != nil {
					t.Fatal(err)
				}
			}); n >= 1 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	}
}

func TestValue(t *testing.T) {
	schema := loadDocument(t).Components.Schemas["Thing"].Value
	valid, err := json.Marshal(map[string]any{"id": 1, "kind": "small", "amount": 2, "created": "now"})
	if err != nil {
		t.Fatal(err)
	}
	if err := Value(schema, true, valid); err != nil {
		t.Errorf("as answer: %v", err)
	}
	if err := Value(schema, false, valid); !hasRule(violationsOf(err), "readOnly") {
		t.Errorf("as request: %v", err)
	}
	if err := Value(schema, false, []byte(thing(`"when":"2024-02-30"`))); !hasRule(violationsOf(err), "format") {
		t.Errorf("a format of ours: %v", err)
	}
}
