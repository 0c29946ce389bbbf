package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// otherVariables are the variables of ours that are no settings of the server. Those that nobody sets by hand have no help.
var otherVariables = []struct{ name, help string }{
	{urlVariable, "URL of the API the client commands call, with its base path; together with the next two"},
	{userVariable, "user name of the key they call it with"},
	{passwordVariable, "its password"},
	{profileVariable, "profile of the configuration file they use instead"},
	{conformPasswordVariable, "password of conform --user"},
	{conformOtherPasswordVariable, "password of conform --other-user"},
	{"DUNWELL_ACTIVE_HELP", ""}, // read and set by the completion scripts, as the next
	{"DUNWELL_COMPLETION_DESCRIPTIONS", ""},
	{"DUNWELL_REQUIRE_NODE", ""}, // of the tests, as the next two: who runs both in one shell has done nothing wrong
	{"DUNWELL_REQUIRE_POPPLER", ""},
	{"DUNWELL_REQUIRE_POSTGRES", ""},
}

// checkEnvironment refuses variables of ours that do not exist: a spelling mistake, or a promise this version does not keep.
func checkEnvironment(environ []string) error {
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "DUNWELL_") && !strings.HasPrefix(name, "DUNWELL_TEST_") && !known(name) {
			return usagef("the environment variable %s is not known; dunwell help environment lists those that are", name)
		}
	}
	return nil
}

func known(name string) bool {
	for _, v := range otherVariables {
		if v.name == name {
			return true
		}
	}
	return slices.ContainsFunc(offered, func(o setting) bool { return o.env == name })
}

// environmentTopic is a page of the help, and no command.
func environmentTopic() *cobra.Command {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, v := range otherVariables {
		if v.help != "" {
			fmt.Fprintf(table, "  %s\t%s\n", v.name, v.help)
		}
	}
	fmt.Fprintln(table)
	for _, o := range offered {
		fmt.Fprintf(table, "  %s\t--%s of serve: %s\n", o.env, o.flag, strings.ReplaceAll(o.help, "`", ""))
	}
	_ = table.Flush() // to memory
	return &cobra.Command{Use: "environment", Short: "the variables that are read", Long: `An empty variable is as good as none. One that begins with DUNWELL_ and is not listed here stops every command that reads them.

` + b.String()}
}
