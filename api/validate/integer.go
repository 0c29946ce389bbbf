package validate

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// integers is the addition RuleInteger: it looks through a value that kin-openapi accepts for numbers that the
// schema wants to be integers and that no int64 is decoded from.
type integers struct {
	in   string
	mode mode
}

// find looks through a value. outer are the schemas that led to s without a step into the value: one among them
// again, as in A: {allOf: [A]}, adds nothing.
func (x integers) find(s *openapi3.Schema, value any, path string, outer []*openapi3.Schema) (found Violations) {
	if s == nil || slices.Contains(outer, s) {
		return nil
	}
	outer = append(outer[:len(outer):len(outer)], s)
	switch value := value.(type) {
	case json.Number:
		if _, err := strconv.ParseInt(string(value), 10, 64); err != nil && s.Type.Is(openapi3.TypeInteger) {
			found = append(found, added(RuleInteger, x.in, path))
		}
	case []any:
		for i, element := range value {
			if s.Items != nil {
				found = append(found, x.find(s.Items.Value, element, appendIndex(path, i), nil)...)
			}
		}
	case map[string]any:
		for _, name := range sortedKeys(value) {
			if member := memberSchema(s, name); member != nil {
				found = append(found, x.find(member, value[name], appendMember(path, name), nil)...)
			}
		}
	}
	for _, ref := range s.AllOf {
		found = append(found, x.find(ref.Value, value, path, outer)...)
	}
	found = append(found, x.any(s.AnyOf, value, path, outer)...)
	found = append(found, x.any(s.OneOf, value, path, outer)...)
	return found[:min(len(found), MaxViolations)]
}

// any finds nothing if one of the alternatives that match finds nothing.
func (x integers) any(refs openapi3.SchemaRefs, value any, path string, outer []*openapi3.Schema) (found Violations) {
	for _, ref := range refs {
		if ref.Value.VisitJSON(value, x.mode.options(false)...) != nil {
			continue
		}
		if found = x.find(ref.Value, value, path, outer); len(found) == 0 {
			return nil
		}
	}
	return found
}
