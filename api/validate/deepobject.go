package validate

import (
	"encoding/json"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Style deepObject is decoded here and not by kin-openapi; additions.go says why, under RuleBrackets and
// RuleUnknown. The decoded object is then validated by kin-openapi like any other value.

// maxBrackets is how many members deep a deepObject may go.
const maxBrackets = 8

// deepName takes one name of the query string, such as query[due][$lt], into the object it belongs to.
func (c *parameterCheck) deepName(p *parameter, name string, values []string) {
	keys, ok := brackets(name[len(p.Name):])
	if !ok {
		c.put(added(RuleBrackets, InQuery, shorten(name)))
		return
	}
	path := appendPointer(p.Name, keys, nil)
	if len(values) > 1 {
		c.put(added(RuleRepeated, InQuery, path))
		return
	}
	for _, text := range append(keys, values[0]) {
		if rule := textRule(text); rule != "" {
			c.put(added(rule, InQuery, path))
			return
		}
	}
	if c.deep == nil {
		c.deep = make(map[string]map[string]any)
	}
	if c.deep[p.Name] == nil {
		c.deep[p.Name] = make(map[string]any)
	}
	if !deepSet(c.deep[p.Name], keys, values[0]) {
		c.put(added(RuleBrackets, InQuery, path))
	}
}

// brackets splits [due][$lt] into its members.
func brackets(text string) (keys []string, ok bool) {
	for text != "" {
		if text[0] != '[' || len(keys) == maxBrackets {
			return nil, false
		}
		key, rest, closed := strings.Cut(text[1:], "]")
		if !closed || key == "" || strings.IndexByte(key, '[') >= 0 {
			return nil, false
		}
		keys, text = append(keys, key), rest
	}
	return keys, len(keys) > 0
}

// deepSet puts a value under keys; false if something else is in its place.
func deepSet(object map[string]any, keys []string, value string) bool {
	for _, key := range keys[:len(keys)-1] {
		if object[key] == nil {
			object[key] = make(map[string]any)
		}
		inner, ok := object[key].(map[string]any)
		if !ok {
			return false
		}
		object = inner
	}
	last := keys[len(keys)-1]
	if object[last] != nil {
		return false
	}
	object[last] = value
	return true
}

// deepObject validates what deepName has gathered for a parameter.
func (c *parameterCheck) deepObject(p *parameter) {
	object, ok := c.deep[p.Name]
	if !ok {
		if p.Required && !c.found.name(p.Name) {
			c.put(missing(InQuery, p.Name))
		}
		return
	}
	value := typed(object, p.schema)
	c.put(visit(p.schema, value, asRequest, InQuery, p.Name, true, c.found)...)
}

// typed gives the texts of a query string or of a form the types their schemas ask for. A text that can be taken in
// several ways is taken in the first that its schema accepts. What fits no type stays a text, for kin-openapi to
// refuse.
func typed(value any, s *openapi3.Schema) any {
	if s == nil {
		return value
	}
	for _, branch := range alternatives(s) {
		if v := typed(value, branch); branch.VisitJSON(v, asRequest.options(false)...) == nil {
			return v
		}
	}
	switch value := value.(type) {
	case string:
		return typedText(value, s)
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, member := range value {
			object[name] = typed(member, memberSchema(s, name))
		}
		return object
	}
	return value
}

func memberSchema(s *openapi3.Schema, name string) *openapi3.Schema {
	if ref := s.Properties[name]; ref != nil {
		return ref.Value
	}
	if ref := s.AdditionalProperties.Schema; ref != nil {
		return ref.Value
	}
	return nil
}

func typedText(text string, s *openapi3.Schema) any {
	switch {
	case s.Type == nil || s.Type.Permits("string"):
	case s.Type.Permits("boolean") && (text == "true" || text == "false"):
		return text == "true"
	case (s.Type.Permits("number") || s.Type.Permits("integer")) && isNumber(text):
		return json.Number(text)
	}
	return text
}
