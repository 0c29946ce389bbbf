package validate

import "sync"

var scanners = sync.Pool{New: func() any { return new(scanner) }}

// accepts reads data once and says whether it is certainly valid. It does not allocate.
func (n *node) accepts(data []byte) bool {
	if n != nil && n.never {
		return false
	}
	s := scanners.Get().(*scanner)
	s.data, s.pos, s.depth, s.wasted, s.names = data, 0, 0, 0, s.names[:0]
	ok := s.accept(n)
	s.space()
	ok = ok && s.pos == len(data)
	s.data = nil
	if cap(s.scratch) > maxTextPart {
		s.scratch = nil
	}
	scanners.Put(s)
	return ok
}

// accept reads one value and says whether n accepts it.
func (s *scanner) accept(n *node) bool {
	c := s.peek()
	if n == nil {
		return s.skip(c)
	}
	if n.never {
		return false
	}
	if c == 'n' {
		return s.literal("null") == noFault && n.takesNull()
	}
	start := s.pos
	for _, branch := range n.all {
		s.pos = start
		if !s.accept(branch) {
			return false
		}
	}
	for _, branches := range n.any {
		s.pos = start
		if !s.acceptAny(branches, c) {
			return false
		}
	}
	if n.bare { // the last branch has read the value
		return true
	}
	s.pos = start
	return s.acceptOwn(n, c)
}

// acceptOwn holds a value against the keywords of n itself.
func (s *scanner) acceptOwn(n *node, c byte) bool {
	kind := kindOf(c)
	if n.kinds&kind == 0 {
		return false
	}
	switch kind {
	case kindString:
		t, f := s.text()
		if f != noFault {
			return false
		}
		if n.enum == nil && n.text.acceptsUnread(t) {
			return true
		}
		b := s.content(t)
		return n.enum.text(b) && n.text.accept(b)
	case kindNumber:
		num, f := s.number()
		return f == noFault && n.number.accept(s.data[num.lo:num.hi], num.whole, n.enum)
	case kindBoolean:
		if c == 't' {
			return s.literal("true") == noFault && n.enum.boolean(true)
		}
		return s.literal("false") == noFault && n.enum.boolean(false)
	case kindArray:
		return n.enum == nil && s.acceptArray(n.array)
	default:
		return n.enum == nil && s.acceptObject(n.object)
	}
}

// acceptAny tries alternatives in turn. What it reads in vain is bounded, because alternatives within alternatives
// could otherwise be read again and again.
func (s *scanner) acceptAny(branches []*node, c byte) bool {
	start, depth, names := s.pos, s.depth, len(s.names)
	kind := kindOf(c)
	for _, branch := range branches {
		if branch != nil && branch.kinds&kind == 0 {
			continue
		}
		if s.accept(branch) {
			return true
		}
		if s.wasted += s.pos - start; s.wasted > 4*len(s.data)+1024 {
			return false
		}
		s.pos, s.depth, s.names = start, depth, s.names[:names]
	}
	return false
}

func (s *scanner) acceptArray(r *arrayRules) bool {
	if r == nil {
		return s.skip('[')
	}
	if s.depth++; s.depth > MaxDepth {
		return false
	}
	s.pos++
	count := 0
	if s.peek() == ']' {
		s.pos++
	} else {
		for done := false; !done; count++ {
			if !s.accept(r.items) {
				return false
			}
			var f fault
			if done, f = s.next(']'); f != noFault {
				return false
			}
		}
	}
	s.depth--
	return count >= r.min && (r.max < 0 || count <= r.max)
}

func (s *scanner) acceptObject(r *objectRules) bool {
	if r == nil {
		return s.skip('{')
	}
	if s.depth++; s.depth > MaxDepth {
		return false
	}
	s.pos++
	var seen set
	count := 0
	extras := s.open()
	if s.peek() == '}' {
		s.pos++
	} else {
		for done := false; !done; count++ {
			if s.peek() != '"' {
				return false
			}
			t, f := s.text()
			if f != noFault || s.peek() != ':' {
				return false
			}
			s.pos++
			if !s.acceptMember(r, t, &seen, &extras) {
				return false
			}
			if done, f = s.next('}'); f != noFault {
				return false
			}
		}
	}
	s.close(&extras)
	s.depth--
	return seen.contains(&r.required) && count >= r.min && (r.max < 0 || count <= r.max)
}

// acceptMember reads the value of a member. Properties cannot be twins of each other, so for them a bit is enough to
// find duplicates; only other names are compared one with another.
func (s *scanner) acceptMember(r *objectRules, t span, seen *set, extras *members) bool {
	if i := r.find(s.content(t)); i >= 0 {
		p := &r.properties[i]
		if !seen.add(i) || p.blocked && s.peek() != 'n' {
			return false
		}
		return s.accept(p.node)
	}
	if r.closed || r.resembles(s.data[t.lo:t.hi]) || s.add(extras, t) != noFault {
		return false
	}
	return s.accept(r.extra)
}

// What any array and any object is.
var (
	anyArray  = &arrayRules{max: -1}
	anyObject = &objectRules{max: -1}
)

// skip reads a value of which only the form matters, and takes it if inspect would find nothing.
func (s *scanner) skip(c byte) bool {
	switch kindOf(c) {
	case kindString:
		_, f := s.text()
		return f == noFault
	case kindNumber:
		_, f := s.number()
		return f == noFault
	case kindBoolean:
		if c == 't' {
			return s.literal("true") == noFault
		}
		return s.literal("false") == noFault
	case kindArray:
		return s.acceptArray(anyArray)
	case kindObject:
		return s.acceptObject(anyObject)
	}
	return c == 'n' && s.literal("null") == noFault
}
