package app

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/camt"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// nudgeStatement is the kind of nudges to imports of bank statements.
const nudgeStatement jobs.Kind = "statement"

// StatementFile is a bank statement that comes in. Its parts arrive in any order, so its name may be known only after its
// bytes.
type StatementFile struct {
	File io.Reader
	Name func() (string, error) // is called when File was read to its end
}

// ImportStatement keeps a bank statement and lets a worker read it into transactions; StatementImport tells how far it has
// come. What is no message of the kinds that are read is refused at once, and not kept. The fingerprint of once is completed
// with what came.
func (a *App) ImportStatement(ctx context.Context, by Caller, in StatementFile, once *Once[*ar.StatementImport]) (*ar.StatementImport, error) {
	var name string
	stored, err := a.files.Put(ctx, by.Merchant, in.File,
		func(context.Context, *os.File) (err error) {
			name, err = in.Name()
			return err
		},
		func(_ context.Context, file *os.File) error { return inspectStatement(file) })
	if err != nil {
		return nil, err
	}
	crash.At("statement.stored")
	once.extend(name, stored.SHA256)
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.StatementImport, error) {
		now := a.elapsed()
		i := &ar.StatementImport{Filename: name, File: ar.File{SHA256: stored.SHA256, Size: stored.Size, MediaType: "application/xml"},
			State: ar.StatementQueued, Errors: []ar.StatementError{}, Next: &now}
		if _, err := tx.KeepFile(&i.File); err != nil {
			return nil, err
		}
		if err := tx.InsertStatementImport(i); err != nil {
			return nil, err
		}
		return i, a.jobs.Add(tx, jobs.Nudge{Kind: nudgeStatement, Merchant: by.Merchant, ID: i.ID})
	})
}

// StatementImport reads how an import stands.
func (a *App) StatementImport(ctx context.Context, by Caller, id string) (*ar.StatementImport, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*ar.StatementImport, error) { return tx.StatementImport(id) })
}

// inspectStatement refuses a file that begins as none that can be read. What is wrong further on is told by the import.
func inspectStatement(file io.Reader) error {
	err := camt.Inspect(file)
	if wrong := (*camt.Error)(nil); errors.As(err, &wrong) {
		return ar.InvalidField("file", wrong.Text, wrong.Hint)
	}
	return err
}
