package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Parameter is a parameter of an operation, whether written there, at its path or among the components.
type Parameter struct {
	where
	*openapi3.Parameter
}

// Place names the parameter: getClaim.parameters.asOf, or of a shared one components.parameters.Page.
func (p Parameter) Place() string { return p.place }

// Operation is an operation of the document with all that belongs to it.
type Operation struct {
	*openapi3.Operation
	Method, Path string
	Parameters   []Parameter
}

// Place names the operation in a finding.
func (o Operation) Place() string {
	if o.OperationID != "" {
		return o.OperationID
	}
	return o.Method + " " + o.Path
}

func (o Operation) where() where { return where{o.Place(), o.Origin} }

// Operations gives all operations, by path and method.
func (d *Document) Operations() []Operation {
	var all []Operation
	for _, path := range d.Paths.InMatchingOrder() {
		all = append(all, operationsOf(path, d.Paths.Value(path))...)
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return all
}

// callbacks gives the operations that the server calls at other people's: they work from the document as callers do.
func (d *Document) callbacks() []Operation {
	var all []Operation
	for _, o := range d.Operations() {
		for _, name := range slices.Sorted(maps.Keys(o.Callbacks)) {
			ref := o.Callbacks[name]
			if ref == nil || ref.Value == nil {
				continue // Spec says so
			}
			for _, target := range slices.Sorted(slices.Values(ref.Value.Keys())) {
				if item := ref.Value.Value(target); item != nil {
					all = append(all, operationsOf(o.Place()+".callbacks."+name, item)...)
				}
			}
		}
	}
	return all
}

// operationsOf gives the operations of a path, by their method.
func operationsOf(path string, item *openapi3.PathItem) []Operation {
	var all []Operation
	for _, method := range slices.Sorted(maps.Keys(item.Operations())) {
		o := Operation{Operation: item.GetOperation(method), Method: method, Path: path}
		for _, refs := range []openapi3.Parameters{item.Parameters, o.Operation.Parameters} {
			for _, ref := range refs {
				place := o.Place() + ".parameters." + ref.Value.Name
				if shared, ok := strings.CutPrefix(ref.Ref, "#/"); ok {
					place = strings.ReplaceAll(shared, "/", ".")
				}
				o.Parameters = append(o.Parameters, Parameter{where{place, ref.Value.Origin}, ref.Value})
			}
		}
		all = append(all, o)
	}
	return all
}

// all gives the operations that are called at the server, and those it calls.
func (d *Document) all() []Operation { return slices.Concat(d.Operations(), d.callbacks()) }

// parametersOf gives all parameters of operations, shared ones once.
func parametersOf(operations []Operation) []Parameter {
	var all []Parameter
	seen := make(map[*openapi3.Parameter]bool)
	for _, o := range operations {
		for _, p := range o.Parameters {
			if !seen[p.Parameter] {
				seen[p.Parameter] = true
				all = append(all, p)
			}
		}
	}
	return all
}

// body is content of a request or a response, for one media type.
type body struct {
	where // createInvoice.responses.201.application/json
	*openapi3.MediaType
	answer bool // the server sends it: in a response, or in the request of a callback
}

// bodies gives all content of requests and responses, each where it is written: shared responses once.
func (d *Document) bodies() []body {
	var all []body
	add := func(place string, answer bool, content openapi3.Content) {
		for _, media := range slices.Sorted(maps.Keys(content)) {
			all = append(all, body{where{place + "." + media, content[media].Origin}, content[media], answer})
		}
	}
	of := func(o Operation, called bool) {
		if o.RequestBody != nil {
			add(o.Place()+".requestBody", !called, o.RequestBody.Value.Content)
		}
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			if ref := o.Responses.Value(status); !shared(ref.Ref) {
				add(o.Place()+".responses."+status, called, ref.Value.Content)
			}
		}
	}
	for _, o := range d.Operations() {
		of(o, true)
	}
	for _, o := range d.callbacks() {
		of(o, false)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Responses)) {
		add("components.responses."+name, true, d.Components.Responses[name].Value.Content)
	}
	return all
}

// header is a response header where it is written.
type header struct {
	where // createInvoice.responses.201.headers.ETag
	*openapi3.Header
}

// headers gives all response headers, each where it is written: shared ones once.
func (d *Document) headers() []header {
	var all []header
	add := func(place string, headers openapi3.Headers) {
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			if ref := headers[name]; !shared(ref.Ref) {
				all = append(all, header{where{place + "." + name, ref.Value.Origin}, ref.Value})
			}
		}
	}
	for _, o := range d.all() {
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			if ref := o.Responses.Value(status); !shared(ref.Ref) {
				add(o.Place()+".responses."+status+".headers", ref.Value.Headers)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Responses)) {
		add("components.responses."+name+".headers", d.Components.Responses[name].Value.Headers)
	}
	add("components.headers", d.Components.Headers)
	return all
}

// schema is a schema where it is written; a reference within the document is not followed.
type schema struct {
	where          // components.schemas.Invoice.label
	parent *schema // the schema it is a part of
	role   part    // what part
	*openapi3.Schema
}

// of gives an x- field of the schema, or of the one it is a variant of.
func (s schema) of(extension string) any {
	for at := &s; at != nil; at = at.parent {
		if value := at.Extensions[extension]; value != nil || at.role != variant {
			return value
		}
	}
	return nil
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
func (d *Document) schemas() []schema {
	w := schemaWalk{file: d.file, foreign: make(map[openapi3.Location]bool)}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		w.walk(schema{where: where{place: "components.schemas." + name}, role: component}, d.Components.Schemas[name])
	}
	message := func(at where, ref *openapi3.SchemaRef) { w.walk(schema{where: at, role: ofMessage}, ref) }
	for _, p := range parametersOf(d.all()) {
		message(p.where, p.Schema)
	}
	for _, h := range d.headers() {
		message(h.where, h.Schema)
	}
	for _, b := range d.bodies() {
		message(b.where, b.Schema)
	}
	return w.all
}

type schemaWalk struct {
	file    string
	foreign map[openapi3.Location]bool // schemas of other files that were seen
	all     []schema
}

// walk takes a schema and those written in it.
func (w *schemaWalk) walk(s schema, ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || ref.Ref != "" && !w.enter(ref) {
		return
	}
	s.Schema, s.at = ref.Value, ref.Value.Origin
	w.all = append(w.all, s)
	inside := func(name string, role part, ref *openapi3.SchemaRef) {
		w.walk(schema{where: where{place: s.place + "." + name}, parent: &s, role: role}, ref)
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
}

// enter says whether a reference leads into another file, for the first time. Schemas of this file are components, and
// have their turn there.
func (w *schemaWalk) enter(ref *openapi3.SchemaRef) bool {
	at := ref.Value.Origin
	if at == nil || at.Key == nil || at.Key.File == w.file || w.foreign[*at.Key] {
		return false
	}
	w.foreign[*at.Key] = true
	return true
}

// sent gives the schemas of all that a caller sends, references followed.
func (d *Document) sent() map[*openapi3.Schema]bool {
	all := make(map[*openapi3.Schema]bool)
	var follow func(ref *openapi3.SchemaRef)
	follow = func(ref *openapi3.SchemaRef) {
		if ref == nil || ref.Value == nil || all[ref.Value] {
			return
		}
		s := ref.Value
		all[s] = true
		for _, p := range s.Properties {
			follow(p)
		}
		follow(s.Items)
		follow(s.AdditionalProperties.Schema)
		for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf, {s.Not}} {
			for _, one := range list {
				follow(one)
			}
		}
	}
	for _, p := range parametersOf(d.Operations()) {
		follow(p.Schema)
	}
	for _, b := range d.bodies() {
		if !b.answer {
			follow(b.Schema)
		}
	}
	return all
}

// shared says whether a reference leads to a component of the document.
func shared(ref string) bool { return strings.HasPrefix(ref, "#/") }
