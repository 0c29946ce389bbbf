package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/dunwell/dunwell/internal/verify/lint"
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

// linted is a check that package lint makes of the document.
func linted(check string, run func(*lint.Document) []lint.Finding) func(*contract) ([]finding, error) {
	return func(c *contract) ([]finding, error) { return findings(check, run(c.document)), nil }
}

// findings takes over what package lint found.
func findings(check string, found []lint.Finding) []finding {
	r := report{check: check}
	for _, f := range found {
		place := cmp.Or(f.Place, f.File)
		f.Place = "" // it is told already
		r.addf(place, "%s", f.Text())
	}
	return r.sorted()
}
