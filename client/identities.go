package client

import (
	"context"
	"io"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
)

// CreateIdentity creates a customer. All fields are optional.
func (c *Client) CreateIdentity(ctx context.Context, identity IdentityCreate, options ...CallOption) (*Identity, error) {
	return receive[Identity](ctx, c, call{operation: "createIdentity", body: identity, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateIdentityRequestWithBody(server, nil, jsonType, body)
	}}, options)
}

// GetIdentity reads a customer.
func (c *Client) GetIdentity(ctx context.Context, identityReference string, options ...CallOption) (*Identity, error) {
	return receive[Identity](ctx, c, call{operation: "getIdentity", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetIdentityRequest(server, identityReference)
	}}, options)
}

// UpsertIdentity creates the customer if the reference is new (status 201), else updates it (200): fields left out stay as
// they are, a list that is present replaces the stored one. See [IfMatch].
func (c *Client) UpsertIdentity(ctx context.Context, identityReference string, identity IdentityUpdate, options ...CallOption) (*Identity, error) {
	return receive[Identity](ctx, c, call{operation: "upsertIdentity", body: identity, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewUpsertIdentityRequestWithBody(server, identityReference, nil, jsonType, body)
	}}, options)
}

// CreateInvoice creates a draft invoice of a customer, who lends it addresses and currency where it has none.
func (c *Client) CreateInvoice(ctx context.Context, identityReference string, invoice InvoiceCreate, options ...CallOption) (*Invoice, error) {
	return receive[Invoice](ctx, c, call{operation: "createInvoice", body: invoice, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateInvoiceRequestWithBody(server, identityReference, nil, jsonType, body)
	}}, options)
}

// CreateCreditnote creates a credit note of a customer.
func (c *Client) CreateCreditnote(ctx context.Context, identityReference string, creditnote CreditnoteCreate, options ...CallOption) (*Invoice, error) {
	return receive[Invoice](ctx, c, call{operation: "createCreditnote", body: creditnote, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateCreditnoteRequestWithBody(server, identityReference, nil, jsonType, body)
	}}, options)
}
