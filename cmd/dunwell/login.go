package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/dunwell/dunwell/client"
)

func loginCommand(env environment) *cobra.Command {
	c := &cobra.Command{
		Use: "login", Short: "store a server and the credentials for it", Args: flagsOnly,
		Long: `Asks for the password, tries the credentials, and keeps them in the configuration file, which only its owner can
read. The password is read from the terminal without echo, or is the first line of standard input.`,
		Example: "  dunwell login --url https://invoices.example.com/api --user shop\n  pass invoices/shop | dunwell login --profile shop --url https://invoices.example.com/api --user shop",
	}
	var p profile
	c.Flags().StringVar(&p.URL, "url", "", "`URL` of the API, with its base path")
	c.Flags().StringVar(&p.User, "user", "", "user `name` of the key")
	name := c.Flags().String("profile", "default", "`name` to keep it under")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if p.URL == "" || p.User == "" {
			return usagef("--url and --user are needed")
		}
		return login(c.Context(), env, *name, p)
	}
	return c
}

func login(ctx context.Context, env environment, name string, p profile) error {
	path, err := profilesPath(env)
	if err != nil {
		return err
	}
	if _, err := readProfiles(path); err != nil { // before anybody types a password
		return err
	}
	if unencrypted(p.URL) {
		fmt.Fprintf(env.err, "Caution: over http:// everybody on the way to %s can read the password.\n", p.URL)
	}
	if p.Password, err = readPassword(env); err != nil {
		return err
	}
	if err := tryCredentials(ctx, p); err != nil {
		return err
	}
	if err := saveProfile(path, name, p); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.out, "%s is logged in at %s; profile %s in %s\n", p.User, p.URL, name, path)
	return err
}

// unencrypted says whether a password would leave this machine in the clear.
func unencrypted(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "http" && !loopback(net.JoinHostPort(u.Hostname(), "0"))
}

// tryCredentials asks for something harmless. Who lacks the permission for it is known all the same.
func tryCredentials(ctx context.Context, p profile) error {
	api, err := p.open()
	if err != nil {
		return err
	}
	_, err = api.ListInvoices(ctx, client.PageSize(1))
	if errors.Is(err, client.ErrForbidden) {
		return nil
	}
	return err
}

// readPassword reads it from the terminal, or the next line of whatever else standard input is.
func readPassword(env environment) (string, error) {
	if file, ok := env.in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(env.err, "Password: ")
		defer fmt.Fprintln(env.err)
		return readHidden(int(file.Fd()))
	}
	line, err := readLine(io.LimitReader(env.in, 4096))
	if err != nil {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	if line == "" {
		return "", usagef("there is no password on standard input")
	}
	return line, nil
}

// readHidden reads a line without echo. Whoever gives up instead gets the echo back.
func readHidden(terminal int) (string, error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var password []byte
	done := make(chan error, 1)
	go func() {
		var err error
		password, err = term.ReadPassword(terminal)
		done <- err
	}()
	select {
	case err := <-done:
		return string(password), err
	case <-ctx.Done():
		return "", errors.Join(errors.New("interrupted"), term.Restore(terminal, before))
	}
}

// readLine reads a line without its end, and nothing of the next one, which may be another password.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		switch _, err := io.ReadFull(r, one); {
		case errors.Is(err, io.EOF) || err == nil && one[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case err != nil:
			return "", err
		}
		line = append(line, one[0])
	}
}
