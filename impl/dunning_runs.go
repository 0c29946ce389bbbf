package impl

import (
	"context"

	"github.com/dunwell/dunwell/gen/server"
)

// CreateDunningRun answers POST /dunning/runs.
func (h extensions) CreateDunningRun(context.Context, server.CreateDunningRunRequestObject) (server.CreateDunningRunResponseObject, error) {
	return nil, notOffered()
}

// GetDunningRun answers GET /dunning/runs/{run}.
func (h extensions) GetDunningRun(context.Context, server.GetDunningRunRequestObject) (server.GetDunningRunResponseObject, error) {
	return nil, notOffered()
}

// ListDunningRunEntries answers GET /dunning/runs/{run}/entries.
func (h extensions) ListDunningRunEntries(context.Context, server.ListDunningRunEntriesRequestObject) (server.ListDunningRunEntriesResponseObject, error) {
	return nil, notOffered()
}
