package conformance

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// formatted are valid texts of the formats of a contract, the most ordinary one first.
var formatted = map[string][]string{
	"date":              {"2024-01-31", "2024-02-29", "1999-12-31"},
	"date-time":         {"2024-01-31T12:00:00.000Z", "2024-02-29T23:59:59.999Z", "1999-12-31T23:59:59+01:00"},
	"date-or-date-time": {"2024-01-31", "2024-02-29T12:00:00.000Z", "1999-12-31T23:59:59.5+01:00"},
	"email":             {"ada@example.com", "a.b+c@mail.example.com"},
	"uuid":              {"123e4567-e89b-12d3-a456-426614174000"},
	"uri":               {"https://example.com/a?b=c"},
	"byte":              {"aGk="},
	"binary":            {"x"},
}

// malformed are texts that look like a format and are none.
var malformed = map[string][]string{
	"date":              {"2024-02-30", "31.01.2024", "2024-1-31", "2024-01-31T00:00:00Z"},
	"date-time":         {"2024-01-31", "2024-01-31T25:00:00Z", "2024-01-31T12:00:00", "2024-02-30T12:00:00Z"},
	"date-or-date-time": {"2024-02-30", "31.01.2024", "2024-01-31T25:00:00Z", "2024-01-31T12:00:00", "tomorrow, noon"},
	"email":             {"nobody", "ada@", "@example.com", "ada@@example.com"},
	"uuid":              {"123e4567-e89b-12d3-a456-42661417400g"},
	"uri":               {"no address", "://example.com"},
}

// letters are characters a text may consist of, the plainest first: one that a pattern is likely to take is among them.
var letters = []string{"a", "A", "0", "x", "Z", "9", "-", " "}

// sampleText gives the plainest text of a schema, "" and false if none is found.
func sampleText(s *openapi3.Schema) (string, bool) {
	if text, ok := s.Example.(string); ok && matches(s, text) {
		return text, true
	}
	for _, text := range formatted[s.Format] {
		if matches(s, text) {
			return text, true
		}
	}
	length := int(max(1, s.MinLength))
	for _, letter := range letters {
		if text := strings.Repeat(letter, length); matches(s, text) {
			return text, true
		}
	}
	for _, most := range []bool{false, true} {
		if text := expand(s.Pattern, most); matches(s, text) {
			return text, true
		}
	}
	return "", matches(s, "")
}

// isFree says whether a text may be anything, so that no value of it can make less sense than another.
func isFree(s *openapi3.Schema) bool {
	free := *s
	free.MinLength, free.MaxLength = 0, nil
	return s.Format != "" && s.Pattern == "" || matches(&free, "Ä日😀 a1&.")
}

// textOfLength gives a text with that many characters, of a character or of the pattern.
func textOfLength(s *openapi3.Schema, length int) (string, bool) {
	if s.Format != "" {
		return "", false
	}
	for _, letter := range letters {
		if text := strings.Repeat(letter, length); matches(s, text) {
			return text, true
		}
	}
	for _, most := range []bool{false, true} {
		if text := expand(s.Pattern, most); len([]rune(text)) == length && matches(s, text) {
			return text, true
		}
	}
	return "", false
}

// expand gives the shortest text of a pattern, or one as long as its bounded repetitions make it.
func expand(pattern string, most bool) string {
	tree, err := syntax.Parse(goPattern(pattern), syntax.Perl)
	if err != nil {
		return ""
	}
	return expandTree(tree, most)
}

func expandTree(tree *syntax.Regexp, most bool) (text string) {
	times := 1
	switch tree.Op {
	case syntax.OpLiteral:
		return string(tree.Rune)
	case syntax.OpCharClass:
		return string(plainest(tree.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "a"
	case syntax.OpAlternate:
		return expandTree(tree.Sub[0], most)
	case syntax.OpStar, syntax.OpQuest:
		if !most {
			return ""
		}
	case syntax.OpRepeat:
		if times = tree.Min; most && tree.Max >= 0 {
			times = tree.Max
		}
	}
	for range times {
		for _, sub := range tree.Sub {
			text += expandTree(sub, most)
		}
	}
	return text
}

// plainest gives a letter or digit of a class of characters, if it has one.
func plainest(ranges []rune) rune {
	for _, letter := range strings.Join(letters, "") {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= letter && letter <= ranges[i+1] {
				return letter
			}
		}
	}
	return ranges[0]
}

// boundaryTexts gives valid texts of the least and the greatest length, and such as are often broken on the way.
func boundaryTexts(s *openapi3.Schema) (texts []string) {
	if sample, ok := sampleText(s); ok {
		texts = append(texts, sample)
	}
	if s.Format != "" {
		for _, text := range formatted[s.Format] {
			if matches(s, text) {
				texts = append(texts, text)
			}
		}
	} else {
		if text, ok := textOfLength(s, int(s.MinLength)); ok {
			texts = append(texts, text)
		}
		if s.MaxLength != nil && *s.MaxLength <= 10_000 {
			if text, ok := textOfLength(s, int(*s.MaxLength)); ok {
				texts = append(texts, text)
			}
		}
		for _, most := range []bool{false, true} {
			if text := expand(s.Pattern, most); s.Pattern != "" && matches(s, text) {
				texts = append(texts, text)
			}
		}
		texts = append(texts, unusual(s)...)
	}
	return distinct(texts)
}

// unusual gives texts that only those who count characters, and know Unicode, store as they are. At the greatest
// length, four bytes a character show who counts bytes.
func unusual(s *openapi3.Schema) (texts []string) {
	candidates := []string{"Äöü ß – “x” & <b>", "日本語", "e\u0301\u200d😀"}
	if s.MaxLength != nil && *s.MaxLength <= 10_000 {
		candidates = append(candidates, strings.Repeat("😀", int(*s.MaxLength)))
	}
	for _, text := range candidates {
		if matches(s, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// distinct leaves out what was there before, and keeps the order.
func distinct(texts []string) (all []string) {
	for _, text := range texts {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}
