package store

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
)

// A cursor is the position of the last row of a page: the values of its sort keys, the id among them. It stays exact
// while rows come and go. With it travels the sort it was made for.
type position struct {
	Sort   string `json:"s"`
	Values []any  `json:"v"`
}

// sortName tells one list's sort from another's.
func sortName(l *listing, keys []key) string {
	var b strings.Builder
	b.WriteString(l.table)
	for _, k := range keys {
		b.WriteByte(' ')
		if k.desc {
			b.WriteByte('-')
		}
		b.WriteString(k.name)
	}
	return b.String()
}

func cursor(l *listing, keys []key, values []any) string {
	b, err := json.Marshal(position{Sort: sortName(l, keys), Values: values})
	if err != nil {
		panic(err) // strings, integers and nil
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor gives the values of a cursor, each of its column's type.
func readCursor(l *listing, keys []key, cursor string) ([]any, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return nil, badCursor()
	}
	var p position
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // a float would round milliseconds and amounts
	if d.Decode(&p) != nil || p.Sort != sortName(l, keys) || len(p.Values) != len(keys) {
		return nil, badCursor()
	}
	for n, k := range keys {
		value, ok := k.position(p.Values[n])
		if !ok {
			return nil, badCursor()
		}
		p.Values[n] = value
	}
	return p.Values, nil
}

// position checks a value of a cursor: cursors come from outside.
func (c column) position(v any) (any, bool) {
	switch v := v.(type) {
	case nil:
		return nil, c.nullable
	case string:
		return v, (c.kind == ar.TypeText || c.kind == ar.TypeChoice) && checkText("after", v) == nil
	case json.Number:
		n, err := v.Int64()
		return n, err == nil && c.kind != ar.TypeText && c.kind != ar.TypeChoice
	}
	return nil, false
}

func badCursor() error {
	return ar.InvalidField("after", "Cursor cannot be read, or belongs to another list or sort.",
		"Use the value of 'next' of the page before, with the same sort; or leave it out to begin at the start.")
}

// after narrows a statement to the rows behind a cursor.
func (s *statement) after(l *listing, keys []key, cursor string) error {
	values, err := readCursor(l, keys, cursor)
	if err != nil {
		return err
	}
	if uniform(keys) {
		s.and(s.behindTuple(keys, values))
		return nil
	}
	if bound := s.bound(keys[0], values[0]); bound != "" {
		s.and(bound)
	}
	s.and("(" + s.behind(keys, values) + ")")
	return nil
}

// uniform tells whether row values can be compared: all keys go one way and none can be absent. Both engines find the
// place in the index then, instead of reading up to it.
func uniform(keys []key) bool {
	for _, k := range keys {
		if k.nullable || k.desc != keys[0].desc {
			return false
		}
	}
	return true
}

func (s *statement) behindTuple(keys []key, values []any) string {
	var names, places []string
	for n, k := range keys {
		names = append(names, k.name)
		places = append(places, s.arg(values[n]))
	}
	op := " > "
	if keys[0].desc {
		op = " < "
	}
	return "(" + strings.Join(names, ", ") + ")" + op + "(" + strings.Join(places, ", ") + ")"
}

// bound is implied by behind, but of a form that an index serves.
func (s *statement) bound(k key, value any) string {
	switch {
	case value == nil && k.desc: // absent values are last
		return k.name + " IS NULL"
	case value == nil: // they are first, so anything may follow
		return ""
	case !k.desc:
		return k.name + " >= " + s.arg(value)
	case k.nullable:
		return "(" + k.name + " <= " + s.arg(value) + " OR " + k.name + " IS NULL)"
	}
	return k.name + " <= " + s.arg(value)
}

// behind is true for rows whose keys come after values: the first differs so, or it is equal and the rest is behind.
func (s *statement) behind(keys []key, values []any) string {
	k, value := keys[0], values[0]
	first := s.behindOne(k, value)
	if len(keys) == 1 {
		return first
	}
	same := k.name + " IS NULL"
	if value != nil {
		same = k.name + " = " + s.arg(value)
	}
	return first + " OR (" + same + " AND (" + s.behind(keys[1:], values[1:]) + "))"
}

func (s *statement) behindOne(k key, value any) string {
	switch {
	case value == nil && k.desc:
		return "FALSE"
	case value == nil:
		return k.name + " IS NOT NULL"
	case !k.desc:
		return k.name + " > " + s.arg(value)
	case k.nullable:
		return "(" + k.name + " < " + s.arg(value) + " OR " + k.name + " IS NULL)"
	}
	return k.name + " < " + s.arg(value)
}
