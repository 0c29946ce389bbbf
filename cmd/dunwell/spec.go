package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/internal/verify/lint"
)

func specCommand(env environment) *cobra.Command {
	c := group("spec", "lint, compare and bundle contracts", lintCommand(env), diffCommand(env), bundleCommand(env))
	c.Long = "Works on OpenAPI 3.0 documents in YAML or JSON, in one file or several. FILE - is the standard input;\nwithout a FILE it is the contract this program was built with."
	return c
}

// builtIn is what the contract of this program is called.
const builtIn = "openapi.yaml"

// contractReader reads documents, and what they refer to.
type contractReader struct {
	env    environment
	remote bool // what a document refers to may be fetched
}

func (r *contractReader) offer(c *cobra.Command) {
	c.Flags().BoolVar(&r.remote, "remote", false, "fetch what the document refers to by a URL")
}

// read gives a file, the standard input, or what a document refers to by a URL.
func (r *contractReader) read(u *url.URL) ([]byte, error) {
	switch {
	case u.Scheme == "" && u.Path == "-":
		return io.ReadAll(r.env.in)
	case u.Scheme == "" && u.Host == "":
		return os.ReadFile(filepath.FromSlash(u.Path))
	case !r.remote:
		return nil, fmt.Errorf("the document refers to %s, which is elsewhere; say --remote to have it fetched", u.Redacted())
	}
	return fetch(u)
}

// maxFetched is how many bytes a file of a contract may have: nobody writes more.
const maxFetched = 16 << 20

func fetch(u *url.URL) ([]byte, error) {
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Get(u.String())
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // it is only read
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", u.Redacted(), answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxFetched+1))
	if err == nil && len(data) > maxFetched {
		err = fmt.Errorf("%s has more than %d MiB", u.Redacted(), maxFetched>>20)
	}
	return data, err
}

// file is the argument of a command that works on one contract, and how it is read.
func (r *contractReader) file(args []string) (string, lint.Reader) {
	if len(args) == 0 {
		return builtIn, func(*url.URL) ([]byte, error) { return api.YAML, nil }
	}
	return args[0], r.read
}

// atMostOne is the Args of a command that works on one contract.
func atMostOne(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s takes one file; %s is too many", c.CommandPath(), shown(args[1]))
	}
	return nil
}

// choiceFlag offers a flag whose value is one of a few words, which its text lists in place of %s.
func choiceFlag[T ~string](c *cobra.Command, value *T, name, text string, all []T) {
	var words []string
	for _, one := range all {
		words = append(words, string(one))
	}
	list := strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
	c.Flags().Func(name, fmt.Sprintf(text, list), func(v string) error {
		if !slices.Contains(all, T(v)) {
			return fmt.Errorf("say %s", list)
		}
		*value = T(v)
		return nil
	})
	_ = c.Flags().SetAnnotation(name, defaultAnnotation, []string{string(*value)}) // the flag is there
	_ = c.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
}

// count is a number of things: 1 finding, 2 findings.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
