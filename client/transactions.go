package client

import (
	"context"
	"io"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
)

// GetTransaction reads a movement of money.
func (c *Client) GetTransaction(ctx context.Context, id string, options ...CallOption) (*Transaction, error) {
	return receive[Transaction](ctx, c, call{operation: "getTransaction", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetTransactionRequest(server, id)
	}}, options)
}

// CreateTransaction books an incoming payment, or a return with a negative amount, on the invoices it is assigned to. Without
// assignments it is matched by reference, number and amount.
func (c *Client) CreateTransaction(ctx context.Context, transaction TransactionCreate, options ...CallOption) (*Transaction, error) {
	return receive[Transaction](ctx, c, call{operation: "createTransaction", body: transaction, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateTransactionRequestWithBody(server, nil, jsonType, body)
	}}, options)
}
