package validate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// generator draws JSON texts that match a schema, or, if wild, that nearly do. Its choices follow the bytes it is
// given, so that a fuzzer can steer them, and when they are used up a random source seeded by them.
type generator struct {
	choices []byte
	random  *rand.Rand
	mode    mode
	wild    bool
}

func newGenerator(choices []byte) *generator {
	sum := sha256.Sum256(choices)
	return &generator{choices: choices, random: rand.New(rand.NewChaCha8(sum))}
}

func (g *generator) below(n int) int {
	if len(g.choices) > 0 && n <= 256 {
		choice := int(g.choices[0]) % n
		g.choices = g.choices[1:]
		return choice
	}
	return g.random.IntN(n)
}

func (g *generator) chance(of int) bool { return g.below(of) == of-1 }

func (g *generator) pick(from []string) string { return from[g.below(len(from))] }

// odd has what goes wrong elsewhere: values of every type, and texts and numbers at the edges of what JSON allows.
var odd = []string{
	`null`, `true`, `false`, `""`, `"a"`, `"ab"`, `0`, `-0`, `1`, `-1`, `1.0`, `1e2`, `1E-2`, `0.1`, `0.01`, `0.005`, `2147483648`,
	`9223372036854775807`, `9223372036854775808`, `9007199254740993`, `999999999999.0001`, `1e400`, `1e-400`, `1e64`, `1e65`, `01`, `+1`, `.5`, `1.`, `-`, `0x1`,
	`NaN`, `[]`, `{}`, `[[]]`, `[1,]`, `{"a":1,"a":2}`, `{"a":1,"A":2}`, `{"k":1,"K":2}`, `{"s":1,"ſ":2}`, `{"\u0061":1,"a":2}`,
	"\"\xff\"", "\"\xed\xa0\x80\"", `"\ud800"`, `"\ud83d\ude00"`, `"\udc00\ud800"`, `"\u0000"`, "\"\x00\"", "\"\t\"", `"\x"`, `"\u12"`,
	`"2024-02-29"`, `"2023-02-29"`, `"2024-02-30"`, `"2024-13-01"`, `"0000-01-01"`, `"2024-12-31T23:59:60Z"`, `"2024-12-31T00:00:00.000Z"`,
	`"2024-12-31T24:00:00Z"`, `"2024-12-31t00:00:00z"`, `"2024-12-31T00:00:00+25:00"`, `"a@b"`, `"a@b@c"`, `"https://example.com/?q=1"`, `"mailto:a@b.de"`,
	`"123e4567-e89b-12d3-a456-426614174000"`, `"ÄÖÜ"`, `"日本"`, `"😀"`, `"\u00e4"`, `"1.00"`, `"-0.1234"`, `"12345.45"`, `"aGk="`, `"K"`,
	strings.Repeat("[", 70) + strings.Repeat("]", 70), strings.Repeat(`{"a":`, 63) + "1" + strings.Repeat("}", 63), strings.Repeat("9", 70),
}

// value draws a value of a schema.
func (g *generator) value(s *openapi3.Schema, depth int) string {
	switch {
	case g.wild && g.chance(12):
		return g.pick(odd)
	case s == nil || s.Nullable && g.chance(5):
		return "null"
	case len(s.AllOf) > 0 && s.Properties == nil:
		return g.merged(s.AllOf, depth)
	}
	for _, refs := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
		if len(refs) > 0 {
			return g.value(refs[g.below(len(refs))].Value, depth)
		}
	}
	if len(s.Enum) > 0 {
		text, _ := json.Marshal(s.Enum[g.below(len(s.Enum))])
		return string(text)
	}
	if s.Type == nil {
		if len(s.Properties) > 0 {
			return g.object(s, depth)
		}
		return g.pick([]string{`"xy"`, `1`, `true`, `[1,"a"]`, `{"a":{"b":null}}`})
	}
	switch (*s.Type)[0] {
	case "object":
		return g.object(s, depth)
	case "array":
		return g.array(s, depth)
	case "string":
		return g.quote(g.text(s))
	case "boolean":
		return strconv.FormatBool(g.chance(2))
	}
	return g.number(s)
}

// merged draws an object that matches all of several schemas, if they are objects, else a value of the first.
func (g *generator) merged(refs openapi3.SchemaRefs, depth int) string {
	if len(refs) == 1 || !refs[0].Value.Type.Is("object") {
		return g.value(refs[0].Value, depth)
	}
	all := &openapi3.Schema{Type: &openapi3.Types{"object"}, Properties: openapi3.Schemas{}}
	for _, ref := range refs {
		for name, p := range ref.Value.Properties {
			all.Properties[name] = p
		}
		all.Required = append(all.Required, ref.Value.Required...)
	}
	return g.object(all, depth)
}

func (g *generator) object(s *openapi3.Schema, depth int) string {
	var members []string
	for _, name := range sortedKeys(s.Properties) {
		p := s.Properties[name].Value
		needed := slices.Contains(s.Required, name)
		blocked := g.mode == asRequest && p.ReadOnly || g.mode == asResponse && p.WriteOnly
		if blocked && !g.wild || !needed && len(members) >= int(s.MinProps) && (depth > 4 || !g.chance(3)) || g.wild && g.chance(30) {
			continue
		}
		members = append(members, g.quote(name)+":"+g.value(p, depth+1))
		if g.wild && g.chance(60) {
			again := g.pick([]string{name, strings.ToUpper(name), sentence(name)})
			members = append(members, g.quote(again)+":"+g.value(p, depth+1))
		}
	}
	closed := s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
	if !closed && depth < 5 && g.chance(3) || g.wild && g.chance(40) {
		for i := range 1 + g.below(2) {
			extra := "1"
			if ref := s.AdditionalProperties.Schema; ref != nil {
				extra = g.value(ref.Value, depth+1)
			}
			members = append(members, g.quote(fmt.Sprintf("extra%d", i))+":"+extra)
		}
	}
	for i := len(members); i < int(s.MinProps); i++ {
		members = append(members, fmt.Sprintf(`"more%d":"x"`, i))
	}
	if g.chance(4) {
		slices.Reverse(members)
	}
	return "{" + g.gap() + strings.Join(members, g.gap()+","+g.gap()) + g.gap() + "}"
}

func (g *generator) array(s *openapi3.Schema, depth int) string {
	most := 3
	if s.MaxItems != nil {
		most = min(most, int(*s.MaxItems))
	}
	if depth > 4 {
		most = int(s.MinItems)
	}
	n := int(s.MinItems) + g.below(max(1, most-int(s.MinItems)+1))
	if g.wild && g.chance(15) {
		n = g.below(6)
	}
	elements := make([]string, n)
	for i := range elements {
		if s.UniqueItems {
			elements[i] = strconv.Itoa(i)
		} else if s.Items != nil {
			elements[i] = g.value(s.Items.Value, depth+1)
		} else {
			elements[i] = "1"
		}
	}
	return "[" + g.gap() + strings.Join(elements, g.gap()+","+g.gap()) + g.gap() + "]"
}

var formatSamples = map[string][]string{
	"date":              {"2024-02-29", "1999-12-31"},
	"date-time":         {"2024-02-29T12:00:00.000Z", "1999-12-31T23:59:59+01:00"},
	"date-or-date-time": {"2024-02-29", "1999-12-31T23:59:59.5Z"},
	"email":             {"a.b+c@example.com", "ü@münchen.de"},
	"uuid":              {"123e4567-e89b-12d3-a456-426614174000"},
	"uri":               {"https://example.com/a?b=c#d", "urn:x:y"},
	"byte":              {"aGk="},
}

func (g *generator) text(s *openapi3.Schema) string {
	samples := slices.Clone(formatSamples[s.Format])
	if s.Pattern != "" {
		samples = slices.DeleteFunc(samples, func(sample string) bool {
			matched, _ := regexp.MatchString(s.Pattern, sample)
			return !matched
		})
	}
	if len(samples) > 0 {
		return g.pick(samples)
	}
	var text string
	if s.Pattern != "" {
		text = g.matching(s.Pattern)
	} else {
		for range int(s.MinLength) + g.below(8) {
			text += g.pick([]string{"a", "Z", "0", " ", "-", "é", "ß", "日", "😀", "\n", `"`, `\`, "/"})
		}
	}
	runes := []rune(strings.ReplaceAll(text, "\x00", ""))
	if s.MaxLength != nil && len(runes) > int(*s.MaxLength) && !(g.wild && g.chance(10)) {
		runes = runes[:*s.MaxLength]
	}
	for len(runes) < int(s.MinLength) && !(g.wild && g.chance(10)) {
		runes = append(runes, 'x')
	}
	return string(runes)
}

// matching draws a text that matches a pattern, if the pattern spans the text.
func (g *generator) matching(pattern string) string {
	re, err := syntax.Parse(unicodeEscape.ReplaceAllString(pattern, `\x{${1}}`), syntax.Perl)
	if err != nil {
		return ""
	}
	return g.expand(re)
}

func (g *generator) expand(re *syntax.Regexp) (text string) {
	least, most := 1, 1
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		i := 2 * g.below(len(re.Rune)/2)
		return string(re.Rune[i] + rune(g.below(int(min(re.Rune[i+1]-re.Rune[i], 500))+1)))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return g.pick([]string{"a", "Ä", "😀"})
	case syntax.OpAlternate:
		return g.expand(re.Sub[g.below(len(re.Sub))])
	case syntax.OpStar:
		least, most = 0, 4
	case syntax.OpPlus:
		most = 4
	case syntax.OpQuest:
		least = 0
	case syntax.OpRepeat:
		if least, most = re.Min, re.Max; most < 0 || most > least+12 {
			most = least + 12
		}
	}
	for range least + g.below(most-least+1) {
		for _, sub := range re.Sub {
			text += g.expand(sub)
		}
	}
	return text
}

func (g *generator) number(s *openapi3.Schema) string {
	low, high := -1000.0, 1000.0
	if s.Min != nil {
		low = *s.Min + 1
	}
	if s.Max != nil {
		high = *s.Max - 1
	}
	n := strconv.Itoa(int(low) + g.below(max(1, int(high-low)+1)))
	if s.Type.Is("number") && n != "0" && g.chance(2) {
		n += g.pick([]string{".5", ".25", ".01", ".990", ".0", "e0"})
	}
	return n
}

// gap draws white space.
func (g *generator) gap() string {
	return g.pick([]string{"", "", "", " ", "\n\t", "\r\n"})
}

// quote writes a string, sometimes with escapes that are not needed.
func (g *generator) quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	escapeAll := g.chance(15)
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || escapeAll && r <= 0xFFFF:
			fmt.Fprintf(&b, "\\u%04x", r)
		case escapeAll:
			r -= 0x10000
			fmt.Fprintf(&b, "\\u%04X\\u%04X", 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// mutate changes a few bytes of a text.
func (g *generator) mutate(text string) string {
	for range g.below(4) {
		if text == "" {
			break
		}
		at := g.below(len(text))
		piece := g.pick([]string{"", `"`, `\`, `,`, `:`, `{`, `}`, `[`, `]`, `0`, `9`, `-`, `.`, `e`, ` `, `n`, "\x00", "\x1f", "\x80", "\xc3", "ä", `\u0000`, `\ud834`})
		switch g.below(5) {
		case 0:
			text = text[:at] + piece + text[at:]
		case 1:
			text = text[:at] + piece + text[at+1:]
		case 2:
			text = text[:at]
		case 3:
			until := min(len(text), at+1+g.below(20))
			text = text[:until] + text[at:]
		default:
			text = text[:at] + swapCase(text[at:min(len(text), at+8)]) + text[min(len(text), at+8):]
		}
	}
	return text
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && isLetter(byte(r)) {
			return r ^ 0x20
		}
		return r
	}, text)
}
