package clientotel_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/client/clientotel"
)

func ExampleMiddleware() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, clock)
	}))
	defer server.Close()
	spans := tracetest.NewSpanRecorder() // a real program has its exporter here
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(spans))

	c, err := client.New(server.URL, client.WithMiddleware(clientotel.Middleware(clientotel.WithTracerProvider(provider))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.CloseIdleConnections()
	if _, err := c.GetSandboxClock(context.Background()); err != nil {
		fmt.Println(err)
	}
	for _, span := range spans.Ended() {
		fmt.Println(span.Name())
	}
	// Output: GET /sandbox/clock
}
