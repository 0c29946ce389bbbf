package main

import (
	"cmp"
	"fmt"
	"slices"
)

// finding is one place where a rule is broken, and what would be right.
type finding struct {
	check   string // name of the check, such as drift
	place   string // such as components.schemas.Invoice.label, or a file
	problem string
}

func (f finding) String() string { return fmt.Sprintf("%-9s %s: %s", f.check, f.place, f.problem) }

// report collects the findings of one check.
type report struct {
	check    string
	findings []finding
}

func (r *report) addf(place, format string, args ...any) {
	r.findings = append(r.findings, finding{r.check, place, fmt.Sprintf(format, args...)})
}

// sorted gives the findings by place, so that two runs read the same. What is wrong with a shared component is told once.
func (r *report) sorted() []finding {
	slices.SortFunc(r.findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.problem, b.problem))
	})
	return slices.Compact(r.findings)
}
