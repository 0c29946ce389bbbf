package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// millimetres of a point.
const point = 25.4 / 72

// style is how a text is set.
type style struct {
	face    face
	size    float64 // points
	leading float64 // height of a line, mm
	shade   shade
}

// The styles of a letter. Leading is 1.3 times the size or more, so that the accents of capitals keep clear of the line
// above.
var (
	name     = style{face: bold, size: 14, leading: 6.6}
	headline = style{face: bold, size: 12, leading: 5.6}
	body     = style{size: 10, leading: 4.7}
	strongly = style{face: bold, size: 10, leading: 4.7}
	small    = style{size: 8, leading: 3.7, shade: grey}
	value    = style{size: 9, leading: 4.2}
	footer   = style{size: 7, leading: 3.25, shade: grey}
)

// at is the style in another size.
func (st style) at(size float64) style {
	st.leading *= size / st.size
	st.size = size
	return st
}

func (st style) bold() style {
	st.face = bold
	return st
}

// capHeight is the height of capitals of the font in em.
const capHeight = 0.729

// baseline is how far below the top of its line box a text stands, so that capitals are in the middle.
func (st style) baseline() float64 { return (st.leading + capHeight*st.size*point) / 2 }

// width is how wide a text is, in mm.
func (st style) width(s string) float64 {
	m, em := font(st.face), 0
	for _, r := range s {
		em += m.advance(r)
	}
	return float64(em) * st.size * point / 1000
}

// widest is the width of the widest text.
func (st style) widest(texts ...string) float64 {
	w := 0.0
	for _, s := range texts {
		w = max(w, st.width(s))
	}
	return w
}

// wrap breaks a text into lines that are not wider than a width in mm: at newlines, else at spaces, else after a mark
// inside a long word, else anywhere. Spaces at a break are dropped. An empty text has no lines.
func (st style) wrap(s string, width float64) []string {
	if s == "" {
		return nil
	}
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		lines = append(lines, st.wrapParagraph(paragraph, width)...)
	}
	return lines
}

func (st style) wrapParagraph(s string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }) {
		if line != "" && st.fits(line+" "+word, width) {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for !st.fits(word, width) {
			head := st.fitting(word, width)
			lines, word = append(lines, head), word[len(head):]
		}
		line = word
	}
	if line != "" || len(lines) == 0 { // an empty paragraph is an empty line
		lines = append(lines, line)
	}
	return lines
}

// fits tells whether a text is not wider than a width. It looks at no more of the text than that.
func (st style) fits(s string, width float64) bool {
	m, em, most := font(st.face), 0, int(width*1000/(st.size*point))
	for _, r := range s {
		if em += m.advance(r); em > most {
			return false
		}
	}
	return true
}

// fitting is the part of a word that goes on a line: up to the last mark after which a reader expects a break, if that
// fills half of it, else as much as fits; at least one character.
func (st style) fitting(word string, width float64) string {
	m, em, most := font(st.face), 0, int(width*1000/(st.size*point))
	end, mark := 0, 0
	for i, r := range word {
		em += m.advance(r)
		if em > most && end > 0 && !unicode.Is(unicode.Mn, r) { // an accent stays with its letter
			break
		}
		end = i + utf8.RuneLen(r)
		if strings.ContainsRune("-/_.,;:@&=?+", r) {
			mark = end
		}
	}
	if mark > end/2 {
		return word[:mark]
	}
	return word[:end]
}

// cut shortens a text to a width, with an ellipsis where something is missing.
func (st style) cut(s string, width float64) string {
	if st.fits(s, width) {
		return s
	}
	return strings.TrimRight(st.fitting(s, width-st.width("…")), " ") + "…"
}
