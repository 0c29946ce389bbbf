package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

func documentsCommand(env environment) *cobra.Command {
	return group("documents", "the files that were exchanged", getDocumentCommand(env))
}

// documentDownload is the command that fetches a file.
type documentDownload struct {
	connection
	env    environment
	output string
}

func getDocumentCommand(env environment) *cobra.Command {
	d := &documentDownload{env: env}
	c := &cobra.Command{
		Use: "get DOCUMENT", Short: "download a document", Annotations: map[string]string{operationAnnotation: "getCommunicationFile"},
		Long: "Downloads a document by its id, as invoices documents lists it, or by its signed link, which needs no credentials.",
		Example: `  dunwell documents get 06h042se1maht0fc6e3y32bfsg
  dunwell documents get 06h042se1maht0fc6e3y32bfsg --output - | pdftotext - -`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.Args = argumentsOf(c)
	d.flags(env, c)
	c.Flags().StringVarP(&d.output, "output", "o", "", "`file` to write, or - for standard output; a new one of the document's name by default")
	c.RunE = func(c *cobra.Command, args []string) error {
		fetch, err := d.fetcher(args[0])
		if err != nil {
			return err
		}
		if d.output == "-" {
			_, err := fetch(c.Context(), d.env.out)
			return err
		}
		return d.save(c.Context(), fetch)
	}
	return c
}

// fetcher gets the document of an id, or of a link.
func (d *documentDownload) fetcher(document string) (func(context.Context, io.Writer) (*client.Download, error), error) {
	if !strings.Contains(document, "://") {
		api, err := d.open(d.env)
		return func(ctx context.Context, w io.Writer) (*client.Download, error) {
			bar := newProgressBar(d.env.err, document)
			defer bar.done()
			return api.GetCommunicationFile(ctx, document, w, client.Progress(bar.show))
		}, err
	}
	link, err := url.Parse(document)
	if err != nil {
		return nil, usagef("the link is no URL; use it exactly as invoices documents --json shows it")
	}
	api, err := client.New((&url.URL{Scheme: link.Scheme, Host: link.Host}).String(), d.options(d.env)...)
	if err != nil {
		return nil, usageError(sentence(err))
	}
	return func(ctx context.Context, w io.Writer) (*client.Download, error) {
		return api.DownloadLink(ctx, document, w)
	}, nil
}

// save writes the document into a file, which is there as a whole or not at all.
func (d *documentDownload) save(ctx context.Context, fetch func(context.Context, io.Writer) (*client.Download, error)) (err error) {
	dir := "."
	if d.output != "" {
		dir = filepath.Dir(d.output)
	}
	file, err := os.CreateTemp(dir, ".dunwell-*")
	if err != nil {
		return err
	}
	defer func() {
		_ = file.Close()           // again, when all went well
		_ = os.Remove(file.Name()) // it has another name then
	}()
	got, err := fetch(ctx, file)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	name, err := d.place(file.Name(), safeName(got.Filename))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(d.env.out, "%s  %s, %s\n", printable(name), size(got.Size), verified(got))
	return err
}

// place gives the file its name. A file that is there is replaced only if it was named: a name that came from a server must
// not decide that.
func (d *documentDownload) place(file, name string) (string, error) {
	if d.output != "" {
		return d.output, os.Rename(file, d.output)
	}
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is a file %q already; name another with --output", name)
	}
	return name, os.Rename(file, name)
}

// safeName is the document's name, unless it could be mistaken for something else.
func safeName(name string) string {
	if name == "" || strings.HasPrefix(name, ".") || name != printable(name) {
		return "document"
	}
	return name
}

func verified(d *client.Download) string {
	if d.Verified {
		return "checksum verified"
	}
	return "the server named no checksum"
}
