package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Diff says where an answer is not the pair's, one line for each value; nothing if it is. Values with a matcher only have
// to be there: that they match their schema is for the contract's validation to say.
func (p Pair) Diff(status int, header http.Header, body []byte) []string {
	d := difference{matchers: p.Matchers}
	if status != p.Response.Status {
		d.addf("status is %d, want %d", status, p.Response.Status)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Response.Headers)) {
		d.header(name, header.Get(name), p.Response.Headers[name])
	}
	switch {
	case p.Response.File != "":
		want, err := File(p.Response.File)
		if err != nil {
			d.addf("%v", err)
		} else if !bytes.Equal(body, want) {
			d.addf("body has %d bytes that are not %s", len(body), p.Response.File)
		}
	case p.Response.Body != nil:
		d.json(body, p.Response.Body)
	}
	return d.lines
}

type difference struct {
	matchers map[string]string
	lines    []string
}

func (d *difference) addf(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// free says whether the server chooses the value at this path. [*] in a matcher is any index.
func (d *difference) free(path string) bool {
	return d.matchers[path] == Any || d.matchers[anyIndex.ReplaceAllLiteralString(path, "[*]")] == Any
}

var anyIndex = regexp.MustCompile(`\[\d+\]`)

func (d *difference) header(name, got, want string) {
	switch {
	case got == "":
		d.addf("headers.%s is missing", name)
	case got != want && !d.free("headers."+name):
		d.addf("headers.%s is %q, want %q", name, got, want)
	}
}

func (d *difference) json(got, want []byte) {
	wanted, err := decode(want)
	if err != nil {
		d.addf("the example's body: %v", err)
		return
	}
	have, err := decode(got)
	if err != nil {
		d.addf("body is no JSON: %v", err)
		return
	}
	d.value("body", have, wanted)
}

func (d *difference) value(path string, got, want any) {
	if d.free(path) {
		return
	}
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			d.object(path, got, want)
			return
		}
	case []any:
		if got, ok := got.([]any); ok {
			d.array(path, got, want)
			return
		}
	default:
		if got == want {
			return
		}
	}
	d.addf("%s is %s, want %s", path, text(got), text(want))
}

func (d *difference) object(path string, got, want map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if value, ok := got[name]; ok {
			d.value(path+"."+name, value, want[name])
		} else {
			d.addf("%s.%s is missing, want %s", path, name, text(want[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			d.addf("%s.%s is %s, want nothing there", path, name, text(got[name]))
		}
	}
}

func (d *difference) array(path string, got, want []any) {
	if len(got) != len(want) {
		d.addf("%s has %d entries, want %d", path, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		d.value(fmt.Sprintf("%s[%d]", path, i), got[i], want[i])
	}
}

// Stale names the matchers and the remembered paths that point at nothing in the pair's own response.
func (p Pair) Stale() []string {
	there := make(map[string]bool)
	for name := range p.Response.Headers {
		there["headers."+name] = true
	}
	if value, err := decode(p.Response.Body); err == nil {
		visit("body", value, func(path string, _ any) {
			there[path] = true
			there[anyIndex.ReplaceAllLiteralString(path, "[*]")] = true
		})
	}
	var stale []string
	for path := range p.Matchers {
		if !there[path] {
			stale = append(stale, path)
		}
	}
	for _, path := range p.Remember {
		if !there[path] {
			stale = append(stale, path)
		}
	}
	slices.Sort(stale)
	return stale
}

// visit calls f for a value and all values in it, with their paths.
func visit(path string, value any, f func(path string, value any)) {
	f(path, value)
	switch value := value.(type) {
	case map[string]any:
		for name, field := range value {
			visit(path+"."+name, field, f)
		}
	case []any:
		for i, element := range value {
			visit(fmt.Sprintf("%s[%d]", path, i), element, f)
		}
	}
}

// decode keeps the digits of numbers as they are written.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	err := d.Decode(&value)
	return value, err
}

func text(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

// headerName gives the header a path such as headers.ETag points at.
func headerName(path string) (string, bool) { return strings.CutPrefix(path, "headers.") }
