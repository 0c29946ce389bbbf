package validate

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// patterns are expressions of every kind; those with a table must be matched by it.
var patterns = []struct {
	expr  string
	table bool // has one
	wide  bool // and it knows about characters beyond ASCII
}{
	{`^[A-Z]{2}-[0-9]{1,4}(\.[0-9]{1,2})?$`, true, true},
	{`^-?[0-9]{1,12}(\.[0-9]{1,4})?$`, true, true},
	{`^[!-~]{1,255}$`, true, true},
	{`^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$`, true, true},
	{`^(created|name)(,-?(created|name))*$`, true, true},
	{`^$`, true, true},
	{``, true, true},
	{`a`, true, true},
	{`^a`, true, true},
	{`a$`, true, true},
	{`ab|^c|d$`, true, true},
	{`(a|ab)(c|bcd)$`, true, true},
	{`^.$`, true, true},
	{`^(?s:.)+$`, true, true},
	{`x*?y+?$`, true, true},
	{`^\d\w\s\S$`, true, true},
	{`^[é-ü]$`, true, false},
	{`(?i)^k$`, true, false},
	{`^\p{L}+$`, true, false},
	{`ä`, true, false},
	{`\bword\b`, false, false},
	{`(?m)^line$`, false, false},
	{`^(a{1,100}){1,10}b$`, false, false}, // too many states
}

func TestPatternTables(t *testing.T) {
	for _, tt := range patterns {
		p, err := newPattern(tt.expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.table != nil; got != tt.table {
			t.Errorf("%q has a table: %v", tt.expr, got)
		} else if got && p.table.wide >= 0 != tt.wide {
			t.Errorf("%q knows all characters: %v", tt.expr, p.table.wide >= 0)
		}
	}
	if _, err := newPattern(`(`); err == nil {
		t.Error("a pattern that is none")
	}
}

// TestPatternsThatTakePlainText: what holds for a text of no control characters must hold for all of them.
func TestPatternsThatTakePlainText(t *testing.T) {
	for expr, want := range map[string]bool{
		`^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$`: true,
		`^[^\x00-\x1f\x7f]*$`:                  true,
		``:                                     true,
		`^.*$`:                                 true,
		`^`:                                    true,
		`$`:                                    true,
		`^(x|[^x]*)*$`:                         true,
		`^[^\x00-\x1f]+$`:                      false, // takes no empty text
		`^[^\x00-\x1f]{0,20}$`:                 false,
		`^[^\x00-\x20]*$`:                      false,
		`^[^\x00-\x1f~]*$`:                     false,
		`^[ -~]*$`:                             false,
		`^[^\x00-\x1fé]*$`:                     false,
		`^[^\x00-\x1f]*[^\x00-\x1fx]$|^$`:      false,
		`\b`:                                   false,
	} {
		p, err := newPattern(expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.takesPlain(); got != want {
			t.Errorf("%q takes plain text: %v", expr, got)
		}
	}
}

// TestPatternsOfTheContractHaveTables keeps a pattern from slipping in that is slow to match.
func TestPatternsOfTheContractHaveTables(t *testing.T) {
	for _, b := range allBodies(t) {
		for s, n := range reachable(b.jsonBody) {
			if n.never && b.name[:4] == "api " {
				t.Errorf("%s: a schema of type %v is not compiled", b.name, s.Type)
			}
			if n.text != nil && n.text.pattern != nil && n.text.pattern.table == nil && b.name[:4] == "api " {
				t.Errorf("%s: %q has no table", b.name, s.Pattern)
			}
		}
	}
}

// reachable gives the schemas of a body with their nodes.
func reachable(b *jsonBody) map[*openapi3.Schema]*node {
	c := newCompiler(b.mode)
	c.compile(b.schema)
	return c.nodes
}

func FuzzPatterns(f *testing.F) {
	compiled := make([]*pattern, len(patterns))
	for i, tt := range patterns {
		p, err := newPattern(tt.expr)
		if err != nil {
			f.Fatal(err)
		}
		compiled[i] = p
		for _, text := range []string{"", "a", "ab", "AB-12.5", "-1.25", "created,-name", "ä", "日本", "K", "word", "x\nline\ny", "aaab"} {
			f.Add(uint8(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		if textRule(text) != "" {
			return
		}
		p := compiled[int(which)%len(compiled)]
		if got, want := p.match([]byte(text)), p.re.MatchString(text); got != want {
			t.Errorf("%q on %q: %v, want %v", p.re, text, got, want)
		}
	})
}

func BenchmarkPattern(b *testing.B) {
	p, err := newPattern(`^-?[0-9]{1,12}(\.[0-9]{1,4})?$`)
	if err != nil {
		b.Fatal(err)
	}
	text := []byte("-123456.7890")
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			p.match(text)
		}
	})
	b.Run("regexp", func(b *testing.B) {
		for b.Loop() {
			p.re.Match(text)
		}
	})
}
