package impl

import (
	"context"

	"github.com/dunwell/dunwell/gen/server"
)

// CreateAdjustment answers POST /invoices/{invoiceReference}/adjustments.
func (h extensions) CreateAdjustment(context.Context, server.CreateAdjustmentRequestObject) (server.CreateAdjustmentResponseObject, error) {
	return nil, notOffered()
}
