package serve

import (
	"encoding"
	stdjson "encoding/json"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// reader reads the next value of a body into a Go value, which is settable and zero. It says whether it could; what it
// leaves half read then is thrown away.
type reader func(d *decoder, into reflect.Value) bool

// readers has the reader of every type that a body was decoded into, by its reflect.Type; a nil reader for a type that is
// left to go-json-experiment/json. A reader is made of the readers of its type's parts when the first body of the type
// comes; from then on no type is looked at.
var readers sync.Map

func readerOf(t reflect.Type) reader {
	if known, ok := readers.Load(t); ok {
		return known.(reader)
	}
	read := compiler{}.reader(t)
	readers.Store(t, read)
	return read
}

// compiler makes readers. It has the types that it is in the middle of, as a type that contains itself is not compiled.
type compiler map[reflect.Type]bool

// reader makes the reader of a type. It is nil if the type, or one within, is none of those that the generated models
// are made of.
func (c compiler) reader(t reflect.Type) reader {
	switch read := ownReaders[t]; {
	case read != nil:
		return read
	case c[t], hasOwnRules(t):
		return nil
	case implements[stdjson.Unmarshaler](t):
		return readUnmarshaler
	}
	c[t] = true
	defer delete(c, t)
	switch t.Kind() {
	case reflect.Struct:
		return c.structReader(t)
	case reflect.Slice:
		return sliceReader(t, c.reader(t.Elem()))
	case reflect.Pointer:
		return pointerReader(t, c.reader(t.Elem()))
	case reflect.String:
		return readString
	case reflect.Bool:
		return readBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readInt
	}
	return nil
}

// hasOwnRules says that the library decodes a type by other rules than its kind or its UnmarshalJSON.
func hasOwnRules(t reflect.Type) bool {
	switch {
	case t == reflect.TypeFor[time.Time](), t == reflect.TypeFor[time.Duration]():
		return true
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return !implements[stdjson.Unmarshaler](t) // base64
	case implements[json.UnmarshalerFrom](t):
		return true
	}
	return implements[encoding.TextUnmarshaler](t) && !implements[stdjson.Unmarshaler](t)
}

func implements[I any](t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[I]())
}

func pointerReader(t reflect.Type, read reader) reader {
	if read == nil {
		return nil
	}
	elem := t.Elem()
	return func(d *decoder, into reflect.Value) bool {
		if d.peek() == 'n' {
			return d.literal("null")
		}
		p := reflect.New(elem)
		into.Set(p)
		return read(d, p.Elem())
	}
}

func sliceReader(t reflect.Type, read reader) reader {
	if read == nil {
		return nil
	}
	return func(d *decoder, into reflect.Value) bool {
		if d.peek() == 'n' {
			return d.literal("null")
		}
		if !d.take('[') {
			return false
		}
		if d.take(']') {
			into.Set(reflect.MakeSlice(t, 0, 0))
			return true
		}
		start := d.at
		for n := 0; ; n++ {
			if n == into.Cap() {
				into.Grow(d.room(n, start))
			}
			into.SetLen(n + 1)
			if !read(d, into.Index(n)) {
				return false
			}
			if !d.take(',') {
				return d.take(']')
			}
		}
	}
}

// room is how many elements more an array gets room for, after n from start until here: as many as the rest of the body
// would have if they were as long, but at most four times n, so that nobody gets much memory for few bytes.
func (d *decoder) room(n, start int) int {
	if n == 0 {
		return 4
	}
	rest := (len(d.text) - d.at) * n / (d.at - start)
	return min(rest+1, 4*n)
}

// structOf reads an object. Its members are in a hash table that is entered by length, first and last letter: enough
// to tell the names of one object apart, and for a quarter of what a map costs.
type structOf struct{ table [4 * maxMembers]member }

// maxMembers is how many fields a struct may have; each has a bit of a word, see read.
const maxMembers = 64

// member is a field of a struct, by its name in JSON.
type member struct {
	name  string
	field int
	read  reader
}

// find is where a member is, or where it would be. There is always room.
func (s *structOf) find(name string) *member {
	at := uint(len(name))
	if name != "" {
		at += 5*uint(name[0]) + 11*uint(name[len(name)-1])
	}
	for ; ; at++ {
		m := &s.table[at%uint(len(s.table))]
		if m.read == nil || m.name == name {
			return m
		}
	}
}

// plainName is a name that means what it says in a struct tag.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (c compiler) structReader(t reflect.Type) reader {
	s := new(structOf)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		read := c.reader(f.Type)
		m := s.find(name)
		switch {
		case f.Anonymous, !f.IsExported(), name == "-", !plainName.MatchString(name), m.read != nil, read == nil,
			i == maxMembers, options != "" && options != "omitempty":
			return nil
		}
		*m = member{name, i, read}
	}
	return s.read
}

func (s *structOf) read(d *decoder, into reflect.Value) bool {
	if d.peek() == 'n' {
		return d.literal("null")
	}
	if !d.take('{') {
		return false
	}
	if d.take('}') {
		return true
	}
	var seen uint64 // a bit per field
	for {
		name, ok := d.str()
		if !ok || !d.take(':') {
			return false
		}
		m := s.find(name)
		if m.read == nil || seen&(1<<m.field) != 0 {
			return false
		}
		seen |= 1 << m.field
		if !m.read(d, into.Field(m.field)) {
			return false
		}
		if !d.take(',') {
			return d.take('}')
		}
	}
}
