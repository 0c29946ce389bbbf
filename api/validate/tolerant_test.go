package validate

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

const tolerantDocument = `
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /things:
    post:
      operationId: createThing
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '200':
          description: ok
          headers: {X-State: {schema: {type: string, enum: [on, off]}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
components:
  schemas:
    Thing:
      type: object
      additionalProperties: false
      required: [kind]
      properties:
        kind: {type: string, enum: [a, b]}
        name: {type: string, maxLength: 3}
        parts: {type: array, items: {$ref: '#/components/schemas/Thing'}}
        labels: {type: object, additionalProperties: {type: string, enum: [x]}}
        shape:
          oneOf:
            - {type: object, additionalProperties: false, required: [r], properties: {r: {type: integer}, t: {type: string, enum: [circle]}}}
            - {type: object, additionalProperties: false, required: [w], properties: {w: {type: integer}, t: {type: string, enum: [square]}}}
`

func TestTolerant(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(tolerantDocument))
	if err != nil {
		t.Fatal(err)
	}
	tolerant, err := NewTolerant(doc)
	if err != nil {
		t.Fatal(err)
	}
	strict, err := New(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, body string
		known      bool   // valid as the document stands
		rule       string // of the violation a tolerant reader still finds
	}{
		{"as documented", `{"kind":"a"}`, true, ""},
		{"unknown field", `{"kind":"a","new":1}`, false, ""},
		{"unknown value", `{"kind":"c"}`, false, ""},
		{"deep inside", `{"kind":"a","parts":[{"kind":"z","new":{}}],"labels":{"l":"y"}}`, false, ""},
		{"an alternative of which more is known", `{"kind":"a","shape":{"r":1,"w":2,"t":"ellipse"}}`, false, ""},
		{"an enum is still a string", `{"kind":1}`, false, "type"},
		{"required", `{"new":1}`, false, "required"},
		{"other bounds", `{"kind":"a","name":"long"}`, false, "maxLength"},
		{"twin", `{"kind":"a","Kind":"b"}`, false, RuleTwin},
		{"a duplicate", `{"kind":"a","kind":"b"}`, false, RuleDuplicate},
		{"a twin further down", `{"kind":"a","parts":[{"kind":"a","KIND":"b"}]}`, false, RuleTwin},
		{"a twin in an alternative", `{"kind":"a","shape":{"r":1,"R":2}}`, false, RuleTwin},
		{"half a character", `{"kind":"\ud800"}`, false, RuleSurrogate},
		{"unknown fields that are twins", `{"kind":"a","n":1,"N":2,"n":3}`, false, ""},
		{"twins in an unknown field", `{"kind":"a","new":[{"x":1,"X":2}]}`, false, ""},
		{"strange texts and numbers in an unknown field", `{"kind":"a","new":["\u0000","\ud800",1e999]}`, false, ""},
		{"keys of a map that are twins", `{"kind":"a","labels":{"k":"x","K":"x"}}`, false, ""},
		{"a strange text in a map", `{"kind":"a","labels":{"k":"\u0000"}}`, false, RuleNUL},
		{"an unknown field that ends too early", `{"kind":"a","new":[`, false, RuleJSON},
		{"neither alternative", `{"kind":"a","shape":{"t":"circle"}}`, false, "anyOf"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {"application/json"}, "X-State": {"sleeping"}}
			loose, tight := operation(t, tolerant, "createThing"), operation(t, strict, "createThing")
			err := loose.Response(200, header, []byte(tt.body))
			var v Violations
			if errors.As(err, &v); (err == nil) != (tt.rule == "") || err != nil && v[0].Rule != tt.rule {
				t.Errorf("tolerant: %+v, not %q", err, tt.rule)
			}
			header.Set("X-State", "on")
			if err := tight.Response(200, header, []byte(tt.body)); (err == nil) != tt.known {
				t.Errorf("strict: %v", err)
			}
			if err := loose.Body([]byte(tt.body)); (err == nil) != tt.known {
				t.Errorf("a request is held against the document as it stands: %v", err)
			}
		})
	}
}

// TestTolerantContract holds what every operation answers against the real contract, with something new in it: it must be
// taken, and by the compiled validator, without asking kin-openapi.
func TestTolerantContract(t *testing.T) {
	tolerant := tolerantContract(t)
	get := operation(t, tolerant, "getInvoice")
	content := get.response(200).content["application/json"]
	body := get.response(200).bodies[content]
	answer := invoiceAnswer(t)
	for _, text := range []string{answer,
		strings.Replace(answer, `"state"`, `"fromTheFuture":{"a":[1]},"state"`, 1),
		strings.Replace(answer, `"detail":{`, `"detail":{"fromTheFuture":true,`, 1),
		strings.Replace(answer, `"kind":"invoice"`, `"kind":"proforma"`, 1),
	} {
		if !body.node.accepts([]byte(text)) {
			t.Errorf("not accepted at once: %v in %s", body.decide([]byte(text), InBody, ""), text)
		}
	}
}

func BenchmarkTolerantResponse(b *testing.B) {
	body := []byte(invoiceAnswer(b))
	header := http.Header{"Content-Type": {"application/json"}, "Etag": {`"1"`}}
	for name, c := range map[string]*Contract{"strict": realContract(b), "tolerant": tolerantContract(b)} {
		get := operation(b, c, "getInvoice")
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := get.Response(200, header, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func tolerantContract(t testing.TB) *Contract {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewTolerant(doc)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// invoiceAnswer is the contract's example of an invoice.
func invoiceAnswer(t testing.TB) string {
	t.Helper()
	doc, err := api.Document()
	if err != nil {
		t.Fatal(err)
	}
	text, err := doc.Components.Examples["Invoice"].Value.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	text = text[strings.Index(string(text), `"value":`)+len(`"value":`) : len(text)-1]
	return string(text)
}
