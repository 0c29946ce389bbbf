package client

import (
	"context"
	"net/http"
)

// Middleware wraps one attempt of a call. It may change the request before it calls next, call next not at all, and
// look at the response; it must not keep either. The request has no credentials yet. An error that it returns counts as no
// answer, and is repeated like one, unless it is an *[Error].
type Middleware func(request *http.Request, next Next) (*http.Response, error)

// Next goes on with an attempt.
type Next func(*http.Request) (*http.Response, error)

// Attempt is one attempt of a call.
type Attempt struct {
	Operation      string // operationId, such as getInvoice
	Path           string // template, such as /invoices/{invoiceReference}
	Number         int    // from 1
	IdempotencyKey string // of a POST
}

type attemptKey struct{}

// AttemptFrom gives the attempt that the context of a request was made for.
func AttemptFrom(ctx context.Context) (Attempt, bool) {
	a, ok := ctx.Value(attemptKey{}).(Attempt)
	return a, ok
}

// chain puts middleware around the last step; the first is the outermost.
func chain(all []Middleware, last Next) Next {
	for i := len(all) - 1; i >= 0; i-- {
		m, next := all[i], last
		last = func(r *http.Request) (*http.Response, error) { return m(r, next) }
	}
	return last
}
