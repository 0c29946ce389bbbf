package validate

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Style deepObject is decoded here and not by kin-openapi; additions.go says why, under RuleBrackets and
// RuleUnknown. The decoded object is then validated by kin-openapi like any other value.

// maxBrackets is how many members deep a deepObject may go.
const maxBrackets = 8

// checkDeep refuses, at start, schemas whose values cannot be told from texts. left is how many steps, into members or
// alternatives, it may still take.
func checkDeep(path string, s *openapi3.Schema, left int) error {
	if left < 0 {
		return fmt.Errorf("%s: too deep for a parameter or part, or recursive", path)
	}
	if s.Type.Is("array") {
		return fmt.Errorf("%s: OpenAPI does not say how a deepObject carries an array; take a text with commas", path)
	}
	for _, branch := range alternatives(s) {
		if err := checkDeep(path, branch, left-1); err != nil {
			return err
		}
	}
	for _, member := range sortedKeys(s.Properties) {
		if err := checkDeep(path+"."+member, s.Properties[member].Value, left-1); err != nil {
			return err
		}
	}
	if may := s.AdditionalProperties.Schema; may != nil {
		return checkDeep(path+".*", may.Value, left-1)
	}
	return nil
}

// deepName takes one name of the query string, such as query[due][$lt], into the object it belongs to.
func (c *parameterCheck) deepName(p *parameter, name string, values []string) {
	keys, ok := brackets(name[len(p.Name):])
	if !ok {
		c.put(added(RuleBrackets, InQuery, legible(name)))
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
	if at := deepSet(c.deep[p.Name], keys, values[0]); at > 0 {
		c.put(added(RuleConflict, InQuery, appendPointer(p.Name, keys[:at], nil)))
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

// deepSet puts a value under keys. If something else is in the way, it gives the number of keys that lead there.
func deepSet(object map[string]any, keys []string, value string) (conflict int) {
	last := len(keys) - 1
	for i, key := range keys[:last] {
		if object[key] == nil {
			object[key] = make(map[string]any)
		}
		inner, ok := object[key].(map[string]any)
		if !ok {
			return i + 1
		}
		object = inner
	}
	if object[keys[last]] != nil {
		return len(keys)
	}
	object[keys[last]] = value
	return 0
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
	if p.node.acceptsDeep(object) {
		return
	}
	value := typed(object, p.schema)
	c.put(visit(p.schema, value, asRequest, InQuery, p.Name, true, c.found)...)
}
