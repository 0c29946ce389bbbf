package validate

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkRecursion refuses a schema that contains itself by way of anyOf or oneOf, wherever the choice stands.
// kin-openapi looks at the alternative that matches twice, so that a value nested n deep takes 2ⁿ steps: a body of a
// hundred bytes would keep it busy for years.
func checkRecursion(doc *openapi3.T) error {
	if doc.Components == nil {
		return nil
	}
	// What recurs does so through a reference to a component, so this finds it all.
	for _, name := range sortedKeys(doc.Components.Schemas) {
		for s := range within(doc.Components.Schemas[name]) {
			for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
				if within(refs...)[s] {
					return fmt.Errorf("schema %s: anyOf or oneOf contains itself, which kin-openapi takes exponential time for", name)
				}
			}
		}
	}
	return nil
}

// within gives schemas and all they refer to.
func within(refs ...*openapi3.SchemaRef) map[*openapi3.Schema]bool {
	all := make(map[*openapi3.Schema]bool)
	for len(refs) > 0 {
		ref := refs[len(refs)-1]
		refs = refs[:len(refs)-1]
		if ref == nil || ref.Value == nil || all[ref.Value] {
			continue
		}
		s := ref.Value
		all[s] = true
		refs = append(refs, s.Items, s.Not, s.AdditionalProperties.Schema)
		for _, combined := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf, s.AllOf} {
			refs = append(refs, combined...)
		}
		for _, property := range s.Properties {
			refs = append(refs, property)
		}
	}
	return all
}
