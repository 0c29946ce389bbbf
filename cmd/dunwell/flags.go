package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// flags are those of one command: the settings it offers, and its own.
type flags struct {
	*flag.FlagSet
	settings *settings
	env      environment
	refused  error // why a setting's value was refused; package flag would quote the value, and that may hold a password
}

// newFlags takes each setting's default and variable, and offers the flags of the named settings, of all by default.
// Variables are known to every command, so that one environment serves them all.
func newFlags(env environment, name string, only ...string) (*flags, error) {
	f := &flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), settings: &settings{}, env: env}
	f.SetOutput(io.Discard) // run prints errors, help prints help
	if err := checkEnvironment(env.environ); err != nil {
		return nil, err
	}
	for _, o := range offered {
		if o.otherwise != "" {
			if err := o.set(f.settings, o.otherwise); err != nil {
				return nil, fmt.Errorf("default of --%s: %w", o.flag, err)
			}
		}
		if v := env.getenv(o.env); v != "" {
			if err := o.set(f.settings, v); err != nil {
				return nil, usagef("%s: %v", o.env, err)
			}
		}
		if len(only) == 0 || slices.Contains(only, o.flag) {
			f.offer(o)
		}
	}
	return f, nil
}

func (f *flags) offer(o setting) {
	define := f.Func
	if o.boolean {
		define = f.BoolFunc
	}
	define(o.flag, o.help, func(v string) error {
		err := o.set(f.settings, v)
		if err != nil {
			f.refused = fmt.Errorf("--%s: %w", o.flag, err)
		}
		return err
	})
}

// parse reads the flags of a command that takes nothing else.
func (f *flags) parse(args []string) error {
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return errors.Join(err, f.help())
	case f.refused != nil:
		return usageError(f.refused.Error())
	case err != nil:
		return usagef("%v; dunwell %s --help lists the flags", err, f.Name())
	case f.NArg() > 0:
		return usagef("%s is not understood; dunwell %s takes flags only", shown(f.Arg(0)), f.Name())
	}
	return f.settings.check()
}

// shown quotes an argument, unless it may hold a password.
func shown(arg string) string {
	if strings.Contains(arg, "://") {
		return "a URL that follows no flag"
	}
	return strconv.Quote(arg)
}

// help lists the flags with their variables and defaults.
func (f *flags) help() error {
	fmt.Fprintf(f.env.out, "Usage: dunwell %s [flags]\n\n", f.Name())
	w := tabwriter.NewWriter(f.env.out, 0, 8, 2, ' ', 0)
	f.VisitAll(func(one *flag.Flag) {
		value, text := flag.UnquoteUsage(one)
		otherwise, variable := one.DefValue, ""
		if o, known := settingOf(one.Name); known {
			otherwise, variable = o.otherwise, o.env
			if o.boolean {
				value, otherwise = "", ""
			}
		}
		if otherwise != "" {
			text += " (default " + otherwise + ")"
		}
		fmt.Fprintf(w, "  --%s\t%s\t%s\n", strings.TrimSpace(one.Name+" "+strings.ToUpper(value)), variable, text)
	})
	return w.Flush()
}

func settingOf(flag string) (setting, bool) {
	if i := slices.IndexFunc(offered, func(o setting) bool { return o.flag == flag }); i >= 0 {
		return offered[i], true
	}
	return setting{}, false
}

// checkEnvironment refuses variables of ours that do not exist. Those of the tests are let pass: who runs both in one
// shell has done nothing wrong.
func checkEnvironment(environ []string) error {
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "DUNWELL_") || strings.HasPrefix(name, "DUNWELL_TEST_") || name == "DUNWELL_REQUIRE_POSTGRES" {
			continue
		}
		if !slices.ContainsFunc(offered, func(o setting) bool { return o.env == name }) {
			return usagef("the environment variable %s is not known; dunwell serve --help lists those that are", name)
		}
	}
	return nil
}
