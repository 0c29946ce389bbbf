package clientotel

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Option configures [Middleware].
type Option func(*settings)

type settings struct {
	tracers    trace.TracerProvider
	meters     metric.MeterProvider
	propagator propagation.TextMapPropagator
}

// WithTracerProvider makes spans with p instead of the global provider.
func WithTracerProvider(p trace.TracerProvider) Option { return func(s *settings) { s.tracers = p } }

// WithMeterProvider measures with p instead of the global provider.
func WithMeterProvider(p metric.MeterProvider) Option { return func(s *settings) { s.meters = p } }

// WithPropagator sends the context on with p instead of the global propagator.
func WithPropagator(p propagation.TextMapPropagator) Option {
	return func(s *settings) { s.propagator = p }
}

// observer is what all attempts are observed with.
type observer struct {
	tracer     trace.Tracer
	duration   metric.Float64Histogram
	propagator propagation.TextMapPropagator
}

func newObserver(options []Option) *observer {
	s := settings{otel.GetTracerProvider(), otel.GetMeterProvider(), otel.GetTextMapPropagator()}
	for _, option := range options {
		option(&s)
	}
	duration, err := s.meters.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL)).Float64Histogram("http.client.request.duration",
		metric.WithDescription("Duration of HTTP client requests."), metric.WithUnit("s"),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		otel.Handle(err) // the instrument is usable nevertheless, by OpenTelemetry's rules
	}
	return &observer{s.tracers.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL)), duration, s.propagator}
}
