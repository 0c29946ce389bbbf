package clientotel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// observation is one attempt that is being observed.
type observation struct {
	observer   *observer
	ctx        context.Context // with the span
	span       trace.Span
	began      time.Time
	attributes []attribute.KeyValue // of the measurement
	errorType  string               // what went wrong by the status
	once       sync.Once
}

// answered notes what the head of a response says.
func (o *observation) answered(r *http.Response) {
	if r == nil {
		return
	}
	known := []attribute.KeyValue{semconv.HTTPResponseStatusCode(r.StatusCode)}
	if r.ProtoMajor > 0 {
		known = append(known, semconv.NetworkProtocolVersion(protocol(r)))
	}
	o.span.SetAttributes(known...)
	o.attributes = append(o.attributes, known...)
	if id := r.Header.Get("X-Request-Id"); id != "" {
		o.span.SetAttributes(semconv.HTTPResponseHeader("x-request-id", id))
	}
	if r.StatusCode >= 400 {
		o.errorType = strconv.Itoa(r.StatusCode)
	}
}

// end ends the span and measures the time, once.
func (o *observation) end(err error) {
	o.once.Do(func() {
		if err != nil {
			o.errorType = errorType(err)
		}
		if o.errorType != "" {
			failed := semconv.ErrorTypeKey.String(o.errorType)
			o.span.SetAttributes(failed)
			o.span.SetStatus(codes.Error, "")
			o.attributes = append(o.attributes, failed)
		}
		ended := time.Now()
		o.observer.duration.Record(o.ctx, ended.Sub(o.began).Seconds(), metric.WithAttributes(o.attributes...))
		o.span.End(trace.WithTimestamp(ended))
	})
}

// errorType is a class of errors. Their texts are not told: they may hold an address that holds more than it should.
func errorType(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return semconv.ErrorType(err).Value.AsString()
}

// body is the body of a response; the observation ends with it.
type body struct {
	io.ReadCloser
	seen *observation
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.seen.end(nil)
	case err != nil:
		b.seen.end(err)
	}
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.seen.end(nil)
	return err
}

// port is the port of a URL, if only that of its scheme.
func port(u *url.URL) int {
	if n, err := strconv.Atoi(u.Port()); err == nil {
		return n
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}

// protocol is the version of HTTP as the conventions write it: 1.1, 2.
func protocol(r *http.Response) string {
	version := strconv.Itoa(r.ProtoMajor)
	if r.ProtoMajor == 1 {
		version += "." + strconv.Itoa(r.ProtoMinor)
	}
	return version
}
