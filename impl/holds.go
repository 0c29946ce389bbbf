package impl

import (
	"context"

	"github.com/dunwell/dunwell/gen/server"
)

// CreateDunningHold answers POST /dunning/holds.
func (h extensions) CreateDunningHold(context.Context, server.CreateDunningHoldRequestObject) (server.CreateDunningHoldResponseObject, error) {
	return nil, notOffered()
}

// LiftDunningHold answers POST /dunning/holds/{hold}/lift.
func (h extensions) LiftDunningHold(context.Context, server.LiftDunningHoldRequestObject) (server.LiftDunningHoldResponseObject, error) {
	return nil, notOffered()
}

// ListDunningHolds answers GET /dunning/holds.
func (h extensions) ListDunningHolds(context.Context, server.ListDunningHoldsRequestObject) (server.ListDunningHoldsResponseObject, error) {
	return nil, notOffered()
}
