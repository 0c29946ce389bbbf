package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
)

// kind is how the value of a field is shown to people.
type kind int

const (
	textKind   kind = iota
	numberKind      // right-aligned
	amountKind      // a decimal: right-aligned, with the currency of its object
	momentKind      // a date, and the time of day unless it is midnight
	tableKind       // a list of objects: a table of its own
)

// field is a field of an answer by its path, such as identity.reference.
type field struct {
	path string
	kind kind
	of   []field // of a tableKind: the columns
}

// fieldsOf lists what the contract documents of an answer, with objects inside it taken apart: those are the columns a list can
// have. The types were generated from the contract, so this costs nothing at start, and needs no list of its own.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		all = append(all, fieldsAt(name, t.Field(i).Type)...)
	}
	slices.SortStableFunc(all, func(a, b field) int { return cmp.Compare(a.rank(), b.rank()) })
	return all
}

// The order people read in: what a thing is called, what it is, whose, when, how much; what only machines need comes last.
// Fields that are in neither stand between, by their names.
var (
	readFirst = []string{
		"reference", "number", "job", "label", "name", "state", "kind", "committed", "corrects", "identity", "debtor", "invoice", "recipient", "host", "attempts", "nextAttempt",
		"company", "salutation", "firstname", "lastname", "extra", "street", "housenumber", "zipcode", "city", "country",
		"email", "phone", "detail.description", "quantity", "unit", "unitprice", "discount", "taxrate",
		"asOf", "from", "to", "days", "issued", "due", "date", "bookingdate", "valuedate", "method", "peer", "level", "payBy",
		"rate", "baseRate", "points", "base", "net", "tax", "gross", "principal", "costs", "fee", "interest", "amount", "unallocated",
		"total", "unpaid", "currency", "dunninglevel", "dunningstate",
	}
	readLast = []string{"addresses", "emails", "phones", "detail", "meta", "data", "created", "modified", "id"}
)

// rank is the place of a field among others. A field without one of its own has that of the object it is in.
func (f field) rank() int {
	path := strings.TrimPrefix(f.path, "booking.")
	for {
		if i := slices.Index(readFirst, path); i >= 0 {
			return i
		}
		if i := slices.Index(readLast, path); i >= 0 {
			return len(readFirst) + 1 + i
		}
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			return len(readFirst)
		}
		path = path[:dot]
	}
}

func fieldsAt(path string, t reflect.Type) []field {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Map && t.Key().Kind() == reflect.Bool { // the latter is a nullable
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[scalar.Decimal]():
		return []field{{path: path, kind: amountKind}}
	case reflect.TypeFor[scalar.Time](), reflect.TypeFor[openapi_types.Date]():
		return []field{{path: path, kind: momentKind}}
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return []field{{path: path, kind: numberKind}}
	case reflect.Struct:
		inside := fieldsOf(t)
		for i := range inside {
			inside[i].path = path + "." + inside[i].path
		}
		return inside
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return []field{{path: path, kind: tableKind, of: fieldsOf(t.Elem())}}
		}
	}
	return []field{{path: path}}
}

// columnsOf gives the fields of those paths. It names the paths there are if one is wrong.
func columnsOf(all []field, paths []string) ([]field, error) {
	var chosen []field
	for _, path := range paths {
		i := slices.IndexFunc(all, func(f field) bool { return f.path == strings.TrimSpace(path) })
		if i < 0 {
			return nil, usagef("--columns: there is no field %q; there are: %s", strings.TrimSpace(path), strings.Join(pathsOf(all), ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func pathsOf(all []field) []string {
	paths := make([]string, len(all))
	for i, f := range all {
		paths[i] = f.path
	}
	slices.Sort(paths)
	return paths
}

// title is the heading of a column: the last part of its path, or what a reference is of.
func (f field) title() string {
	path := strings.TrimSuffix(f.path, ".reference")
	return strings.ToUpper(path[strings.LastIndexByte(path, '.')+1:])
}

func (f field) right() bool { return f.kind == numberKind || f.kind == amountKind }

// whole says that a part of the value is worth nothing: half an amount is a wrong one, and half an id finds nothing.
func (f field) whole() bool {
	return f.right() || f.kind == momentKind || slices.Contains([]string{"id", "reference", "number", "file", "job", "hash"}, f.path[strings.LastIndexByte(f.path, '.')+1:])
}

// object is an answer, or a part of one, as it was sent. Numbers are json.Number.
type object = map[string]any

// at gives the value at a path, nil if there is none.
func at(o object, path string) any {
	first, rest, nested := strings.Cut(path, ".")
	if !nested {
		return o[first]
	}
	inside, _ := o[first].(object)
	return at(inside, rest)
}

// text is the value of the field in an object, for people.
func (f field) text(o object) string {
	value := at(o, f.path)
	text, isText := value.(string)
	switch {
	case value == nil:
		return ""
	case f.kind == amountKind && isText:
		currency, _ := o["currency"].(string)
		return strings.TrimSpace(text + " " + printable(currency))
	case f.kind == momentKind && isText:
		return moment(text)
	case isText:
		return printable(text)
	}
	return printable(plain(value))
}

// plain writes what is no text.
func plain(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = plain(one)
		}
		return strings.Join(texts, ", ")
	case object:
		if len(v) == 0 {
			return ""
		}
		text, _ := json.Marshal(v) // was JSON before
		return string(text)
	}
	return fmt.Sprint(value)
}

// moment shortens a date-time: the time of day, which is UTC, is left out at midnight, seconds always.
func moment(text string) string {
	t, err := time.Parse(scalar.Layout, text)
	switch {
	case err != nil:
		return printable(text)
	case t.Equal(t.Truncate(24 * time.Hour)):
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04Z")
}

// printable makes a text harmless for a terminal and for a table: whoever wrote it may have had neither in mind.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
