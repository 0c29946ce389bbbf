package main

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkRules says where the document breaks the rules that keep it useful: a stranger can work from its descriptions, every
// value has a limit, every operation names its permission and the ways it can fail.
func checkRules(c *contract) ([]finding, error) {
	r := ruleReport{report{check: "rule"}}
	for _, o := range c.operations() {
		r.operation(o)
		r.refusals(o)
	}
	for _, h := range c.headers() {
		if h.Description == "" {
			r.addf(h.place, "has no description")
		}
	}
	for _, s := range c.schemas() {
		r.description(s)
		r.limits(s)
	}
	r.names(c.doc.Components)
	r.order(c)
	return r.sorted(), nil
}

type ruleReport struct{ report }

var permission = regexp.MustCompile(`^[a-z]+:(read|write)$`)

// operation wants what a reader, the generator and the authorization need.
func (r *ruleReport) operation(o operation) {
	for what, missing := range map[string]bool{
		"operationId": o.OperationID == "", "summary": o.Summary == "", "description": o.Description == "", "tag": len(o.Tags) == 0,
	} {
		if missing {
			r.addf(o.place(), "has no %s", what)
		}
	}
	if len(o.Tags) > 1 {
		r.addf(o.place(), "has %d tags; one decides where it belongs", len(o.Tags))
	}
	if p, _ := o.Extensions["x-permission"].(string); !permission.MatchString(p) {
		r.addf(o.place(), "has no x-permission such as invoices:read")
	}
	for _, p := range o.parameters {
		if p.Description == "" {
			r.addf(p.place, "has no description")
		}
	}
}

// refusals wants the ways every operation can fail, each by the shared component of its status.
func (r *ruleReport) refusals(o operation) {
	wanted := []string{"400", "401", "403", "429", "500", "503"}
	// What a PUT does not find it creates, if it answers 201.
	if strings.Contains(o.path, "{") && !(o.method == "PUT" && o.Responses.Value("201") != nil) {
		wanted = append(wanted, "404")
	}
	if o.RequestBody != nil {
		wanted = append(wanted, "413", "415")
	}
	if o.method == "POST" {
		wanted = append(wanted, "409", "422")
	}
	for _, p := range o.parameters {
		if p.Name == "If-Match" {
			wanted = append(wanted, "412")
		}
	}
	for _, status := range wanted {
		if o.Responses.Value(status) == nil {
			r.addf(o.place(), "has no response %s", status)
		}
	}
	for status, ref := range o.Responses.Map() {
		if status >= "400" && ref.Ref == "" {
			r.addf(o.place()+".responses."+status, "is written out; use the shared component of its status")
		}
	}
}

// description wants words for everything a caller reads or writes by name.
func (r *ruleReport) description(s schema) {
	if (s.role == component || s.role == property) && s.Description == "" {
		r.addf(s.place, "has no description")
	}
}

// limits wants a bound for every value, so that nothing in the server has to cope with an endless one.
func (r *ruleReport) limits(s schema) {
	switch {
	case s.Type.Is("string") && !bounded(s):
		r.addf(s.place, "is a string without maxLength, enum or a format that bounds it")
	case s.Type.Is("array") && s.MaxItems == nil:
		r.addf(s.place, "is an array without maxItems")
	case s.Type.Is("integer") && (s.Min == nil || s.Max == nil):
		r.addf(s.place, "is an integer without minimum and maximum")
	case s.Type.Is("number") && !exact(s):
		r.addf(s.place, "is a number without x-go-type: it would become a float")
	}
}

// lengths are the formats that bound a string. A date-time may have any number of digits after the point.
var lengths = []string{"date", "uuid"}

// fixed recognises patterns that have no way to repeat without end.
var fixed = regexp.MustCompile(`^\^[^*+]*\$$`)

func bounded(s schema) bool {
	_, bytes := s.Extensions["x-max-bytes"]
	// The file of an answer is as long as it is; only what comes in needs a bound.
	file := s.Format == "binary" && s.role == ofMessage && strings.Contains(s.place, ".responses.")
	// In the pattern of a date-time, + is the sign of a zone in a class; nothing else there repeats without end.
	return s.MaxLength != nil || len(s.Enum) > 0 || slices.Contains(lengths, s.Format) || bytes || file ||
		s.Format == "date-time" && fixed.MatchString(s.Pattern)
}

// exact says whether a number, or the schema it is a variant of, has a Go type of its own.
func exact(s schema) bool {
	for at := &s; at != nil; at = at.parent {
		if at.Extensions["x-go-type"] != nil {
			return true
		}
		if at.role != variant {
			return false
		}
	}
	return false
}

// names wants every component to have a name of its own: the generator makes Go types of all kinds of them.
// Examples make none, and parameters and headers are named by what they carry.
func (r *ruleReport) names(all *openapi3.Components) {
	kinds := make(map[string][]string)
	for name := range all.Schemas {
		kinds[name] = append(kinds[name], "schemas")
	}
	for name := range all.Parameters {
		kinds[name] = append(kinds[name], "parameters")
	}
	for name := range all.Headers {
		kinds[name] = append(kinds[name], "headers")
	}
	for name := range all.Responses {
		kinds[name] = append(kinds[name], "responses")
	}
	for name := range all.RequestBodies {
		kinds[name] = append(kinds[name], "requestBodies")
	}
	for name, of := range kinds {
		if len(of) > 1 {
			slices.Sort(of)
			r.addf("components."+name, "names one of %s; give each a name of its own", strings.Join(of, " and one of "))
		}
	}
}

// order wants the paths to follow the tags, in the order the document lists them. A path belongs to the tag of its first
// operation that has one which is no extension.
func (r *ruleReport) order(c *contract) {
	at := make(map[string]int)
	for i, tag := range c.doc.Tags {
		at[tag.Name] = i
	}
	last, before := 0, ""
	for _, path := range keys(child(c.tree.Content[0], "paths")) {
		item := c.doc.Paths.Value(path)
		place := len(c.doc.Tags)
		for _, o := range item.Operations() {
			for _, tag := range o.Tags {
				i, listed := at[tag]
				if !listed {
					r.addf(path, "has the tag %q, which tags does not list", tag)
				}
				place = min(place, i)
			}
		}
		if place < last {
			r.addf(path, "stands behind %s, whose tag comes later in tags", before)
		}
		last, before = max(last, place), path
	}
}

// child gives the value under a key of a mapping, in the document as written.
func child(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; mapping != nil && i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// keys gives the keys of a mapping in the order they are written.
func keys(mapping *yaml.Node) []string {
	var all []string
	for i := 0; mapping != nil && i+1 < len(mapping.Content); i += 2 {
		all = append(all, mapping.Content[i].Value)
	}
	return all
}
