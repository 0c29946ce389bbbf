package serve_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/gen/server"
)

// variant is one of the ways to serve that the benchmarks compare. All have the same implementation behind them, and all
// check the same credentials.
type variant struct {
	name    string
	handler http.Handler
}

// variants makes all before the first is measured, and keeps them. With the few megabytes that a contract takes, the heap
// is so small that how often garbage is collected depends on it; so all are measured with the same heap.
var variants = sync.OnceValue(func() []variant {
	return []variant{{"unvalidated", unvalidated()}, {"kin", usualMiddleware()}, {"ours", ours()}}
})

func BenchmarkPutInvoice(b *testing.B) {
	body := benchload.Invoice()
	benchmark(b, int64(len(body)), func() *http.Request { return benchload.Put(bytes.NewReader(body)) })
}

func BenchmarkListInvoices(b *testing.B) { benchmark(b, 0, benchload.List) }

func BenchmarkUpload(b *testing.B) {
	body, contentType := benchload.Form(10 << 20)
	benchmark(b, int64(len(body)), func() *http.Request { return benchload.Upload(bytes.NewReader(body), contentType) })
}

func benchmark(b *testing.B, size int64, request func() *http.Request) {
	for _, variant := range variants() {
		b.Run(variant.name, func(b *testing.B) {
			w := &discard{header: make(http.Header)}
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				w.reset()
				variant.handler.ServeHTTP(w, request())
				if w.status != http.StatusOK {
					b.Fatalf("status %d: %s", w.status, w.head)
				}
			}
		})
	}
}

// discard is a ResponseWriter that keeps the status and the beginning of the answer.
type discard struct {
	header http.Header
	status int
	head   []byte
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) WriteHeader(status int) { d.status = status }

func (d *discard) Write(p []byte) (int, error) {
	d.head = append(d.head, p[:min(len(p), 400-len(d.head))]...)
	return len(p), nil
}

func (d *discard) reset() {
	clear(d.header)
	d.status, d.head = http.StatusOK, d.head[:0]
}

// ours is the Handler of this package. Access log lines go nowhere, as the others write none.
func ours() http.Handler {
	h, err := serve.New(benchload.New(), serve.Options{
		Logger: slog.New(slog.DiscardHandler),
		Authenticate: func(ctx context.Context, c serve.Credentials) (context.Context, error) {
			if !benchload.Authentic(c.User, c.Password) {
				return ctx, errUnknown
			}
			return ctx, nil
		},
	})
	if err != nil {
		panic(err)
	}
	return h
}

var errUnknown = errors.New("unknown credentials")

// unvalidated is the generated strict server with the same decoder and nothing else.
func unvalidated() http.Handler {
	e := echo.New()
	e.Binder = exactBinder{}
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if user, password, ok := c.Request().BasicAuth(); !ok || !benchload.Authentic(user, password) {
				return echo.ErrUnauthorized
			}
			return next(c)
		}
	})
	server.RegisterHandlersWithBaseURL(e, server.NewStrictHandler(benchload.New(), nil), api.BasePath)
	return e
}

// exactBinder decodes as the Handler does.
type exactBinder struct{}

func (exactBinder) Bind(v any, c echo.Context) error {
	data := make([]byte, c.Request().ContentLength)
	if _, err := io.ReadFull(c.Request().Body, data); err != nil {
		return err
	}
	return serve.Decode(data, v)
}

// usualMiddleware is the generated strict server behind kin-openapi, used as the middleware that is published with the
// generator does: a second router, and authentication in kin-openapi's security step.
func usualMiddleware() http.Handler {
	doc, err := api.Document()
	if err != nil {
		panic(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	options := &openapi3filter.Options{AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
		user, password, ok := in.RequestValidationInput.Request.BasicAuth()
		if !ok || !benchload.Authentic(user, password) {
			return errUnknown
		}
		return nil
	}}
	e := echo.New()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			route, path, err := router.FindRoute(c.Request())
			if err != nil {
				return echo.ErrNotFound
			}
			input := &openapi3filter.RequestValidationInput{Request: c.Request(), PathParams: path, Route: route, Options: options}
			if err := openapi3filter.ValidateRequest(c.Request().Context(), input); err != nil {
				return echo.NewHTTPError(http.StatusBadRequest, err.Error())
			}
			return next(c)
		}
	})
	server.RegisterHandlersWithBaseURL(e, server.NewStrictHandler(benchload.New(), nil), api.BasePath)
	return e
}
