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

// AssignTransaction books what a transaction has left on the invoices it names, or on those that are found now.
func (c *Client) AssignTransaction(ctx context.Context, id string, assign TransactionAssign, options ...CallOption) (*Transaction, error) {
	return receive[Transaction](ctx, c, call{operation: "assignTransaction", body: assign, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewAssignTransactionRequestWithBody(server, id, nil, jsonType, body)
	}}, options)
}

// CreateAdjustment gives up costs or interest of an invoice, writes its principal off, or takes such a booking back. It gives
// what was booked.
func (c *Client) CreateAdjustment(ctx context.Context, invoiceReference string, adjustment AdjustmentCreate, options ...CallOption) ([]Booking, error) {
	booked, err := receive[[]Booking](ctx, c, call{operation: "createAdjustment", body: adjustment, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateAdjustmentRequestWithBody(server, invoiceReference, nil, jsonType, body)
	}}, options)
	if err != nil {
		return nil, err
	}
	return *booked, nil
}
