package client

import (
	"context"
	"io"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
)

// GetInvoice reads an invoice with its items, totals and what is still owed.
func (c *Client) GetInvoice(ctx context.Context, invoiceReference string, options ...CallOption) (*Invoice, error) {
	return receive[Invoice](ctx, c, call{operation: "getInvoice", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetInvoiceRequest(server, invoiceReference)
	}}, options)
}

// UpdateInvoice changes an invoice. Fields left out stay as they are; items that are present replace all. After the commit
// only meta, detail.dunning and the cancellation may change, else it is refused with [ErrConflictState]. See [IfMatch].
func (c *Client) UpdateInvoice(ctx context.Context, invoiceReference string, update InvoiceUpdate, options ...CallOption) (*Invoice, error) {
	return receive[Invoice](ctx, c, call{operation: "updateInvoice", body: update, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewUpdateInvoiceRequestWithBody(server, invoiceReference, nil, jsonType, body)
	}}, options)
}

// CommitInvoice locks an invoice, irreversibly, draws its number and starts its delivery, of which it answers the job.
func (c *Client) CommitInvoice(ctx context.Context, invoiceReference string, commit InvoiceCommit, options ...CallOption) (*JobResult, error) {
	return receive[JobResult](ctx, c, call{operation: "commitInvoice", body: commit, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCommitInvoiceRequestWithBody(server, invoiceReference, nil, jsonType, body)
	}}, options)
}

// ResendInvoice sends the document to the customer again.
func (c *Client) ResendInvoice(ctx context.Context, invoiceReference string, options ...CallOption) (*JobResult, error) {
	return receive[JobResult](ctx, c, call{operation: "resendInvoice", body: struct{}{}, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewResendInvoiceRequestWithBody(server, invoiceReference, nil, jsonType, body)
	}}, options)
}

// ModifyDunning takes a dunning level as reached, moves the date interest runs from, or both.
func (c *Client) ModifyDunning(ctx context.Context, invoiceReference string, modification DunningModification, options ...CallOption) (*JobResult, error) {
	return receive[JobResult](ctx, c, call{operation: "modifyDunning", body: modification, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewModifyDunningRequestWithBody(server, invoiceReference, nil, jsonType, body)
	}}, options)
}
