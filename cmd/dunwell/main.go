// Command dunwell runs the invoice server and takes care of its database and its API keys.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/document"
)

// command is a subcommand. Its error is one sentence for whoever typed it.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, env environment, args []string) error
}

// environment is what a command sees of the world.
type environment struct {
	environ  []string // NAME=value
	out, err io.Writer
}

// getenv is a variable's value, empty if it is not set.
func (e environment) getenv(name string) string {
	for _, entry := range slices.Backward(e.environ) { // the last one counts
		if value, found := strings.CutPrefix(entry, name+"="); found {
			return value
		}
	}
	return ""
}

var commands = []command{
	{"serve", "run the server", serveCommand},
	{"keys", "create, list and revoke API keys", keysCommand},
	{"migrate", "bring the database up to date and stop", migrateCommand},
	{"version", "print the version", versionCommand},
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		os.Exit(document.InspectMain(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, environment{os.Environ(), os.Stdout, os.Stderr}, os.Args[1:]))
}

// run gives the exit status: 0, 1 for a failure, 2 for a call that cannot be understood.
func run(ctx context.Context, env environment, args []string) int {
	if len(args) > 1 && args[0] == "help" {
		args = []string{args[1], "--help"}
	}
	if len(args) == 0 || slices.Contains([]string{"help", "--help", "-h"}, args[0]) {
		usage(env.out)
		return 0
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		fmt.Fprintf(env.err, "dunwell: there is no command %s; try dunwell help\n", shown(args[0]))
		return 2
	}
	err := commands[i].run(ctx, env, args[1:])
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintf(env.err, "dunwell %s: %s\n", commands[i].name, sentence(err))
	if errors.As(err, new(usageError)) {
		return 2
	}
	return 1
}

// sentence is an error on one line, and in the words of the domain where it has some.
func sentence(err error) string {
	text := err.Error()
	switch e := (*ar.Error)(nil); {
	case !errors.As(err, &e) || e.Cause != nil:
	case len(e.Details) > 0:
		text = e.Details[0].Error + " " + e.Details[0].Hint
	default:
		text = e.Message
	}
	return strings.Join(strings.Fields(text), " ")
}

func usage(w io.Writer) {
	fmt.Fprint(w, "dunwell: an Abillify-compatible invoice server\n\nUsage: dunwell COMMAND [flags]\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\ndunwell COMMAND --help shows the flags of a command.\n")
}

// usageError is a call or a setting that cannot be understood.
type usageError string

func (e usageError) Error() string { return string(e) }

func usagef(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }
