package validate

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// node is a compiled schema. It accepts only what kin-openapi accepts under the schema; what it does not accept may
// still be valid. A nil node is a schema that takes any value, null included.
type node struct {
	never    bool // has a keyword that is not compiled
	nullable bool
	bare     bool  // nothing but all and any
	kinds    kinds // what its own keywords take
	all      []*node
	any      [][]*node // of each, one must accept
	enum     *enum
	text     *textRules
	number   *numberRules
	array    *arrayRules
	object   *objectRules
}

// kinds is a set of JSON types. null is not among them: see nullable.
type kinds uint8

const (
	kindString kinds = 1 << iota
	kindNumber
	kindBoolean
	kindArray
	kindObject

	anyKind = kindString | kindNumber | kindBoolean | kindArray | kindObject
)

// kindOf tells the type of a value by its first byte.
func kindOf(c byte) kinds {
	switch {
	case c == '"':
		return kindString
	case c == '{':
		return kindObject
	case c == '[':
		return kindArray
	case c == 't' || c == 'f':
		return kindBoolean
	case c == '-' || isDigit(c):
		return kindNumber
	}
	return 0
}

// takesNull says whether null is accepted: kin-openapi asks the schema itself first, then the schemas it combines,
// and then nothing else.
func (n *node) takesNull() bool {
	switch {
	case n == nil || n.nullable:
		return true
	case n.never || len(n.all)+len(n.any) == 0:
		return false
	}
	for _, branch := range n.all {
		if !branch.takesNull() {
			return false
		}
	}
	for _, branches := range n.any {
		taken := false
		for _, branch := range branches {
			taken = taken || branch.takesNull()
		}
		if !taken {
			return false
		}
	}
	return true
}

// enum is the allowed values, by type. Arrays and objects among them are left to kin-openapi.
type enum struct {
	texts   []string
	numbers []float64
	yes, no bool
}

// text says whether a string is allowed; so is any, where there is no enum.
func (e *enum) text(b []byte) bool {
	if e == nil {
		return true
	}
	for _, t := range e.texts {
		if string(b) == t {
			return true
		}
	}
	return false
}

func (e *enum) number(f float64) bool {
	if e == nil {
		return true
	}
	for _, n := range e.numbers {
		if n == f {
			return true
		}
	}
	return false
}

func (e *enum) boolean(b bool) bool { return e == nil || b && e.yes || !b && e.no }

// textRules are the keywords about strings.
type textRules struct {
	min, max int // in runes; max < 0: any
	pattern  *pattern
	format   func([]byte) bool
	anyPlain bool // only length and control characters matter, and one character is enough
}

// acceptsUnread says whether a text is accepted for what its scanner saw, so that it need not be read again. Most texts
// of the contract are: names, labels and the like. They have no more characters than bytes, and one if they have any.
func (r *textRules) acceptsUnread(t span) bool {
	return r == nil || r.anyPlain && t.plain() && t.hi-t.lo >= r.min && (r.max < 0 || t.hi-t.lo <= r.max)
}

func (r *textRules) accept(b []byte) bool {
	if r == nil {
		return true
	}
	if r.min > 0 || r.max >= 0 {
		// Bytes bound runes from both sides, which mostly saves counting.
		if n := len(b); n < r.min || r.max >= 0 && n > r.max || n < r.min*utf8.UTFMax {
			n = utf8.RuneCount(b)
			if n < r.min || r.max >= 0 && n > r.max {
				return false
			}
		}
	}
	return (r.format == nil || r.format(b)) && (r.pattern == nil || r.pattern.match(b))
}

// numberRules are the keywords about numbers.
type numberRules struct {
	integer                    bool
	maxDigits                  int // of an integer; 0: any number
	min, max                   *float64
	exclusiveMin, exclusiveMax bool
	decimals                   int // multipleOf is this power of a tenth; < 0: there is none
}

// maxExactDigits is how many decimal digits every float64 of this size can tell apart.
const maxExactDigits = 15

// accept takes a number that a scanner has read.
func (r *numberRules) accept(literal []byte, whole bool, e *enum) bool {
	if r == nil && e == nil {
		return true
	}
	if r != nil {
		digits := len(bytes.TrimPrefix(literal, []byte("-")))
		if r.integer && !whole || r.maxDigits > 0 && digits > r.maxDigits || !r.multiple(literal, digits) {
			return false
		}
		if r.min == nil && r.max == nil && e == nil {
			return true
		}
	}
	// The same conversion and the same comparison as in kin-openapi, so that no rounding can tell them apart.
	if len(literal) > 32 { // a longer one would be copied to the heap
		return false
	}
	f, err := strconv.ParseFloat(string(literal), 64)
	if err != nil || !e.number(f) {
		return false
	}
	return r == nil || r.within(f)
}

func (r *numberRules) within(f float64) bool {
	if r.min != nil && (f < *r.min || r.exclusiveMin && f == *r.min) {
		return false
	}
	return r.max == nil || f < *r.max || f == *r.max && !r.exclusiveMax
}

// multiple checks multipleOf on the digits. kin-openapi compares floats, with a tolerance that takes every number
// this takes.
func (r *numberRules) multiple(literal []byte, digits int) bool {
	if r.decimals < 0 {
		return true
	}
	if digits > maxExactDigits || bytes.ContainsAny(literal, "eE") {
		return false
	}
	point := bytes.IndexByte(literal, '.')
	return point < 0 || len(literal)-point-1 <= r.decimals
}

// arrayRules are the keywords about arrays.
type arrayRules struct {
	min, max int // max < 0: any
	items    *node
}

// objectRules are the keywords about objects.
type objectRules struct {
	properties []property
	slots      []uint16 // hash table of indexes into properties, plus one
	required   set
	min, max   int   // max < 0: any
	closed     bool  // additionalProperties: false
	extra      *node // what other members must be
}

type property struct {
	name    string
	hash    uint32 // foldedHash
	node    *node
	blocked bool // readOnly in a request, writeOnly in a response: may only be null
}

// find gives the index of a property, -1 if it is none.
func (r *objectRules) find(name []byte) int {
	if len(r.slots) == 0 {
		return -1
	}
	mask := uint32(len(r.slots) - 1)
	for h := nameHash(name) & mask; ; h = (h + 1) & mask {
		i := int(r.slots[h]) - 1
		if i < 0 {
			return -1
		}
		if r.properties[i].name == string(name) {
			return i
		}
	}
}

// index builds the hash table, at most half full.
func (r *objectRules) index() {
	size := 4
	for size < 2*len(r.properties) {
		size *= 2
	}
	r.slots = make([]uint16, size)
	for i, p := range r.properties {
		h := nameHash([]byte(p.name)) & uint32(size-1)
		for r.slots[h] != 0 {
			h = (h + 1) & uint32(size-1)
		}
		r.slots[h] = uint16(i + 1)
	}
}

// nameHash looks at the length and three characters, which tell nearly all names of an object apart; the others are found
// one behind the other. The names in the table are the contract's, so nobody can choose them to collide.
func nameHash(name []byte) uint32 {
	n := len(name)
	if n == 0 {
		return 0
	}
	h := uint32(n)<<24 | uint32(name[0])<<16 | uint32(name[n/2])<<8 | uint32(name[n-1])
	h *= 0x9e3779b1
	return h ^ h>>16
}

// resembles says whether a name that is no property is one but for case.
func (r *objectRules) resembles(literal []byte) bool {
	hash := foldedHash(literal)
	for i := range r.properties {
		if r.properties[i].hash == hash {
			return true
		}
	}
	return false
}

// maxProperties is how many properties an object may have and still be compiled.
const maxProperties = 256

// set is a set of property indexes.
type set [maxProperties / 64]uint64

// add puts i in, and says whether it was new.
func (s *set) add(i int) bool {
	bit := uint64(1) << (i % 64)
	fresh := s[i/64]&bit == 0
	s[i/64] |= bit
	return fresh
}

func (s *set) contains(other *set) bool {
	for i, bits := range other {
		if s[i]&bits != bits {
			return false
		}
	}
	return true
}
