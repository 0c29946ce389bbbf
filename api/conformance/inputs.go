package conformance

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// input is a generated request of an operation: the smallest one that has what is special about it.
type input struct {
	law   string // it is wrong by; "" if it is right
	what  string // is special about it
	field string // it is about, by its path
	parts []with
	// hasBody says that parts have a body; else the smallest one is sent.
	hasBody bool
	path    []string // of escaped values, if it is the path that is special
	json    string   // the body, if it is JSON
	// doubtful requests fit, but may make no sense; see fieldValue.
	doubtful bool
}

// inputs are all that are generated for an operation.
type inputs struct{ right, wrong []input }

// wrongBy gives the wrong inputs that a law is about.
func (s *suite) wrongBy(o *validate.Operation, law string) (all []input) {
	for _, in := range s.inputs[o.ID]().wrong {
		if in.law == law {
			all = append(all, in)
		}
	}
	return all
}

// breaks says whether there are inputs that a law is about.
func (s *suite) breaks(o *validate.Operation, law string) bool { return len(s.wrongBy(o, law)) > 0 }

// field is a place in a body.
type field struct {
	path   string
	schema *openapi3.Schema
	wrap   func(json string) string // the smallest body with this value there
}

// maxNesting is how deep places are looked for in a schema that contains itself.
const maxNesting = 8

// fieldsOf gives all places of a body, the outer before the inner ones.
func fieldsOf(root field, depth int) (all []field) {
	all = append(all, root)
	if depth == maxNesting {
		return all
	}
	for _, s := range resolve(root.schema).alternatives {
		switch {
		case isType(s, "object"):
			for _, name := range properties(s) {
				inner := field{path: join(root.path, name), schema: s.Properties[name].Value, wrap: func(json string) string {
					return root.wrap(skeleton(s, []member{{name, json}}))
				}}
				all = append(all, fieldsOf(inner, depth+1)...)
			}
		case isType(s, "array") && s.Items != nil:
			inner := field{path: root.path + "[0]", schema: s.Items.Value, wrap: func(json string) string {
				rest := strings.Repeat(","+smallest(s.Items.Value), max(1, int(s.MinItems))-1)
				return root.wrap("[" + json + rest + "]")
			}}
			all = append(all, fieldsOf(inner, depth+1)...)
		}
	}
	return all
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// rightInputs gives valid requests of an operation.
func (s *suite) rightInputs(o *validate.Operation) (all []input) {
	if schema := s.bodySchema(o, "application/json"); schema != nil {
		for _, f := range fieldsOf(field{schema: schema, wrap: asItIs}, 0) {
			for _, v := range s.valuesOf(o, f) {
				in := jsonInput("", f.path, v.what, f.wrap(v.json))
				in.doubtful = v.doubtful || bound(o, in)
				all = append(all, in)
			}
		}
	}
	all = append(all, s.rightForms(o)...)
	return append(all, s.rightParameters(o)...)
}

// wrongInputs gives requests of an operation that break its contract, each in one way.
func (s *suite) wrongInputs(o *validate.Operation) (all []input) {
	if schema := s.bodySchema(o, "application/json"); schema != nil {
		root := field{schema: schema, wrap: asItIs}
		for _, f := range fieldsOf(root, 0) {
			for _, v := range wrongValues(f.schema) {
				all = append(all, jsonInput(v.law, f.path, v.what, f.wrap(v.json)))
			}
			for _, alternative := range resolve(f.schema).alternatives {
				if isType(alternative, "object") {
					all = append(all, wrongMembers(f, alternative)...)
				}
			}
		}
		all = append(all, wrongJSON(root)...)
	}
	all = append(all, s.wrongForms(o)...)
	return append(all, s.wrongParameters(o)...)
}

// valuesOf gives valid values of a field. Those that name something are nobody else's: they have the run in them.
func (s *suite) valuesOf(o *validate.Operation, f field) []fieldValue {
	if !slices.Contains(naming, f.path) || !isType(f.schema, "string") {
		return boundaryValues(f.schema)
	}
	unique := func(n int) string { return "cf" + s.config.RunID + "-" + o.ID + "-" + strconv.Itoa(n) }
	values := []fieldValue{textValue(unique(1), false), textValue(unique(2)+" Äöü 日本 😀", false)}
	if s := f.schema; s.MaxLength != nil && *s.MaxLength < 1000 {
		values = append(values, textValue(pad(unique(3), int(*s.MaxLength)), false))
	}
	return slices.DeleteFunc(values, func(v fieldValue) bool { return validate.Value(f.schema, false, []byte(v.json)) != nil })
}

// pad makes a text as long as it may be.
func pad(text string, length int) string {
	return text + strings.Repeat("x", max(0, length-utf8.RuneCountInString(text)))
}

func asItIs(json string) string { return json }

func jsonInput(law, path, what, json string) input {
	return input{law: law, what: what, field: path, parts: []with{body(json)}, hasBody: true, json: json}
}

// noSuch is a name that no contract has.
const noSuch = "noSuchField"

// wrongMembers gives objects with the wrong members.
func wrongMembers(f field, s *openapi3.Schema) (all []input) {
	add := func(law, name, what string, members []member) {
		all = append(all, jsonInput(law, join(f.path, name), what, f.wrap(skeleton(s, members))))
	}
	if !isOpen(s) {
		add(faultUnknown, noSuch, "a field that is not known", []member{{noSuch, "1"}})
	}
	for _, name := range properties(s) {
		content := smallest(s.Properties[name].Value)
		add(faultJSON, name, "the same field twice", []member{{name, content}, {name, content}})
		if twin := swapCase(name); !isOpen(s) && twin != name {
			add(faultUnknown, twin, "a field whose name differs in case only", []member{{twin, content}})
			add(faultUnknown, twin, "a field beside one whose name differs in case only", []member{{name, content}, {twin, content}})
		}
	}
	for _, name := range s.Required {
		less := *s
		less.Required = slices.DeleteFunc(slices.Clone(s.Required), func(other string) bool { return other == name })
		if less.MinProps == 0 {
			all = append(all, jsonInput(faultRequired, join(f.path, name), "a required field is missing", f.wrap(skeleton(&less, nil))))
		}
	}
	return all
}

// wrongJSON gives bodies that are no JSON, or that different readers read differently.
func wrongJSON(root field) (all []input) {
	whole := smallest(root.schema)
	for _, wrong := range [][2]string{
		{"a body that ends early", strings.TrimSuffix(whole, "}")},
		{"a comma too many", strings.TrimSuffix(whole, "}") + ",}"},
		{"bytes behind the value", whole + " x"},
		{"two values", whole + " " + whole},
		{"no JSON", "reference=1"},
		{"no value at all", " "},
		{"a name in single quotes", `{'a': 1}`},
		{"nested a hundred deep", `{"` + noSuch + `":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}"},
		{"a name that is not UTF-8", "{\"\xff\":1}"},
	} {
		all = append(all, jsonInput(faultJSON, "", wrong[0], wrong[1]))
	}
	return append(all, input{law: faultJSON, what: "an empty body", hasBody: true, parts: []with{body("")}, json: ""})
}

// rightForms gives valid forms: each text part at its boundaries, and all parts at once.
func (s *suite) rightForms(o *validate.Operation) (all []input) {
	schema := s.bodySchema(o, "multipart/form-data")
	if schema == nil {
		return nil
	}
	add := func(name string, v fieldValue, parts ...part) {
		all = append(all, input{what: v.what, field: name, parts: []with{form(parts...)}, hasBody: true, doubtful: v.doubtful})
	}
	smallest := s.sampleForm(o)
	for _, name := range properties(schema) {
		property := schema.Properties[name].Value
		if property.Format == "binary" || strings.Contains(name, "filename") {
			continue // what they must be is more than a schema says
		}
		for _, v := range boundaryValues(property) {
			if content, ok := plain(v.json); ok {
				add(name, v, append(withoutPart(smallest, name), text(name, content))...)
			}
		}
	}
	add("", fieldValue{what: "the smallest form"}, smallest...)
	reversed := slices.Clone(smallest)
	slices.Reverse(reversed)
	add("", fieldValue{what: "its parts the other way round"}, reversed...)
	return all
}

// wrongForms gives forms with a part that is missing, unknown, twice there, or wrong.
func (s *suite) wrongForms(o *validate.Operation) (all []input) {
	schema := s.bodySchema(o, "multipart/form-data")
	if schema == nil {
		return nil
	}
	add := func(law, name, what string, parts ...part) {
		all = append(all, input{law: law, what: what, field: name, parts: []with{form(parts...)}, hasBody: true})
	}
	whole := s.sampleForm(o)
	add(faultUnknown, noSuch, "a part that is not known", append(slices.Clone(whole), text(noSuch, "1"))...)
	for _, name := range properties(schema) {
		property := schema.Properties[name].Value
		right, rest := samplePart(o, name, property), withoutPart(whole, name)
		if slices.Contains(schema.Required, name) {
			add(faultRequired, name, "a required part is missing", rest...)
		}
		add(faultForm, name, "the same part twice", append(rest, right, right)...)
		add(faultUnknown, swapCase(name), "a part whose name differs in case only", append(slices.Clone(whole), named(right, swapCase(name)))...)
		if property.Format == "binary" {
			continue
		}
		for _, v := range wrongValues(property) {
			if content, ok := plain(v.json); ok && v.law != faultType {
				add(v.law, name, v.what, append(rest, text(name, content))...)
			}
		}
	}
	cut := &draft{request: request{header: map[string][]string{}}}
	form(whole...)(cut)
	media := cut.header.Get("Content-Type")
	for _, wrong := range []struct {
		what    string
		content []byte
	}{{"a form that ends early", cut.body[:len(cut.body)-30]}, {"no form", []byte("kind=invoice")}} {
		all = append(all, input{law: faultForm, what: wrong.what, hasBody: true, parts: []with{body(wrong.content), header("Content-Type", media)}})
	}
	slices.SortStableFunc(all, func(a, b input) int { return strings.Compare(a.law, b.law) })
	return all
}

func named(p part, name string) part {
	p.name = name
	return p
}

// withoutPart gives a copy.
func withoutPart(parts []part, name string) []part {
	return slices.Clip(slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return p.name == name }))
}

// plain gives a JSON scalar as it is written outside of JSON.
func plain(json string) (string, bool) {
	if strings.Contains(json, "\xff") { // which decode would replace
		return strings.Trim(json, `"`), true
	}
	switch json {
	case `"a\ud800b"`: // cannot be written otherwise
		return "", false
	}
	parsed, ok := decode([]byte(json))
	switch v := parsed.(type) {
	case string:
		return v, ok
	case nil, map[string]any, []any:
		return "", false
	}
	return json, ok
}
