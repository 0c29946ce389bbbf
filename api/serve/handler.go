package serve

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/gen/server"
)

// Handler serves the contract. Make one with New; it is safe for concurrent use.
type Handler struct {
	options   Options
	echo      *echo.Echo
	beside    map[string]http.HandlerFunc // operational endpoints by path
	slots     slots
	challenge string // WWW-Authenticate of a 401
	stopping  atomic.Bool
}

// New mounts an implementation. It fails, naming it, when an operation of the contract has no route, when a route has no
// operation to validate it by, and when the document asks for a way of authentication that is not known here.
func New(impl server.StrictServerInterface, options Options) (*Handler, error) {
	if impl == nil || options.Authenticate == nil {
		return nil, errors.New("serve: an implementation and Options.Authenticate are needed")
	}
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &Handler{
		options:   options,
		echo:      echo.New(),
		slots:     make(slots, options.MaxConcurrent),
		challenge: challenge(options.Realm),
	}
	h.beside = h.operationalEndpoints()
	h.echo.Binder = binder{}
	h.echo.HTTPErrorHandler = func(err error, c echo.Context) { h.refuse(exchangeOf(c), err) }
	return h, h.mount(impl)
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := h.begin(w, r)
	defer h.finish(x)
	if endpoint := h.beside[r.URL.Path]; endpoint != nil {
		endpoint(x, r)
		return
	}
	if !strings.HasPrefix(r.URL.Path, api.BasePath+"/") && h.options.Beside != nil {
		h.options.Beside.ServeHTTP(x, r)
		return
	}
	if !h.slots.take() {
		h.refuse(x, tooManyRequests())
		return
	}
	defer h.slots.free()
	h.echo.ServeHTTP(x, r)
}

// mount registers the generated routes, each bound to its operation.
func (h *Handler) mount(impl server.StrictServerInterface) error {
	// The outermost comes last, and what an upload is refused for must win over all else.
	middleware := append(h.options.Middleware[:len(h.options.Middleware):len(h.options.Middleware)], refusedUploadWins)
	var found routes
	server.RegisterHandlersWithBaseURL(&found, server.NewStrictHandler(impl, middleware), api.BasePath)
	operations, err := h.match(found)
	if err != nil {
		return err
	}
	for i, route := range found {
		h.echo.Add(route.method, route.path, operations[i].serve)
		if route.method == http.MethodGet {
			h.echo.HEAD(route.path, operations[i].serve) // net/http leaves the body out
		}
	}
	return nil
}
