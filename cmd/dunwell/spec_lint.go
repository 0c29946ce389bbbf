package main

import (
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/internal/verify/lint"
)

func lintCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "lint [FILE]", Short: "hold a contract against the rules of a good one", Args: atMostOne}
	c.Long = `Says where a contract is not valid, leaves its readers guessing, has values without limits, or examples that do not fit.
With findings it ends with status 1.`
	c.Example = "  dunwell spec lint api/openapi.yaml\n  dunwell spec lint --format github --disable refusal,tag api/openapi.yaml"
	reader, format := contractReader{env: env}, lint.Text
	reader.offer(c)
	choiceFlag(c, &format, "format", "`word` for how findings are written: %s", lint.Formats)
	disabled := c.Flags().StringSlice("disable", nil, "comma-separated `rules` that are not asked for")
	rules := c.Flags().Bool("rules", false, "list the rules, and look at nothing")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if *rules {
			return printRules(env)
		}
		for _, rule := range *disabled {
			if !slices.ContainsFunc(lint.Rules, func(r lint.Rule) bool { return r.Name == rule }) {
				return usagef("--disable: there is no rule %s; dunwell spec lint --rules lists those there are", shown(rule))
			}
		}
		d, err := lint.Load(reader.file(args))
		if err != nil {
			return err
		}
		found := slices.DeleteFunc(d.Lint(), func(f lint.Finding) bool { return slices.Contains(*disabled, f.Rule) })
		if err := lint.Print(env.out, format, found); err != nil {
			return err
		}
		if len(found) > 0 {
			return errors.New(count(len(found), "finding"))
		}
		return nil
	}
	return c
}

func printRules(env environment) error {
	w := tabwriter.NewWriter(env.out, 0, 8, 2, ' ', 0)
	for _, r := range lint.Rules {
		fmt.Fprintf(w, "%s\t%s\n", r.Name, r.Wants)
	}
	return w.Flush()
}
