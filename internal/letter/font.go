package letter

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// face is one of the two faces of the letters' font, Liberation Sans (SIL Open Font License 1.1, which allows it in
// documents and programs): Latin, Greek and Cyrillic, in the widths of Arial.
type face uint8

const (
	regular face = iota
	bold
)

var faces = [...]typeface{
	regular: newTypeface(liberationsansregular.TTF),
	bold:    newTypeface(liberationsansbold.TTF),
}

// typeface is a font file and what is made of it once.
type typeface struct {
	file    []byte
	plain   func() []byte // the file with the plain characters only
	metrics func() *metrics
}

func newTypeface(file []byte) typeface {
	return typeface{
		file:    file,
		plain:   sync.OnceValue(func() []byte { return fpdf.UTF8CutFont(file, plain) }),
		metrics: sync.OnceValue(func() *metrics { return measure(file) }),
	}
}

// plain are the characters that nearly all letters make do with. Fpdf reads the whole file for each document, and takes a
// third less time over a small one; what a document embeds is cut to its own characters either way.
var plain = func() string {
	var b strings.Builder
	for r := ' '; r <= lastPlain; r++ {
		b.WriteRune(r)
	}
	b.WriteString("–—‘’‚“”„•…€−" + string(missing))
	return b.String()
}()

const lastPlain = 'ɏ' // of Latin Extended-B

// isPlain tells whether pages have plain characters only.
func isPlain(pages []*page) bool {
	for _, p := range pages {
		for _, t := range p.texts {
			for _, r := range t.s {
				if r > lastPlain && !strings.ContainsRune(plain, r) {
					return false
				}
			}
		}
	}
	return true
}

// choose gives the smallest file that will do.
func (f typeface) choose(plain bool) []byte {
	if plain {
		return f.plain()
	}
	return f.file
}

func font(f face) *metrics { return faces[f].metrics() }

// metrics is how wide the characters of a face are, in thousandths of an em; -1: it has no glyph for it. The plane has
// all that a composite font of fpdf can name.
type metrics [1 << 16]int16

// measure reads the widths of a font. The font is part of the program, so one that cannot be read is a bug.
func measure(file []byte) *metrics {
	f, err := sfnt.Parse(file)
	if err != nil {
		panic(fmt.Sprintf("letter: font: %v", err))
	}
	var (
		m   metrics
		buf sfnt.Buffer
	)
	for i := range m {
		m[i] = -1
		glyph, err := f.GlyphIndex(&buf, rune(i))
		if err != nil || glyph == 0 || !leftToRight(rune(i)) {
			continue
		}
		if advance, err := f.GlyphAdvance(&buf, glyph, fixed.I(1000), 0); err == nil {
			m[i] = int16(advance.Round())
		}
	}
	return &m
}

// leftToRight is false for what would come out in the wrong order, because lines are painted from left to right.
func leftToRight(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() != bidi.R && p.Class() != bidi.AL
}

func (m *metrics) has(r rune) bool { return int(r) < len(m) && m[r] >= 0 }

// advance is the width of a character that clean has let pass.
func (m *metrics) advance(r rune) int { return int(m[r]) }

// missing stands for a character that cannot be shown: the reader sees that something was there.
const missing = '□'

// clean makes a text printable: characters are composed, every kind of line break is a newline, every kind of space one
// of two, what is invisible by nature is dropped, and what the font does not have becomes □.
func clean(s string) string {
	m := font(regular)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == ' ':
			return r
		case r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
			return '\n'
		case r == '\u2007' || r == '\u202f' || r == '\u00a0':
			return '\u00a0'
		case r == '\t' || unicode.Is(unicode.Zs, r):
			return ' '
		case r == '\u2011': // a hyphen that does not break
			return '-'
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			return -1
		case !m.has(r):
			return missing
		}
		return r
	}, newlines.Replace(norm.NFC.String(strings.ToValidUTF8(s, string(missing)))))
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// oneLine is clean for what has one line.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(clean(s), func(r rune) bool { return r == ' ' || r == '\n' }), " ")
}
