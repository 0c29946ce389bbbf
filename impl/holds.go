package impl

import (
	"context"
	"net/http"

	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// CreateDunningHold answers POST /dunning/holds.
func (h extensions) CreateDunningHold(ctx context.Context, r server.CreateDunningHoldRequestObject) (server.CreateDunningHoldResponseObject, error) {
	return once("createDunningHold", r.Params.IdempotencyKey, asked{r.Body}, respondHeld, func(o *app.Once[*ar.Hold]) (*ar.Hold, error) {
		return h.app.CreateHold(ctx, caller(ctx), fromHold(*r.Body), o)
	})
}

func respondHeld(w http.ResponseWriter, hold *ar.Hold) error {
	return server.CreateDunningHold201JSONResponse{Body: toHold(*hold)}.VisitCreateDunningHoldResponse(w)
}

// LiftDunningHold answers POST /dunning/holds/{hold}/lift.
func (h extensions) LiftDunningHold(ctx context.Context, r server.LiftDunningHoldRequestObject) (server.LiftDunningHoldResponseObject, error) {
	return once("liftDunningHold", r.Params.IdempotencyKey, asked{r.Hold, r.Body}, respondLifted, func(o *app.Once[*ar.Hold]) (*ar.Hold, error) {
		return h.app.LiftHold(ctx, caller(ctx), r.Hold, o)
	})
}

func respondLifted(w http.ResponseWriter, hold *ar.Hold) error {
	return server.LiftDunningHold200JSONResponse{Body: toHold(*hold)}.VisitLiftDunningHoldResponse(w)
}

// ListDunningHolds answers GET /dunning/holds.
func (h extensions) ListDunningHolds(ctx context.Context, r server.ListDunningHoldsRequestObject) (server.ListDunningHoldsResponseObject, error) {
	holds, err := h.app.Holds(ctx, caller(ctx), fromHoldsParams(r.Params))
	if err != nil {
		return nil, err
	}
	return server.ListDunningHolds200JSONResponse(convertAll(holds, toHold)), nil
}
