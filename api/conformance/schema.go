package conformance

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// pathParameters gives those of an operation, in the order of its path.
func (s *suite) pathParameters(o *validate.Operation) (all []*openapi3.Parameter) {
	for _, segment := range strings.Split(o.Path, "{")[1:] {
		name, _, _ := strings.Cut(segment, "}")
		if p := s.declared[o.ID].parameters.GetByInAndName(openapi3.ParameterInPath, name); p != nil {
			all = append(all, p)
		}
	}
	return all
}

// parametersIn gives the parameters of an operation that stand in the query or in a header, in the order of the
// document.
func (s *suite) parametersIn(o *validate.Operation, in string) (all []*openapi3.Parameter) {
	for _, p := range s.declared[o.ID].parameters {
		if p.Value.In == in {
			all = append(all, p.Value)
		}
	}
	return all
}

// bodySchema gives the schema of a media type an operation takes, nil if it does not take it.
func (s *suite) bodySchema(o *validate.Operation, media string) *openapi3.Schema {
	d := s.declared[o.ID]
	if d.RequestBody == nil {
		return nil
	}
	content := d.RequestBody.Value.Content[media]
	if content == nil || content.Schema == nil {
		return nil
	}
	return content.Schema.Value
}

// choice is a schema without its combinations: a value matches one of the alternatives, or is null if it may be.
type choice struct {
	alternatives []*openapi3.Schema
	nullable     bool
}

// resolve takes anyOf, oneOf and allOf apart.
func resolve(s *openapi3.Schema) choice {
	c := choice{nullable: s.Nullable}
	for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
		for _, ref := range refs {
			inner := resolve(ref.Value)
			c.alternatives = append(c.alternatives, inner.alternatives...)
			c.nullable = c.nullable || inner.nullable
		}
	}
	if len(s.AllOf) > 0 && len(c.alternatives) == 0 {
		inner := resolve(merge(s))
		c.alternatives, c.nullable = inner.alternatives, c.nullable || inner.nullable
	}
	if len(c.alternatives) == 0 {
		c.alternatives = []*openapi3.Schema{s}
	}
	return c
}

// merge makes one schema of what must hold together: of the first one, and if they are objects with the properties of
// all.
func merge(s *openapi3.Schema) *openapi3.Schema {
	merged := *s.AllOf[0].Value
	if !isType(&merged, "object") {
		return &merged
	}
	merged.Properties = maps.Clone(merged.Properties)
	merged.Required = slices.Clone(merged.Required)
	rest := []*openapi3.Schema{{Properties: s.Properties, Required: s.Required}}
	for _, ref := range s.AllOf[1:] {
		rest = append(rest, ref.Value)
	}
	for _, one := range rest {
		for name, property := range one.Properties {
			if merged.Properties == nil {
				merged.Properties = openapi3.Schemas{}
			}
			merged.Properties[name] = property
		}
		merged.Required = append(merged.Required, one.Required...)
	}
	return &merged
}

func isType(s *openapi3.Schema, name string) bool {
	return s.Type != nil && s.Type.Is(name) || s.Type == nil && name == "object" && len(s.Properties) > 0
}

// isOpen says whether an object takes members it does not name.
func isOpen(s *openapi3.Schema) bool {
	a := s.AdditionalProperties
	return a.Schema != nil || a.Has == nil || *a.Has
}

// properties gives the names a request may send, in order.
func properties(s *openapi3.Schema) []string {
	names := slices.Sorted(maps.Keys(s.Properties))
	return slices.DeleteFunc(names, func(name string) bool { return s.Properties[name].Value.ReadOnly })
}

var (
	unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)
	compiled      sync.Map // pattern: *regexp.Regexp
)

// goPattern writes a pattern of ECMAScript as Go's package does, as far as they differ in contracts.
func goPattern(pattern string) string { return unicodeEscape.ReplaceAllString(pattern, `\x{${1}}`) }

// matches says whether a text has the length and the pattern of a schema. Formats are not looked at.
func matches(s *openapi3.Schema, text string) bool {
	length := uint64(len([]rune(text)))
	if length < s.MinLength || s.MaxLength != nil && length > *s.MaxLength {
		return false
	}
	if s.Pattern == "" {
		return true
	}
	known, ok := compiled.Load(s.Pattern)
	if !ok {
		expression, err := regexp.Compile(goPattern(s.Pattern))
		if err != nil {
			return false // nothing is known to match it
		}
		known, _ = compiled.LoadOrStore(s.Pattern, expression)
	}
	return known.(*regexp.Regexp).MatchString(text)
}
