package conformance

import (
	"path"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

// Law is one promise of the contract.
type Law struct {
	Name   string   // family and promise, such as items.replaced
	Says   string   // the promise in one sentence
	Source string   // where the contract says so: an operation, a component, or a paragraph of its description
	Needs  []string // operationIds that must be offered
	Other  bool     // needs a second merchant
	Alone  bool     // changes what all others see, such as the clock: nothing runs beside it, and all else before it

	// each makes the law one of every single operation for which it is true: check then runs once for each of those
	// that are offered. nil: check runs once.
	each  func(*validate.Operation) bool
	check func(*trial)

	// inputs makes the law one of those operations only for which requests are generated that break it.
	inputs bool
}

// Laws gives all laws, in the order of their names.
func Laws() []Law {
	all := slices.Concat(answerLaws, doorLaws, shapeLaws, []Law{drawnLaw}, statefulLaws)
	slices.SortFunc(all, func(a, b Law) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// selected says whether what only lists names this law, checked on this operation; nil for a law that is not of a
// single one.
func (l *Law) selected(only []string, o *validate.Operation, operations func(string) *validate.Operation) bool {
	if len(only) == 0 || matchesAny(only, l.Name) {
		return true
	}
	if o != nil {
		return matchesOperation(only, o) || matchesAny(only, l.Name+"/"+o.ID)
	}
	return slices.ContainsFunc(l.Needs, func(id string) bool {
		needed := operations(id)
		return needed != nil && matchesOperation(only, needed)
	})
}

func matchesOperation(only []string, o *validate.Operation) bool {
	return matchesAny(only, o.ID) || slices.ContainsFunc(o.Tags, func(tag string) bool { return matchesAny(only, tag) })
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, _ := path.Match(pattern, name) // Config.complete has refused bad patterns
		return matched
	})
}
