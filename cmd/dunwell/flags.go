package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
)

// withSettings gives a command the flags of the named settings, of all by default, and runs it with the values of all
// settings. A flag wins over its variable. Variables are known to every command, so that one environment serves them all.
func withSettings(env environment, c *cobra.Command, run func(context.Context, *settings) error, only ...string) *cobra.Command {
	s := &settings{}
	for _, o := range offered {
		if len(only) == 0 || slices.Contains(only, o.flag) {
			offerSetting(c, s, o)
		}
	}
	if c.Args == nil {
		c.Args = flagsOnly
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := readVariables(env, c, s); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		return run(c.Context(), s)
	}
	return c
}

func offerSetting(c *cobra.Command, s *settings, o setting) {
	set := func(v string) error { return o.set(s, v) }
	if o.boolean {
		c.Flags().BoolFunc(o.flag, o.help, set)
	} else {
		c.Flags().Func(o.flag, o.help, set)
	}
	_ = c.Flags().SetAnnotation(o.flag, variableAnnotation, []string{o.env}) // the flag is there
	_ = c.Flags().SetAnnotation(o.flag, defaultAnnotation, []string{o.otherwise})
}

// readVariables gives every setting whose flag is not used the value of its variable, else its default.
func readVariables(env environment, c *cobra.Command, s *settings) error {
	if err := checkEnvironment(env.environ); err != nil {
		return err
	}
	for _, o := range offered {
		if c.Flags().Changed(o.flag) {
			continue
		}
		value := env.getenv(o.env)
		if value == "" {
			value = o.otherwise
		}
		if value == "" {
			continue
		}
		if err := o.set(s, value); err != nil {
			return usagef("%s: %v", o.env, err)
		}
	}
	return nil
}
