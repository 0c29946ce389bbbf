package impl

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// AssignTransaction answers POST /transactions/{id}/assignments.
func (h extensions) AssignTransaction(ctx context.Context, r server.AssignTransactionRequestObject) (server.AssignTransactionResponseObject, error) {
	return once("assignTransaction", r.Params.IdempotencyKey, asked{r.ID, r.Body}, respondAssigned, func(o *app.Once[*ar.Transaction]) (*ar.Transaction, error) {
		return h.app.AssignTransaction(ctx, caller(ctx), r.ID, fromAssignments(r.Body.Assignments), o)
	})
}

func respondAssigned(w http.ResponseWriter, t *ar.Transaction) error {
	return server.AssignTransaction200JSONResponse{Body: toTransaction(*t)}.VisitAssignTransactionResponse(w)
}

// fromAssignments are the parts of a transaction. Without a list they are to be found; an empty one says that it is for
// nothing.
func fromAssignments(list *[]model.Assignment) []ar.Assignment {
	if list == nil {
		return nil
	}
	return convertAll(*list, func(a model.Assignment) ar.Assignment {
		return ar.Assignment{Invoice: a.Invoice, Amount: a.Amount.Decimal}
	})
}
