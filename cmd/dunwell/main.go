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
	"syscall"

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
	getenv   func(string) string
	environ  []string
	out, err io.Writer
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
	defer stop()
	os.Exit(run(ctx, environment{os.Getenv, os.Environ(), os.Stdout, os.Stderr}, os.Args[1:]))
}

// run gives the exit status: 0, 1 for a failure, 2 for a call that cannot be understood.
func run(ctx context.Context, env environment, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		usage(env.out)
		return 0
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, env, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.As(err, new(usageError)):
			fmt.Fprintf(env.err, "dunwell %s: %v\n", c.name, err)
			return 2
		default:
			fmt.Fprintf(env.err, "dunwell %s: %v\n", c.name, err)
			return 1
		}
	}
	fmt.Fprintf(env.err, "dunwell: there is no command %q; try dunwell help\n", args[0])
	return 2
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
