package client

import (
	"context"
	"io"
	"iter"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
	"github.com/dunwell/dunwell/gen/model"
)

// CreateDunningRun plans a dunning run, or begins one, of the plan whose hash it names or of whatever is to be done today. A
// plan is finished when the call returns; a run that issues notices goes on in the background, see [Client.GetDunningRun].
func (c *Client) CreateDunningRun(ctx context.Context, run DunningRunCreate, options ...CallOption) (*DunningRun, error) {
	return receive[DunningRun](ctx, c, call{operation: "createDunningRun", body: run, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateDunningRunRequestWithBody(server, nil, jsonType, body)
	}}, options)
}

// GetDunningRun reads how a run stands.
func (c *Client) GetDunningRun(ctx context.Context, run string, options ...CallOption) (*DunningRun, error) {
	return receive[DunningRun](ctx, c, call{operation: "getDunningRun", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetDunningRunRequest(server, run)
	}}, options)
}

// DunningRunFilter says which runs to list; what is empty leaves none out.
type DunningRunFilter struct {
	DryRun *bool // true: those that were only planned; false: those that issue notices
	Limit  int   // at most this many; 0: 100
	Offset int
}

// ListDunningRuns reads how runs stand, the newest first; those that the schedule began are found here only.
func (c *Client) ListDunningRuns(ctx context.Context, filter DunningRunFilter, options ...CallOption) ([]DunningRun, error) {
	params := &model.ListDunningRunsParams{DryRun: filter.DryRun, Limit: given(filter.Limit), Offset: given(filter.Offset)}
	runs, err := receive[[]DunningRun](ctx, c, call{operation: "listDunningRuns", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewListDunningRunsRequest(server, params)
	}}, options)
	if err != nil {
		return nil, err
	}
	return *runs, nil
}

// DunningRunEntryPage says which entries of a run to read.
type DunningRunEntryPage struct {
	After string // the Next of the page before; empty: from the first
	Limit int    // at most this many; 0: 100
}

// ListDunningRunEntries reads a page of what a run does with each invoice. To read all, see [Client.DunningRunEntries].
func (c *Client) ListDunningRunEntries(ctx context.Context, run string, page DunningRunEntryPage, options ...CallOption) (*DunningRunEntries, error) {
	params := &model.ListDunningRunEntriesParams{After: given(page.After), Limit: given(page.Limit)}
	return receive[DunningRunEntries](ctx, c, call{operation: "listDunningRunEntries", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewListDunningRunEntriesRequest(server, run, params)
	}}, options)
}

// DunningRunEntries walks over what a run does with each invoice, however many there are, with one page in memory. An error
// is given once, with a zero entry, and ends the walk.
func (c *Client) DunningRunEntries(ctx context.Context, run string, options ...CallOption) iter.Seq2[DunningRunEntry, error] {
	return func(yield func(DunningRunEntry, error) bool) {
		for page := (DunningRunEntryPage{Limit: 1000}); ; {
			entries, err := c.ListDunningRunEntries(ctx, run, page, options...)
			if err != nil {
				yield(DunningRunEntry{}, err)
				return
			}
			for _, entry := range entries.Rows {
				if !yield(entry, nil) {
					return
				}
			}
			if entries.Next == nil {
				return
			}
			page.After = *entries.Next
		}
	}
}

// CreateDunningHold holds dunning back, of an invoice or of all invoices of a customer.
func (c *Client) CreateDunningHold(ctx context.Context, hold DunningHoldCreate, options ...CallOption) (*DunningHold, error) {
	return receive[DunningHold](ctx, c, call{operation: "createDunningHold", body: hold, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateDunningHoldRequestWithBody(server, nil, jsonType, body)
	}}, options)
}

// DunningHoldFilter says which holds to list; what is empty leaves none out.
type DunningHoldFilter struct {
	Invoice  string // reference
	Identity string // reference; the customer's own holds, not those of its invoices
	Active   *bool  // true: those that count today or will count later; false: the others
	Limit    int    // at most this many; 0: 100
	Offset   int
}

// ListDunningHolds reads what holds dunning back, the newest first.
func (c *Client) ListDunningHolds(ctx context.Context, filter DunningHoldFilter, options ...CallOption) ([]DunningHold, error) {
	params := &model.ListDunningHoldsParams{
		Invoice: given(filter.Invoice), Identity: given(filter.Identity), Active: filter.Active, Limit: given(filter.Limit), Offset: given(filter.Offset),
	}
	holds, err := receive[[]DunningHold](ctx, c, call{operation: "listDunningHolds", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewListDunningHoldsRequest(server, params)
	}}, options)
	if err != nil {
		return nil, err
	}
	return *holds, nil
}

// LiftDunningHold ends a hold before its last day.
func (c *Client) LiftDunningHold(ctx context.Context, hold string, options ...CallOption) (*DunningHold, error) {
	return receive[DunningHold](ctx, c, call{operation: "liftDunningHold", body: struct{}{}, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewLiftDunningHoldRequestWithBody(server, hold, nil, jsonType, body)
	}}, options)
}

// given is a parameter, which is left out if it is zero.
func given[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
