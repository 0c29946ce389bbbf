package impl

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// CreateTransactionImport answers POST /transactions/imports.
func (h extensions) CreateTransactionImport(ctx context.Context, r server.CreateTransactionImportRequestObject) (server.CreateTransactionImportResponseObject, error) {
	form, err := readImport(r.Body)
	if err != nil {
		return nil, err
	}
	return once("createTransactionImport", r.Params.IdempotencyKey, asked{}, respondStatement, func(o *app.Once[*ar.StatementImport]) (*ar.StatementImport, error) {
		return h.app.ImportStatement(ctx, caller(ctx), app.StatementFile{File: form.file, Name: form.filename}, o)
	})
}

// GetTransactionImport answers GET /transactions/imports/{import}.
func (h extensions) GetTransactionImport(ctx context.Context, r server.GetTransactionImportRequestObject) (server.GetTransactionImportResponseObject, error) {
	i, err := h.app.StatementImport(ctx, caller(ctx), r.Import)
	if err != nil {
		return nil, err
	}
	return server.GetTransactionImport200JSONResponse(toStatement(i)), nil
}

func respondStatement(w http.ResponseWriter, i *ar.StatementImport) error {
	return server.CreateTransactionImport200JSONResponse{Body: toStatement(i)}.VisitCreateTransactionImportResponse(w)
}

func toStatement(i *ar.StatementImport) model.TransactionImport {
	m := model.TransactionImport{
		ID:          i.ID,
		Filename:    i.Filename,
		State:       model.TransactionImportState(i.State),
		Statements:  i.Statements,
		Entries:     i.Entries,
		Booked:      i.Booked,
		Unallocated: i.Unallocated,
		Duplicates:  i.Duplicates,
		Skipped:     i.Skipped,
		Errors: convertAll(i.Errors, func(e ar.StatementError) model.TransactionImportError {
			return model.TransactionImportError{Error: e.Error, Hint: some(e.Hint), Line: some(e.Line)}
		}),
		Created: scalar.NewTime(i.Created),
	}
	if i.Finished != nil {
		finished := scalar.NewTime(*i.Finished)
		m.Finished = &finished
	}
	return m
}
