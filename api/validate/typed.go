package validate

import (
	"encoding/json"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// The texts of parameters and of a form's parts have no types; their schemas say which they should have.

// acceptsText is accepts for the text of a parameter or of a form's part, of which only the schema knows the type.
func (n *node) acceptsText(text string) bool {
	if n == nil || n.never || text == "" || len(n.all)+len(n.any) > 0 {
		return false
	}
	b := []byte(text)
	switch n.kinds {
	case kindString:
		return textRule(text) == "" && n.enum.text(b) && n.text.accept(b)
	case kindNumber:
		if len(b) > maxExactDigits || b[0] != '-' && !isDigit(b[0]) { // kin-openapi parses integers as int64
			return false
		}
		s := scanner{data: b}
		num, f := s.number()
		return f == noFault && s.pos == len(b) && n.number.accept(b, num.whole, n.enum)
	case kindBoolean:
		return text == "true" && n.enum.boolean(true) || text == "false" && n.enum.boolean(false)
	}
	return false
}

// acceptsDeep is acceptsText for the object a deepObject parameter carries.
func (n *node) acceptsDeep(value any) bool {
	if text, ok := value.(string); ok && n.acceptsText(text) {
		return true
	}
	if n == nil || n.never || len(n.all) > 0 {
		return false
	}
	if len(n.any) > 0 { // what else a schema says that has alternatives would depend on which was taken
		return n.bare && len(n.any) == 1 && slices.ContainsFunc(n.any[0], func(branch *node) bool { return branch.acceptsDeep(value) })
	}
	object, ok := value.(map[string]any)
	if !ok || n.kinds != kindObject || n.enum != nil || n.object == nil {
		return false
	}
	return n.object.acceptsDeep(object)
}

func (r *objectRules) acceptsDeep(object map[string]any) bool {
	if len(object) < r.min || r.max >= 0 && len(object) > r.max {
		return false
	}
	var seen set
	for name, member := range object {
		i := r.find([]byte(name))
		if i < 0 || r.properties[i].blocked || !r.properties[i].node.acceptsDeep(member) {
			return false
		}
		seen.add(i)
	}
	return seen.contains(&r.required)
}

// typed gives the texts of a query string or of a form the types their schemas ask for. A text that can be taken in
// several ways is taken in the first that its schema accepts. What fits no type stays a text, for kin-openapi to
// refuse.
func typed(value any, s *openapi3.Schema) any {
	if s == nil {
		return value
	}
	var fallback any // of the right type at least, which makes for a better message
	for _, branch := range alternatives(s) {
		v := typed(value, branch)
		if branch.VisitJSON(v, asRequest.options(false)...) == nil {
			return v
		}
		if _, text := v.(string); !text && fallback == nil {
			fallback = v
		}
	}
	if fallback != nil {
		return fallback
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
