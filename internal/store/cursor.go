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
		return v, (c.kind == ar.TypeText || c.kind == ar.TypeChoice) && storableText(v)
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

// after gives the ranges of rows behind a cursor, in their order, each as a statement. There are two where absent
// values are a range of their own: an index finds the begin of either, but not that of both at once.
func (s *statement) after(l *listing, keys []key, cursor string) ([]*statement, error) {
	values, err := readCursor(l, keys, cursor)
	if err != nil {
		return nil, err
	}
	first, value := keys[0], values[0]
	near := s.clone()
	near.and(near.behindFirst(keys, values))
	if !first.nullable || first.desc == (value == nil) { // it is among what sorts last
		return []*statement{near}, nil
	}
	far := s.clone()
	if value == nil {
		far.and(first.name + " IS NOT NULL")
	} else {
		far.and(first.name + " IS NULL")
	}
	return []*statement{near, far}, nil
}

// behindFirst is behind for the range in which the first key is as absent, or as present, as that of the cursor. It
// bounds the first key in a form that an index serves.
func (s *statement) behindFirst(keys []key, values []any) string {
	first, value := keys[0], values[0]
	switch {
	case value == nil: // there is an id behind it at least
		return first.name + " IS NULL AND (" + s.behind(keys[1:], values[1:]) + ")"
	case uniform(keys):
		return s.behindTuple(keys, values)
	}
	strict, bound := first.ops()
	place := s.arg(value)
	return first.name + bound + place + " AND (" + first.name + strict + place + " OR (" + s.behind(keys[1:], values[1:]) + "))"
}

// uniform tells whether row values can be compared: all keys go one way, and none behind the first can be absent.
func uniform(keys []key) bool {
	for n, k := range keys {
		if k.desc != keys[0].desc || n > 0 && k.nullable {
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
	strict, _ := keys[0].ops()
	return "(" + strings.Join(names, ", ") + ")" + strict + "(" + strings.Join(places, ", ") + ")"
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
	strict, _ := k.ops()
	switch {
	case value == nil && k.desc:
		return "FALSE"
	case value == nil:
		return k.name + " IS NOT NULL"
	case k.desc && k.nullable:
		return "(" + k.name + strict + s.arg(value) + " OR " + k.name + " IS NULL)"
	}
	return k.name + strict + s.arg(value)
}

// ops are the comparisons with what stands before in the sort: after it, and after it or equal.
func (k key) ops() (strict, bound string) {
	if k.desc {
		return " < ", " <= "
	}
	return " > ", " >= "
}
