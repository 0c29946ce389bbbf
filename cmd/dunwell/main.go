// Command dunwell runs the invoice server, takes care of its database and its API keys, and is a client of the API.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // merchants have time zones, and containers often none

	"github.com/dunwell/dunwell/internal/document"
)

// environment is what a command sees of the world.
type environment struct {
	environ  []string // NAME=value
	in       io.Reader
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

func main() {
	if len(os.Args) > 1 && os.Args[1] == document.Command {
		os.Exit(document.InspectMain(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, environment{os.Environ(), os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// run gives the exit status; dunwell help exit-codes lists them.
func run(ctx context.Context, env environment, args []string) int {
	root := newRoot(env)
	root.SetArgs(append([]string{}, args...)) // nil would stand for those of the process
	called, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	report(env.err, called.CommandPath(), err)
	return exitStatus(err)
}
