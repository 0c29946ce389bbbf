package impl

import (
	"github.com/oapi-codegen/nullable"

	"github.com/dunwell/dunwell/internal/ar"
)

// or is the value of an optional field, or the one that stands for its absence.
func or[T any](optional *T, otherwise T) T {
	if optional == nil {
		return otherwise
	}
	return *optional
}

// some is an optional field with a value; the zero value is left out.
func some[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// change takes an optional field as a change of what it names.
func change[T any](optional *T) ar.Change[T] {
	if optional == nil {
		return ar.Change[T]{}
	}
	return ar.Set(*optional)
}

// changeAs is change for a field whose type has another name in the domain.
func changeAs[To, From ~string](optional *From) ar.Change[To] {
	if optional == nil {
		return ar.Change[To]{}
	}
	return ar.Set(To(*optional))
}

// changeList is change for a list, item by item.
func changeList[From, To any](optional *[]From, convert func(From) To) ar.Change[[]To] {
	if optional == nil {
		return ar.Change[[]To]{}
	}
	return ar.Set(convertAll(*optional, convert))
}

// changeNull takes a field that may be null as a change, null being the value given.
func changeNull[From, To any](field nullable.Nullable[From], null To, convert func(From) To) ar.Change[To] {
	if !field.IsSpecified() {
		return ar.Change[To]{}
	}
	value, err := field.Get()
	if err != nil { // null
		return ar.Set(null)
	}
	return ar.Set(convert(value))
}

// convertAll converts a list; an empty one is not nil.
func convertAll[From, To any](from []From, convert func(From) To) []To {
	to := make([]To, 0, len(from))
	for _, f := range from {
		to = append(to, convert(f))
	}
	return to
}
