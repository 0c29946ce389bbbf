package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/dunwell/dunwell/client"
)

// The key of a POST is kept before the request is sent. After a crash the call is made again with it: it happens once.
func ExampleOnIdempotencyKey() {
	ctx := context.Background()
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	var kept string
	keep := client.OnIdempotencyKey(func(key string) error {
		kept = key // in a table, in the transaction that wants the customer
		return nil
	})
	first, err := c.CreateIdentity(ctx, client.IdentityCreate{Number: new("4711")}, keep)
	if err != nil {
		log.Fatal(err)
	}

	var r client.Response
	again, err := c.CreateIdentity(ctx, client.IdentityCreate{Number: new("4711")}, client.IdempotencyKey(kept), client.Into(&r))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first.ID == again.ID, r.Replayed)
	// Output: true true
}

// A change of what was seen, and of nothing else.
func ExampleIfMatch() {
	ctx := context.Background()
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	var seen client.Response
	if _, err := c.UpsertIdentity(ctx, "K-etag", client.IdentityUpdate{Number: new("1")}, client.Into(&seen)); err != nil {
		log.Fatal(err)
	}
	if _, err := c.UpsertIdentity(ctx, "K-etag", client.IdentityUpdate{Number: new("2")}); err != nil { // somebody else
		log.Fatal(err)
	}
	_, err = c.UpsertIdentity(ctx, "K-etag", client.IdentityUpdate{Number: new("3")}, client.IfMatch(seen.ETag))
	fmt.Println(errors.Is(err, client.ErrPreconditionFailed))
	// Output: true
}

// The response as it came over the wire, beside the typed answer.
func ExampleInto() {
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	var r client.Response
	_, err = c.UpsertIdentity(context.Background(), "K-raw", client.IdentityUpdate{}, client.Into(&r))
	fmt.Println(r.Status, r.Header.Get("Content-Type"), strings.Contains(string(r.Body), `"reference":"K-raw"`), r.Attempts, err)
	// Output: 201 application/json true 1 <nil>
}

// JSON that is there already is sent as it is, and held against the contract all the same.
func ExampleRawBody() {
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.CreateIdentity(context.Background(), client.IdentityCreate{}, client.RawBody([]byte(`{"Number": "1"}`)))
	fmt.Println(err)
	// Output: createIdentity: the request breaks the contract: Field 'Number' is not known. Remove it, or did you mean 'number'?
}

// A field that null would clear is set or cleared; left out, it stays.
func ExampleClear() {
	ctx := context.Background()
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	if _, err := c.UpsertIdentity(ctx, "K-clear", client.IdentityUpdate{}); err != nil {
		log.Fatal(err)
	}
	invoice, err := c.CreateInvoice(ctx, "K-clear", client.InvoiceCreate{Due: new(client.Date(2030, time.January, 31))})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(invoice.Due)
	invoice, err = c.UpdateInvoice(ctx, invoice.Reference, client.InvoiceUpdate{Label: new("no date"), Due: client.Clear[client.Time]()})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(invoice.Due)
	// Output:
	// 2030-01-31T00:00:00.000Z
	// <nil>
}

// Retries are bounded for each call, and for all calls of a client together.
func ExampleWithRetry() {
	down := http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("connection refused")
	})}
	c, err := client.New("https://invoices.example.com/api", client.WithHTTPClient(&down),
		client.WithRetry(client.RetryPolicy{MaxAttempts: 3, BaseDelay: time.Millisecond, Budget: 10}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.GetInvoice(context.Background(), "RE12345")
	fmt.Println(err)
	_, err = c.GetInvoice(context.Background(), "RE12345", client.MaxAttempts(1), client.Timeout(time.Second))
	fmt.Println(err)
	// Output:
	// getInvoice: no answer after 3 attempts: connection refused
	// getInvoice: no answer after 1 attempt: connection refused
}

// Middleware wraps each attempt and knows which one it is.
func ExampleWithMiddleware() {
	timed := func(r *http.Request, next client.Next) (*http.Response, error) {
		attempt, _ := client.AttemptFrom(r.Context())
		res, err := next(r)
		if err == nil {
			fmt.Println(attempt.Operation, attempt.Path, attempt.Number, res.StatusCode)
		}
		return res, err
	}
	c, err := client.New(exampleServer(), client.BasicAuth("acme", "p@55w0rd"), client.WithMiddleware(timed))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	_, _ = c.GetInvoice(context.Background(), "RE-unknown")
	// Output: getInvoice /invoices/{invoiceReference} 1 404
}

// What goes over the wire, without secrets.
func ExampleWithDump() {
	answer := http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return newAnswer(200, `{"now":"2026-03-02T09:30:00.000Z"}`), nil
	})}
	c, err := client.New("https://invoices.example.com/api", client.BasicAuth("acme", "p@55w0rd"),
		client.WithHTTPClient(&answer), client.WithDump(os.Stdout))
	if err != nil {
		log.Fatal(err)
	}
	_, _ = c.GetSandboxClock(context.Background(), client.Header("User-Agent", "example/1.0"))
	// Output:
	// > getSandboxClock, attempt 1
	// > GET /api/sandbox/clock HTTP/1.1
	// > Host: invoices.example.com
	// > Accept: application/json
	// > Authorization: REDACTED
	// > User-Agent: example/1.0
	// >
	// < getSandboxClock, attempt 1
	// < HTTP/1.1 200 OK
	// < Content-Type: application/json
	// <
	// < {"now":"2026-03-02T09:30:00.000Z"}
}

// A server that breaks the contract is told apart from one that refuses; this client takes what it answers nevertheless.
func ExampleWithValidation() {
	answer := http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return newAnswer(200, `{"now":"2026-03-02T09:30:00Z"}`), nil // without milliseconds
	})}
	strict, err := client.New("https://invoices.example.com/api", client.WithHTTPClient(&answer))
	if err != nil {
		log.Fatal(err)
	}
	_, err = strict.GetSandboxClock(context.Background())
	fmt.Println(err)

	lenient, err := client.New("https://invoices.example.com/api", client.WithHTTPClient(&answer), client.WithValidation(client.Fail, client.Off))
	if err != nil {
		log.Fatal(err)
	}
	clock, err := lenient.GetSandboxClock(context.Background())
	fmt.Println(clock.Now, err)
	// Output:
	// getSandboxClock: the response breaks the contract: Value for field 'now' has the wrong form. Value must have the documented form.
	// 2026-03-02T09:30:00.000Z <nil>
}

// A server that breaks the contract is taken as it is, and told about in the log.
func ExampleWithLogger() {
	answer := http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return newAnswer(200, `{"now":"2026-03-02T09:30:00Z"}`, "X-Request-Id", "R1"), nil // without milliseconds
	})}
	timeless := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: timeless}))
	c, err := client.New("https://invoices.example.com/api", client.WithHTTPClient(&answer),
		client.WithLogger(logger), client.WithValidation(client.Fail, client.Log))
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.GetSandboxClock(context.Background())
	fmt.Println(err)
	// Output:
	// level=WARN msg="a message breaks the contract" operation=getSandboxClock direction=response violations="body: Value for field 'now' has the wrong form." request_id=R1
	// <nil>
}

// Credentials that change while a client is in use.
func ExampleWithCredentials() {
	vault := func(context.Context) (user, password string, err error) { return "acme", "p@55w0rd", nil }
	c, err := client.New(exampleServer(), client.WithCredentials(vault), client.WithUserAgent("acme-shop/1.2"),
		client.WithTimeout(10*time.Second), client.WithMaxResponseBytes(1<<20))
	if err != nil {
		log.Fatal(err)
	}
	defer c.CloseIdleConnections()

	_, err = c.GetIdentity(context.Background(), "K-unknown")
	fmt.Println(errors.Is(err, client.ErrUnauthorized), errors.Is(err, client.ErrNotFound))
	// Output: false true
}

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
