package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dunwell/dunwell/internal/ar"
)

// usageError is a call or a setting that cannot be understood.
type usageError string

func (e usageError) Error() string { return string(e) }

func usagef(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// sentence is an error on one line, and in the words of the domain where it has some.
func sentence(err error) string {
	text := err.Error()
	switch e := (*ar.Error)(nil); {
	case !errors.As(err, &e) || e.Cause != nil:
	case len(e.Details) > 0:
		text = e.Details[0].Error + " " + e.Details[0].Hint
		if path := strings.Join(e.Details[0].Fields, ", "); strings.Contains(path, ".") { // not named by a flag
			text = path + ": " + text
		}
	default:
		text = e.Message
	}
	return strings.Join(strings.Fields(text), " ")
}

// shown quotes an argument, unless it may hold a password.
func shown(arg string) string {
	if strings.Contains(arg, "://") {
		return "a URL that follows no flag"
	}
	return strconv.Quote(arg)
}

// flagError says what is wrong with a flag, and never quotes its value: that may be a password.
func flagError(c *cobra.Command, err error) error {
	if args := c.Flags().Args(); c.HasSubCommands() && len(args) > 0 {
		return noSuchCommand(c, args[0])
	}
	var (
		invalid *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
		unknown *pflag.NotExistError
	)
	switch {
	case errors.As(err, &invalid):
		return usagef("--%s: %v", invalid.GetFlag().Name, invalid.Unwrap())
	case errors.As(err, &missing):
		return usagef("--%s needs a value; %s --help lists the flags", missing.GetFlag().Name, c.CommandPath())
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return usagef("there is no flag --%s; %s --help lists those there are", unknown.GetSpecifiedName(), c.CommandPath())
	case errors.As(err, &unknown):
		return usagef("there is no flag -%s; %s --help lists those there are", unknown.GetSpecifiedName()[:1], c.CommandPath())
	}
	return usagef("a flag is not written as --name value or --name=value; %s --help lists the flags", c.CommandPath())
}
