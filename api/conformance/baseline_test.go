package conformance

import (
	"strings"
	"testing"
)

const baselineText = `# Known failures of the conformance suite: law or law/operation, and why.
items.replaced # see INV-7
pages.whole
shapes.types/createInvoice # the proxy's # sign
`

func TestBaselineReadAndWritten(t *testing.T) {
	read, err := ReadBaseline(strings.NewReader("\n# a comment\npages.whole\n shapes.types/createInvoice#the proxy's # sign\n\nitems.replaced   # see INV-7\npages.whole # again\n"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if n, err := read.WriteTo(&b); err != nil || b.String() != baselineText || n != int64(b.Len()) {
		t.Errorf("%v %q", err, b.String())
	}
	if _, err := ReadBaseline(strings.NewReader("items.replaced because of INV-7\n")); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Error(err)
	}
}

func TestBaselineExcuses(t *testing.T) {
	result := func(law, operation string, outcome Outcome) Result {
		return Result{Law: law, Operation: operation, Outcome: outcome}
	}
	r := &Report{Results: []Result{
		result("items.replaced", "", Failed),
		result("shapes.types", "createIdentity", Failed), result("shapes.types", "createInvoice", Failed),
		result("doors.size", "createIdentity", Failed), result("doors.size", "createInvoice", Passed),
		result("pages.whole", "", Passed), result("job.read", "", NotOffered),
	}}
	b := &Baseline{Exceptions: []Exception{{"doors.size", "all of them"}, {"items.replaced", "see INV-7"}, {"job.read", ""}, {"no.such-law", ""}, {"pages.whole", ""}, {"shapes.types/createInvoice", ""}, {"totals.net", "not run"}}}
	r.Stale = b.excuse(r)
	if len(r.Stale) != 2 || r.Stale[0].Name != "no.such-law" || r.Stale[1].Name != "pages.whole" {
		t.Errorf("stale: %v", r.Stale)
	}
	if r.OK() || r.Count(Failed) != 1 || r.Count(Known) != 3 || r.Results[0].Reason != "see INV-7" {
		t.Errorf("%+v", r.Results)
	}
	var text strings.Builder
	if _, err := r.Baseline(b).WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	const want = `# Known failures of the conformance suite: law or law/operation, and why.
doors.size # all of them
items.replaced # see INV-7
job.read
shapes.types/createIdentity
shapes.types/createInvoice
totals.net # not run
`
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
}
