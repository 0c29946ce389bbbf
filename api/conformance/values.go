package conformance

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// fieldValue is JSON for one field.
type fieldValue struct {
	what string // what is special about it
	json string
	// doubtful values fit the schema, but whether they make sense is for the server to say: ZZZ is of the pattern of a
	// currency.
	doubtful bool
}

// boundaryValues gives values a schema takes, at its boundaries and within, the most ordinary one first.
func boundaryValues(s *openapi3.Schema) (values []fieldValue) {
	c := resolve(s)
	for _, alternative := range c.alternatives {
		values = append(values, alternativeValues(alternative)...)
	}
	if c.nullable {
		values = append(values, fieldValue{what: "null", json: "null"})
	}
	return values
}

func alternativeValues(s *openapi3.Schema) (values []fieldValue) {
	switch {
	case len(s.Enum) > 0:
		for _, one := range s.Enum {
			values = append(values, fieldValue{what: fmt.Sprint(one), json: string(encode(one))})
		}
	case isType(s, "object"):
		values = append(values, fieldValue{what: "the smallest object", json: skeleton(s, nil)}, fieldValue{what: "all members", json: fullest(s)})
		if len(s.Properties) == 0 && isOpen(s) {
			values = append(values, fieldValue{what: "members of all kinds", json: `{"text":"Äöü 😀","number":12345678901234567890.123456789,"nested":{"list":[1,null,true,"x",{}]},"":0}`})
		}
	case isType(s, "array"):
		values = append(values, fieldValue{what: "one element", json: sampleArray(s, max(1, int(s.MinItems)))}, fieldValue{what: "as few elements as may be", json: sampleArray(s, int(s.MinItems))})
		if s.MaxItems != nil && *s.MaxItems <= 1000 {
			values = append(values, fieldValue{what: "as many elements as may be", json: sampleArray(s, int(*s.MaxItems))})
		}
	case isType(s, "string"):
		for _, text := range boundaryTexts(s) {
			values = append(values, textValue(text, !isFree(s) && text != s.Example))
		}
	case isType(s, "boolean"):
		values = append(values, fieldValue{what: "true", json: "true"}, fieldValue{what: "false", json: "false"})
	case isType(s, "integer"), isType(s, "number"):
		values = numbers(s)
	default:
		values = append(values, fieldValue{what: "anything", json: smallest(s)})
	}
	return values
}

// textValue is a text as JSON.
func textValue(text string, doubtful bool) fieldValue {
	return fieldValue{fmt.Sprintf("%d characters", utf8.RuneCountInString(text)), string(encode(text)), doubtful}
}

// fullest gives an object with all its members, each as small as may be, but for those that would name something.
func fullest(s *openapi3.Schema) string {
	var members []member
	for _, name := range properties(s) {
		if !slices.Contains(naming, name) {
			members = append(members, member{name, smallest(s.Properties[name].Value)})
		}
	}
	return skeleton(s, members)
}

// naming are fields that name things within an account, so that a value is not drawn twice.
var naming = []string{"reference", "number"}

func numbers(s *openapi3.Schema) (values []fieldValue) {
	doubtful := isType(s, "number") // an amount may have to fit to others
	values = append(values, fieldValue{"a number", sampleNumber(s), doubtful})
	if s.Min != nil {
		values = append(values, fieldValue{"the least number", limit(*s.Min), doubtful})
	}
	if s.Max != nil {
		values = append(values, fieldValue{"the greatest number", limit(*s.Max), doubtful})
	}
	if isType(s, "number") && (s.Min == nil || *s.Min <= 0.5) && (s.Max == nil || *s.Max >= 0.5) {
		values = append(values, fieldValue{"a fraction", "0.5", doubtful})
	}
	return values
}
