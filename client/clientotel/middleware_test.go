package clientotel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/client/clientotel"
)

// observed is a client of a server, and what was seen of its calls.
type observed struct {
	*client.Client
	spans   *tracetest.SpanRecorder
	metrics *metric.ManualReader
	tracers *trace.TracerProvider
	port    string
}

func observe(t *testing.T, handler http.HandlerFunc, options ...client.Option) *observed {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	u, _ := url.Parse(server.URL)
	o := &observed{spans: tracetest.NewSpanRecorder(), metrics: metric.NewManualReader(), port: u.Port()}
	o.tracers = trace.NewTracerProvider(trace.WithSpanProcessor(o.spans))
	middleware := clientotel.Middleware(clientotel.WithTracerProvider(o.tracers), clientotel.WithPropagator(propagation.TraceContext{}),
		clientotel.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(o.metrics))))
	var err error
	o.Client, err = client.New(server.URL+"/api", append(options, client.BasicAuth("shop", "p@55w0rd"), client.WithMiddleware(middleware),
		client.WithRetry(client.RetryPolicy{BaseDelay: time.Microsecond, MaxDelay: time.Microsecond}))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.CloseIdleConnections)
	return o
}

// text writes attributes in order, a line each.
func text(attributes []attribute.KeyValue) string {
	var lines []string
	for _, a := range attributes {
		lines = append(lines, string(a.Key)+"="+a.Value.String())
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// measured gives the sum of all measurements, by their attributes.
func (o *observed) measured(t *testing.T) map[string]uint64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := o.metrics.Collect(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != "http.client.request.duration" || m.Unit != "s" {
				t.Errorf("metric %s in %s", m.Name, m.Unit)
			}
			for _, point := range m.Data.(metricdata.Histogram[float64]).DataPoints {
				counts[text(point.Attributes.ToSlice())] = point.Count
			}
		}
	}
	return counts
}

const clock = `{"now":"2026-03-02T09:30:00.000Z"}`

// A call that is tried again is two spans below the caller's, each with its number and its outcome, and sent on.
func TestSpanPerAttempt(t *testing.T) {
	var parents []string
	var asked atomic.Int32
	o := observe(t, func(w http.ResponseWriter, r *http.Request) {
		parents = append(parents, r.Header.Get("Traceparent"))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", fmt.Sprint("request-", asked.Load()))
		if asked.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"code":503,"name":"ServerError","type":"ERR_UNAVAILABLE","message":"not now"}`)
			return
		}
		fmt.Fprint(w, clock)
	})
	ctx, root := o.tracers.Tracer("test").Start(t.Context(), "root")
	if _, err := o.GetSandboxClock(ctx); err != nil {
		t.Fatal(err)
	}
	spans := o.spans.Ended()
	if len(spans) != 2 {
		t.Fatalf("%d spans", len(spans))
	}
	common := "dunwell.operation=getSandboxClock\n%shttp.request.method=GET\n%shttp.response.header.x-request-id=[\"request-%d\"]\nhttp.response.status_code=%d\n" +
		"network.protocol.version=1.1\nserver.address=127.0.0.1\nserver.port=" + o.port + "\nurl.template=/sandbox/clock"
	for i, want := range []struct {
		text   string
		status codes.Code
	}{
		{fmt.Sprintf(common, "error.type=503\n", "", 0, 503), codes.Error},
		{fmt.Sprintf(common, "", "http.request.resend_count=1\n", 1, 200), codes.Unset},
	} {
		span := spans[i]
		if span.Name() != "GET /sandbox/clock" || span.SpanKind() != oteltrace.SpanKindClient || span.Parent().SpanID() != root.SpanContext().SpanID() || span.Status().Code != want.status {
			t.Errorf("span %s %v %v", span.Name(), span.SpanKind(), span.Status())
		}
		if got := text(span.Attributes()); got != want.text {
			t.Errorf("attributes\n%s\nwant\n%s", got, want.text)
		}
		if !strings.Contains(parents[i], span.SpanContext().SpanID().String()) {
			t.Errorf("sent on %s", parents[i])
		}
	}
	measured := "%shttp.request.method=GET\nhttp.response.status_code=%d\nnetwork.protocol.version=1.1\nserver.address=127.0.0.1\nserver.port=" + o.port + "\nurl.template=/sandbox/clock"
	counts := o.measured(t)
	for _, want := range []string{fmt.Sprintf("dunwell.operation=getSandboxClock\nerror.type=503\n"+measured, "", 503), fmt.Sprintf("dunwell.operation=getSandboxClock\n"+measured, "", 200)} {
		if counts[want] != 1 || len(counts) != 2 {
			t.Errorf("measured %v, want one of\n%s", counts, want)
		}
	}
}

// Whatever goes wrong ends the span, with a class of error and without its text.
func TestSpanOfErrors(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		options []client.CallOption
		want    string
	}{
		"cut off": {handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, want: "*errors.errorString"},
		"cut off in the body": {handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, clock)
		}, want: "*errors.errorString"},
		"too slow": {handler: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, options: []client.CallOption{client.Timeout(10 * time.Millisecond)}, want: "timeout"},
		"not found": {handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
		}, want: "404"},
	} {
		t.Run(name, func(t *testing.T) {
			o := observe(t, test.handler)
			if _, err := o.GetSandboxClock(t.Context(), append(test.options, client.MaxAttempts(1))...); err == nil {
				t.Fatal("no error")
			}
			spans := o.spans.Ended()
			if len(spans) != 1 || spans[0].Status().Code != codes.Error || spans[0].Status().Description != "" || len(spans[0].Events()) != 0 {
				t.Fatalf("spans %v", spans)
			}
			if got := text(spans[0].Attributes()); !strings.Contains(got, "error.type="+test.want+"\n") {
				t.Errorf("attributes\n%s", got)
			}
			if counts := o.measured(t); len(counts) != 1 {
				t.Errorf("measured %v", counts)
			}
		})
	}
	t.Run("a canceled call", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		o := observe(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
		if _, err := o.GetSandboxClock(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := text(o.spans.Ended()[0].Attributes()); !strings.Contains(got, "error.type=canceled") {
			t.Errorf("attributes\n%s", got)
		}
	})
}

// A span of a download ends with the download, not with its head.
func TestSpanEndsWithTheBody(t *testing.T) {
	o := observe(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		fmt.Fprint(w, "%PDF-")
	})
	open := 1
	if _, err := o.GetCommunicationFile(t.Context(), "1", io.Discard, client.Progress(func(done, _ int64) {
		if done == 0 {
			open = len(o.spans.Ended())
		}
	})); err != nil {
		t.Fatal(err)
	}
	if open != 0 || len(o.spans.Ended()) != 1 {
		t.Errorf("%d spans had ended before the file, %d after it", open, len(o.spans.Ended()))
	}
}

// Nothing of the merchant's is in a span: no reference, no filter, no key, no signature, no credentials.
func TestSpanTellsNoSecrets(t *testing.T) {
	o := observe(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	_, _ = o.GetInvoice(t.Context(), "RE-SECRET")
	_, _ = o.ListInvoices(t.Context(), client.InvoiceFields.Identity.Is("K-SECRET"))
	_, _ = o.CreateIdentity(t.Context(), client.IdentityCreate{Number: new("N-SECRET")}, client.IdempotencyKey("key-SECRET"))
	_, _ = o.DownloadLink(t.Context(), "http://127.0.0.1:"+o.port+"/api/v1/communication/1/file?expires=1&signature=sig-SECRET", io.Discard)
	_, _ = o.DownloadLink(t.Context(), "http://127.0.0.1:1/api/v1/communication/1/file?expires=1&signature=sig-SECRET", io.Discard)
	spans := o.spans.Ended()
	if len(spans) < 5 {
		t.Fatalf("%d spans", len(spans))
	}
	for _, span := range spans {
		told := span.Name() + text(span.Attributes()) + span.Status().Description + fmt.Sprint(span.Events())
		for _, secret := range []string{"SECRET", "p@55w0rd", "c2hvcDpw"} {
			if strings.Contains(told, secret) {
				t.Errorf("%s is in %s", secret, told)
			}
		}
	}
}

// The client does without OpenTelemetry, and this package without its SDK.
func TestLinksNoSDK(t *testing.T) {
	for pkg, forbidden := range map[string]string{
		"github.com/dunwell/dunwell/client":            "go.opentelemetry.io/",
		"github.com/dunwell/dunwell/client/clientotel": "go.opentelemetry.io/otel/sdk",
	} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(out), "\n"+forbidden) {
			t.Errorf("%s links %s", pkg, forbidden)
		}
	}
}
