package impl

import (
	"context"
	"strconv"
	"time"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// extensions are the operations the original API does not have.
type extensions struct{ app *app.App }

// CreateTransaction answers POST /transactions.
func (h extensions) CreateTransaction(ctx context.Context, r server.CreateTransactionRequestObject) (server.CreateTransactionResponseObject, error) {
	return once("createTransaction", r.Params.IdempotencyKey, asked{r.Body}, respondTransaction, func(o *app.Once[*ar.Transaction]) (*ar.Transaction, error) {
		t, assigned := fromTransaction(*r.Body)
		return h.app.CreateTransaction(ctx, caller(ctx), t, assigned, o)
	})
}

// GetJob answers GET /jobs/{job}.
func (h extensions) GetJob(ctx context.Context, r server.GetJobRequestObject) (server.GetJobResponseObject, error) {
	number, err := strconv.ParseInt(r.Job, 10, 64) // at most 18 digits, by the contract
	if err != nil {
		return nil, err
	}
	job, err := h.app.Job(ctx, caller(ctx), number)
	if err != nil {
		return nil, err
	}
	return server.GetJob200JSONResponse(toJob(&job.Job, job.Callbacks)), nil
}

// GetDunning answers GET /invoices/{invoiceReference}/dunning.
func (h extensions) GetDunning(ctx context.Context, r server.GetDunningRequestObject) (server.GetDunningResponseObject, error) {
	dunning, err := h.app.Dunning(ctx, caller(ctx), r.InvoiceReference)
	if err != nil {
		return nil, err
	}
	is, err := toDunningCase(dunning)
	if err != nil {
		return nil, err
	}
	return server.GetDunning200JSONResponse(is), nil
}

// GetClaim answers GET /invoices/{invoiceReference}/claim.
func (h extensions) GetClaim(ctx context.Context, r server.GetClaimRequestObject) (server.GetClaimResponseObject, error) {
	var asOf *time.Time
	if day := r.Params.AsOf; day != nil {
		asOf = &day.Time
	}
	claim, err := h.app.Claim(ctx, caller(ctx), r.InvoiceReference, asOf)
	if err != nil {
		return nil, err
	}
	return server.GetClaim200JSONResponse(toClaim(claim)), nil
}

// GetSandboxClock answers GET /sandbox/clock.
func (h extensions) GetSandboxClock(ctx context.Context, _ server.GetSandboxClockRequestObject) (server.GetSandboxClockResponseObject, error) {
	now, err := h.app.SandboxClock(ctx)
	return server.GetSandboxClock200JSONResponse{Now: scalar.NewTime(now)}, err
}

// SetSandboxClock answers PUT /sandbox/clock.
func (h extensions) SetSandboxClock(ctx context.Context, r server.SetSandboxClockRequestObject) (server.SetSandboxClockResponseObject, error) {
	now, err := h.app.AdvanceSandboxClock(ctx, r.Body.Now.Time)
	return server.SetSandboxClock200JSONResponse{Now: scalar.NewTime(now)}, err
}
