package validate

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// subject names what a sentence is about.
func subject(in, path string) string {
	if path == "" {
		return "the body"
	}
	switch in {
	case InPath, InQuery, InCookie:
		return "parameter '" + path + "'"
	case InHeader:
		return "header '" + path + "'"
	}
	return "field '" + path + "'"
}

// valueOf is subject for what is said about the value.
func valueOf(in, path string) string {
	if path == "" {
		return "The body"
	}
	return "Value for " + subject(in, path)
}

// sentence starts with a capital letter.
func sentence(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// added gives the violation of one of our own rules, with the texts of additions.go.
func added(rule, in, path string) Violation {
	a := additionByRule[rule]
	text := strings.NewReplacer("{value}", valueOf(in, path), "{subject}", subject(in, path)).Replace(a.error)
	return Violation{In: in, Path: path, Rule: rule, Error: sentence(text), Hint: a.hint}
}

func missingBody(in string) Violation {
	return Violation{In: in, Rule: "required", Error: "The body is missing.", Hint: "Send a body as documented for this operation."}
}

// missing is the violation of required.
func missing(in, path string) Violation {
	return Violation{In: in, Path: path, Rule: "required",
		Error: sentence(subject(in, path)) + " is missing.", Hint: "Send it; it is required."}
}

// empty is a parameter that is there but has no value.
func empty(in, path string, schema *openapi3.Schema) Violation {
	return Violation{In: in, Path: path, Rule: RuleEmpty,
		Error: valueOf(in, path) + " is empty.", Hint: valueHint(schema, "")}
}

// wrongType is the violation of type, also where only the text of a parameter is at hand.
func wrongType(in, path string, schema *openapi3.Schema, hint string) Violation {
	expected := "another"
	if named, ok := extension(schema, "x-expected"); ok {
		expected = named
	} else if names := typeNames(schema, 0); len(names) > 0 {
		expected = strings.Join(names, " or ")
	}
	return Violation{In: in, Path: path, Rule: "type",
		Error: valueOf(in, path) + " is of wrong type, expected " + expected + ".", Hint: valueHint(schema, hint)}
}

// unknown is a member that additionalProperties: false does not allow.
func unknown(in, path, name string, schema *openapi3.Schema) Violation {
	hint := "Remove it, or check its spelling."
	if similar := similarName(name, schema); similar != "" {
		hint = "Remove it, or did you mean '" + similar + "'?"
	}
	return Violation{In: in, Path: path, Rule: "additionalProperties", Error: sentence(subject(in, path)) + " is not known.", Hint: hint}
}

// keyword gives the violation of a keyword by a value.
func keyword(rule, in, path string, schema *openapi3.Schema, hint string) Violation {
	v := Violation{In: in, Path: path, Rule: rule}
	what := valueOf(in, path)
	switch rule {
	case "type":
		return wrongType(in, path, schema, hint)
	case "nullable":
		v.Error, v.Hint = what+" must not be null.", valueHint(schema, hint)
	case "enum":
		v.Error, v.Hint = what+" is not one of the allowed values.", "Value must be one of: "+enumText(schema)+"."
	case "pattern":
		v.Error, v.Hint = what+" has the wrong form.", hintOf(schema, hint, "Value must have the documented form.")
	case "format":
		v.Error, v.Hint = what+" has the wrong form.", valueHint(schema, hint)
	case "readOnly":
		v.Error, v.Hint = sentence(subject(in, path))+" cannot be set.", "Remove it; the server sets it."
	case "writeOnly":
		v.Error, v.Hint = sentence(subject(in, path))+" must not be returned.", "Leave it out."
	default:
		v.Error, v.Hint = bounds(rule, what, schema)
		if v.Error == "" {
			v.Error, v.Hint = what+" is not allowed.", hintOf(schema, hint, "See the documentation of this field.")
		}
	}
	return v
}

// bounds gives the texts for the keywords that hold a number.
func bounds(rule, what string, s *openapi3.Schema) (text, hint string) {
	switch rule {
	case "minLength":
		return what + " is too short.", "Value must have at least " + count(s.MinLength, "character") + "."
	case "maxLength":
		return what + " is too long.", "Value may have at most " + count(*s.MaxLength, "character") + "."
	case "minItems":
		return what + " has too few elements.", "There must be at least " + count(s.MinItems, "element") + "."
	case "maxItems":
		return what + " has too many elements.", "There may be at most " + count(*s.MaxItems, "element") + "."
	case "uniqueItems":
		return what + " has equal elements.", "Send each element once."
	case "minProperties":
		return what + " has too few fields.", "There must be at least " + count(s.MinProps, "field") + "."
	case "maxProperties":
		return what + " has too many fields.", "There may be at most " + count(*s.MaxProps, "field") + "."
	case "minimum":
		return what + " is too small.", "Value must be at least " + plain(s.Min) + "."
	case "maximum":
		return what + " is too large.", "Value must be at most " + plain(s.Max) + "."
	case "exclusiveMinimum":
		return what + " is too small.", "Value must be more than " + plain(s.Min) + "."
	case "exclusiveMaximum":
		return what + " is too large.", "Value must be less than " + plain(s.Max) + "."
	case "multipleOf":
		return what + " is too fine.", "Value must be a multiple of " + plain(s.MultipleOf) + "."
	}
	return "", ""
}

// hintOf gives the x-hint of a schema, else one from around it, else a general one.
func hintOf(schema *openapi3.Schema, outer, general string) string {
	if own, ok := extension(schema, "x-hint"); ok {
		return own
	}
	if outer != "" {
		return outer
	}
	return general
}

// extension gives a text extension of a schema: x-hint, which says what would be right, or x-expected, the name of
// its type where that of JSON Schema is not the one people know.
func extension(schema *openapi3.Schema, name string) (string, bool) {
	if schema == nil {
		return "", false
	}
	text, ok := schema.Extensions[name].(string)
	return text, ok
}

// valueHint says what a value must be.
func valueHint(schema *openapi3.Schema, outer string) string {
	kinds := describe(schema, 0)
	if len(kinds) == 0 {
		return hintOf(schema, outer, "See the documentation of this field.")
	}
	return hintOf(schema, outer, "Value must be "+strings.Join(kinds, " or ")+".")
}

var formatHints = map[string]string{
	"date":              "a date such as 2024-12-31",
	"date-time":         "a date and time such as 2024-12-31T00:00:00.000Z",
	"date-or-date-time": "a date such as 2024-12-31 or a date and time such as 2024-12-31T00:00:00.000Z",
	"email":             "an e-mail address",
	"uuid":              "a UUID",
	"uri":               "an absolute URI",
	"int32":             "an integer between -2147483648 and 2147483647",
	"int64":             "an integer between -9223372036854775808 and 9223372036854775807",
	"byte":              "text in base64",
}

var typeHints = map[string]string{
	"string": "a text", "number": "a number", "integer": "an integer", "boolean": "true or false",
	"array": "a list", "object": "an object",
}

// maxAlternatives is how deep describe and typeNames look into alternatives, which may be recursive.
const maxAlternatives = 4

// describe lists in words what a schema takes.
func describe(s *openapi3.Schema, depth int) (kinds []string) {
	if s == nil || depth > maxAlternatives {
		return nil
	}
	if text, ok := formatHints[s.Format]; ok && s.Type != nil {
		return []string{text}
	}
	for _, t := range s.Type.Slice() {
		kinds = append(kinds, typeHints[t])
	}
	if len(kinds) == 0 {
		for _, branch := range alternatives(s) {
			kinds = appendNew(kinds, describe(branch, depth+1))
		}
	}
	return kinds
}

// typeNames lists the types a schema takes, by the names JSON Schema has for them.
func typeNames(s *openapi3.Schema, depth int) (names []string) {
	if s == nil || depth > maxAlternatives {
		return nil
	}
	names = append(names, s.Type.Slice()...)
	if len(names) == 0 {
		for _, branch := range alternatives(s) {
			names = appendNew(names, typeNames(branch, depth+1))
		}
	}
	return names
}

// alternatives gives the schemas of which a value must match one, or all.
func alternatives(s *openapi3.Schema) (all []*openapi3.Schema) {
	for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf, s.AllOf} {
		for _, ref := range refs {
			all = append(all, ref.Value)
		}
	}
	return all
}

func appendNew(to, more []string) []string {
	for _, text := range more {
		known := false
		for _, t := range to {
			known = known || t == text
		}
		if !known {
			to = append(to, text)
		}
	}
	return to
}

func enumText(s *openapi3.Schema) string {
	texts := make([]string, len(s.Enum))
	for i, v := range s.Enum {
		switch v := v.(type) {
		case nil:
			texts[i] = "null"
		case float64:
			texts[i] = plain(&v)
		default:
			texts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(texts, ", ")
}

func count(n uint64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatUint(n, 10) + " " + what + "s"
}

func plain(f *float64) string {
	if f == nil {
		return "the documented bound"
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

// similarName finds a documented name that a misspelt one may have meant: one that differs in case, or by one letter
// added, dropped, changed or exchanged with its neighbour.
func similarName(name string, schema *openapi3.Schema) string {
	if schema == nil || len(name) > maxNameBytes {
		return ""
	}
	for _, known := range sortedKeys(schema.Properties) {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	for _, known := range sortedKeys(schema.Properties) {
		if len(known) > 3 && oneSlip(strings.ToLower(name), strings.ToLower(known)) {
			return known
		}
	}
	return ""
}

func oneSlip(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	switch {
	case len(a) == len(b)+1:
		return a[1:] == b
	case len(b) == len(a)+1:
		return b[1:] == a
	case len(a) != len(b) || a == "":
		return false
	}
	return a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:]
}
