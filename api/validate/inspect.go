package validate

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// inspection reads a JSON text without a schema and reports what no schema could: faults of syntax, and what
// additions.go says about any JSON. It is the slow path; a body that is in order never comes here.
type inspection struct {
	scanner
	in     string
	prefix string // path of the text: empty for a body, the name of a part
	path   []step
	values int              // read so far
	known  *openapi3.Schema // faults in what it does not know are left out; nil: none is
	found  Violations
}

// step is one step from the root: the member of an object, or the element of an array.
type step struct {
	member bool
	name   span
	index  int
}

// inspect gives all violations, or with a schema those in what it knows, and whether the text is JSON that can be decoded.
func inspect(data []byte, in, prefix string, known *openapi3.Schema) (x *inspection, decodable bool) {
	x = &inspection{in: in, prefix: prefix, known: known}
	x.data = data
	if f := x.document(); f != noFault {
		x.report(f)
		return x, false
	}
	return x, true
}

func (x *inspection) document() fault {
	if x.peek() == 0 && x.pos == len(x.data) {
		return faultEnd
	}
	if f := x.value(); f != noFault {
		return f
	}
	if x.peek() != 0 || x.pos < len(x.data) {
		return faultTrailing
	}
	return noFault
}

// value reads one value. It gives only faults that end the scan, and reports the others.
func (x *inspection) value() fault {
	x.values++
	switch c := x.peek(); {
	case c == '{':
		return x.nested(x.object)
	case c == '[':
		return x.nested(x.array)
	case c == '"':
		_, f := x.text()
		return x.soft(f)
	case c == '-' || isDigit(c):
		_, f := x.number()
		return x.soft(f)
	case c == 't':
		return x.literal("true")
	case c == 'f':
		return x.literal("false")
	case c == 'n':
		return x.literal("null")
	}
	return x.unexpected()
}

func (x *inspection) nested(read func() fault) fault {
	if x.depth++; x.depth > MaxDepth {
		return faultDepth
	}
	x.pos++
	f := read()
	x.depth--
	return f
}

func (x *inspection) object() fault {
	names := x.open()
	defer x.close(&names)
	if x.peek() == '}' {
		x.pos++
		return noFault
	}
	for {
		if x.peek() != '"' {
			return x.unexpected()
		}
		t, f := x.text()
		if f != noFault && f <= lastSyntax {
			return f
		}
		x.path = append(x.path, step{member: true, name: t})
		x.soft(first(f, x.add(&names, t)))
		if x.peek() != ':' {
			return x.unexpected()
		}
		x.pos++
		if f := x.value(); f != noFault {
			return f
		}
		x.path = x.path[:len(x.path)-1]
		if done, f := x.next('}'); done || f != noFault {
			return f
		}
	}
}

func (x *inspection) array() fault {
	if x.peek() == ']' {
		x.pos++
		return noFault
	}
	for i := 0; ; i++ {
		x.path = append(x.path, step{index: i})
		if f := x.value(); f != noFault {
			return f
		}
		x.path = x.path[:len(x.path)-1]
		if done, f := x.next(']'); done || f != noFault {
			return f
		}
	}
}

// next reads the comma before another element, or the end.
func (s *scanner) next(end byte) (done bool, f fault) {
	switch s.peek() {
	case ',':
		s.pos++
		return false, noFault
	case end:
		s.pos++
		return true, noFault
	}
	return false, s.unexpected()
}

// soft reports a fault after which the scan goes on, and passes the others on.
func (x *inspection) soft(f fault) fault {
	if f == noFault || f <= lastSyntax {
		return f
	}
	if x.known != nil && !x.concerns(f) {
		return noFault
	}
	x.report(f)
	return noFault
}

func (x *inspection) report(f fault) {
	if len(x.found) == MaxViolations {
		return
	}
	if f == faultDepth && len(x.path) > 1 {
		x.path = x.path[:1] // where it begins says enough
	}
	path := x.where()
	if rule, ok := faultRules[f]; ok {
		x.found = append(x.found, added(rule, x.in, path))
		return
	}
	if x.prefix == "" && len(bytes.TrimSpace(x.data)) == 0 {
		x.found = append(x.found, missingBody(x.in))
		return
	}
	x.found = append(x.found, Violation{In: x.in, Path: path, Rule: RuleJSON,
		Error: sentence(subject(x.in, x.prefix)) + " is not valid JSON.", Hint: x.syntaxHint(f)})
}

// where gives the path of the value being read.
func (x *inspection) where() string {
	path := x.prefix
	for _, s := range x.path {
		if s.member {
			path = appendMember(path, x.nameOf(s))
		} else {
			path = appendIndex(path, s.index)
		}
	}
	return path
}

// nameOf gives the name of a member.
func (x *inspection) nameOf(s step) string {
	return string(appendText(nil, x.data[s.name.lo:s.name.hi]))
}

// syntaxHint says what is wrong and where, counting lines and characters from 1.
func (x *inspection) syntaxHint(f fault) string {
	before := x.data[:min(x.pos, len(x.data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	what := "this character is not expected here"
	switch f {
	case faultEnd:
		what = "the text ends too early"
	case faultControl:
		what = "a control character in a text must be escaped"
	case faultEscape:
		what = "this is not an escape sequence of JSON"
	case faultNumberForm:
		what = "this is not a number of JSON"
	}
	return fmt.Sprintf("Line %d, column %d: %s.", line, column, what)
}
