package conformance

import (
	"testing"
)

// Test is Run as a part of a test: each law on each operation is a subtest, skipped where it is not offered. What a test
// is told to run by go test -run is only what it tells about; see Config.Only for what is sent.
func Test(t *testing.T, c Config) {
	t.Helper()
	report, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range report.Results {
		r := &report.Results[i]
		t.Run(r.Name(), func(t *testing.T) {
			switch r.Outcome {
			case Failed:
				t.Errorf("%s (%s)", r.Says, r.Source)
				for _, f := range r.Failures {
					t.Error(f)
				}
			case Passed:
			case Known, NotOffered, Skipped:
				t.Skipf("%s: %s", r.Outcome, r.Reason)
			}
		})
	}
}
