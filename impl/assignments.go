package impl

import (
	"context"

	"github.com/dunwell/dunwell/gen/server"
)

// AssignTransaction answers POST /transactions/{id}/assignments.
func (h extensions) AssignTransaction(context.Context, server.AssignTransactionRequestObject) (server.AssignTransactionResponseObject, error) {
	return nil, notOffered()
}
