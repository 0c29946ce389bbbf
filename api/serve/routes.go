package serve

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/dunwell/dunwell/api"
	"github.com/dunwell/dunwell/gen/server"
)

// routes are the routes that the generated code registers. They are collected before Echo gets them, so that each is
// bound to its operation, and none is served without.
//
// RegisterHandlersOptions.OperationMiddlewares would attach nothing, silently, for a misspelt operationId.
type routes []route

type route struct {
	method, path string // path as Echo writes it, with the base path
	handle       echo.HandlerFunc
}

var _ server.EchoRouter = (*routes)(nil)

func (rs *routes) add(method, path string, handle echo.HandlerFunc) *echo.Route {
	*rs = append(*rs, route{method, path, handle})
	return &echo.Route{Method: method, Path: path}
}

// CONNECT, and the methods that follow, make routes a server.EchoRouter.
func (rs *routes) CONNECT(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodConnect, path, h)
}

// DELETE collects a route.
func (rs *routes) DELETE(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodDelete, path, h)
}

// GET collects a route.
func (rs *routes) GET(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodGet, path, h)
}

// HEAD collects a route.
func (rs *routes) HEAD(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodHead, path, h)
}

// OPTIONS collects a route.
func (rs *routes) OPTIONS(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodOptions, path, h)
}

// PATCH collects a route.
func (rs *routes) PATCH(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodPatch, path, h)
}

// POST collects a route.
func (rs *routes) POST(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodPost, path, h)
}

// PUT collects a route.
func (rs *routes) PUT(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodPut, path, h)
}

// TRACE collects a route.
func (rs *routes) TRACE(path string, h echo.HandlerFunc, _ ...echo.MiddlewareFunc) *echo.Route {
	return rs.add(http.MethodTrace, path, h)
}

// match finds the operation of every route, in the order of the routes.
func (h *Handler) match(found routes) ([]*operation, error) {
	waiting := make(map[string]*operation)
	for _, documented := range h.options.Contract.Operations() {
		o, err := h.newOperation(documented)
		if err != nil {
			return nil, fmt.Errorf("serve: operation %s: %w", documented.ID, err)
		}
		waiting[documented.Method+" "+api.BasePath+echoPath(documented.Path)] = o
	}
	operations := make([]*operation, len(found))
	for i, r := range found {
		name := r.method + " " + r.path
		o := waiting[name]
		if o == nil {
			return nil, fmt.Errorf("serve: route %s has no operation in the contract to be validated by", name)
		}
		delete(waiting, name)
		o.handle, operations[i] = r.handle, o
	}
	for name, o := range waiting {
		return nil, fmt.Errorf("serve: operation %s of the contract has no route %s", o.ID, name)
	}
	return operations, nil
}

// echoPath writes a path template of OpenAPI as Echo does: /invoices/{invoiceReference} is /invoices/:invoiceReference.
func echoPath(template string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(template)
}
