package serve

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

// heldAnswer is an answer that is checked before it is sent. JSON is held back until it is whole; of anything else, such
// as a file, status and headers are checked, and the body passes.
type heldAnswer struct {
	wrong  error
	whole  bytes.Buffer
	json   bool
	refuse bool // the operation's answer is not sent
	fail   bool // refuse what is wrong
}

// hold makes an exchange check its answer, if that is asked for.
func (h *Handler) hold(x *exchange) {
	if h.options.Responses != CheckOff {
		x.held = &heldAnswer{fail: h.options.Responses == CheckFail}
	}
}

// begin looks at status and headers.
func (a *heldAnswer) begin(x *exchange) {
	media, _, _ := strings.Cut(x.Header().Get("Content-Type"), ";")
	if a.json = media == "" || media == mediaJSON; a.json {
		return
	}
	a.wrong = x.operation.Response(x.status, x.Header(), nil)
	if a.refuse = a.fail && a.wrong != nil; !a.refuse {
		x.ResponseWriter.WriteHeader(x.status)
	}
}

// takes keeps bytes back, or says that they may be sent.
func (a *heldAnswer) takes(data []byte) bool {
	if a.json {
		a.whole.Write(data)
	}
	return a.json || a.refuse
}

// release sends an answer that was held back, or 500 in its place.
func (h *Handler) release(x *exchange) {
	a := x.held
	if a == nil || x.status == 0 || x.broken {
		return // a broken answer is not made to look whole
	}
	x.held = nil
	if a.json {
		a.wrong = x.operation.Response(x.status, x.Header(), a.whole.Bytes())
		a.refuse = a.fail && a.wrong != nil
	}
	if a.wrong != nil {
		h.logWrong(x, a.wrong)
	}
	switch {
	case a.refuse:
		h.replace(x, a.wrong)
	case a.json:
		x.ResponseWriter.WriteHeader(x.status)
		n, _ := x.ResponseWriter.Write(a.whole.Bytes())
		x.bytes = int64(n)
	}
}

// replace answers 500 instead of what was about to be sent.
func (h *Handler) replace(x *exchange, wrong error) {
	maps.DeleteFunc(x.Header(), func(name string, _ []string) bool { return name != "X-Request-Id" && name != "X-Content-Type-Options" })
	x.status, x.broken = 0, false
	h.refuse(x, fmt.Errorf("the answer breaks the contract: %w", brokenAnswer{wrong}))
}

// brokenAnswer hides the violations of an answer from refuse, which would take them for the caller's.
type brokenAnswer struct{ wrong error }

func (e brokenAnswer) Error() string { return e.wrong.Error() }

// logWrong says what is wrong with an answer.
func (h *Handler) logWrong(x *exchange, wrong error) {
	var found validate.Violations
	_ = errors.As(wrong, &found) // nothing else comes from validation
	texts := make([]string, len(found))
	for i, v := range found {
		texts[i] = v.In + " " + v.Path + ": " + v.Error
	}
	h.options.Logger.LogAttrs(x.ctx, slog.LevelError, "an answer breaks the contract",
		slog.String("request_id", x.id),
		slog.String("operation", x.operation.ID),
		slog.Int("status", x.status),
		slog.Any("violations", texts))
}
