package serve

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/dunwell/dunwell/api"
)

// log writes the line of a request that is over. It holds nothing a caller may not want in a log: the path as a
// template, and no query string, header or credential.
func (h *Handler) log(x *exchange) {
	level, gone := slog.LevelInfo, errors.Is(x.request.Context().Err(), context.Canceled)
	fault := x.status >= http.StatusInternalServerError && x.status != http.StatusNotImplemented
	if !gone && (fault || x.broken) {
		level = slog.LevelError
	}
	logger := h.options.Logger
	if !logger.Enabled(x.ctx, level) {
		return
	}
	attributes := make([]slog.Attr, 0, 10)
	attributes = append(attributes,
		slog.String("method", method(x.request)),
		slog.String("route", h.route(x)))
	if x.operation != nil {
		attributes = append(attributes, slog.String("operation", x.operation.ID))
	}
	attributes = append(attributes,
		slog.Int("status", x.status),
		slog.Int64("bytes", x.bytes),
		slog.Duration("duration", time.Since(x.started)),
		slog.String("request_id", x.id))
	if caller := h.options.Caller(x.ctx); caller != "" {
		attributes = append(attributes, slog.String("caller", caller))
	}
	if gone {
		attributes = append(attributes, slog.Bool("gone", true)) // the caller did not wait for the answer
	}
	if x.cause != nil {
		attributes = append(attributes, slog.String("error", x.cause.Error()))
	}
	logger.LogAttrs(x.ctx, level, "request", attributes...)
}

// route is the template of the path, as far as it is known. A path that is not may hold anything, so it is left out.
func (h *Handler) route(x *exchange) string {
	switch {
	case x.operation != nil:
		return api.BasePath + x.operation.Path
	case h.beside[x.request.URL.Path] != nil:
		return x.request.URL.Path
	}
	return ""
}

// method is that of a request if it is one of HTTP's; others are the caller's text.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return r.Method
	}
	return "other"
}
