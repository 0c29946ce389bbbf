package main

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// checkExamples says which request, response, parameter or header has no example, and which example anywhere in the document
// does not fit its schema. Examples are held against the same engine as messages: formats and all.
func checkExamples(c *contract) ([]finding, error) {
	r := exampleReport{report{check: "example"}}
	for _, b := range c.bodies() {
		r.content(b)
	}
	seen := make(map[*openapi3.Parameter]bool)
	for _, o := range c.operations() {
		for _, p := range o.parameters {
			if !seen[p.Parameter] {
				seen[p.Parameter] = true
				r.parameter(p.place, p.Parameter)
			}
		}
	}
	for _, h := range c.headers() {
		r.parameter(h.place, &h.Parameter)
	}
	for _, s := range c.schemas() {
		if s.Example != nil {
			r.fits(s.place+".example", s.Schema, true, s.Example)
		}
	}
	return r.sorted(), nil
}

type exampleReport struct{ report }

// content looks at the examples of a request or a response.
func (r *exampleReport) content(b body) {
	if b.Example == nil && len(b.Examples) == 0 {
		r.addf(b.place, "has no example")
	}
	binary := b.Schema.Value.Format == "binary"
	values := map[string]any{"example": b.Example}
	for name, ref := range b.Examples {
		values["examples."+name] = ref.Value.Value
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if value := values[name]; value != nil && !binary {
			r.fits(b.place+"."+name, b.Schema.Value, b.response(), value)
		}
	}
}

// parameter looks at the example of a parameter or a header.
func (r *exampleReport) parameter(place string, p *openapi3.Parameter) {
	if p.Example == nil && len(p.Examples) == 0 {
		r.addf(place, "has no example")
		return
	}
	if p.Example != nil {
		r.fits(place+".example", p.Schema.Value, true, p.Example)
	}
	for name, ref := range p.Examples {
		r.fits(place+".examples."+name, p.Schema.Value, true, ref.Value.Value)
	}
}

// fits says what of a value its schema does not allow.
func (r *exampleReport) fits(place string, schema *openapi3.Schema, answer bool, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		r.addf(place, "is not JSON: %v", err)
		return
	}
	err = validate.Value(schema, answer, data)
	var violations validate.Violations
	if err != nil && !errors.As(err, &violations) {
		r.addf(place, "%v", err)
	}
	for _, v := range violations {
		r.addf(join(place, v.Path), "%s %s", v.Error, v.Hint)
	}
}

func join(place, path string) string {
	if path == "" {
		return place
	}
	return place + " at " + path
}
