package main

import (
	"slices"
	"strings"
)

// otherVariables are the variables of ours that are no settings of the server.
var otherVariables = []string{
	urlVariable, userVariable, passwordVariable, profileVariable,
	conformPasswordVariable, conformOtherPasswordVariable,
	"DUNWELL_ACTIVE_HELP",             // read and set by the completion scripts, here and in the next line
	"DUNWELL_COMPLETION_DESCRIPTIONS", //
	"DUNWELL_REQUIRE_NODE",            // of the tests, as the next: who runs both in one shell has done nothing wrong
	"DUNWELL_REQUIRE_POSTGRES",        //
}

// checkEnvironment refuses variables of ours that do not exist: a spelling mistake, or a promise this version does not keep.
func checkEnvironment(environ []string) error {
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "DUNWELL_") || strings.HasPrefix(name, "DUNWELL_TEST_") || slices.Contains(otherVariables, name) {
			continue
		}
		if !slices.ContainsFunc(offered, func(o setting) bool { return o.env == name }) {
			return usagef("the environment variable %s is not known; dunwell serve --help lists those that are", name)
		}
	}
	return nil
}
