package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// parameter is a parameter of an operation, whether written there, at its path or among the components.
type parameter struct {
	place string // getClaim.parameters.asOf, or of a shared one components.parameters.Page
	*openapi3.Parameter
}

// operation is an operation of the document with all that belongs to it.
type operation struct {
	*openapi3.Operation
	method, path string
	parameters   []parameter
}

// place names the operation in a finding.
func (o operation) place() string {
	if o.OperationID != "" {
		return o.OperationID
	}
	return o.method + " " + o.path
}

// operations gives all operations, by path and method.
func (c *contract) operations() []operation {
	var all []operation
	for _, path := range c.doc.Paths.InMatchingOrder() {
		item := c.doc.Paths.Value(path)
		for _, method := range slices.Sorted(maps.Keys(item.Operations())) {
			o := operation{Operation: item.GetOperation(method), method: method, path: path}
			for _, refs := range []openapi3.Parameters{item.Parameters, o.Parameters} {
				for _, ref := range refs {
					place := o.place() + ".parameters." + ref.Value.Name
					if shared, ok := strings.CutPrefix(ref.Ref, "#/"); ok {
						place = strings.ReplaceAll(shared, "/", ".")
					}
					o.parameters = append(o.parameters, parameter{place, ref.Value})
				}
			}
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	return all
}

// body is content of a request or a response, for one media type.
type body struct {
	place string // createInvoice.responses.201.application/json
	*openapi3.MediaType
}

// response says whether the content is that of a response.
func (b body) response() bool { return !strings.Contains(b.place, ".requestBody.") }

// bodies gives all content of requests and responses, each where it is written: shared responses once.
func (c *contract) bodies() []body {
	var all []body
	add := func(place string, content openapi3.Content) {
		for _, media := range slices.Sorted(maps.Keys(content)) {
			all = append(all, body{place + "." + media, content[media]})
		}
	}
	for _, o := range c.operations() {
		if o.RequestBody != nil {
			add(o.place()+".requestBody", o.RequestBody.Value.Content)
		}
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			if ref := o.Responses.Value(status); ref.Ref == "" {
				add(o.place()+".responses."+status, ref.Value.Content)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.doc.Components.Responses)) {
		add("components.responses."+name, c.doc.Components.Responses[name].Value.Content)
	}
	return all
}

// header is a response header where it is written.
type header struct {
	place string // createInvoice.responses.201.headers.ETag
	name  string // as sent; of a component: the name of the component
	*openapi3.Header
}

// headers gives all response headers, each where it is written: shared ones once.
func (c *contract) headers() []header {
	var all []header
	add := func(place string, headers openapi3.Headers) {
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			if ref := headers[name]; ref.Ref == "" {
				all = append(all, header{place + "." + name, name, ref.Value})
			}
		}
	}
	for _, o := range c.operations() {
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			if ref := o.Responses.Value(status); ref.Ref == "" {
				add(o.place()+".responses."+status+".headers", ref.Value.Headers)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.doc.Components.Responses)) {
		add("components.responses."+name+".headers", c.doc.Components.Responses[name].Value.Headers)
	}
	add("components.headers", c.doc.Components.Headers)
	return all
}

// schema is a schema where it is written; a reference is not followed.
type schema struct {
	place  string  // components.schemas.Invoice.label
	parent *schema // the schema it is a part of
	role   part    // what part
	*openapi3.Schema
}

// part is what a schema is to the one it is written in, or what else it describes.
type part string

const (
	component part = "component" // a schema of its own, below components.schemas
	property  part = "property"
	element   part = "items"
	variant   part = "variant" // of anyOf, oneOf, allOf or not
	extra     part = "additionalProperties"
	ofMessage part = "message" // of a parameter, a header, a request or a response
)

// schemas gives all schemas of the document, each once.
func (c *contract) schemas() []schema {
	var all []schema
	for _, name := range slices.Sorted(maps.Keys(c.doc.Components.Schemas)) {
		all = append(all, below(schema{place: "components.schemas." + name, role: component}, c.doc.Components.Schemas[name])...)
	}
	message := func(place string, ref *openapi3.SchemaRef) {
		all = append(all, below(schema{place: place, role: ofMessage}, ref)...)
	}
	seen := make(map[*openapi3.Parameter]bool)
	for _, o := range c.operations() {
		for _, p := range o.parameters {
			if !seen[p.Parameter] {
				seen[p.Parameter] = true
				message(p.place, p.Schema)
			}
		}
	}
	for _, h := range c.headers() {
		message(h.place, h.Schema)
	}
	for _, b := range c.bodies() {
		message(b.place, b.Schema)
	}
	return all
}

// below gives a schema and those written in it.
func below(s schema, ref *openapi3.SchemaRef) []schema {
	if ref == nil || ref.Ref != "" {
		return nil
	}
	s.Schema = ref.Value
	all := []schema{s}
	inside := func(name string, role part, ref *openapi3.SchemaRef) {
		all = append(all, below(schema{place: s.place + "." + name, parent: &s, role: role}, ref)...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		inside(name, property, s.Properties[name])
	}
	inside("items", element, s.Items)
	inside("additionalProperties", extra, s.AdditionalProperties.Schema)
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf, {s.Not}} {
		for _, ref := range list {
			inside("variant", variant, ref)
		}
	}
	return all
}
