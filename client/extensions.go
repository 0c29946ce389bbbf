package client

import (
	"context"
	"io"
	"net/http"
	"time"

	gen "github.com/dunwell/dunwell/gen/client"
	"github.com/dunwell/dunwell/gen/model"
)

// GetJob reads what became of a job that a call has started.
func (c *Client) GetJob(ctx context.Context, job string, options ...CallOption) (*Job, error) {
	return receive[Job](ctx, c, call{operation: "getJob", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetJobRequest(server, job)
	}}, options)
}

// GetDunning reads where the dunning of an invoice stands, and what comes next.
func (c *Client) GetDunning(ctx context.Context, invoiceReference string, options ...CallOption) (*DunningCase, error) {
	return receive[DunningCase](ctx, c, call{operation: "getDunning", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetDunningRequest(server, invoiceReference)
	}}, options)
}

// GetClaim computes what is claimed of an invoice on a day: principal, costs and interest. The zero time means today.
func (c *Client) GetClaim(ctx context.Context, invoiceReference string, asOf time.Time, options ...CallOption) (*Claim, error) {
	params := &model.GetClaimParams{}
	if !asOf.IsZero() {
		params.AsOf = &Day{Time: asOf}
	}
	return receive[Claim](ctx, c, call{operation: "getClaim", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetClaimRequest(server, invoiceReference, params)
	}}, options)
}

// GetSandboxClock reads the test clock. Outside of sandbox mode it is refused with [ErrNotFound].
func (c *Client) GetSandboxClock(ctx context.Context, options ...CallOption) (*SandboxClock, error) {
	return receive[SandboxClock](ctx, c, call{operation: "getSandboxClock", build: func(server string, _ io.Reader) (*http.Request, error) {
		return gen.NewGetSandboxClockRequest(server)
	}}, options)
}

// SetSandboxClock moves the test clock forward; what is scheduled in between runs in order.
func (c *Client) SetSandboxClock(ctx context.Context, clock SandboxClockSet, options ...CallOption) (*SandboxClock, error) {
	return receive[SandboxClock](ctx, c, call{operation: "setSandboxClock", body: clock, build: func(server string, body io.Reader) (*http.Request, error) {
		return gen.NewSetSandboxClockRequestWithBody(server, jsonType, body)
	}}, options)
}
