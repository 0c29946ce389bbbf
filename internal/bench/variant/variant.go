// Package variant makes the servers that are compared. All have the same implementation of the contract behind them, keep
// no log, and check the same credentials.
package variant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"
	middleware "github.com/oapi-codegen/echo-middleware"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/api/serve/benchload"
	"github.com/dunwell/dunwell/gen/server"
)

// The variants.
const (
	Unvalidated = "unvalidated" // the generated strict server on Echo, with our decoder and no validation
	Middleware  = "middleware"  // the same with its own decoder, behind the validator that is published for it
	Ogen        = "ogen"        // the server ogen generates from the same contract
	Ours        = "ours"        // api/serve
)

// Names are all variants, in the order they are shown.
var Names = []string{Unvalidated, Middleware, Ogen, Ours}

// New makes the variant of that name.
func New(name string) (http.Handler, error) {
	switch name {
	case Unvalidated:
		return newUnvalidated(), nil
	case Middleware:
		return newMiddleware()
	case Ogen:
		return newOgen()
	case Ours:
		return newOurs()
	}
	return nil, fmt.Errorf("there is no variant %q", name)
}

var errUnknown = errors.New("unknown credentials")

func newOurs() (http.Handler, error) {
	return serve.New(newImplementation(), serve.Options{
		Logger: slog.New(slog.DiscardHandler),
		Authenticate: func(ctx context.Context, c serve.Credentials) (context.Context, error) {
			if !benchload.Authentic(c.User, c.Password) {
				return ctx, &serve.Problem{Status: http.StatusUnauthorized, Type: "ERR_UNAUTHORIZED", Message: errUnknown.Error()}
			}
			return ctx, nil
		},
	})
}

func newUnvalidated() http.Handler {
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
	server.RegisterHandlersWithBaseURL(e, server.NewStrictHandler(newImplementation(), nil), api.BasePath)
	return e
}

// exactBinder decodes as api/serve does.
type exactBinder struct{}

func (exactBinder) Bind(v any, c echo.Context) error {
	data := make([]byte, c.Request().ContentLength)
	if _, err := io.ReadFull(c.Request().Body, data); err != nil {
		return err
	}
	return serve.Decode(data, v)
}

// newMiddleware follows the README of the middleware but for one line. It says to drop the document's servers; then the
// base path must go by Options.Prefix, with which version 1.1.0 hands the handler a body that was read already. The only
// server of our document is a path, so no host is checked when it stays.
func newMiddleware() (http.Handler, error) {
	doc, err := api.Document()
	if err != nil {
		return nil, err
	}
	e := echo.New()
	e.Use(middleware.OapiRequestValidatorWithOptions(doc, &middleware.Options{
		SilenceServersWarning: true,
		Options: openapi3filter.Options{AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
			user, password, ok := in.RequestValidationInput.Request.BasicAuth()
			if !ok || !benchload.Authentic(user, password) {
				return errUnknown
			}
			return nil
		}},
	}))
	server.RegisterHandlersWithBaseURL(e, server.NewStrictHandler(newImplementation(), nil), api.BasePath)
	return e, nil
}
