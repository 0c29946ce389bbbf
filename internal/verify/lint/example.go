package lint

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// Examples says which request, response, parameter or header has no example, and which example anywhere in the document
// does not fit its schema. Examples are held against the same engine as messages: formats and all.
func (d *Document) Examples() []Finding {
	r := exampleReport{report{file: d.file}}
	for _, b := range d.bodies() {
		r.content(b)
	}
	for _, p := range parametersOf(d.all()) {
		r.parameter(p.where, p.Parameter)
	}
	for _, h := range d.headers() {
		r.parameter(h.where, &h.Parameter)
	}
	for _, s := range d.schemas() {
		if s.Example != nil {
			r.fits(s.where, "example", s.Schema, true, s.Example)
		}
	}
	return r.sorted()
}

type exampleReport struct{ report }

const exampleHint = "add example or examples: it is what people copy"

// content looks at the examples of a request or a response.
func (r *exampleReport) content(b body) {
	if b.Example == nil && len(b.Examples) == 0 {
		r.place(ruleExample, b.where, exampleHint, "has no example")
	}
	if b.Schema == nil || b.Schema.Value.Format == "binary" {
		return
	}
	if b.Example != nil {
		r.fits(b.where, "example", b.Schema.Value, b.answer, b.Example)
	}
	r.all(b.where, b.Schema.Value, b.answer, b.Examples)
}

// parameter looks at the example of a parameter or a header.
func (r *exampleReport) parameter(w where, p *openapi3.Parameter) {
	if p.Example == nil && len(p.Examples) == 0 {
		r.place(ruleExample, w, exampleHint, "has no example")
		return
	}
	if p.Schema == nil {
		return
	}
	if p.Example != nil {
		r.fits(w, "example", p.Schema.Value, true, p.Example)
	}
	r.all(w, p.Schema.Value, true, p.Examples)
}

// all looks at named examples. One that is shared is told of where it is used, for it is the use that it does not fit.
func (r *exampleReport) all(w where, schema *openapi3.Schema, answer bool, examples openapi3.Examples) {
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		if example := examples[name].Value; example != nil && example.Value != nil {
			at := w
			if example.Origin != nil {
				at.at = example.Origin
			}
			r.fits(at, "examples."+name, schema, answer, example.Value)
		}
	}
}

// fits says what of a value its schema does not allow.
func (r *exampleReport) fits(w where, field string, schema *openapi3.Schema, answer bool, value any) {
	w.place += "." + field
	data, err := json.Marshal(value)
	if err != nil {
		r.field(ruleExampleFits, w, field, "", "is not JSON: %v", err)
		return
	}
	err = validate.Value(schema, answer, data)
	var violations validate.Violations
	if err != nil && !errors.As(err, &violations) {
		r.field(ruleExampleFits, w, field, "", "%v", err)
	}
	for _, v := range violations {
		at := w
		if v.Path != "" {
			at.place += " at " + v.Path
		}
		r.field(ruleExampleFits, at, field, v.Hint, "%s", v.Error)
	}
}
