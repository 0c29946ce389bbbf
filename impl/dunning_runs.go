package impl

import (
	"context"
	"net/http"
	"strconv"

	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

// CreateDunningRun answers POST /dunning/runs.
func (h extensions) CreateDunningRun(ctx context.Context, r server.CreateDunningRunRequestObject) (server.CreateDunningRunResponseObject, error) {
	return once("createDunningRun", r.Params.IdempotencyKey, asked{r.Body}, respondRun, func(o *app.Once[*ar.Run]) (*ar.Run, error) {
		return h.app.StartRun(ctx, caller(ctx), fromRun(*r.Body), o)
	})
}

func respondRun(w http.ResponseWriter, run *ar.Run) error {
	return server.CreateDunningRun200JSONResponse{Body: toRun(*run)}.VisitCreateDunningRunResponse(w)
}

// GetDunningRun answers GET /dunning/runs/{run}.
func (h extensions) GetDunningRun(ctx context.Context, r server.GetDunningRunRequestObject) (server.GetDunningRunResponseObject, error) {
	number, err := strconv.ParseInt(r.Run, 10, 64) // at most 18 digits, by the contract
	if err != nil {
		return nil, err
	}
	run, err := h.app.Run(ctx, caller(ctx), number)
	if err != nil {
		return nil, err
	}
	return server.GetDunningRun200JSONResponse(toRun(*run)), nil
}

// ListDunningRuns answers GET /dunning/runs.
func (h extensions) ListDunningRuns(ctx context.Context, r server.ListDunningRunsRequestObject) (server.ListDunningRunsResponseObject, error) {
	runs, err := h.app.Runs(ctx, caller(ctx), fromRunsParams(r.Params))
	if err != nil {
		return nil, err
	}
	return server.ListDunningRuns200JSONResponse(convertAll(runs, toRun)), nil
}

// defaultEntries is how many entries a page has that nobody gave a size, by the contract.
const defaultEntries = 100

// ListDunningRunEntries answers GET /dunning/runs/{run}/entries.
func (h extensions) ListDunningRunEntries(ctx context.Context, r server.ListDunningRunEntriesRequestObject) (server.ListDunningRunEntriesResponseObject, error) {
	number, err := strconv.ParseInt(r.Run, 10, 64) // as above
	if err != nil {
		return nil, err
	}
	page, err := h.app.RunEntries(ctx, caller(ctx), number, or(r.Params.After, ""), or(r.Params.Limit, defaultEntries))
	if err != nil {
		return nil, err
	}
	rows, err := toRunEntries(page.Entries)
	if err != nil {
		return nil, err
	}
	return server.ListDunningRunEntries200JSONResponse{Rows: rows, HasMore: page.Next != "", Next: some(page.Next)}, nil
}
