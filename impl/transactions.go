package impl

import (
	"context"

	"github.com/dunwell/dunwell/gen/server"
)

// transactions are the operations of the tag Transactions.
type transactions struct{}

// ListTransactions answers GET /transactions.
func (h transactions) ListTransactions(context.Context, server.ListTransactionsRequestObject) (server.ListTransactionsResponseObject, error) {
	return nil, notOffered()
}

// GetTransaction answers GET /transactions/{id}.
func (h transactions) GetTransaction(context.Context, server.GetTransactionRequestObject) (server.GetTransactionResponseObject, error) {
	return nil, notOffered()
}
