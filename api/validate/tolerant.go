package validate

import "github.com/getkin/kin-openapi/openapi3"

// NewTolerant is New for those who receive responses: they are held against a document that takes fields and enum
// values it does not know, so that a server that has learned more than its callers does not break them. All else
// holds, and requests are held against the document as it stands.
//
// Names that differ from a known one only in case stay violations: to encoding/json they are that field.
func NewTolerant(doc *openapi3.T) (*Contract, error) { return build(doc, true) }

// loosen makes every schema that responses use take what it does not know. It changes doc, and with it the schemas
// that requests share.
func loosen(doc *openapi3.T) {
	seen := make(map[*openapi3.Schema]bool)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, response := range op.Responses.Map() {
				for _, header := range response.Value.Headers {
					loosenSchema(header.Value.Schema, seen)
				}
				for _, content := range response.Value.Content {
					loosenSchema(content.Schema, seen)
				}
			}
		}
	}
}

func loosenSchema(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	s.Enum = nil
	if may := s.AdditionalProperties; may.Has != nil && !*may.Has {
		s.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	// What told alternatives apart may have been an enum or an unknown field; that one fits must be enough.
	s.AnyOf, s.OneOf, s.Discriminator = anyOf(s), nil, nil
	children := []*openapi3.SchemaRef{s.Items, s.AdditionalProperties.Schema}
	for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf} {
		children = append(children, refs...)
	}
	for _, property := range s.Properties {
		children = append(children, property)
	}
	for _, child := range children {
		loosenSchema(child, seen)
	}
}

// anyOf gives the alternatives of a schema that has them by anyOf or by oneOf; with both, oneOf is the one to give up.
func anyOf(s *openapi3.Schema) openapi3.SchemaRefs {
	if len(s.AnyOf) > 0 {
		return s.AnyOf
	}
	return s.OneOf
}
