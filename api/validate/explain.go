package validate

import (
	"errors"

	"github.com/getkin/kin-openapi/openapi3"
)

// explanation turns what kin-openapi says into violations. kin-openapi's own texts hold the schema and the value and
// are not used: path, keyword and schema are.
type explanation struct {
	in     string
	prefix string // path of the value: empty for a body, the name of a parameter
	value  any    // what was validated
	mode   mode
	found  Violations
}

// add takes an error of VisitJSON about the value that tokens lead to. outer is a hint of a schema around it.
func (x *explanation) add(err error, tokens []string, outer string) {
	switch err := err.(type) { //nolint:errorlint // what wraps a SchemaError is one itself, and taken apart below
	case openapi3.MultiError:
		for _, one := range err {
			if len(x.found) >= MaxViolations {
				return
			}
			x.add(one, tokens, outer)
		}
	case *openapi3.SchemaError:
		x.schemaError(err, append(tokens[:len(tokens):len(tokens)], err.JSONPointer()...), tokens, outer)
	default:
		// Not about the value: a reference that is not resolved, or NaN. New rules out the first, JSON the second.
		x.put(Violation{In: x.in, Path: x.path(tokens), Rule: "schema",
			Error: valueOf(x.in, x.path(tokens)) + " cannot be checked.", Hint: "See the documentation of this field."})
	}
}

func (x *explanation) schemaError(err *openapi3.SchemaError, at, base []string, outer string) {
	path := x.path(at)
	switch err.SchemaField {
	case "properties":
		x.unknownMembers(err, at)
	case "required":
		x.put(missing(x.in, path))
	case "allOf":
		var all openapi3.MultiError
		if errors.As(err.Origin, &all) {
			x.add(all, base, hintOf(err.Schema, outer, ""))
			return
		}
		x.put(keyword("allOf", x.in, path, err.Schema, outer))
	case "anyOf":
		x.alternatives(err, err.Schema.AnyOf, at, outer)
	case "oneOf":
		if errors.Is(err.Origin, openapi3.ErrOneOfConflict) {
			x.put(keyword("oneOf", x.in, path, err.Schema, outer))
			return
		}
		x.alternatives(err, err.Schema.OneOf, at, outer)
	default:
		x.put(keyword(err.SchemaField, x.in, path, err.Schema, outer))
	}
}

// unknownMembers names the members a closed object does not know. kin-openapi has one error for each, all about the
// object; the names are found by looking.
func (x *explanation) unknownMembers(err *openapi3.SchemaError, at []string) {
	object, _ := err.Value.(map[string]any)
	for _, name := range sortedKeys(object) {
		if len(x.found) >= MaxViolations {
			return
		}
		if err.Schema.Properties[name] == nil {
			path := appendMember(x.path(at), name)
			x.put(unknown(x.in, path, name, err.Schema))
		}
	}
}

// alternatives explains that none of several schemas matches. If the value is of the type of exactly one of them,
// that one was meant, and what is wrong is what it says.
func (x *explanation) alternatives(err *openapi3.SchemaError, branches openapi3.SchemaRefs, at []string, outer string) {
	hint := hintOf(err.Schema, outer, "")
	var meant []*openapi3.Schema
	for _, branch := range branches {
		if takesType(branch.Value, err.Value, 0) {
			meant = append(meant, branch.Value)
		}
	}
	switch len(meant) {
	case 0:
		x.put(wrongType(x.in, x.path(at), err.Schema, hint))
	case 1:
		if hint == "" {
			hint = valueHintOfAll(err.Schema)
		}
		x.add(meant[0].VisitJSON(err.Value, x.mode.options(true)...), at, hint)
	default:
		x.put(keyword(err.SchemaField, x.in, x.path(at), err.Schema, valueHint(err.Schema, hint)))
	}
}

// valueHintOfAll describes all alternatives, when they are simple enough for one sentence.
func valueHintOfAll(s *openapi3.Schema) string {
	for _, branch := range alternatives(s) {
		if branch.Type.Is("object") || branch.Type.Is("array") || branch.Type == nil {
			return ""
		}
	}
	return valueHint(s, "")
}

// takesType says whether a schema takes values of this value's type.
func takesType(s *openapi3.Schema, value any, depth int) bool {
	if value == nil {
		return s.PermitsNull()
	}
	if s.Type == nil && depth <= maxAlternatives {
		of := alternatives(s)
		for _, branch := range of {
			if takesType(branch, value, depth+1) {
				return true
			}
		}
		return len(of) == 0
	}
	switch value.(type) {
	case bool:
		return s.Type.Permits("boolean")
	case string:
		return s.Type.Permits("string")
	case []any:
		return s.Type.Permits("array")
	case map[string]any:
		return s.Type.Permits("object")
	}
	return s.Type.Permits("number") || s.Type.Permits("integer")
}

func (x *explanation) path(tokens []string) string { return appendPointer(x.prefix, tokens, x.value) }

// put adds a violation once.
func (x *explanation) put(v Violation) {
	for _, known := range x.found {
		if known.Path == v.Path && known.Rule == v.Rule && known.In == v.In {
			return
		}
	}
	if len(x.found) < MaxViolations {
		x.found = append(x.found, v)
	}
}
