package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Annotations of a flag for its line in the help.
const (
	variableAnnotation = "variable" // the variable that does the same
	defaultAnnotation  = "default"
	sectionAnnotation  = "section" // the heading it stands under; none for most
)

// setHelp makes all commands show our help.
func setHelp(root *cobra.Command, env environment) {
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { printHelp(env.out, c) })
	root.SetHelpCommand(&cobra.Command{
		Use: "help [COMMAND]", Short: "show what a command does",
		ValidArgsFunction: func(c *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if about, rest, err := c.Root().Find(args); err == nil && len(rest) == 0 {
				for _, sub := range about.Commands() {
					if !sub.Hidden && strings.HasPrefix(sub.Name(), start) {
						names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil {
				return usageError(err.Error())
			}
			if len(rest) > 0 {
				return noSuchCommand(about, rest[0])
			}
			return about.Help()
		},
	})
}

func printHelp(w io.Writer, c *cobra.Command) {
	switch {
	case c.IsAdditionalHelpTopicCommand():
		fmt.Fprintln(w, strings.TrimSpace(c.Long))
		return
	case c.HasParent():
		fmt.Fprintf(w, "Usage: %s\n", usageLine(c))
	default:
		fmt.Fprintf(w, "%s: %s\n\nUsage: dunwell COMMAND [flags]\n", c.Name(), c.Short)
	}
	switch {
	case c.Long != "":
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(c.Long))
	case c.HasParent() && c.Short != "":
		fmt.Fprintf(w, "\n%s.\n", strings.ToUpper(c.Short[:1])+c.Short[1:])
	}
	if c.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", strings.TrimRight(c.Example, "\n"))
	}
	printCommands(w, c)
	printFlags(w, c)
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s COMMAND --help shows the flags of a command.\n", c.CommandPath())
	}
}

func usageLine(c *cobra.Command) string {
	switch line := c.CommandPath() + strings.TrimPrefix(c.Use, c.Name()); {
	case c.HasSubCommands():
		return line + " COMMAND [flags]"
	case c.HasAvailableLocalFlags() && c.Runnable():
		return line + " [flags]"
	default:
		return line
	}
}

// printCommands lists what a group holds, by its groups.
func printCommands(w io.Writer, c *cobra.Command) {
	groups := append(c.Groups(), &cobra.Group{}) // and what is in none
	wide := 0
	for _, sub := range c.Commands() {
		wide = max(wide, len(sub.Name()))
	}
	for _, g := range groups {
		title := "\n"
		if g.Title != "" {
			title = "\n" + g.Title + ":\n"
		}
		for _, sub := range c.Commands() {
			if sub.GroupID == g.ID && (sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand()) {
				fmt.Fprintf(w, "%s  %-*s  %s\n", title, wide, sub.Name(), sub.Short)
				title = ""
			}
		}
	}
}

// printFlags lists the flags with their variables and defaults, by section.
func printFlags(w io.Writer, c *cobra.Command) {
	for _, title := range []string{"", connectionSection} {
		table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		heading := "\n"
		if title != "" {
			heading = "\n" + title + ":\n"
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "help" && annotation(f, sectionAnnotation) == title {
				fmt.Fprint(table, heading, flagLine(f))
				heading = ""
			}
		})
		_ = table.Flush() // to where help goes; nothing can be done about it
	}
}

func flagLine(f *pflag.Flag) string {
	value, text := pflag.UnquoteUsage(f)
	if otherwise := flagDefault(f); otherwise != "" {
		text += " (default " + otherwise + ")"
	}
	name := "--" + strings.TrimSpace(f.Name+" "+strings.ToUpper(value))
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	return fmt.Sprintf("  %s\t%s\t%s\n", name, annotation(f, variableAnnotation), text)
}

func flagDefault(f *pflag.Flag) string {
	switch otherwise := annotation(f, defaultAnnotation); {
	case otherwise == "false" || f.DefValue == "false" || f.DefValue == "[]":
		return ""
	case otherwise != "":
		return otherwise
	}
	return f.DefValue
}

func annotation(f *pflag.Flag, name string) string {
	if values := f.Annotations[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}
