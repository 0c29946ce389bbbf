package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api/validate"
)

// The ways a request can break its schema; each is a law of its own.
const (
	faultType     = "shapes.types"
	faultBound    = "shapes.bounds"
	faultPattern  = "shapes.patterns"
	faultUnknown  = "shapes.unknown"
	faultRequired = "shapes.required"
	faultJSON     = "shapes.json"
	faultForm     = "shapes.forms"
)

// wrongValue is JSON a field refuses, for one reason.
type wrongValue struct {
	law string
	fieldValue
}

// kinds are values of each type of JSON, to be of the wrong one.
var kinds = []struct{ name, json string }{
	{"boolean", "true"}, {"number", "7"}, {"string", `"x"`}, {"array", "[]"}, {"object", "{}"}, {"null", "null"},
}

// wrongValues gives values a schema refuses, each for one reason.
func wrongValues(s *openapi3.Schema) (values []wrongValue) {
	c := resolve(s)
	for _, kind := range kinds {
		if !c.takes(kind.name) {
			values = append(values, wrongValue{faultType, fieldValue{what: "a wrong type: " + kind.name, json: kind.json}})
		}
	}
	for _, alternative := range c.alternatives {
		values = append(values, wrongOf(alternative)...)
	}
	if len(c.alternatives) == 1 {
		return values
	}
	// What is wrong for one alternative may be right for another.
	return slices.DeleteFunc(values, func(v wrongValue) bool { return validate.Value(s, false, []byte(v.json)) == nil })
}

// takes says whether a value of a type of JSON can match.
func (c choice) takes(kind string) bool {
	if kind == "null" {
		return c.nullable || slices.ContainsFunc(c.alternatives, anything)
	}
	return slices.ContainsFunc(c.alternatives, func(s *openapi3.Schema) bool {
		return anything(s) || isType(s, kind) || kind == "number" && isType(s, "integer")
	})
}

// anything says whether a schema takes values of every type.
func anything(s *openapi3.Schema) bool {
	return s.Type == nil && len(s.Properties) == 0 && len(s.Enum) == 0
}

// wrongOf gives values of the right type that a schema refuses.
func wrongOf(s *openapi3.Schema) (values []wrongValue) {
	switch {
	case len(s.Enum) > 0:
		for _, text := range []string{"no-such-value", fmt.Sprint(s.Enum[0]) + " ", swapCase(fmt.Sprint(s.Enum[0]))} {
			if isType(s, "string") && !slices.Contains(s.Enum, any(text)) {
				values = append(values, wrongValue{faultPattern, fieldValue{what: "not one of the values", json: string(encode(text))}})
			}
		}
	case isType(s, "string"):
		values = wrongTexts(s)
	case isType(s, "integer"), isType(s, "number"):
		values = wrongNumbers(s)
	case isType(s, "array"):
		if s.MinItems > 0 {
			values = append(values, wrongValue{faultBound, fieldValue{what: "too few elements", json: sampleArray(s, int(s.MinItems)-1)}})
		}
		if s.MaxItems != nil && *s.MaxItems <= 1000 {
			values = append(values, wrongValue{faultBound, fieldValue{what: "too many elements", json: sampleArray(s, int(*s.MaxItems)+1)}})
		}
	case isType(s, "object"):
		values = wrongObjects(s)
	}
	return values
}

func wrongTexts(s *openapi3.Schema) (values []wrongValue) {
	add := func(law, what, text string) {
		values = append(values, wrongValue{law, fieldValue{what: what, json: string(encode(text))}})
	}
	if s.MinLength > 0 {
		add(faultBound, "too short", strings.Repeat("a", int(s.MinLength)-1))
	}
	if s.MaxLength != nil && *s.MaxLength <= 100_000 {
		add(faultBound, "one character too long", tooLong(s))
	}
	for _, text := range malformed[s.Format] {
		add(faultPattern, "no "+s.Format, text)
	}
	for _, text := range []string{"\x01", "~", "a/b", "Ω", "-", "1.", "1,5", "aa", "1.123456789", " 1"} {
		if s.Pattern != "" && fits(s, text) && !matches(s, text) {
			add(faultPattern, "not of the pattern", text)
		}
	}
	return append(values,
		wrongValue{faultJSON, fieldValue{what: "a NUL character", json: `"a\u0000b"`}},
		wrongValue{faultJSON, fieldValue{what: "half a surrogate pair", json: `"a\ud800b"`}},
		wrongValue{faultJSON, fieldValue{what: "bytes that are not UTF-8", json: "\"a\xffb\""}})
}

// tooLong gives a text with one character too many, and else of the pattern if there is one.
func tooLong(s *openapi3.Schema) string {
	longer := *s
	longer.MaxLength = nil
	if text, ok := textOfLength(&longer, int(*s.MaxLength)+1); ok {
		return text
	}
	return strings.Repeat("a", int(*s.MaxLength)+1)
}

// fits says whether a text is neither too short nor too long.
func fits(s *openapi3.Schema, text string) bool {
	length := uint64(len([]rune(text)))
	return length >= s.MinLength && (s.MaxLength == nil || length <= *s.MaxLength)
}

func wrongNumbers(s *openapi3.Schema) (values []wrongValue) {
	add := func(law, what, json string) {
		values = append(values, wrongValue{law, fieldValue{what: what, json: json}})
	}
	if s.Min != nil {
		add(faultBound, "too small", limit(*s.Min-1))
	}
	if s.Max != nil {
		add(faultBound, "too great", limit(*s.Max+1))
	}
	if isType(s, "integer") {
		add(faultType, "a fraction", sampleNumber(s)+".5")
	}
	add(faultBound, "a number beyond all bounds", "1e400")
	return values
}

func wrongObjects(s *openapi3.Schema) (values []wrongValue) {
	if s.MinProps > 0 && len(s.Required) < int(s.MinProps) {
		values = append(values, wrongValue{faultBound, fieldValue{what: "too few members", json: "{}"}})
	}
	if s.MaxProps != nil && *s.MaxProps <= 10_000 && isOpen(s) {
		members := make([]member, *s.MaxProps+1)
		for i := range members {
			members[i] = member{"m" + strconv.Itoa(i), "1"}
		}
		values = append(values, wrongValue{faultBound, fieldValue{what: "too many members", json: joinMembers(members)}})
	}
	return values
}

// swapCase writes small letters large and large ones small.
func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r ^ 0x20
		}
		return r
	}, text)
}
