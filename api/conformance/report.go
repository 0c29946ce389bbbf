package conformance

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Outcome is what came of a law.
type Outcome uint8

const (
	Passed     Outcome = iota
	Failed             // not as promised
	Known              // not as promised, as the baseline says
	NotOffered         // the server does not offer what it takes
	Skipped            // what it takes is missing in the Config, or in the suite itself
)

var outcomes = [...]string{"passed", "failed", "known", "not offered", "skipped"}

// String gives passed, failed, known, not offered or skipped.
func (o Outcome) String() string { return outcomes[o] }

// Report is what came of a run.
type Report struct {
	URL       string
	Seed      uint64
	RunID     string
	Started   time.Time
	Took      time.Duration
	Exchanges int         // requests sent
	Results   []Result    // ordered by law and operation
	Offered   []Offer     // ordered by path and method
	Coverage  []Coverage  // ordered as Offered, then by status and media type
	Stale     []Exception // of the baseline: what is excused, and did not fail
	Version   string      // of the contract
}

// Result is what came of a law on one operation, or of a law that is not of a single one.
type Result struct {
	Law       string
	Operation string // operationId; "" if the law is not of a single one
	Says      string // the law in one sentence
	Source    string // where the contract says so
	Outcome   Outcome
	Reason    string // why it did not run, or why the failure is known
	Failures  []Failure
	Omitted   int // failures that are not shown
	Took      time.Duration
}

// Name is the law, and the operation if it is of a single one, as it stands in a baseline.
func (r *Result) Name() string {
	if r.Operation == "" {
		return r.Law
	}
	return r.Law + "/" + r.Operation
}

// Failure is one thing that is not as promised.
type Failure struct {
	Step     string // what was being tried; may be empty
	Expected string
	Came     string
	Curl     string // bash: the requests that show it
}

// Offer says whether an operation is offered.
type Offer struct {
	Operation, Method, Path string
	Offered                 bool
}

// OK says that everything that ran held, but for what the baseline excuses.
func (r *Report) OK() bool { return r.Count(Failed) == 0 }

// Count gives how many results have an outcome.
func (r *Report) Count(o Outcome) (n int) {
	for i := range r.Results {
		if r.Results[i].Outcome == o {
			n++
		}
	}
	return n
}

// report puts everything together.
func (s *suite) report(started time.Time, results []Result) *Report {
	slices.SortFunc(results, func(a, b Result) int {
		return cmp.Or(strings.Compare(a.Law, b.Law), strings.Compare(a.Operation, b.Operation))
	})
	r := &Report{
		URL: s.config.URL, Seed: s.config.Seed, RunID: s.config.RunID, Started: started, Took: time.Since(started), Results: results,
		Coverage: s.coverage.table(), Exchanges: s.coverage.exchanges(), Version: s.config.Document.Info.Version,
	}
	for _, o := range s.contract.Operations() {
		r.Offered = append(r.Offered, Offer{o.ID, o.Method, o.Path, s.offered[o.ID]})
	}
	r.Stale = s.config.Baseline.excuse(r)
	return r
}

// String tells a failure in a few lines.
func (f Failure) String() string {
	var b strings.Builder
	if f.Step != "" {
		b.WriteString("when: " + f.Step + "\n")
	}
	b.WriteString("expected: " + f.Expected + "\ncame: " + f.Came + "\n" + f.Curl)
	return b.String()
}
