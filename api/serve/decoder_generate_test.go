package serve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

// jsonOf draws a JSON text that a schema allows, nearly always, as someone may write it: with white space, with escapes
// that are not needed, with members in any order, with null for what is nullable.
func jsonOf(t *rapid.T, s *openapi3.Schema) string {
	switch {
	case s.Nullable && oneIn(t, 4):
		return "null"
	case len(s.AnyOf) > 0:
		return jsonOf(t, s.AnyOf[below(t, len(s.AnyOf))].Value)
	case len(s.AllOf) > 0:
		return jsonOf(t, s.AllOf[0].Value)
	case len(s.Enum) > 0:
		return quoted(t, fmt.Sprint(s.Enum[below(t, len(s.Enum))]))
	case s.Type.Is("object"):
		return object(t, s)
	case s.Type.Is("array"):
		elements := make([]string, below(t, min(int(valueOr(s.MaxItems, 6)), 6)+1))
		for i := range elements {
			elements[i] = spaced(t, jsonOf(t, s.Items.Value))
		}
		return "[" + space(t) + strings.Join(elements, ",") + "]"
	case s.Type.Is("boolean"):
		return oneOf(t, "true", "false")
	case s.Type.Is("string"):
		return quoted(t, text(t, s))
	}
	return number(t, s)
}

func object(t *rapid.T, s *openapi3.Schema) string {
	var members []string
	for name := range s.Properties {
		members = append(members, name)
	}
	slices.Sort(members)
	members = slices.DeleteFunc(members, func(name string) bool {
		return s.Properties[name].Value.ReadOnly || !slices.Contains(s.Required, name) && oneIn(t, 2)
	})
	if len(members) > 1 {
		members = rapid.Permutation(members).Draw(t, "order")
	}
	for i, name := range members {
		members[i] = spaced(t, quoted(t, name)) + ":" + spaced(t, jsonOf(t, s.Properties[name].Value))
	}
	if closed := s.AdditionalProperties.Has; closed == nil || *closed {
		for i := range below(t, 4) {
			members = append(members, spaced(t, quoted(t, fmt.Sprint("free", i)))+":"+anything(t, 3))
		}
	}
	return "{" + space(t) + strings.Join(members, ",") + "}"
}

// anything draws JSON of any shape.
func anything(t *rapid.T, depth int) string {
	switch kind := below(t, 7); {
	case kind == 0 && depth > 0:
		return "[" + spaced(t, anything(t, depth-1)) + "," + anything(t, depth-1) + "]"
	case kind == 1 && depth > 0:
		return "{" + quoted(t, "a") + ":" + spaced(t, anything(t, depth-1)) + ",\"b\":" + anything(t, depth-1) + "}"
	case kind == 2:
		return quoted(t, rapid.String().Draw(t, "text"))
	}
	return oneOf(t, "null", "true", "false", "0", "-1.50", "1e2", "12345678901234567890.123", "[]", "{}", `"]}"`, `"\\"`)
}

var formats = map[string][]string{
	"date":              {"2024-02-29", "1999-12-31"},
	"date-time":         {"2024-02-29T12:00:00.000Z", "1999-12-31T23:59:59+01:00"},
	"date-or-date-time": {"2024-02-29", "1999-12-31T23:59:59.5Z", "2020-01-31T12:00:00+01:00"},
	"email":             {"a.b+c@example.com", "erika@example.org"},
	"uri":               {"https://example.com/a?b=c#d"},
}

func text(t *rapid.T, s *openapi3.Schema) string {
	if samples := formats[s.Format]; samples != nil {
		return oneOf(t, samples...)
	}
	var drawn string
	if s.Pattern != "" {
		drawn = rapid.StringMatching(s.Pattern).Draw(t, "text")
	} else {
		drawn = rapid.String().Draw(t, "text")
	}
	runes := []rune(drawn)
	for uint64(len(runes)) < s.MinLength {
		runes = append(runes, 'x')
	}
	return string(runes[:min(uint64(len(runes)), valueOr(s.MaxLength, 100))])
}

func number(t *rapid.T, s *openapi3.Schema) string {
	least, most := max(-1e12, valueOr(s.Min, -1e12)), min(1e12, valueOr(s.Max, 1e12))
	n := fmt.Sprint(rapid.Int64Range(int64(least), int64(most)).Draw(t, "number"))
	if s.Type.Is("number") {
		n += oneOf(t, "", "", ".5", ".25", ".0", ".9900", "e0", "E-2")
	} else {
		n += oneOf(t, "", "", "", "", ".0", "e0")
	}
	return n
}

// quoted writes a string, each character as it is or escaped.
func quoted(t *rapid.T, text string) string {
	plain, err := json.Marshal(text)
	if err != nil {
		panic(err) // rapid draws UTF-8
	}
	if !oneIn(t, 5) {
		return string(plain)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch high, low := (r-0x10000)>>10+0xD800, (r-0x10000)&0x3FF+0xDC00; {
		case r >= 0x10000:
			fmt.Fprintf(&b, `\u%04x\u%04X`, high, low)
		case r == '/':
			b.WriteString(`\/`)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func space(t *rapid.T) string { return oneOf(t, "", "", "", "", " ", "\r\n\t ") }

func spaced(t *rapid.T, text string) string { return space(t) + text + space(t) }

func oneOf(t *rapid.T, from ...string) string { return from[below(t, len(from))] }

func oneIn(t *rapid.T, n int) bool { return below(t, n) == n-1 }

func below(t *rapid.T, n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }

func valueOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// changed replaces, removes, doubles or cuts off some bytes.
func changed(t *rapid.T, text string) string {
	for range 1 + below(t, 3) {
		if text == "" {
			break
		}
		from := below(t, len(text))
		until := min(len(text), from+below(t, 12))
		switch below(t, 4) {
		case 0:
			text = text[:from] + text[until:]
		case 1:
			text = text[:until] + text[from:]
		case 2:
			text = text[:from]
		default:
			text = text[:from] + oneOf(t, odd...) + text[until:]
		}
	}
	return text
}

// odd is what other decoders have stumbled over.
var odd = []string{
	`null`, `true`, `"`, `\`, `,`, `:`, `{`, `}`, `[`, `]`, `0`, `-`, `-0`, `01`, `.5`, `1.`, `1e`, `1e400`, `9223372036854775808`, `NaN`, ` `, "\x00", "\x1f", "\x7f",
	"\x80", "\xc3", "\xff", "\xed\xa0\x80", "\ufeff", "\u2028", `\u0000`, `\ud83d\ude00`, `\ud800`, `\udc00\ud800`, `\u12`, `\x`, `"a":1,"a":2`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`,
	`"label":"again",`, `"LABEL":"again",`, `"":0`, `"items":null`, `"items":[]`, `"meta":null`, `"due":null`, `/**/`, `'a'`, `nul`, `nulll`, `tru`,
}
