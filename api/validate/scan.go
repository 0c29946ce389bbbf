package validate

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// fault is what a scanner found wrong. Those up to lastSyntax end the scan, because what follows has no sure
// meaning; after the others it can go on, to find more.
type fault uint8

const (
	noFault fault = iota
	faultEnd
	faultUnexpected
	faultControl
	faultEscape
	faultNumberForm
	faultTrailing
	faultDepth
	faultUTF8
	faultSurrogate
	faultNUL
	faultNumber
	faultDuplicate
	faultTwin

	lastSyntax = faultDepth
)

// MaxDepth is how deep arrays and objects may be nested. The contract needs eight levels; the rest is for what
// merchants keep in meta.
const MaxDepth = 64

// Bounds of a number. They hold far more than any amount, and keep decimals and floats alike from overflow, from
// vanishing to zero and from taking long: shopspring/decimal writes out every zero of 1e1000000.
const (
	maxNumberBytes = 64
	maxExponent    = 64
)

// scanner reads JSON (RFC 8259) strictly. Its methods are the only tokenizer here: the compiled validator, which
// only wants to know whether all is well, and the inspection, which reports what is not, both consist of them. So
// both mean the same by a string or a number.
type scanner struct {
	data    []byte
	pos     int
	depth   int
	wasted  int    // bytes read in vain by alternatives; see accept.go
	names   []name // of the objects that are open, innermost last; see names.go
	scratch []byte // the last string that had escapes
}

// span is the inside of a string literal, as it stands in data.
type span struct {
	lo, hi  int
	escaped bool // has escapes
	deleted bool // has U+007F, the one control character that need not be escaped
}

// plain says whether it stands there as it is, and has no control characters.
func (t span) plain() bool { return !t.escaped && !t.deleted }

// isSpace marks JSON's white space.
func isSpace(c byte) bool { return c <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t') }

func (s *scanner) space() {
	for s.pos < len(s.data) && isSpace(s.data[s.pos]) {
		s.pos++
	}
}

// peek gives the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.data) {
		return 0
	}
	return s.data[s.pos]
}

// unexpected tells the end of the data from a byte that should not be there.
func (s *scanner) unexpected() fault {
	if s.pos >= len(s.data) {
		return faultEnd
	}
	return faultUnexpected
}

// literal reads true, false or null.
func (s *scanner) literal(word string) fault {
	for i := range len(word) {
		if s.pos == len(s.data) || s.data[s.pos] != word[i] {
			return s.unexpected()
		}
		s.pos++
	}
	return noFault
}

const deleteChar = 0x7F

// special marks the bytes that end a run of printable ASCII in a string.
var special = func() (t [256]bool) {
	for c := range t {
		t[c] = c < 0x20 || c == '"' || c == '\\' || c >= deleteChar
	}
	return t
}()

// specials marks the special bytes among eight, by their highest bits. The lowest mark is right; those above it may
// come from a borrow.
func specials(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, backslash := w^('"'*ones), w^('\\'*ones)
	return (w | (w + ones) | (w-' '*ones)&^w | (quote-ones)&^quote | (backslash-ones)&^backslash) & high
}

// printable gives the index of the first special byte from i on, len(data) if there is none.
func printable(data []byte, i int) int {
	for ; i+8 <= len(data); i += 8 {
		if marks := specials(binary.LittleEndian.Uint64(data[i:])); marks != 0 {
			return i + bits.TrailingZeros64(marks)/8
		}
	}
	for i < len(data) && !special[data[i]] {
		i++
	}
	return i
}

// text reads a string, from its opening quote. Of several faults that do not end the scan it gives the first.
func (s *scanner) text() (t span, soft fault) {
	data, i := s.data, s.pos+1
	t.lo = i
	for {
		i = printable(data, i)
		if i >= len(data) {
			s.pos = len(data)
			return t, faultEnd
		}
		switch c := data[i]; {
		case c == '"':
			t.hi, s.pos = i, i+1
			return t, soft
		case c == '\\':
			t.escaped = true
			n, f := s.escape(i)
			if f != noFault && f <= lastSyntax {
				s.pos = min(i+n, len(data))
				return t, f
			}
			soft = first(soft, f)
			i += n
		case c == deleteChar:
			t.deleted = true
			i++
		case c < utf8.RuneSelf:
			s.pos = i
			return t, faultControl
		default:
			r, n := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && n == 1 {
				soft = first(soft, faultUTF8)
			}
			i += n
		}
	}
}

// escape checks the escape sequence at i and gives its length. A pair of surrogates is one sequence.
func (s *scanner) escape(i int) (n int, f fault) {
	if i+1 >= len(s.data) {
		return 1, faultEnd
	}
	switch s.data[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, noFault
	case 'u':
	default:
		return 1, faultEscape
	}
	r, f := hex4(s.data, i+2)
	switch {
	case f != noFault:
		return 2, f
	case r == 0:
		return 6, faultNUL
	case r < 0xD800 || r > 0xDFFF:
		return 6, noFault
	case r > 0xDBFF: // a low surrogate without its high one
		return 6, faultSurrogate
	}
	if i+7 < len(s.data) && s.data[i+6] == '\\' && s.data[i+7] == 'u' {
		if low, f := hex4(s.data, i+8); f == noFault && low >= 0xDC00 && low <= 0xDFFF {
			return 12, noFault
		}
	}
	return 6, faultSurrogate
}

// hex4 reads four hexadecimal digits.
func hex4(data []byte, i int) (r rune, f fault) {
	for range 4 {
		if i >= len(data) {
			return 0, faultEnd
		}
		c := data[i]
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case isHex(c):
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, faultEscape
		}
		i++
	}
	return r, noFault
}

// number is a number literal as it stands in data.
type number struct {
	lo, hi int
	whole  bool // has neither fraction nor exponent
}

// number reads a number and holds it against the bounds.
func (s *scanner) number() (n number, f fault) {
	n.lo, n.whole = s.pos, true
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else if !s.digits() {
		return n, first(s.atEnd(), faultNumberForm)
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		n.whole = false
		if !s.digits() {
			return n, first(s.atEnd(), faultNumberForm)
		}
	}
	exponent := 0
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		s.pos++
		n.whole = false
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		from := s.pos
		if !s.digits() {
			return n, first(s.atEnd(), faultNumberForm)
		}
		for _, c := range s.data[from:s.pos] {
			exponent = min(10*exponent+int(c-'0'), maxExponent+1)
		}
	}
	n.hi = s.pos
	if n.hi-n.lo > maxNumberBytes || exponent > maxExponent {
		return n, faultNumber
	}
	return n, noFault
}

// digits reads one digit or more.
func (s *scanner) digits() bool {
	from := s.pos
	for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
		s.pos++
	}
	return s.pos > from
}

func (s *scanner) atEnd() fault {
	if s.pos >= len(s.data) {
		return faultEnd
	}
	return noFault
}

// content gives the text of a string: the data itself, or a copy without escapes that lives until the next call.
func (s *scanner) content(t span) []byte {
	if !t.escaped {
		return s.data[t.lo:t.hi]
	}
	s.scratch = appendText(s.scratch[:0], s.data[t.lo:t.hi])
	return s.scratch
}

// appendText appends the text of a string literal's inside. What is not Unicode becomes U+FFFD, as in encoding/json.
func appendText(to, literal []byte) []byte {
	for i := 0; i < len(literal); {
		r, n := nextRune(literal, i)
		to = utf8.AppendRune(to, r)
		i += n
	}
	return to
}

// nextRune gives the rune at i of a string literal's inside that text() has found well-formed, and how many bytes
// of the literal it takes.
func nextRune(literal []byte, i int) (rune, int) {
	c := literal[i]
	if c != '\\' {
		if c < utf8.RuneSelf {
			return rune(c), 1
		}
		return utf8.DecodeRune(literal[i:])
	}
	switch c := literal[i+1]; c {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		return escapedRune(literal, i)
	default:
		return rune(c), 2
	}
}

// escapedRune is nextRune for \u.
func escapedRune(literal []byte, i int) (rune, int) {
	high, _ := hex4(literal, i+2)
	if high < 0xD800 || high > 0xDFFF {
		return high, 6
	}
	if high <= 0xDBFF && i+7 < len(literal) && literal[i+6] == '\\' && literal[i+7] == 'u' {
		if low, f := hex4(literal, i+8); f == noFault && low >= 0xDC00 && low <= 0xDFFF {
			return (high-0xD800)<<10 | (low - 0xDC00) + 0x10000, 12
		}
	}
	return utf8.RuneError, 6
}

func first(a, b fault) fault {
	if a != noFault {
		return a
	}
	return b
}
