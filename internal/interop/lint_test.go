package interop

import "testing"

// Neither linter finds anything, be it only worth a hint. What they are told not to look at stands in their own files, each
// with its reason.
func TestLint(t *testing.T) {
	for _, linter := range []struct {
		module, program string
		args            []string
	}{
		{"@stoplight/spectral-cli", "spectral", []string{"lint", "--fail-severity=hint", "--ruleset", ".spectral.yaml", contract}},
		{"@redocly/cli", "redocly", []string{"lint", "--config", "redocly.yaml", contract}},
	} {
		t.Run(linter.program, func(t *testing.T) {
			must(t, linter.program, linter.args...)
			showed(t, named(t, linter.module), "finds nothing to say about the contract")
		})
	}
}
