package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// documentImport is the command that imports files.
type documentImport struct {
	connection
	env      environment
	json     bool
	key      string
	document client.DocumentImport // of each file, but for the file itself
}

func importCommand(env environment) *cobra.Command {
	i := &documentImport{env: env}
	c := &cobra.Command{
		Use: "import INVOICE FILE...", Short: "import documents created elsewhere", Annotations: map[string]string{operationAnnotation: "importExternalDocument"},
		Long: "Imports PDF and EML files into an invoice, one after the other. One that is refused does not stop the others.",
		Example: `  dunwell invoices import RE12345 RE12345.pdf --kind invoice
  dunwell invoices import RE12345 mails/*.eml --kind email --label correspondence`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("an invoice and at least one file are needed")
			}
			return nil
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return completeReference(env, c, "INVOICE", start)
			}
			return []string{"pdf", "eml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(c *cobra.Command, args []string) error { return i.run(c.Context(), args[0], args[1:]) },
	}
	i.connection.flags(env, c)
	f := c.Flags()
	f.BoolVar(&i.json, "json", false, "print the answer as JSON; of several files, one line each")
	f.StringVar(&i.key, keyFlag, "", "`key` that makes repeating the command harmless, for one file; a new one by default")
	f.StringVar((*string)(&i.document.Kind), "kind", "", "`kind` of the documents: invoice, creditnote, reminder, dunning1 … dunning4, email, letter")
	f.StringVar(&i.document.Filename, "filename", "", "`name` the customer sees, for one file; the file's own by default")
	f.StringVar(&i.document.Label, "label", "", "`text` for the merchant's eyes")
	f.StringVar(&i.document.Description, "description", "", "longer `text` for the merchant's eyes")
	completeValues(c, "kind", documentKinds...)
	return c
}

// documentKinds are those of documents.
var documentKinds = []string{
	string(client.CommunicationKindInvoice), string(client.CommunicationKindCreditnote), string(client.CommunicationKindReminder),
	string(client.CommunicationKindDunning1), string(client.CommunicationKindDunning2), string(client.CommunicationKindDunning3),
	string(client.CommunicationKindDunning4), string(client.CommunicationKindEmail), string(client.CommunicationKindLetter),
}

func (i *documentImport) run(ctx context.Context, invoice string, files []string) error {
	switch {
	case i.document.Kind == "":
		return usagef("--kind is needed; dunwell invoices import --help names the kinds")
	case len(files) > 1 && (i.key != "" || i.document.Filename != ""):
		return usagef("--%s and --filename are for one file, and %d are named", keyFlag, len(files))
	}
	api, err := i.open(i.env)
	if err != nil {
		return err
	}
	var failed failedImports
	for n, file := range files {
		var response client.Response
		err := i.send(ctx, api, invoice, file, &response)
		switch {
		case err != nil && len(files) == 1:
			return err
		case err != nil:
			failed.add(err, len(files))
			i.tellFailure(file, err)
			if ctx.Err() != nil {
				failed.left = len(files) - n - 1
				return failed
			}
		default:
			if err := i.tell(file, &response, len(files)); err != nil {
				return err
			}
		}
	}
	if failed.count > 0 {
		return failed
	}
	return nil
}

// send sends one file, and shows how far it has come.
func (i *documentImport) send(ctx context.Context, api *client.Client, invoice, file string, response *client.Response) error {
	if _, err := os.Stat(file); err != nil {
		return err
	}
	bar := newProgressBar(i.env.err, file)
	defer bar.done()
	options := []client.TransferOption{client.Into(response), client.Progress(bar.show)}
	if i.key != "" {
		options = append(options, client.IdempotencyKey(i.key))
	}
	document := i.document
	document.File = client.File(file)
	_, err := api.ImportExternalDocument(ctx, invoice, document, options...)
	return err
}

// importOutcome is a line of JSON about one of several files.
type importOutcome struct {
	File   string          `json:"file"`
	Answer json.RawMessage `json:"answer,omitempty"`
	Error  string          `json:"error,omitempty"`
	Status int             `json:"status"` // the exit status it would have alone
}

func (i *documentImport) tell(file string, response *client.Response, of int) error {
	switch {
	case i.json && of == 1:
		return writeJSON(i.env.out, response.Body)
	case i.json:
		return json.NewEncoder(i.env.out).Encode(importOutcome{File: file, Answer: response.Body})
	}
	answer, err := decodeObject(response.Body)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(i.env.out, "%s  imported as %s\n", printable(file), field{path: "communicationReference"}.text(answer))
	return err
}

func (i *documentImport) tellFailure(file string, err error) {
	if i.json {
		_ = json.NewEncoder(i.env.out).Encode(importOutcome{File: file, Error: sentence(err), Status: exitStatus(err)}) // the exit status tells too
	}
	report(i.env.err, printable(file), err)
}

// failedImports says how many of several files were not imported. It has the exit status of the first of them.
type failedImports struct {
	first     error
	count, of int
	left      int // not tried
}

func (f *failedImports) add(err error, of int) {
	if f.count, f.of = f.count+1, of; f.first == nil {
		f.first = err
	}
}

func (f failedImports) Error() string {
	text := fmt.Sprintf("%d of %d files were not imported", f.count+f.left, f.of)
	if f.left > 0 {
		text += fmt.Sprintf(", %d of them not tried", f.left)
	}
	return text
}
