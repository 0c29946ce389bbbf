package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/internal/scaffold"
)

func scaffoldCommand(env environment) *cobra.Command {
	c := &cobra.Command{Use: "scaffold DIR", Short: "write a server of your own for the contract, or add what is new to it"}
	c.Long = `Writes a Go project into DIR that serves the contract, with a method for each operation that answers 501 until somebody
fills it in, and with a test that runs the conformance suite.

If DIR holds such a project already, adds the methods of operations that are new to the contract, tells of those that
are gone, and touches nothing else. In the project, go generate does that.`
	c.Example = "  dunwell scaffold --module example.com/acme/invoices invoices"
	var p scaffold.Project
	var noTidy bool
	f := c.Flags()
	f.StringVar(&p.Module, "module", "", "`path` of the new module, such as example.com/acme/invoices")
	f.StringVar(&p.Replace, "dunwell", "", "`directory` with the source of dunwell, to build on instead of a release")
	f.BoolVar(&noTidy, "no-tidy", false, "do not run go mod tidy")
	c.Args = func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("name one directory to write to, such as: dunwell scaffold --module example.com/acme/invoices invoices")
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		doc, err := api.Document()
		if err != nil {
			return err
		}
		p.Version, p.Contract, p.Operations = version(), api.YAML, scaffold.Operations(doc)
		empty, err := scaffold.Empty(args[0])
		if err != nil {
			return err
		}
		if !empty {
			return updateProject(env, args[0], p)
		}
		return createProject(c.Context(), env, args[0], p, !noTidy)
	}
	return c
}

// createProject writes a new project, and says what to do with it.
func createProject(ctx context.Context, env environment, dir string, p scaffold.Project, tidy bool) error {
	if p.Module == "" {
		return usagef("--module is needed for a new project, such as --module example.com/acme/invoices")
	}
	if err := p.Check(); err != nil {
		return usageError(err.Error())
	}
	if err := scaffold.Create(dir, p); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "%s is in %s: %d operations, each answers 501 until its method in impl is filled in\n", p.Module, dir, len(p.Operations))
	tidied, err := tidyModule(ctx, env, dir, tidy)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "\nNext:\n  cd %s\n", dir)
	if !tidied {
		fmt.Fprintln(env.out, "  go mod tidy")
	}
	fmt.Fprint(env.out, "  make test                          # what is offered keeps the contract\n"+
		"  export API_USER=shop API_PASSWORD=$(openssl rand -hex 16)\n"+
		"  make run\n")
	return nil
}

// tidyModule completes go.mod and go.sum, if it is wanted and there is a go command. Without it nothing builds.
func tidyModule(ctx context.Context, env environment, dir string, wanted bool) (bool, error) {
	name, err := exec.LookPath("go")
	if !wanted || err != nil {
		return false, nil
	}
	cmd := exec.CommandContext(ctx, name, "mod", "tidy")
	cmd.Dir, cmd.Env, cmd.Stderr = dir, env.environ, env.err
	if err := cmd.Run(); err != nil {
		return false, fmt.Errorf("the project is written, but go mod tidy failed (%w); run it again in %s", err, dir)
	}
	return true, nil
}

// updateProject adds what is new, and tells what only the author of a project can do.
func updateProject(env environment, dir string, p scaffold.Project) error {
	if p.Module != "" || p.Replace != "" {
		return usagef("%s is not empty, and --module and --dunwell are for new projects; name a new directory, or leave them out to add what is new to the contract", dir)
	}
	u, err := scaffold.Plan(dir, p.Version, p.Operations)
	if err != nil {
		return err
	}
	if err := u.Write(); err != nil {
		return err
	}
	for _, a := range u.Added {
		fmt.Fprintf(env.out, "added %s to %s\n", a.Method, a.File)
	}
	for _, line := range u.Advice {
		fmt.Fprintln(env.out, line)
	}
	switch {
	case len(u.Advice) > 0:
		return errors.New("something is left for you to do; see above")
	case len(u.Added) == 0:
		fmt.Fprintf(env.out, "nothing to add: there is a method for each of %d operations\n", len(p.Operations))
	}
	return nil
}
