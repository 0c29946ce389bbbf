package serve

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/dunwell/dunwell/api"
)

// readyTimeout is how long /readyz waits for Options.Ready.
const readyTimeout = 5 * time.Second

// operationalEndpoints are those beside the contract, by path. They take no credentials, and are answered however
// much else is running.
func (h *Handler) operationalEndpoints() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/healthz":          h.reading(h.healthz),
		"/readyz":           h.reading(h.readyz),
		"/api/openapi.yaml": h.reading(document),
	}
}

// healthz says that the process lives.
func (h *Handler) healthz(w http.ResponseWriter, _ *http.Request) { writeText(w, "ok\n") }

// readyz says whether requests would be answered now.
func (h *Handler) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	err := errors.New("the server is shutting down")
	if !h.stopping.Load() {
		err = h.options.Ready(ctx)
	}
	if err != nil {
		x := w.(*exchange)
		h.refuse(x, unavailable())
		x.cause = err
		return
	}
	writeText(w, "ready\n")
}

// document gives the contract.
func document(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(api.YAML)))
	_, _ = w.Write(api.YAML)
}

// reading lets GET and HEAD through.
func (h *Handler) reading(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noStore
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.refuse(w.(*exchange), methodNotAllowed("GET, HEAD"))
			return
		}
		next(w, r)
	}
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text))
}
