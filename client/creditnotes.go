package client

import (
	"context"
	"io"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
)

// GetCreditnote reads a credit note, which has the shape of an invoice.
func (c *Client) GetCreditnote(ctx context.Context, creditnoteReference string, options ...CallOption) (*Invoice, error) {
	return receive[Invoice](ctx, c, call{operation: "getCreditnote", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetCreditnoteRequest(server, creditnoteReference)
	}}, options)
}
