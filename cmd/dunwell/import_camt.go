package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
)

// importGroup are the imports of what is no document of an invoice.
func importGroup(env environment) *cobra.Command {
	return group("import", "import bank statements", importCamtCommand(env),
		asking[client.TransactionImport](env, &cobra.Command{Use: "get IMPORT", Short: "show how an import stands"},
			"getTransactionImport", reading((*client.Client).GetTransactionImport)))
}

// camtImport is the command that imports bank statements.
type camtImport struct {
	connection
	env  environment
	json bool
	quit bool // once the files are sent
	key  string
}

func importCamtCommand(env environment) *cobra.Command {
	i := &camtImport{env: env}
	c := &cobra.Command{
		Use: "camt FILE...", Short: "book the payments of bank statements", Annotations: map[string]string{operationAnnotation: "createTransactionImport"},
		Long: `Imports bank statements (camt.053) and notifications (camt.054), one after the other, and waits until the server has booked
their entries. The oldest should come first. What was booked before is not booked again, so a file may be imported twice,
and an import that was interrupted may be repeated. One file that is refused does not stop the others. What could not be booked
on invoices, as dunwell transactions list has it, is booked with dunwell transactions assign.`,
		Example: `  dunwell import camt statement-2026-03-02.xml
  dunwell import camt statements/*.xml --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("at least one file is needed")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"xml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(c *cobra.Command, args []string) error { return i.run(c.Context(), args) },
	}
	i.connection.flags(env, c)
	c.Flags().BoolVar(&i.json, "json", false, "print how each import ended as JSON; of several files, one line each")
	c.Flags().BoolVar(&i.quit, "no-wait", false, "do not wait until the entries are booked; dunwell import get tells how far they are")
	c.Flags().StringVar(&i.key, keyFlag, "", "`key` that makes repeating the command harmless, for one file; a new one by default")
	return c
}

func (i *camtImport) run(ctx context.Context, files []string) error {
	if len(files) > 1 && i.key != "" {
		return usagef("--%s is for one file, and %d are named", keyFlag, len(files))
	}
	api, err := i.open(i.env)
	if err != nil {
		return err
	}
	var failed failedImports
	for n, file := range files {
		err := i.one(ctx, api, file, len(files))
		switch {
		case err == nil:
			continue
		case len(files) == 1:
			return err
		}
		failed.add(err, len(files))
		if i.json {
			_ = json.NewEncoder(i.env.out).Encode(importOutcome{File: file, Error: sentence(err), Status: exitStatus(err)}) // the exit status tells too
		}
		report(i.env.err, printable(file), err)
		if ctx.Err() != nil {
			failed.left = len(files) - n - 1
			return failed
		}
	}
	if failed.count > 0 {
		return failed
	}
	return nil
}

// one imports a file, and tells how that ended.
func (i *camtImport) one(ctx context.Context, api *client.Client, file string, of int) error {
	if _, err := os.Stat(file); err != nil {
		return err
	}
	var response client.Response
	made, err := i.send(ctx, api, file, &response)
	if err != nil {
		return err
	}
	if !i.quit {
		if made, err = i.wait(ctx, api, file, made, &response); err != nil {
			return err
		}
	}
	if made.State != client.TransactionImportStateFailed {
		return i.tell(file, made, &response, of)
	}
	if i.json && of == 1 {
		if err := writeJSON(i.env.out, response.Body); err != nil {
			return err
		}
	}
	return failedStatement{made}
}

func (i *camtImport) send(ctx context.Context, api *client.Client, file string, response *client.Response) (*client.TransactionImport, error) {
	bar := newProgressBar(i.env.err, file)
	defer bar.done()
	options := []client.TransferOption{client.Into(response), client.Progress(bar.show)}
	if i.key != "" {
		options = append(options, client.IdempotencyKey(i.key))
	}
	return api.CreateTransactionImport(ctx, client.StatementImport{File: client.File(file)}, options...)
}

// Pauses between two questions how far an import has come.
const (
	shortPause = 50 * time.Millisecond
	longPause  = 2 * time.Second
)

// wait waits until the server is through with an import, and shows how far it has come.
func (i *camtImport) wait(ctx context.Context, api *client.Client, file string, made *client.TransactionImport, response *client.Response) (*client.TransactionImport, error) {
	bar := newProgressBar(i.env.err, file)
	defer bar.done()
	for pause := shortPause; made.Finished == nil; pause = min(2*pause, longPause) {
		bar.count(made.Entries, "entries")
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, fmt.Errorf("the server goes on with import %s: %w", made.ID, ctx.Err())
		}
		var err error
		if made, err = api.GetTransactionImport(ctx, made.ID, client.Into(response)); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (i *camtImport) tell(file string, made *client.TransactionImport, response *client.Response, of int) error {
	switch {
	case i.json && of == 1:
		return writeJSON(i.env.out, response.Body)
	case i.json:
		return json.NewEncoder(i.env.out).Encode(importOutcome{File: file, Answer: response.Body})
	}
	for _, e := range made.Errors {
		fmt.Fprintf(i.env.err, "%s: %s\n", printable(file), complaint(e))
	}
	text := counted(made)
	if made.Finished == nil {
		text = "imported as " + made.ID
	}
	_, err := fmt.Fprintf(i.env.out, "%s  %s\n", printable(file), text)
	return err
}

// counted is what became of the entries of a statement.
func counted(made *client.TransactionImport) string {
	text := fmt.Sprintf("%d entries: %d booked", made.Entries, made.Booked)
	if made.Unallocated > 0 {
		text += fmt.Sprintf(" (%d not wholly on invoices)", made.Unallocated)
	}
	return text + fmt.Sprintf(", %d booked before, %d skipped", made.Duplicates, made.Skipped)
}

// complaint is what is wrong with a statement, and what would be right.
func complaint(e client.TransactionImportError) string {
	text := printable(e.Error)
	if e.Line != nil {
		text = fmt.Sprintf("line %d: %s", *e.Line, text)
	}
	if e.Hint != nil {
		text += " " + printable(*e.Hint)
	}
	return text
}

// failedStatement says that a statement could not be read to its end.
type failedStatement struct{ made *client.TransactionImport }

func (f failedStatement) Error() string {
	why := "the import failed."
	if len(f.made.Errors) > 0 {
		why = complaint(f.made.Errors[0])
	}
	return why + " Before that, of " + counted(f.made)
}

// Unwrap gives it the exit status of a file that is refused, if it is the file that is wrong somewhere.
func (f failedStatement) Unwrap() error {
	if len(f.made.Errors) > 0 && f.made.Errors[0].Line != nil {
		return client.ErrInvalidValue
	}
	return client.ErrInternal
}
