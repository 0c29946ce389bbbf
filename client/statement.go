package client

import (
	"context"
	"io"
	"net/http"

	"github.com/dunwell/dunwell/api/validate"
	gen "github.com/dunwell/dunwell/gen/client"
)

// StatementImport is a bank statement to import.
type StatementImport struct {
	File     Source // camt.053 or camt.054, at most 128 MiB
	Filename string // for people; empty: the name of the File
}

// CreateTransactionImport sends a bank statement, whose entries the server books in the background; see
// [Client.GetTransactionImport] for how far it has come. It is streamed as in [Client.ImportExternalDocument]. The same file
// twice books nothing twice.
func (c *Client) CreateTransactionImport(ctx context.Context, statement StatementImport, options ...TransferOption) (*TransactionImport, error) {
	if statement.Filename == "" {
		statement.Filename = statement.File.name
	}
	form := newUploadForm([]formText{{"filename", statement.Filename}}, "file", statement.Filename)
	return sendFile[TransactionImport](ctx, c, fileCall{
		operation: "createTransactionImport",
		file:      statement.File,
		form:      form,
		check: func(op *validate.Operation, size int64) error {
			if limit := op.FileLimit("file"); limit > 0 && size > limit {
				return &validate.TooLargeError{Path: "file", Limit: limit}
			}
			return form.check(op)
		},
		build: func(server string, _ io.Reader) (*http.Request, error) {
			return gen.NewCreateTransactionImportRequestWithBody(server, nil, form.contentType, http.NoBody)
		},
	}, options)
}

// GetTransactionImport reads how far the import of a bank statement has come.
func (c *Client) GetTransactionImport(ctx context.Context, id string, options ...CallOption) (*TransactionImport, error) {
	return receive[TransactionImport](ctx, c, call{operation: "getTransactionImport", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetTransactionImportRequest(server, id)
	}}, options)
}
