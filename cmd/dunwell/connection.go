package main

import (
	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// The variables of a connection. They come all together or not at all.
const (
	urlVariable      = "DUNWELL_URL"
	userVariable     = "DUNWELL_USER"
	passwordVariable = "DUNWELL_PASSWORD"
	profileVariable  = "DUNWELL_PROFILE"
)

// connectionSection is where help lists the flags of a connection.
const connectionSection = "Connection (else DUNWELL_URL, DUNWELL_USER and DUNWELL_PASSWORD, or the default profile)"

// connection is how a command reaches its server. There is no flag for a password: others on the machine can see flags.
type connection struct {
	profile string
	dump    bool
}

func (n *connection) flags(env environment, c *cobra.Command) {
	c.Flags().StringVar(&n.profile, "profile", "", "`name` of the server in the configuration file")
	c.Flags().BoolVar(&n.dump, "dump", false, "show what goes over the wire, without secrets, on standard error")
	for _, name := range []string{"profile", "dump"} {
		_ = c.Flags().SetAnnotation(name, sectionAnnotation, []string{connectionSection}) // the flags are there
	}
	_ = c.Flags().SetAnnotation("profile", variableAnnotation, []string{profileVariable})
	_ = c.RegisterFlagCompletionFunc("profile", completeProfiles(env))
}

// credentials gives the server and the credentials for it, from one place: the profile that was asked for, else the
// environment, else the default profile.
func (n *connection) credentials(env environment) (profile, error) {
	if err := checkEnvironment(env.environ); err != nil {
		return profile{}, err
	}
	name := n.profile
	if name == "" {
		name = env.getenv(profileVariable)
	}
	given := profile{env.getenv(urlVariable), env.getenv(userVariable), env.getenv(passwordVariable)}
	switch {
	case n.profile == "" && name != "" && given != (profile{}):
		return profile{}, usagef("%s names a profile, and %s, %s or %s is set too; unset one or the others", profileVariable, urlVariable, userVariable, passwordVariable)
	case name != "" || given == profile{}:
		return storedCredentials(env, name)
	case given.URL == "" || given.User == "" || given.Password == "":
		return profile{}, usagef("%s, %s and %s are needed together", urlVariable, userVariable, passwordVariable)
	}
	return given, nil
}

func storedCredentials(env environment, name string) (profile, error) {
	path, err := profilesPath(env)
	if err != nil {
		return profile{}, err
	}
	stored, err := readProfiles(path)
	if err != nil {
		return profile{}, err
	}
	return stored.pick(name, path)
}

// open makes the client.
func (n *connection) open(env environment) (*client.Client, error) {
	p, err := n.credentials(env)
	if err != nil {
		return nil, err
	}
	return p.open(n.options(env)...)
}

func (n *connection) options(env environment) []client.Option {
	options := []client.Option{client.WithUserAgent("dunwell/" + version())}
	if n.dump {
		options = append(options, client.WithDump(env.err))
	}
	return options
}

func (p profile) open(options ...client.Option) (*client.Client, error) {
	api, err := client.New(p.URL, append(options, client.BasicAuth(p.User, p.Password))...)
	if err != nil {
		return nil, usageError(sentence(err))
	}
	return api, nil
}
