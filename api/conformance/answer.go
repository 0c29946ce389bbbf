package conformance

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// answer is an exchange as a law looks at it.
type answer struct {
	*exchange
	parsed any  // numbers as json.Number
	isJSON bool // the body is one JSON value
}

func newAnswer(x *exchange) *answer {
	a := &answer{exchange: x}
	if strings.HasPrefix(x.header.Get("Content-Type"), "application/json") {
		a.parsed, a.isJSON = decode(x.body)
	}
	return a
}

// decode reads one JSON value, with all digits of its numbers.
func decode(data []byte) (v any, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return v, err == io.EOF
}

// get gives the value at a path such as rows[0].reference, nil if there is none. The empty path is the whole.
func (a *answer) get(path string) any {
	v, _ := lookup(a.parsed, path)
	return v
}

// has says whether there is a value, null included, at a path.
func (a *answer) has(path string) bool {
	_, ok := lookup(a.parsed, path)
	return ok
}

// text gives the string, number or boolean at a path as text, "" if there is none.
func (a *answer) text(path string) string {
	switch v := a.get(path).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// list gives the array at a path, nil if there is none.
func (a *answer) list(path string) []any {
	v, _ := a.get(path).([]any)
	return v
}

// lookup follows a path into a JSON value.
func lookup(v any, path string) (any, bool) {
	for path != "" {
		if rest, ok := strings.CutPrefix(path, "["); ok {
			digits, after, _ := strings.Cut(rest, "]")
			elements, _ := v.([]any)
			i, err := strconv.Atoi(digits)
			if err != nil || i < 0 || i >= len(elements) {
				return nil, false
			}
			v, path = elements[i], strings.TrimPrefix(after, ".")
			continue
		}
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		members, _ := v.(map[string]any)
		member, ok := members[path[:end]]
		if !ok {
			return nil, false
		}
		v, path = member, strings.TrimPrefix(path[end:], ".")
	}
	return v, true
}

// fields gives all fields that the details of an error name.
func (a *answer) fields() (names []string) {
	for _, detail := range a.list("details") {
		found, _ := lookup(detail, "fields")
		list, _ := found.([]any)
		for _, name := range list {
			if name, ok := name.(string); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// etag gives the ETag.
func (a *answer) etag() string { return a.header.Get("ETag") }

func textOf(n int) string { return strconv.Itoa(n) }
