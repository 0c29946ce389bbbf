package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// finish ends an exchange, whichever way it went.
func (h *Handler) finish(x *exchange) {
	if value := recover(); value != nil {
		h.panicked(x, value)
	}
	h.release(x)
	h.log(x)
	if x.broken {
		// Only an aborted connection tells the caller that the answer is not whole.
		panic(http.ErrAbortHandler)
	}
}

// panicked answers for a handler that panicked.
func (h *Handler) panicked(x *exchange, value any) {
	if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		x.broken = true // on purpose, and not worth a stack
		return
	}
	h.options.Logger.LogAttrs(x.ctx, slog.LevelError, "panic",
		slog.String("request_id", x.id),
		slog.String("panic", fmt.Sprint(value)),
		slog.String("stack", string(debug.Stack())))
	h.refuse(x, fmt.Errorf("panic: %v", value))
}
