package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api/conformance"
)

// Variables that hold the passwords of dunwell conform.
const (
	conformPasswordVariable      = "DUNWELL_CONFORM_PASSWORD"
	conformOtherPasswordVariable = "DUNWELL_CONFORM_OTHER_PASSWORD"
)

// conformRun is what the flags of dunwell conform say.
type conformRun struct {
	conformance.Config
	user, otherUser string
	reports         []string
	baseline        string
	update          bool
}

func conformCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "conform", Short: "hold any server against the contract", Args: flagsOnly}
	c.Long = `Tries what the contract promises on a server, in whatever language it is written, through its HTTP face alone. What a
server answers with 501 it does not offer; that is told, and is no failure. With failures it ends with status 1.

Use a test account: it creates customers and invoices there, which begin with cf and the id of the run, commits some of
them, cannot clean up, and never touches what others made. With a second merchant it also tries to see across.

The passwords are read from ` + conformPasswordVariable + ` and ` + conformOtherPasswordVariable + `, and asked for if they are not set.`
	c.Example = "  dunwell conform --url http://127.0.0.1:8080/api --user demo --other-user rival\n" +
		"  dunwell conform --url https://staging.example.com/api --user ci --report conformance.html --report junit.xml --baseline conformance.txt\n" +
		"  dunwell conform --list"
	var r conformRun
	r.flags(c)
	list := c.Flags().Bool("list", false, "list the laws, and send nothing")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *list {
			return listLaws(env.out)
		}
		return r.run(c, env)
	}
	return c
}

func (r *conformRun) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&r.URL, "url", "", "`URL` of the API, with its base path")
	f.StringVar(&r.user, "user", "", "user `name` of a test account's key, with all permissions")
	f.StringVar(&r.otherUser, "other-user", "", "user `name` of another merchant's key; without, nothing is tried across merchants")
	f.StringSliceVar(&r.Only, "only", nil, "comma-separated `names` of laws, operations, tags, or of results such as doors.size/createInvoice; * stands for anything")
	f.Uint64Var(&r.Seed, "seed", 1, "`number` that decides what is drawn")
	f.IntVar(&r.Cases, "cases", 20, "`number` of requests drawn for each operation, beside those at each boundary")
	f.IntVar(&r.Parallel, "parallel", 4, "`number` of laws tried at once")
	f.StringArrayVar(&r.reports, "report", nil, "`file` for a report: a page (.html), for pipelines (.xml), or text (.txt); may be given several times")
	f.StringVar(&r.baseline, "baseline", "", "`file` with known failures, which are told but do not count")
	f.BoolVar(&r.update, "baseline-update", false, "write the failures into the baseline, and take out what does not fail any more")
}

func (r *conformRun) run(c *cobra.Command, env environment) error {
	if err := r.complete(env); err != nil {
		return err
	}
	known, err := readBaseline(r.baseline, r.update)
	if err != nil {
		return err
	}
	r.Baseline = known
	report, err := conformance.Run(c.Context(), r.Config)
	if err != nil {
		return conformError(err)
	}
	if err := report.WriteText(env.out); err != nil {
		return err
	}
	for _, name := range r.reports {
		if err := writeFile(name, reportFormats[filepath.Ext(name)](report)); err != nil {
			return err
		}
	}
	if r.update {
		after := report.Baseline(known)
		return writeFile(r.baseline, func(w io.Writer) error { _, err := after.WriteTo(w); return err })
	}
	if !report.OK() {
		return errors.New("the contract is broken: " + count(report.Count(conformance.Failed), "failure"))
	}
	return nil
}

// conformError leaves out the name of the package; that of the command stands there already.
func conformError(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), "conformance: "))
}

// reportFormats are the kinds of reports, by extension.
var reportFormats = map[string]func(*conformance.Report) func(io.Writer) error{
	".html": func(r *conformance.Report) func(io.Writer) error { return r.WriteHTML },
	".xml":  func(r *conformance.Report) func(io.Writer) error { return r.WriteJUnit },
	".txt":  func(r *conformance.Report) func(io.Writer) error { return r.WriteText },
}

// complete checks the flags and gets the passwords.
func (r *conformRun) complete(env environment) (err error) {
	switch {
	case r.URL == "" || r.user == "":
		return usagef("--url and --user are needed")
	case r.update && r.baseline == "":
		return usagef("--baseline-update needs --baseline, the file to write")
	case r.Cases < 1 || r.Parallel < 1 || r.Seed == 0:
		return usagef("--cases, --parallel and --seed must be 1 or more")
	}
	for _, name := range r.reports {
		if reportFormats[filepath.Ext(name)] == nil {
			return usagef("--report: the file must end in .html, .xml or .txt")
		}
	}
	if r.Merchant, err = credentialsOf(env, "--user", r.user, conformPasswordVariable); err != nil || r.otherUser == "" {
		return err
	}
	r.Other, err = credentialsOf(env, "--other-user", r.otherUser, conformOtherPasswordVariable)
	return err
}

// credentialsOf takes a password from the flag, as curl does, from the variable, or from whoever sits there.
func credentialsOf(env environment, flag, value, variable string) (conformance.Credentials, error) {
	user, password, given := strings.Cut(value, ":")
	switch {
	case given:
		fmt.Fprintf(env.err, "Caution: other users of this machine can see the password in %s. Put it into %s instead.\n", flag, variable)
		return conformance.Credentials{User: user, Password: password}, nil
	case env.getenv(variable) != "":
		return conformance.Credentials{User: user, Password: env.getenv(variable)}, nil
	}
	fmt.Fprintf(env.err, "For %s: ", user)
	password, err := readPassword(env)
	return conformance.Credentials{User: user, Password: password}, err
}

// readBaseline reads known failures; a file that is to be written need not be there.
func readBaseline(name string, update bool) (*conformance.Baseline, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if update && errors.Is(err, os.ErrNotExist) {
		return &conformance.Baseline{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the baseline cannot be read: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	known, err := conformance.ReadBaseline(file)
	if err != nil {
		return nil, conformError(err)
	}
	return known, nil
}

// writeFile writes a whole file, which replaces the one that was there.
func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

func listLaws(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, law := range conformance.Laws() {
		fmt.Fprintf(table, "%s\t%s\n", law.Name, law.Says)
	}
	return table.Flush()
}
