package conformance

import (
	"iter"
	"maps"
	"slices"
)

// smallerValues gives JSON values that are a little smaller than v: without one member or element, or with one of them,
// or a text, smaller. Those that take away most come first.
func smallerValues(v any) iter.Seq[any] {
	return func(yield func(any) bool) {
		switch v := v.(type) {
		case map[string]any:
			smallerObjects(v, yield)
		case []any:
			smallerArrays(v, yield)
		case string:
			if runes := []rune(v); len(runes) > 1 {
				_ = yield(string(runes[:len(runes)/2])) && yield(string(runes[:len(runes)-1]))
			}
		}
	}
}

func smallerObjects(v map[string]any, yield func(any) bool) bool {
	names := slices.Sorted(maps.Keys(v))
	for _, name := range names {
		less := maps.Clone(v)
		delete(less, name)
		if !yield(less) {
			return false
		}
	}
	for _, name := range names {
		for inner := range smallerValues(v[name]) {
			changed := maps.Clone(v)
			changed[name] = inner
			if !yield(changed) {
				return false
			}
		}
	}
	return true
}

func smallerArrays(v []any, yield func(any) bool) bool {
	for i := range v {
		if !yield(slices.Delete(slices.Clone(v), i, i+1)) {
			return false
		}
	}
	for i := range v {
		for inner := range smallerValues(v[i]) {
			changed := slices.Clone(v)
			changed[i] = inner
			if !yield(changed) {
				return false
			}
		}
	}
	return true
}
