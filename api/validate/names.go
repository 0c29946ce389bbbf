package validate

import (
	"unicode"
	"unicode/utf8"
)

// name is a member name of an object that is open. hash is the same for names that differ in case only.
type name struct {
	span
	hash uint32
}

// manyNames is how many members of one object are compared one by one. Larger objects get a map, so that an object
// of a million members costs a million steps and not a million squared.
const manyNames = 48

// members finds the duplicates and twins among the member names of one object.
type members struct {
	base  int             // where its names begin in scanner.names
	large map[string]span // by folded name, once there are many
}

// open begins an object.
func (s *scanner) open() members { return members{base: len(s.names)} }

// close ends it.
func (s *scanner) close(m *members) { s.names = s.names[:m.base] }

// add takes the next member name and says whether it was there before, in the same or in another case.
func (s *scanner) add(m *members, t span) fault {
	if m.large != nil {
		return s.addLarge(m, t)
	}
	hash := foldedHash(s.data[t.lo:t.hi])
	for _, n := range s.names[m.base:] {
		if n.hash == hash {
			if f := sameName(s.data[n.lo:n.hi], s.data[t.lo:t.hi]); f != noFault {
				return f
			}
		}
	}
	s.names = append(s.names, name{span: t, hash: hash})
	if len(s.names)-m.base > manyNames {
		m.large = make(map[string]span)
		for _, n := range s.names[m.base:] {
			s.addLarge(m, n.span)
		}
	}
	return noFault
}

// addLarge is add for an object with many members.
func (s *scanner) addLarge(m *members, t span) fault {
	literal := s.data[t.lo:t.hi]
	folded := make([]byte, 0, len(literal))
	for i := 0; i < len(literal); {
		r, n := nextRune(literal, i)
		folded = utf8.AppendRune(folded, fold(r))
		i += n
	}
	before, ok := m.large[string(folded)]
	if !ok {
		m.large[string(folded)] = t
		return noFault
	}
	return sameName(s.data[before.lo:before.hi], literal)
}

// sameName compares two names: equal, equal but for case, or different.
func sameName(a, b []byte) fault {
	result := faultDuplicate
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		ra, na := nextRune(a, i)
		rb, nb := nextRune(b, j)
		if ra != rb {
			if fold(ra) != fold(rb) {
				return noFault
			}
			result = faultTwin
		}
		i, j = i+na, j+nb
	}
	if i < len(a) || j < len(b) {
		return noFault
	}
	return result
}

// foldedHash is FNV-1a over the folded runes.
func foldedHash(literal []byte) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(literal); {
		r, n := nextRune(literal, i)
		h = (h ^ uint32(fold(r))) * 16777619
		i += n
	}
	return h
}

// foldedName is foldedHash for a name of the contract, which is no JSON literal.
func foldedName(name string) uint32 {
	h := uint32(2166136261)
	for _, r := range name {
		h = (h ^ uint32(fold(r))) * 16777619
	}
	return h
}

// fold gives one rune for all that differ in case only, in the sense of encoding/json and strings.EqualFold: the
// Kelvin sign is a k, the long s an s.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}
