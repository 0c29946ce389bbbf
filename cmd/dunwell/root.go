package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// The groups in which help lists the commands.
const (
	clientGroup   = "client"
	serverGroup   = "server"
	contractGroup = "contract" // for those who build servers and clients of it
)

// newRoot makes the tree of all commands.
//
// To add one: write a file named for it, with a function that takes the environment and returns its *cobra.Command, and
// name that function below. A command says Use, Short and Args; what it prints goes to env.out, what it asks is read from
// env.in, and its RunE returns an error of one sentence that says what to do: run prints it and picks the exit status.
// What is wrong with the call itself is made by usagef. A command that reads the server's settings gets them from
// withSettings. A variable of the environment needs an entry in variables.go.
func newRoot(env environment) *cobra.Command {
	root := group("dunwell", "an Abillify-compatible invoice server, and its client")
	root.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return noSuchCommand(c, args[0])
	}
	root.SilenceErrors, root.SilenceUsage = true, true // run prints errors
	root.SetIn(env.in)
	root.SetOut(env.out)
	root.SetErr(env.err)
	root.SetFlagErrorFunc(flagError)
	setHelp(root, env)
	root.AddGroup(&cobra.Group{ID: clientGroup, Title: "Client"}, &cobra.Group{ID: serverGroup, Title: "Server"}, &cobra.Group{ID: contractGroup, Title: "Contract"})
	addTo(root, serverGroup, numbersCommand(env), serveCommand(env), merchantsCommand(env), keysCommand(env), webhooksCommand(env), deliveriesCommand(env),
		migrateCommand(env), verifyCommand(env))
	addTo(root, clientGroup, loginCommand(env), invoicesCommand(env), identitiesCommand(env), creditnotesCommand(env), transactionsCommand(env), importGroup(env),
		documentsCommand(env), dunningCommand(env), jobsCommand(env), clockCommand(env))
	addTo(root, contractGroup, scaffoldCommand(env), conformCommand(env), specCommand(env))
	addTo(root, "", versionCommand(env), environmentTopic(), exitCodesTopic())
	return root
}

func addTo(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		root.AddCommand(c)
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs}
	c.AddCommand(commands...)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef("say %s", choice(c))
		}
		return noSuchCommand(c, args[0])
	}
	return c
}

// noSuchCommand says what could have been meant.
func noSuchCommand(c *cobra.Command, arg string) error {
	switch similar := c.SuggestionsFor(arg); {
	case len(similar) > 0:
		return usagef("there is no command %s; did you mean %s?", shown(arg), strings.Join(similar, " or "))
	case c.HasParent():
		return usagef("%s is not understood; say %s", shown(arg), choice(c))
	}
	return usagef("there is no command %s; try dunwell help", shown(arg))
}

// choice names the commands of a group.
func choice(c *cobra.Command) string {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
	return strings.Join(names, "")
}

// flagsOnly is the Args of a command that takes nothing but flags.
func flagsOnly(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%s is not understood; %s takes flags only", shown(args[0]), c.CommandPath())
}
