package serve

import (
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/api/validate"
)

// decoder is a cursor in the body of a request. It knows JSON; which Go type takes what is known by readers.
//
// Nothing it does relies on the validation before: of any bytes, it takes only what go-json-experiment/json takes, and it
// never reads behind their end.
type decoder struct {
	data []byte
	text string // the same bytes. Decoded strings are parts of it, so that all of them cost one allocation
	at   int    // where the next byte is

	strings  batch[string]
	decimals batch[scalar.Decimal]
}

func newDecoder(data []byte) *decoder { return &decoder{data: data, text: string(data)} }

// body reads all there is into a Go value.
func (d *decoder) body(read reader, into reflect.Value) bool {
	if !utf8.ValidString(d.text) || !read(d, into) {
		return false
	}
	d.peek()
	return d.at == len(d.text)
}

// peek moves over white space and says which byte comes next, or 0, which JSON has nowhere, at the end.
func (d *decoder) peek() byte {
	for ; d.at < len(d.text); d.at++ {
		switch c := d.text[d.at]; c {
		case ' ', '\n', '\r', '\t':
		default:
			return c
		}
	}
	return 0
}

// take moves over a byte, if it comes next.
func (d *decoder) take(c byte) bool {
	if d.peek() != c {
		return false
	}
	d.at++
	return true
}

// literal moves over null, true or false, if it comes next.
func (d *decoder) literal(word string) bool {
	d.peek()
	if !strings.HasPrefix(d.text[d.at:], word) {
		return false
	}
	d.at += len(word)
	return true
}

// str reads a string. Without a backslash, which is the rule, it is a part of the text.
func (d *decoder) str() (string, bool) {
	if !d.take('"') {
		return "", false
	}
	start := d.at
	for i := start; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == '"':
			d.at = i + 1
			return d.text[start:i], true
		case c == '\\':
			return d.escaped(start - 1)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// escaped reads the string whose quote is at start.
func (d *decoder) escaped(start int) (string, bool) {
	end := d.endOfString(start)
	if end < 0 {
		return "", false
	}
	unquoted, err := jsontext.AppendUnquote(nil, d.data[start:end])
	d.at = end
	return string(unquoted), err == nil
}

// endOfString finds the byte behind the string whose quote is at start, or -1.
func (d *decoder) endOfString(start int) int {
	for i := start + 1; i < len(d.text); i++ {
		switch d.text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// raw reads a value of any kind as it is written, without the white space around it. The bytes are those of the body.
func (d *decoder) raw() (value []byte, ok bool) {
	c := d.peek()
	start := d.at
	switch c {
	case '{', '[':
		ok = d.composite()
	case '"':
		_, ok = d.str()
	case 'n':
		ok = d.literal("null")
	case 't':
		ok = d.literal("true")
	case 'f':
		ok = d.literal("false")
	default:
		ok = d.number()
	}
	return d.data[start:d.at:d.at], ok
}

// composite moves over an object or array, whatever is in it.
func (d *decoder) composite() bool {
	start, open := d.at, 0
	for i := start; i < len(d.text); i++ {
		switch d.text[i] {
		case '{', '[':
			if open++; open > validate.MaxDepth {
				return false
			}
		case '}', ']':
			open--
			if open == 0 {
				d.at = i + 1
				return jsontext.Value(d.data[start:d.at]).IsValid()
			}
		case '"':
			if i = d.endOfString(i) - 1; i < 0 {
				return false
			}
		}
	}
	return false
}

// number moves over a number.
func (d *decoder) number() bool {
	d.take('-')
	first := d.at
	whole := d.digits()
	if whole == 0 || whole > 1 && d.text[first] == '0' {
		return false
	}
	if d.has(".") && d.digits() == 0 {
		return false
	}
	if d.has("eE") {
		d.has("+-")
		return d.digits() > 0
	}
	return true
}

// digits moves over decimal digits and counts them.
func (d *decoder) digits() (n int) {
	for d.has("0123456789") {
		n++
	}
	return n
}

// has moves over the next byte, if it is one of these.
func (d *decoder) has(these string) bool {
	if d.at == len(d.text) || strings.IndexByte(these, d.text[d.at]) < 0 {
		return false
	}
	d.at++
	return true
}
