package conformance

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteText writes the report for a terminal or a log: what failed first, at the end which documented answers were seen.
func (r *Report) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s: contract %s, seed %d, run %s\n%s\n", r.URL, r.Version, r.Seed, r.RunID, r.Summary())
	for _, outcome := range []Outcome{Failed, Known} {
		for i := range r.Results {
			if r.Results[i].Outcome == outcome {
				writeResult(b, &r.Results[i])
			}
		}
	}
	if len(r.Stale) > 0 {
		fmt.Fprintln(b, "\nIn the baseline, but not failing any more:")
		for _, e := range r.Stale {
			fmt.Fprintf(b, "  %s\n", e.Name)
		}
	}
	r.writeLeftOut(b)
	r.writeCoverage(b)
	return b.Flush()
}

// Summary tells in one line what came of the run.
func (r *Report) Summary() string {
	verdict := "The contract is kept"
	if !r.OK() {
		verdict = "The contract is broken"
	}
	var counts []string
	for _, outcome := range []Outcome{Failed, Known, Passed, NotOffered, Skipped} {
		if n := r.Count(outcome); n > 0 || outcome == Passed {
			counts = append(counts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	return fmt.Sprintf("%s: %s; %d requests in %s", verdict, strings.Join(counts, ", "), r.Exchanges, r.Took.Round(100*time.Millisecond))
}

func writeResult(b *bufio.Writer, r *Result) {
	fmt.Fprintf(b, "\n%s %s\n", strings.ToUpper(r.Outcome.String()), r.Name())
	if r.Reason != "" {
		fmt.Fprintf(b, "  known: %s\n", r.Reason)
	}
	fmt.Fprintf(b, "  %s (%s)\n", r.Says, r.Source)
	for _, f := range r.Failures {
		fmt.Fprintf(b, "\n%s\n", indent(f.String()))
	}
	if r.Omitted > 0 {
		fmt.Fprintf(b, "\n  … and %d more\n", r.Omitted)
	}
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}

// writeLeftOut tells what did not run, by reason.
func (r *Report) writeLeftOut(b *bufio.Writer) {
	if missing := r.missing(); len(missing) > 0 {
		fmt.Fprintf(b, "\nNot offered: %s\n", strings.Join(missing, ", "))
	}
	var skipped []string
	for i := range r.Results {
		if r.Results[i].Outcome == Skipped {
			skipped = append(skipped, r.Results[i].Law+" ("+r.Results[i].Reason+")")
		}
	}
	if skipped = slices.Compact(skipped); len(skipped) > 0 {
		fmt.Fprintf(b, "\nSkipped: %s\n", strings.Join(skipped, ", "))
	}
}

// missing gives the operations that are not offered.
func (r *Report) missing() (ids []string) {
	for _, o := range r.Offered {
		if !o.Offered {
			ids = append(ids, o.Operation)
		}
	}
	return ids
}

// answersOf says which documented answers of an operation were seen, and which were not.
func (r *Report) answersOf(operation string) (seen, unseen []string) {
	for _, c := range r.Coverage {
		if c.Operation != operation {
			continue
		}
		name := c.Status
		if c.MediaType != "" && c.MediaType != "application/json" {
			name += " " + c.MediaType
		}
		if c.Seen > 0 {
			seen = append(seen, name)
		} else {
			unseen = append(unseen, name)
		}
	}
	return seen, unseen
}

// covered counts the documented answers of what is offered, and those that were seen.
func (r *Report) covered() (seen, all int) {
	for _, o := range r.Offered {
		if o.Offered {
			s, u := r.answersOf(o.Operation)
			seen, all = seen+len(s), all+len(s)+len(u)
		}
	}
	return seen, all
}

func (r *Report) writeCoverage(b *bufio.Writer) {
	seen, all := r.covered()
	fmt.Fprintf(b, "\nDocumented answers seen: %d of %d\n", seen, all)
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "  operation\tseen\tnot seen\n")
	for _, o := range r.Offered {
		if !o.Offered {
			continue
		}
		seen, unseen := r.answersOf(o.Operation)
		fmt.Fprintf(table, "  %s\t%s\t%s\n", o.Operation, strings.Join(seen, ", "), strings.Join(unseen, ", "))
	}
	_ = table.Flush() // into b, which keeps the error
}
