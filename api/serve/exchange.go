package serve

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/api/validate"
)

// exchange is one request and its answer, from the first step to the last. It is the http.ResponseWriter everybody
// behind the first step writes to, and knows what was written.
type exchange struct {
	http.ResponseWriter
	request   *http.Request
	ctx       context.Context // the request's; once authenticated, what Authenticate made of it
	operation *operation      // nil until the route is found
	id        string
	started   time.Time
	body      []byte // of a request with a JSON body, validated

	status int // 0: nothing is answered yet
	bytes  int64
	held   *heldAnswer // nil: the answer goes out as it is written
	cause  error       // what a 5xx is about, for the log
	broken bool        // the answer cannot be completed
}

type exchangeKey struct{}

// begin starts an exchange, with the headers that every answer has.
func (h *Handler) begin(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{ResponseWriter: w, request: r, ctx: r.Context(), id: requestID(r), started: time.Now()}
	header := w.Header()
	header["X-Request-Id"] = []string{x.id}
	header["X-Content-Type-Options"] = nosniff
	return x
}

// exchangeOf gives the exchange of a request that is with Echo.
func exchangeOf(c echo.Context) *exchange { return c.Response().Writer.(*exchange) }

// WriteHeader begins the answer.
func (x *exchange) WriteHeader(status int) {
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		x.ResponseWriter.WriteHeader(status) // informational; the answer is still to come
		return
	}
	if x.status != 0 {
		return
	}
	x.status = status
	if x.held != nil {
		x.held.begin(x)
		return
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write writes a piece of the answer.
func (x *exchange) Write(data []byte) (int, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	if x.held != nil && x.held.takes(data) {
		return len(data), nil
	}
	n, err := x.ResponseWriter.Write(data)
	x.bytes += int64(n)
	return n, err
}

// Flush sends what was written so far, unless it is held back.
func (x *exchange) Flush() {
	if x.held == nil {
		_ = http.NewResponseController(x.ResponseWriter).Flush() // there is nothing to do where it is not offered
	}
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// RequestID gives the id of the request a context belongs to, as X-Request-Id tells it to the caller; "" for any
// other context.
func RequestID(ctx context.Context) string {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x.id
	}
	return ""
}

// Operation gives the operation that a context was made for; nil for any other context.
func Operation(ctx context.Context) *validate.Operation {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok && x.operation != nil {
		return x.operation.Operation
	}
	return nil
}

// Body gives the JSON body that was validated and decoded for the operation, byte for byte, for example to recognise
// the same request again. It is nil for operations without one, and for uploads. It must not be changed.
func Body(ctx context.Context) []byte {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x.body
	}
	return nil
}
