package validate

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is a regular expression, as a table if it is simple enough, which matches some ten times faster than
// package regexp and never allocates.
type pattern struct {
	re    *regexp.Regexp
	table *table // nil: only re can tell
}

// newPattern compiles a pattern of a schema, understood as kin-openapi understands it.
func newPattern(expr string) (*pattern, error) {
	expr = unicodeEscape.ReplaceAllString(expr, `\x{${1}}`)
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	return &pattern{re: re, table: newTable(expr)}, nil
}

// unicodeEscape is what JSON Schema's dialect of regular expressions has and Go's has not.
var unicodeEscape = regexp.MustCompile(`\\u([0-9A-F]{4})`)

// match takes text that is valid UTF-8.
func (p *pattern) match(b []byte) bool {
	if p.table != nil {
		if ok, known := p.table.match(b); known {
			return ok
		}
	}
	return p.re.Match(b)
}

// takesPlain says whether it certainly matches every text without control characters.
func (p *pattern) takesPlain() bool { return p.table != nil && p.table.takesPlain() }

// table is a deterministic automaton over classes of characters that no part of the expression tells apart. All
// characters beyond ASCII are one class; if the expression tells some of them apart, the table does not know about
// texts that have any.
type table struct {
	class   [utf8.RuneSelf]uint8
	wide    int // class of the characters beyond ASCII; < 0: not known
	end     int // class of the end of the text, the last
	classes int
	next    []uint32 // state*classes + class to the next state, times classes
}

// States that are the same in every table.
const (
	stateDead    = 0 // nothing that follows can make it match
	stateMatched = 1 // it matches whatever follows
	stateStart   = 2
)

const maxStates = 600

func (t *table) match(b []byte) (ok, known bool) {
	row := stateStart * t.classes
	for _, c := range b {
		class := t.wide
		if c < utf8.RuneSelf {
			class = int(t.class[c])
		} else if !utf8.RuneStart(c) {
			continue // the character counted when it began
		}
		if class < 0 {
			return false, false
		}
		row = int(t.next[row+class])
		if row <= stateMatched*t.classes {
			return row > stateDead, true
		}
	}
	return t.next[row+t.end] > stateDead, true
}

// takesPlain looks at every state that characters other than control characters lead to: a text may end in each.
func (t *table) takesPlain() bool {
	if t.wide < 0 {
		return false
	}
	seen := make(map[int]bool)
	for rows := []int{stateStart * t.classes}; len(rows) > 0; rows = rows[1:] {
		row := rows[0]
		if seen[row] {
			continue
		}
		seen[row] = true
		if t.next[row+t.end] == stateDead {
			return false
		}
		rows = append(rows, int(t.next[row+t.wide]))
		for c := ' '; c < deleteChar; c++ {
			rows = append(rows, int(t.next[row+int(t.class[c])]))
		}
	}
	return true
}

// tableBuilder makes a table of a program by the subset construction: a state is the set of instructions that the
// program could be at.
type tableBuilder struct {
	*table
	prog   *syntax.Prog
	sample []rune // one character of each class
	index  map[string]int
	sets   [][]uint32
	final  []bool // whether a text that ends in this state matches
}

// newTable gives nil for expressions that need more than a table: word boundaries, line boundaries, too many states.
func newTable(expr string) *table {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil
	}
	for _, inst := range prog.Inst {
		if inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return nil
		}
	}
	b := &tableBuilder{table: &table{}, prog: prog, index: make(map[string]int)}
	b.classify()
	if !b.build() {
		return nil
	}
	return b.table
}

// classify divides the characters into classes.
func (b *tableBuilder) classify() {
	var consuming []*syntax.Inst
	for i := range b.prog.Inst {
		switch b.prog.Inst[i].Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			consuming = append(consuming, &b.prog.Inst[i])
		}
	}
	classes := make(map[string]int)
	classOf := func(r rune) int {
		signature := make([]byte, len(consuming))
		for i, inst := range consuming {
			if inst.MatchRune(r) {
				signature[i] = 1
			}
		}
		class, ok := classes[string(signature)]
		if !ok {
			class = len(classes)
			classes[string(signature)] = class
			b.sample = append(b.sample, r)
		}
		return class
	}
	for r := range rune(utf8.RuneSelf) {
		b.class[r] = uint8(classOf(r))
	}
	b.wide = -1
	if !slices.ContainsFunc(consuming, tellsWideApart) {
		b.wide = classOf(utf8.RuneSelf)
	}
	b.end = len(b.sample)
	b.classes = b.end + 1
}

// tellsWideApart says whether an instruction takes some characters beyond ASCII and not others.
func tellsWideApart(inst *syntax.Inst) bool {
	if inst.Op == syntax.InstRuneAny || inst.Op == syntax.InstRuneAnyNotNL {
		return false
	}
	if len(inst.Rune) == 1 { // a single character, maybe with others that differ in case
		if syntax.Flags(inst.Arg)&syntax.FoldCase == 0 {
			return inst.Rune[0] >= utf8.RuneSelf
		}
		for r := unicode.SimpleFold(inst.Rune[0]); ; r = unicode.SimpleFold(r) {
			if r >= utf8.RuneSelf {
				return true
			}
			if r == inst.Rune[0] {
				return false
			}
		}
	}
	for i := 0; i < len(inst.Rune); i += 2 { // ranges
		low, high := inst.Rune[i], inst.Rune[i+1]
		if high >= utf8.RuneSelf && (low > utf8.RuneSelf || high < unicode.MaxRune) {
			return true
		}
	}
	return false
}

// build follows every class from every state, beginning with the first.
func (b *tableBuilder) build() bool {
	b.sets = [][]uint32{nil, nil}
	b.final = []bool{false, true}
	b.next = make([]uint32, 2*b.classes)
	for i := range b.classes {
		b.next[b.classes+i] = uint32(stateMatched * b.classes)
	}
	first, matched := b.closure([]uint32{uint32(b.prog.Start)}, syntax.EmptyBeginText)
	if matched { // it matches everything; the start state is needed all the same
		for range b.classes {
			b.next = append(b.next, uint32(stateMatched*b.classes))
		}
		return true
	}
	b.state(first, syntax.EmptyBeginText)
	for s := stateStart; s < len(b.sets); s++ {
		for _, r := range b.sample {
			b.next = append(b.next, uint32(b.step(b.sets[s], r)*b.classes))
		}
		last := stateDead
		if b.final[s] {
			last = stateMatched
		}
		b.next = append(b.next, uint32(last*b.classes))
		if len(b.sets) > maxStates {
			return false
		}
	}
	return true
}

// step gives the state after a character. Since a match may begin anywhere, the program begins anew each time.
func (b *tableBuilder) step(set []uint32, r rune) int {
	from := []uint32{uint32(b.prog.Start)}
	for _, pc := range set {
		if inst := &b.prog.Inst[pc]; inst.Op != syntax.InstEmptyWidth && inst.MatchRune(r) {
			from = append(from, inst.Out)
		}
	}
	reached, matched := b.closure(from, 0)
	switch {
	case matched:
		return stateMatched
	case len(reached) == 0:
		return stateDead
	}
	return b.state(reached, 0)
}

// state gives the number of a set of instructions, a new one if it is new. at says whether the state is at the
// beginning of the text, which matters if it is also at the end.
func (b *tableBuilder) state(set []uint32, at syntax.EmptyOp) int {
	var key strings.Builder
	key.WriteByte(byte(at))
	for _, pc := range set {
		key.WriteRune(rune(pc))
	}
	if s, ok := b.index[key.String()]; ok {
		return s
	}
	s := len(b.sets)
	b.index[key.String()] = s
	b.sets = append(b.sets, set)
	_, matched := b.closure(set, at|syntax.EmptyEndText)
	b.final = append(b.final, matched)
	return s
}

// closure follows all instructions that take no character. It gives those that take one, those that wait for the end
// of the text, and whether a match is reached.
func (b *tableBuilder) closure(from []uint32, holds syntax.EmptyOp) (set []uint32, matched bool) {
	seen := make(map[uint32]bool)
	for len(from) > 0 {
		pc := from[len(from)-1]
		from = from[:len(from)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		inst := &b.prog.Inst[pc]
		switch inst.Op {
		case syntax.InstMatch:
			return nil, true
		case syntax.InstAlt, syntax.InstAltMatch:
			from = append(from, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			from = append(from, inst.Out)
		case syntax.InstEmptyWidth:
			missing := syntax.EmptyOp(inst.Arg) &^ holds
			if missing == 0 {
				from = append(from, inst.Out)
			} else if missing == syntax.EmptyEndText {
				set = append(set, pc)
			}
		case syntax.InstFail:
		default:
			set = append(set, pc)
		}
	}
	slices.Sort(set)
	return set, false
}
