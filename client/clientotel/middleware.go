// Package clientotel observes the calls of a client with OpenTelemetry.
//
//	c, err := client.New(url, client.BasicAuth(user, password), client.WithMiddleware(clientotel.Middleware()))
//
// Each attempt of a call is a span of kind client, so that a call that was tried again shows what it waited for. The
// spans are children of the one in the call's context, and their context is sent on, so that a server's spans become
// their children. Attributes and names follow the semantic conventions for HTTP:
//
//	GET /invoices/{invoiceReference}            the name: method and template of the path
//	http.request.method, url.template, server.address, server.port
//	http.request.resend_count                   attempts before this one, if there were any
//	http.response.status_code, network.protocol.version, error.type
//	http.response.header.x-request-id           names the answer in the server's log
//	dunwell.operation                           the operationId, such as getInvoice
//
// The conventions ask for url.full too. It is left out: it holds references, filters and the signatures of links, which
// belong to the merchant and not into a tracing system. Nor is there anything of bodies, credentials or keys.
//
// Attempts are measured by the histogram http.client.request.duration, in seconds, with the same attributes as far as they
// are few: neither resend count nor request id. Spans and durations end when the response has been read.
//
// Put it outermost, that is first, to observe what other middleware does as well.
package clientotel

import (
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/dunwell/dunwell/client"
)

// scope is the name of the instrumentation.
const scope = "github.com/dunwell/dunwell/client/clientotel"

// Middleware observes attempts, by the global providers and propagator of package otel unless options name others.
func Middleware(options ...Option) client.Middleware {
	o := newObserver(options)
	return func(r *http.Request, next client.Next) (*http.Response, error) {
		attempt, _ := client.AttemptFrom(r.Context())
		name, common := describe(r, attempt)
		began := time.Now()
		own := common
		if attempt.Number > 1 {
			own = append(own[:len(own):len(own)], semconv.HTTPRequestResendCount(attempt.Number-1))
		}
		ctx, span := o.tracer.Start(r.Context(), name, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(began), trace.WithAttributes(own...))
		r = r.WithContext(ctx)
		o.propagator.Inject(ctx, propagation.HeaderCarrier(r.Header))
		seen := &observation{observer: o, ctx: ctx, span: span, began: began, attributes: common}
		response, err := next(r)
		seen.answered(response)
		if err != nil || response == nil || response.Body == nil {
			seen.end(err)
			return response, err
		}
		response.Body = &body{response.Body, seen}
		return response, err
	}
}

// describe gives the name of a span, and what spans and measurements share.
func describe(r *http.Request, attempt client.Attempt) (string, []attribute.KeyValue) {
	common := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(r.Method), semconv.ServerAddress(r.URL.Hostname()), semconv.ServerPort(port(r.URL))}
	if attempt.Operation == "" {
		return r.Method, common // no attempt of a client's
	}
	return r.Method + " " + attempt.Path, append(common, semconv.URLTemplate(attempt.Path), attribute.String("dunwell.operation", attempt.Operation))
}
