package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"github.com/dunwell/dunwell/internal/verify/lint"
)

// reference is api/reference.yaml: what the reference API documents.
type reference struct {
	Operations map[string]struct {
		Call       string   `yaml:"call"`
		Parameters []string `yaml:"parameters"`
	} `yaml:"operations"`
	Headers []string            `yaml:"headers"`
	Schemas map[string][]string `yaml:"schemas"`
	Filled  struct {
		Headers map[string]string `yaml:"headers"`
		Schemas map[string]struct {
			Why    string   `yaml:"why"`
			Fields []string `yaml:"fields"`
		} `yaml:"schemas"`
	} `yaml:"filled"`
	Absent map[string]string `yaml:"absent"`
}

// fields gives the fields of a schema that are no extension, and whether the schema is none either.
func (ref reference) fields(schema string) ([]string, bool) {
	if filled, ok := ref.Filled.Schemas[schema]; ok {
		return filled.Fields, true
	}
	fields, ok := ref.Schemas[schema]
	return fields, ok
}

// checkExtensions says what is marked as an extension of the reference API and is none, what is one and not marked, and
// what the reference API documents and the contract has lost.
func checkExtensions(c *contract) ([]finding, error) {
	r := extensionReport{report: report{check: "extension"}}
	if err := yaml.Unmarshal(c.reference, &r.reference); err != nil {
		return nil, fmt.Errorf("api/reference.yaml: %w", err)
	}
	found := make(map[string]bool)
	for _, o := range c.document.Operations() {
		found[o.OperationID] = true
		r.operation(o)
	}
	for name := range r.reference.Operations {
		if !found[name] {
			r.addf("paths", "has no operation %s, which the reference API has", name)
		}
	}
	r.headers(c)
	r.schemas(c)
	return r.sorted(), nil
}

type extensionReport struct {
	report
	reference reference
}

// mark compares what is marked with what is known.
func (r *extensionReport) mark(place string, extensions map[string]any, known bool) {
	value, marked := extensions["x-extension"]
	switch {
	case marked && value != true:
		r.addf(place, "has x-extension: %v; it is true or missing", value)
	case !marked && !known:
		r.addf(place, "is not in the reference API; mark it x-extension: true, or add it to api/reference.yaml")
	case marked && known:
		r.addf(place, "is marked x-extension and is in the reference API")
	}
}

func (r *extensionReport) operation(o lint.Operation) {
	known, ok := r.reference.Operations[o.OperationID]
	r.mark(o.Place(), o.Extensions, ok)
	if tagged := slices.Contains(o.Tags, "Extensions"); tagged == ok {
		r.addf(o.Place(), "has the tags [%s]; the tag Extensions is for operations that are not in the reference API, and for all of them", strings.Join(o.Tags, " "))
	}
	if !ok {
		return // an extension's parameters are part of it
	}
	if call := o.Method + " " + o.Path; call != known.Call {
		r.addf(o.Place(), "is %s and in the reference API %s", call, known.Call)
	}
	missing := slices.Clone(known.Parameters)
	for _, p := range o.Parameters {
		i := slices.Index(missing, p.Name)
		r.mark(p.Place(), p.Extensions, p.In == openapi3.ParameterInPath || i >= 0)
		if i >= 0 {
			missing = slices.Delete(missing, i, i+1)
		}
	}
	for _, name := range missing {
		r.addf(o.Place(), "has no parameter %s, which the reference API has", name)
	}
}

// headers looks at the headers of all answers by the name they are sent with; what marks them may be a component.
func (r *extensionReport) headers(c *contract) {
	look := func(place string, headers openapi3.Headers) {
		for name, ref := range headers {
			_, filled := r.reference.Filled.Headers[name]
			r.mark(place+".headers."+name, ref.Value.Extensions, filled || slices.Contains(r.reference.Headers, name))
		}
	}
	for _, o := range c.document.Operations() {
		for status, ref := range o.Responses.Map() {
			if ref.Ref == "" {
				look(o.Place()+".responses."+status, ref.Value.Headers)
			}
		}
	}
	for name, ref := range c.doc.Components.Responses {
		look("components.responses."+name, ref.Value.Headers)
	}
}

// schemas looks at the fields of all objects. A schema without fields is a value, which no caller knows by name.
func (r *extensionReport) schemas(c *contract) {
	for _, name := range slices.Sorted(maps.Keys(c.doc.Components.Schemas)) {
		place, value := "components.schemas."+name, c.doc.Components.Schemas[name].Value
		properties := fieldsOf(value)
		fields, known := r.reference.fields(name)
		if len(properties) == 0 && !known {
			continue
		}
		r.mark(place, value.Extensions, known)
		if !known {
			continue
		}
		for _, field := range slices.Sorted(maps.Keys(properties)) {
			r.mark(place+"."+field, extensionsOf(properties[field]), slices.Contains(fields, field))
		}
		for _, field := range fields {
			if properties[field] == nil {
				r.addf(place, "has no field %s, which the reference API has; say why under absent in api/reference.yaml", field)
			}
		}
	}
	for name := range r.reference.Schemas {
		if c.doc.Components.Schemas[name] == nil {
			r.addf("components.schemas", "has no %s, which the reference API has", name)
		}
	}
}

// fieldsOf gives the fields of an object, or of the variants of a value that may be one.
func fieldsOf(s *openapi3.Schema) openapi3.Schemas {
	all := maps.Clone(s.Properties)
	for _, ref := range s.AnyOf {
		if ref.Ref == "" && len(ref.Value.Properties) > 0 {
			all = ref.Value.Properties
		}
	}
	return all
}

// extensionsOf gives the x- fields of a property: those beside a reference, else those of the schema written there. What
// a shared schema is marked with says nothing about a field that refers to it.
func extensionsOf(ref *openapi3.SchemaRef) map[string]any {
	if ref.Ref != "" {
		return ref.Extensions
	}
	return ref.Value.Extensions
}
