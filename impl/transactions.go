package impl

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// transactions are the operations of the tag Transactions.
type transactions struct{ app *app.App }

// ListTransactions answers GET /transactions.
func (h transactions) ListTransactions(ctx context.Context, r server.ListTransactionsRequestObject) (server.ListTransactionsResponseObject, error) {
	p := r.Params
	asked := listing{Page: p.Page, PageSize: p.PageSize, Sort: p.Sort, Query: filters(ctx, "query"), After: p.After, WithTotal: p.WithTotal}
	page, err := asked.page(ar.TransactionFields)
	if err != nil {
		return nil, err
	}
	list, err := h.app.Transactions(ctx, caller(ctx), page)
	if err != nil {
		return nil, err
	}
	return server.ListTransactions200JSONResponse{
		Page: page.Number, PageSize: page.Size, Query: echo(asked.Query), HasMore: list.HasMore, Next: next(list), Total: total(list, p.WithTotal),
		Rows: convertAll(list.Rows, toTransaction),
	}, nil
}

// GetTransaction answers GET /transactions/{id}.
func (h transactions) GetTransaction(ctx context.Context, r server.GetTransactionRequestObject) (server.GetTransactionResponseObject, error) {
	t, err := h.app.Transaction(ctx, caller(ctx), r.ID)
	if err != nil {
		return nil, err
	}
	return server.GetTransaction200JSONResponse(toTransaction(*t)), nil
}

func respondTransaction(w http.ResponseWriter, t *ar.Transaction) error {
	return server.CreateTransaction201JSONResponse{Body: toTransaction(*t)}.VisitCreateTransactionResponse(w)
}
