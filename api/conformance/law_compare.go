package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// equal fails unless two texts, numbers or booleans are the same.
func (t *trial) equal(what string, got, want any) {
	if got != want {
		t.fail(what+": "+told(want), told(got))
	}
}

// told is a value in a message.
func told(v any) string {
	if v == "" {
		return "nothing"
	}
	return fmt.Sprint(v)
}

// same fails unless two JSON values are the same, whatever the order of their members.
func (t *trial) same(what string, got, want any) { t.compare(what, got, want, true) }

// covers fails unless a JSON value has everything that was sent, in the spelling of answers; it may have more. What was
// sent empty or false may be left out.
func (t *trial) covers(what string, got, sent any) { t.compare(what, got, sent, false) }

func (t *trial) compare(what string, got, want any, exact bool) {
	parsed, _ := decode(encode(want)) // so that both have numbers with all their digits
	if d := differ("", got, parsed, exact); d != nil {
		t.fail(fmt.Sprintf("%s: %s is %s", what, or(d.path, "the whole"), d.want), d.got)
	}
}

// difference is the first one found between two JSON values.
type difference struct{ path, got, want string }

func differ(path string, got, want any, exact bool) *difference {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return differMembers(path, g, w, exact)
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			return differElements(path, g, w, exact)
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(g, w) {
			return nil
		}
	case string:
		if g, ok := got.(string); ok && (g == w || !exact && amounts[lastName(path)] && sameAmount(g, w)) {
			return nil
		}
	default:
		if got == want {
			return nil
		}
	}
	return &difference{path, compact(got), compact(want)}
}

func differMembers(path string, got, want map[string]any, exact bool) *difference {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		member, there := got[name]
		if !there && !exact && blank(want[name]) {
			continue
		}
		at := strings.TrimPrefix(path+"."+name, ".")
		if !there {
			return &difference{at, "missing", compact(want[name])}
		}
		if d := differ(at, member, want[name], exact); d != nil {
			return d
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, there := want[name]; exact && !there {
			return &difference{strings.TrimPrefix(path+"."+name, "."), compact(got[name]), "missing"}
		}
	}
	return nil
}

func differElements(path string, got, want []any, exact bool) *difference {
	for i := range want {
		if d := differ(fmt.Sprintf("%s[%d]", path, i), got[i], want[i], exact); d != nil {
			return d
		}
	}
	return nil
}

// amounts are the fields whose values are decimals, which may be written with more or fewer zeros than they were sent.
var amounts = map[string]bool{"quantity": true, "unitprice": true, "taxrate": true, "discount": true, "amount": true}

func lastName(path string) string { return path[strings.LastIndex(path, ".")+1:] }

func sameAmount(a, b string) bool {
	x, err := decimal.NewFromString(a)
	if err != nil {
		return false
	}
	y, err := decimal.NewFromString(b)
	return err == nil && x.Equal(y)
}

// sameNumber compares all digits: 1e2 is 100, and no more than 100.
func sameNumber(a, b json.Number) bool {
	x, ok := new(big.Rat).SetString(a.String())
	y, known := new(big.Rat).SetString(b.String())
	return ok && known && x.Cmp(y) == 0
}

// blank is what an answer may leave out.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// compact is a value in one line of JSON, short enough for a message.
func compact(v any) string { return excerpt(encode(v), 300) }

// amount fails unless a value of an answer is a string with this decimal.
func (t *trial) amount(what string, got any, want decimal.Decimal) {
	text, ok := got.(string)
	if !ok || !sameAmount(text, want.String()) {
		t.fail(fmt.Sprintf("%s: the string %q", what, want), compact(got))
	}
}

// merged is an object after a PUT: objects are merged member by member, but for meta, which is the merchant's and is
// taken as a whole; lists are replaced.
func merged(into, change object) object {
	all := maps.Clone(into)
	for name, value := range change {
		inner, isObject := value.(object)
		if was, wasObject := all[name].(object); isObject && wasObject && name != "meta" {
			all[name] = merged(was, inner)
			continue
		}
		all[name] = value
	}
	return all
}

// without is an object that lacks some members.
func without(v any, names ...string) object {
	o, _ := v.(object)
	o = maps.Clone(o)
	for _, name := range names {
		delete(o, name)
	}
	return o
}
