package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dunwell/dunwell/internal/verify/lint"
)

// checks are all there is to hold the contract against, the cheap ones first.
var checks = []struct {
	name string
	run  func(*contract) ([]finding, error)
}{
	{"spec", linted("spec", (*lint.Document).Spec)},
	{"rule", linted("rule", (*lint.Document).Style)},
	{"example", linted("example", (*lint.Document).Examples)},
	{"story", checkStory},
	{"extension", checkExtensions},
	{"breaking", checkBreaking},
	{"drift", checkDrift},
}

func main() {
	root := flag.String("C", ".", "the module's `directory`")
	flag.Parse()
	os.Exit(run(*root, os.Stdout, os.Stderr))
}

// run gives the exit status: 0 all is well, 1 there are findings, 2 the checks could not be made.
func run(root string, stdout, stderr io.Writer) int {
	c, err := read(root)
	if err != nil {
		fmt.Fprintln(stderr, "verify:", err)
		return 2
	}
	findings, err := c.verify(stdout)
	for _, f := range findings {
		fmt.Fprintln(stdout, f)
	}
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "verify:", err)
		return 2
	case len(findings) > 0:
		fmt.Fprintf(stderr, "verify: %d findings\n", len(findings))
		return 1
	}
	return 0
}

// verify runs all checks, and tells of those that find nothing. The others take the document for valid: when it is not,
// they are left out.
func (c *contract) verify(progress io.Writer) ([]finding, error) {
	if unreadable := c.parse(); unreadable != nil {
		return unreadable, nil
	}
	var all []finding
	for _, check := range checks {
		start := time.Now()
		findings, err := check.run(c)
		if err != nil {
			return all, fmt.Errorf("%s: %w", check.name, err)
		}
		if len(findings) == 0 {
			fmt.Fprintf(progress, "%-9s ok (%s)\n", check.name, time.Since(start).Round(time.Millisecond))
		}
		all = append(all, findings...)
		if check.name == "spec" && len(findings) > 0 {
			break
		}
	}
	return all, nil
}
