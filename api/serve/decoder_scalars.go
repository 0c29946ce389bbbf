package serve

import (
	stdjson "encoding/json"
	"reflect"
	"strconv"

	"github.com/oapi-codegen/nullable"

	"github.com/dunwell/dunwell/api/scalar"
)

// ownReaders are the readers of the types that a body has most of, which know their type when they are compiled.
var ownReaders = map[reflect.Type]reader{
	reflect.TypeFor[*string]():                        readStringPointer,
	reflect.TypeFor[*scalar.Decimal]():                readDecimalPointer,
	reflect.TypeFor[scalar.Decimal]():                 typed(readDecimal),
	reflect.TypeFor[scalar.Time]():                    typed(readTime),
	reflect.TypeFor[nullable.Nullable[scalar.Time]](): typed(nullableOf(readTime)),
	reflect.TypeFor[nullable.Nullable[bool]]():        typed(nullableOf(readPlainBool)),
}

// typed is the reader of T.
func typed[T any](read func(*decoder, *T) bool) reader {
	return func(d *decoder, into reflect.Value) bool {
		p, _ := reflect.TypeAssert[*T](into.Addr())
		return read(d, p)
	}
}

// batch gives room for values that are pointed to: for several at once, twice as many each time.
type batch[T any] []T

func (b *batch[T]) next() *T {
	if len(*b) == cap(*b) {
		*b = make([]T, 0, max(4, 2*cap(*b)))
	}
	*b = (*b)[:len(*b)+1]
	return &(*b)[len(*b)-1]
}

func readStringPointer(d *decoder, into reflect.Value) bool {
	if d.peek() == 'n' {
		return d.literal("null")
	}
	s, ok := d.str()
	if ok {
		p := d.strings.next()
		*p = s
		into.Set(reflect.ValueOf(p))
	}
	return ok
}

func readDecimalPointer(d *decoder, into reflect.Value) bool {
	if d.peek() == 'n' {
		return d.literal("null")
	}
	p := d.decimals.next()
	into.Set(reflect.ValueOf(p))
	return readDecimal(d, p)
}

func readDecimal(d *decoder, into *scalar.Decimal) bool {
	value, ok := d.raw()
	return ok && into.UnmarshalJSON(value) == nil
}

func readTime(d *decoder, into *scalar.Time) bool {
	value, ok := d.raw()
	return ok && into.UnmarshalJSON(value) == nil
}

func readPlainBool(d *decoder, into *bool) bool {
	*into = d.literal("true")
	return *into || d.literal("false")
}

// nullableOf reads null as null, not as nothing. It is what UnmarshalJSON of Nullable does, which would decode the value
// once more with encoding/json.
func nullableOf[T any](read func(*decoder, *T) bool) func(*decoder, *nullable.Nullable[T]) bool {
	return func(d *decoder, into *nullable.Nullable[T]) bool {
		if d.peek() == 'n' {
			into.SetNull()
			return d.literal("null")
		}
		var value T
		if !read(d, &value) {
			return false
		}
		into.Set(value)
		return true
	}
}

func readUnmarshaler(d *decoder, into reflect.Value) bool {
	value, ok := d.raw()
	if !ok {
		return false
	}
	own, _ := reflect.TypeAssert[stdjson.Unmarshaler](into.Addr())
	return own.UnmarshalJSON(value) == nil
}

func readString(d *decoder, into reflect.Value) bool {
	if d.peek() == 'n' {
		return d.literal("null")
	}
	s, ok := d.str()
	into.SetString(s)
	return ok
}

func readBool(d *decoder, into reflect.Value) bool {
	if d.peek() == 'n' {
		return d.literal("null")
	}
	var value bool
	ok := readPlainBool(d, &value)
	into.SetBool(value)
	return ok
}

// readInt reads a whole number without point and exponent; the library takes no other for an integer either.
func readInt(d *decoder, into reflect.Value) bool {
	if d.peek() == 'n' {
		return d.literal("null")
	}
	value, ok := d.raw()
	if !ok {
		return false
	}
	n, err := strconv.ParseInt(string(value), 10, into.Type().Bits())
	if err == nil {
		into.SetInt(n)
	}
	return err == nil
}
