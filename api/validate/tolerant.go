package validate

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// NewTolerant is New for those who receive responses: they are held against a document that takes fields and enum
// values it does not know, so that a server that has learned more than its callers does not break them. All else
// holds, and requests are held against the document as it stands.
//
// Names that differ from a known one only in case stay violations: to encoding/json they are that field. What a field that is
// not known has in it is not looked at, but for its syntax.
func NewTolerant(doc *openapi3.T) (*Contract, error) { return build(doc, true) }

// loosened are copies of schemas that take what they do not know, by the schemas they are made of. These stay as they
// are, since requests use them too.
type loosened map[*openapi3.Schema]*openapi3.Schema

func (l loosened) responses(all *openapi3.Responses) *openapi3.Responses {
	own := openapi3.NewResponsesWithCapacity(all.Len())
	for status, ref := range all.Map() {
		r := *ref.Value
		r.Headers, r.Content = make(openapi3.Headers), make(openapi3.Content)
		for name, ref := range ref.Value.Headers {
			h := *ref.Value
			h.Schema = l.schema(h.Schema)
			r.Headers[name] = &openapi3.HeaderRef{Value: &h}
		}
		for media, content := range ref.Value.Content {
			c := *content
			c.Schema = l.schema(c.Schema)
			r.Content[media] = &c
		}
		own.Set(status, &openapi3.ResponseRef{Value: &r})
	}
	return own
}

func (l loosened) schema(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	if ref == nil || ref.Value == nil {
		return ref
	}
	if known := l[ref.Value]; known != nil {
		return &openapi3.SchemaRef{Ref: ref.Ref, Value: known}
	}
	s := *ref.Value
	l[ref.Value] = &s // before its children, which may contain it
	s.Enum = nil
	if may := s.AdditionalProperties; may.Has != nil && !*may.Has {
		s.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	s.AdditionalProperties.Schema = l.schema(s.AdditionalProperties.Schema)
	s.Items = l.schema(s.Items)
	s.AllOf = l.schemas(s.AllOf)
	// What told alternatives apart may have been an enum or an unknown field; that one fits must be enough.
	s.AnyOf, s.OneOf, s.Discriminator = l.schemas(anyOf(&s)), nil, nil
	if s.Properties != nil {
		s.Properties = make(openapi3.Schemas, len(ref.Value.Properties))
		for name, property := range ref.Value.Properties {
			s.Properties[name] = l.schema(property)
		}
	}
	return &openapi3.SchemaRef{Ref: ref.Ref, Value: &s}
}

func (l loosened) schemas(refs openapi3.SchemaRefs) openapi3.SchemaRefs {
	var own openapi3.SchemaRefs
	for _, ref := range refs {
		own = append(own, l.schema(ref))
	}
	return own
}

// anyOf gives the alternatives of a schema that has them by anyOf or by oneOf; with both, oneOf is the one to give up.
func anyOf(s *openapi3.Schema) openapi3.SchemaRefs {
	if len(s.AnyOf) > 0 {
		return s.AnyOf
	}
	return s.OneOf
}

// concerns says whether a fault at the place being read is in what the schema knows. Names concern it if they are those
// of properties but for case, for they are read into these.
func (x *inspection) concerns(f fault) bool {
	around := openapi3.SchemaRefs{{Value: x.known}}
	for i, s := range x.path {
		if (f == faultTwin || f == faultDuplicate) && i == len(x.path)-1 {
			return x.resembles(around, s)
		}
		if around = x.follow(around, s); len(around) == 0 {
			return false
		}
	}
	return true
}

// follow gives the schemas of a member or element of what the given ones describe.
func (x *inspection) follow(around openapi3.SchemaRefs, s step) openapi3.SchemaRefs {
	var inside openapi3.SchemaRefs
	for _, schema := range flat(around) {
		ref := schema.Items
		if s.member {
			if ref = schema.Properties[x.nameOf(s)]; ref == nil {
				ref = schema.AdditionalProperties.Schema
			}
		}
		if ref != nil {
			inside = append(inside, ref)
		}
	}
	return inside
}

// resembles says whether a name is one of the properties but for case.
func (x *inspection) resembles(around openapi3.SchemaRefs, s step) bool {
	for _, schema := range flat(around) {
		for name := range schema.Properties {
			if strings.EqualFold(name, x.nameOf(s)) {
				return true
			}
		}
	}
	return false
}

// flat gives schemas with those they are composed of.
func flat(refs openapi3.SchemaRefs) []*openapi3.Schema {
	var all []*openapi3.Schema
	for _, ref := range refs {
		if ref.Value != nil {
			all = append(all, ref.Value)
			all = append(all, flat(ref.Value.AllOf)...)
			all = append(all, flat(ref.Value.AnyOf)...)
			all = append(all, flat(ref.Value.OneOf)...)
		}
	}
	return all
}
