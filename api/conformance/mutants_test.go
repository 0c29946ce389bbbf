package conformance

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dunwell/dunwell/api"
)

// mutant is our server with one fault.
type mutant struct {
	name   string
	fault  fault
	breaks string // the laws it breaks, each of which must notice
	also   string // a law it breaks beside those: "law: why it cannot be otherwise"
	runs   string // laws that hold nevertheless, whose requests bring the fault to light
}

// mutants are in the files of their families.
var mutants = slices.Concat(answerMutants, idempotencyMutants, invoiceMutants, listMutants, isolationMutants, commitMutants, documentMutants, deliveryMutants, moneyMutants)

// Every mutant is caught by the laws it breaks, with requests that show it; and by no other of those looked at, unless the
// table says why. That these hold without the fault, so that it is what they notice, TestOurServer shows.
func TestMutants(t *testing.T) {
	if raceEnabled {
		t.Skip("make check runs it by itself: what the race detector could find is in the tests of impl too, and a hundred servers take minutes under it")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			laws := strings.Fields(m.breaks)
			also, _, explained := strings.Cut(m.also, ": ")
			if m.also != "" && !explained {
				t.Fatalf("%q does not say why", m.also)
			}
			failed := failures(t, m.fault, append(strings.Fields(m.runs), laws...))
			for _, law := range laws {
				if failed[law] == "" {
					t.Errorf("%s has not noticed", law)
				}
				delete(failed, law)
			}
			delete(failed, also)
			for law, how := range failed {
				t.Errorf("%s failed too: %.2000s", law, how)
			}
		})
	}
}

func TestMutantsAreMany(t *testing.T) {
	families := map[string]bool{}
	for _, m := range mutants {
		for _, law := range strings.Fields(m.breaks) {
			family, _, _ := strings.Cut(law, ".")
			families[family] = true
			if !slices.ContainsFunc(Laws(), func(l Law) bool { return l.Name == law }) {
				t.Errorf("%s: there is no law %s", m.name, law)
			}
		}
	}
	for _, law := range Laws() {
		family, _, _ := strings.Cut(law.Name, ".")
		if !families[family] {
			t.Errorf("no mutant breaks a law of %s", family)
		}
		families[family] = true
	}
	if len(mutants) < 30 {
		t.Errorf("%d mutants", len(mutants))
	}
}

// theContract is read once for all runs.
var theContract = sync.OnceValue(func() *openapi3.T {
	doc, err := api.Document()
	if err != nil {
		panic(err)
	}
	return doc
})

// failures runs laws on our server with a fault, and tells how those failed that did. Every failure must show it.
func failures(t *testing.T, f fault, laws []string) map[string]string {
	t.Helper()
	c := ours(t, f)
	c.Only, c.Cases, c.Parallel, c.Document = laws, 2, 2, theContract()
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	failed, ran := map[string]string{}, map[string]bool{}
	for i := range report.Results {
		r := &report.Results[i]
		ran[r.Law] = ran[r.Law] || r.Outcome == Passed || r.Outcome == Failed
		if r.Outcome != Failed {
			continue
		}
		failed[r.Law] = r.Failures[0].String()
		for _, failure := range r.Failures {
			if !strings.Contains(failure.Curl, "curl ") || failure.Expected == "" || failure.Came == "" {
				t.Errorf("%s does not show how it failed: %+v", r.Name(), failure)
			}
		}
	}
	for _, law := range laws {
		if !ran[law] && !strings.HasPrefix(law, "answers.") {
			t.Errorf("%s did not run", law)
		}
	}
	return failed
}
