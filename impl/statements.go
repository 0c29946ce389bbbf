package impl

import (
	"context"

	"github.com/dunwell/dunwell/gen/server"
)

// CreateTransactionImport answers POST /transactions/imports.
func (h extensions) CreateTransactionImport(context.Context, server.CreateTransactionImportRequestObject) (server.CreateTransactionImportResponseObject, error) {
	return nil, notOffered()
}

// GetTransactionImport answers GET /transactions/imports/{import}.
func (h extensions) GetTransactionImport(context.Context, server.GetTransactionImportRequestObject) (server.GetTransactionImportResponseObject, error) {
	return nil, notOffered()
}
