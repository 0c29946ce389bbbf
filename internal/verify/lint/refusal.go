package lint

import (
	"maps"
	"slices"
	"strings"
)

// refusals wants the ways every operation can fail, each by the shared component of its status.
func (r *styleReport) refusals(o Operation) {
	wanted := []string{"400", "401", "403", "429", "500", "503"}
	// What a PUT does not find it creates, if it answers 201.
	if strings.Contains(o.Path, "{") && !(o.Method == "PUT" && o.Responses.Value("201") != nil) {
		wanted = append(wanted, "404")
	}
	if o.RequestBody != nil {
		wanted = append(wanted, "413", "415")
	}
	if o.Method == "POST" {
		wanted = append(wanted, "409", "422")
	}
	for _, p := range o.Parameters {
		if p.Name == "If-Match" {
			wanted = append(wanted, "412")
		}
	}
	for _, status := range wanted {
		if o.Responses.Value(status) == nil {
			r.field(ruleRefusal, o.where(), "responses", "callers write code for what is documented only", "has no response %s", status)
		}
	}
	for status, ref := range o.Responses.Map() {
		if status >= "400" && ref.Ref == "" {
			r.place(ruleRefusal, where{o.Place() + ".responses." + status, ref.Value.Origin}, "", "is written out; use the shared component of its status")
		}
	}
}

// envelope wants the JSON of all refusals to have one schema. The one most of them have is taken for the right one.
func (r *styleReport) envelope(d *Document) {
	uses := make(map[string]int)
	refusals := d.refusalBodies()
	for _, b := range refusals {
		uses[b.Schema.Ref]++
	}
	delete(uses, "")
	common := ""
	for _, ref := range slices.Sorted(maps.Keys(uses)) {
		if uses[ref] > uses[common] {
			common = ref
		}
	}
	for _, b := range refusals {
		switch ref := b.Schema.Ref; {
		case ref == "":
			r.place(ruleEnvelope, b.where, "refer to the one schema of all refusals", "has a schema of its own")
		case ref != common:
			r.place(ruleEnvelope, b.where, "let all refusals share one schema", "is %s, where other refusals are %s", ref, common)
		}
	}
}

// refusalBodies gives the JSON of all answers from 400 on, shared ones once.
func (d *Document) refusalBodies() []body {
	var all []body
	seen := make(map[string]bool)
	for _, o := range d.Operations() {
		for _, status := range slices.Sorted(maps.Keys(o.Responses.Map())) {
			ref := o.Responses.Value(status)
			json := ref.Value.Content["application/json"]
			if status < "400" || json == nil || json.Schema == nil || seen[ref.Ref] {
				continue
			}
			place := o.Place() + ".responses." + status
			if ref.Ref != "" {
				seen[ref.Ref] = true
				place = strings.ReplaceAll(strings.TrimPrefix(ref.Ref, "#/"), "/", ".")
			}
			all = append(all, body{where{place + ".application/json", json.Origin}, json, true})
		}
	}
	return all
}
