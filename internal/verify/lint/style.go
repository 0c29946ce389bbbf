package lint

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Style says where the document breaks the rules that keep it useful: a stranger can work from its descriptions, every
// value has a limit, every operation names its permission and the ways it can fail. It takes the document for valid.
func (d *Document) Style() []Finding {
	r := styleReport{report{file: d.file}}
	operations := d.Operations()
	permitted := slices.ContainsFunc(operations, func(o Operation) bool { return o.Extensions["x-permission"] != nil })
	for _, o := range operations {
		r.operation(o)
		if permitted {
			r.permission(o)
		}
		r.refusals(o)
	}
	for _, o := range d.callbacks() {
		r.described(o.where(), o.Description)
	}
	for _, p := range parametersOf(d.all()) {
		r.described(p.where, p.Description)
	}
	for _, h := range d.headers() {
		r.described(h.where, h.Description)
	}
	for _, s := range d.schemas() {
		r.schema(s)
	}
	r.hints(d)
	r.envelope(d)
	r.names(d.Components)
	r.order(d)
	return r.sorted()
}

type styleReport struct{ report }

// operation wants what a reader and the generator need.
func (r *styleReport) operation(o Operation) {
	if o.OperationID == "" {
		r.place(ruleOperationID, o.where(), "name it as code would: getInvoice", "has no operationId")
	}
	if o.Summary == "" {
		r.place(ruleDescription, o.where(), "say in a few words what it does", "has no summary")
	}
	r.described(o.where(), o.Description)
	switch len(o.Tags) {
	case 0:
		r.place(ruleTag, o.where(), "name the group it belongs to", "has no tag")
	case 1:
	default:
		r.field(ruleTag, o.where(), "tags", "one decides where it belongs", "has %d tags", len(o.Tags))
	}
}

// described wants words for everything a caller reads or writes by name.
func (r *styleReport) described(w where, description string) {
	if description == "" {
		r.place(ruleDescription, w, "say what it means, for whom has never seen it", "has no description")
	}
}

var permission = regexp.MustCompile(`^[a-z]+:(read|write)$`)

// permission wants what the authorization needs.
func (r *styleReport) permission(o Operation) {
	if p, _ := o.Extensions["x-permission"].(string); !permission.MatchString(p) {
		r.field(rulePermission, o.where(), "x-permission", "other operations have one, and what is not said is not allowed", "has no x-permission such as invoices:read")
	}
}

// schema wants bounds and words.
func (r *styleReport) schema(s schema) {
	if s.role == component || s.role == property {
		r.described(s.where, s.Description)
	}
	r.limits(s)
}

// hints wants every pattern that a caller can get wrong to be said in words as well.
func (r *styleReport) hints(d *Document) {
	sent := d.sent()
	for _, s := range d.schemas() {
		if s.Pattern != "" && sent[s.Schema] && !hinted(s) {
			r.field(rulePattern, s.where, "pattern", "a refusal shows x-hint instead of the pattern, which few can read", "has a pattern without x-hint")
		}
	}
}

// hinted says whether a schema, or the one it is a variant of, has words for what would be right.
func hinted(s schema) bool { return s.of("x-hint") != nil }

// names wants every component to have a name of its own: the generator makes Go types of all kinds of them.
// Examples make none, and parameters and headers are named by what they carry.
func (r *styleReport) names(all *openapi3.Components) {
	kinds := make(map[string][]string)
	add := func(kind string, names []string) {
		for _, name := range names {
			kinds[name] = append(kinds[name], kind)
		}
	}
	add("headers", slices.Collect(maps.Keys(all.Headers)))
	add("parameters", slices.Collect(maps.Keys(all.Parameters)))
	add("requestBodies", slices.Collect(maps.Keys(all.RequestBodies)))
	add("responses", slices.Collect(maps.Keys(all.Responses)))
	add("schemas", slices.Collect(maps.Keys(all.Schemas)))
	for name, of := range kinds {
		if len(of) < 2 {
			continue
		}
		w := where{place: "components." + name}
		if one := all.Schemas[name]; one != nil {
			w.at = one.Value.Origin
		}
		r.place(ruleName, w, "give each a name of its own", "names one of %s", strings.Join(of, " and one of "))
	}
}

// order wants the paths to follow the tags, in the order the document lists them. A path belongs to the tag of its
// operations that comes first in that list.
func (r *styleReport) order(d *Document) {
	at := make(map[string]int)
	for i, tag := range d.Tags {
		at[tag.Name] = i
	}
	last, before := 0, ""
	for _, path := range keys(child(d.tree.Content[0], "paths")) {
		item := d.Paths.Value(path)
		if item == nil {
			continue // x- fields stand between the paths
		}
		place := len(d.Tags)
		for _, o := range item.Operations() {
			for _, tag := range o.Tags {
				i, listed := at[tag]
				if !listed {
					r.field(ruleTag, where{path, o.Origin}, "tags", "list it, with a description", "has the tag %q, which tags does not list", tag)
					i = len(d.Tags)
				}
				place = min(place, i)
			}
		}
		if place < last {
			r.place(ruleTag, where{path, item.Origin}, "move the path, or the tag", "stands behind %s, whose tag comes later in tags", before)
		}
		last, before = max(last, place), path
	}
}
