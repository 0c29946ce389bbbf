package serve

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/api/validate"
)

// operation is an operation of the contract as it is served.
type operation struct {
	*validate.Operation
	handler      *Handler
	alternatives []alternative
	maxBody      int64
	timeout      time.Duration
	handle       echo.HandlerFunc // the generated code: binds, and calls the implementation
}

func (h *Handler) newOperation(documented *validate.Operation) (*operation, error) {
	o := &operation{Operation: documented, handler: h, maxBody: DefaultMaxBodyBytes, timeout: h.options.Timeout}
	if n := documented.MaxBodyBytes(); n > 0 {
		o.maxBody = n
	}
	if n, ok := h.options.MaxBodyBytes[documented.ID]; ok {
		o.maxBody = n
	}
	if movesFiles(documented) {
		o.timeout = h.options.FileTimeout
	}
	o.timeout = max(o.timeout, documented.Timeout())
	var err error
	o.alternatives, err = h.alternatives(documented)
	return o, err
}

// movesFiles says whether an operation takes or gives something else than JSON, which may take its time.
func movesFiles(o *validate.Operation) bool {
	if o.Request != nil && !allJSON(o.Request.MediaTypes) {
		return true
	}
	for _, r := range o.Responses {
		if !allJSON(r.MediaTypes) {
			return true
		}
	}
	return false
}

func allJSON(mediaTypes []string) bool {
	for _, media := range mediaTypes {
		if media != "application/json" {
			return false
		}
	}
	return true
}

// serve takes a request from its route to the implementation.
func (o *operation) serve(c echo.Context) error {
	x, r := exchangeOf(c), c.Request()
	x.operation = o
	o.handler.hold(x)
	x.Header()["Cache-Control"] = noStore
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), exchangeKey{}, x), o.timeout)
	defer cancel()
	ctx, err := o.authenticate(ctx, r)
	if err != nil {
		return err
	}
	x.ctx = ctx
	r = r.WithContext(ctx)
	c.SetRequest(r)
	if err := o.check(x, c, r); err != nil {
		return err
	}
	return o.handle(c)
}

// Values of headers that are the same on every answer.
var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store"}
)
