package client

import (
	"context"
	"io"
	"iter"
	"net/http"

	gen "github.com/dunwell/dunwell/gen/client"
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

// ListDunningRunEntries reads some of what a run does with each invoice: those of page, 100 from the first if it is zero. To
// read all, see [Client.DunningRunEntries].
func (c *Client) ListDunningRunEntries(ctx context.Context, run string, page DunningRunEntryPage, options ...CallOption) (*DunningRunEntries, error) {
	return receive[DunningRunEntries](ctx, c, call{operation: "listDunningRunEntries", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewListDunningRunEntriesRequest(server, run, &page)
	}}, options)
}

// DunningRunEntries walks over what a run does with each invoice, however many there are, with one page in memory. An error
// is given once, with a zero entry, and ends the walk.
func (c *Client) DunningRunEntries(ctx context.Context, run string, options ...CallOption) iter.Seq2[DunningRunEntry, error] {
	return func(yield func(DunningRunEntry, error) bool) {
		for page := (DunningRunEntryPage{Limit: new(1000)}); ; {
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
			if page.After = entries.Next; page.After == nil {
				return
			}
		}
	}
}

// CreateDunningHold holds dunning back, of an invoice or of all invoices of a customer.
func (c *Client) CreateDunningHold(ctx context.Context, hold DunningHoldCreate, options ...CallOption) (*DunningHold, error) {
	return receive[DunningHold](ctx, c, call{operation: "createDunningHold", body: hold, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewCreateDunningHoldRequestWithBody(server, nil, jsonType, body)
	}}, options)
}

// ListDunningHolds reads what holds dunning back, newest first; a zero filter gives 100 of all.
func (c *Client) ListDunningHolds(ctx context.Context, filter DunningHoldFilter, options ...CallOption) ([]DunningHold, error) {
	holds, err := receive[[]DunningHold](ctx, c, call{operation: "listDunningHolds", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewListDunningHoldsRequest(server, &filter)
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
