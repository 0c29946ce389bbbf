package conformance

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Exception is a failure that is known: a line of a baseline.
type Exception struct {
	Name   string // a law, or law/operationId; see Result.Name
	Reason string // why it is put up with; may be empty
}

// Baseline is a list of known failures.
type Baseline struct {
	Exceptions []Exception // ordered by name
}

// ReadBaseline reads a baseline: one name a line, and behind a # the reason. Empty lines and lines that begin with #
// are comments.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	b := &Baseline{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		name, reason, _ := strings.Cut(lines.Text(), "#")
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("conformance: baseline, line %d: %q is no name of a law; a reason begins with #", n, name)
		}
		b.Exceptions = append(b.Exceptions, Exception{name, strings.TrimSpace(reason)})
	}
	b.sort()
	return b, lines.Err()
}

func (b *Baseline) sort() {
	slices.SortStableFunc(b.Exceptions, func(a, b Exception) int { return strings.Compare(a.Name, b.Name) })
	b.Exceptions = slices.CompactFunc(b.Exceptions, func(a, b Exception) bool { return a.Name == b.Name })
}

// WriteTo writes the baseline as ReadBaseline reads it.
func (b *Baseline) WriteTo(w io.Writer) (int64, error) {
	var text strings.Builder
	text.WriteString("# Known failures of the conformance suite: law or law/operation, and why.\n")
	for _, e := range b.Exceptions {
		text.WriteString(e.Name)
		if e.Reason != "" {
			text.WriteString(" # " + e.Reason)
		}
		text.WriteByte('\n')
	}
	n, err := io.WriteString(w, text.String())
	return int64(n), err
}

// excuse makes the failures of a report that are in the baseline known ones, and gives the exceptions that excused
// nothing although what they name ran and held, or is no law.
func (b *Baseline) excuse(r *Report) (stale []Exception) {
	if b == nil {
		return nil
	}
	for _, e := range b.Exceptions {
		failed := false
		ran := !slices.ContainsFunc(Laws(), e.names) // or never will
		for i := range r.Results {
			result := &r.Results[i]
			if result.Name() != e.Name && result.Law != e.Name {
				continue
			}
			ran = ran || result.Outcome == Passed
			if result.Outcome == Failed {
				result.Outcome, result.Reason = Known, e.Reason
			}
			failed = failed || result.Outcome == Known
		}
		if ran && !failed {
			stale = append(stale, e)
		}
	}
	return stale
}

// names says whether it is a law that is excused, or one of its operations.
func (e Exception) names(l Law) bool {
	law, _, _ := strings.Cut(e.Name, "/")
	return law == l.Name
}

// Baseline gives the baseline that would excuse exactly the failures of the report: reasons of known ones are kept, and
// so is what was not run.
func (r *Report) Baseline(before *Baseline) *Baseline {
	after := &Baseline{}
	for i := range r.Results {
		if result := &r.Results[i]; result.Outcome == Failed {
			after.Exceptions = append(after.Exceptions, Exception{Name: result.Name()})
		}
	}
	if before != nil {
		for _, e := range before.Exceptions {
			if !slices.Contains(r.Stale, e) {
				after.Exceptions = append(after.Exceptions, e)
			}
		}
	}
	after.sort()
	return after
}
