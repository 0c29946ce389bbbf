package validate

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkRecursion refuses a schema that contains itself by way of anyOf or oneOf. kin-openapi looks at every alternative
// twice, so that a value nested n deep takes 2ⁿ steps: a body of a hundred bytes would keep it busy for years.
func checkRecursion(doc *openapi3.T) error {
	if doc.Components == nil {
		return nil
	}
	for _, name := range sortedKeys(doc.Components.Schemas) {
		s := doc.Components.Schemas[name].Value
		for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
			for _, ref := range refs {
				if contains(ref.Value, s, map[*openapi3.Schema]bool{}) {
					return fmt.Errorf("schema %s contains itself by way of anyOf or oneOf, which kin-openapi takes exponential time for", name)
				}
			}
		}
	}
	return nil
}

// contains says whether a schema is, or refers to, another one.
func contains(s, wanted *openapi3.Schema, seen map[*openapi3.Schema]bool) bool {
	if s == wanted {
		return true
	}
	if s == nil || seen[s] {
		return false
	}
	seen[s] = true
	inside := []*openapi3.SchemaRef{s.Items, s.Not, s.AdditionalProperties.Schema}
	for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf, s.AllOf} {
		inside = append(inside, refs...)
	}
	for _, ref := range s.Properties {
		inside = append(inside, ref)
	}
	for _, ref := range inside {
		if ref != nil && contains(ref.Value, wanted, seen) {
			return true
		}
	}
	return false
}
