// Package client calls the invoice API from Go.
//
// # Overview
//
// A [Client] has one method for each operation of the contract, named like the operation. It takes what the path
// names, then the body, then options of this one call, and answers the contract's own types, which this package
// repeats as aliases:
//
//	c, err := client.New("https://invoices.example.com/api", client.BasicAuth(user, password))
//	…
//	invoice, err := c.CreateInvoice(ctx, "K10001", client.InvoiceCreate{
//		Items: &[]client.InvoiceItemInput{{Label: "Support", Quantity: client.MustDecimal("2"), …}},
//	})
//
// Amounts are exact decimals, dates are times in UTC. A field of an update that null would clear is [Set] or
// [Clear].
//
// # What a call promises
//
// Requests are held against the contract before a byte is sent, responses after they have arrived; what breaks it is
// a [ContractError] that says where and by which rule. Fields and enum values that a newer server adds are taken.
// [WithValidation] changes this for each direction.
//
// A refusal of the server is an [Error], with all that the server said. It is compared with errors.Is:
//
//	if errors.Is(err, client.ErrNotFound) { … }
//
// What got no answer is a [TransportError]. Whether the server did what was asked is then not known, and [TransportError.Sent]
// says if it may have. An answer over the limit of [WithMaxResponseBytes] is a [ResponseTooLargeError].
//
// # Retries
//
// Calls that may be repeated safely are: GET, PUT, and POST, which always carries an Idempotency-Key. Its key is made
// once for a call and stays the same on every attempt. [OnIdempotencyKey] tells it before anything is sent, so that
// it can be kept; [IdempotencyKey] gives a kept one, and so resumes a call after a crash without doing anything twice.
// [RetryPolicy] says what is repeated and how long is waited.
//
// # Lists, files
//
// Lists are iterators ([Client.Invoices]) or pages ([Client.ListInvoices]), with typed conditions and order. Documents are
// streamed: [Client.ImportExternalDocument] from a source that can be opened again, [Client.GetCommunicationFile] to a writer.
//
// # Around a call
//
// [WithMiddleware] wraps each attempt, [AttemptFrom] tells it which one it is. [WithDump] writes what goes over the wire.
// Neither credentials nor the signatures of links appear in dumps, logs and errors, and middleware never sees credentials.
//
// A Client is safe for concurrent use and keeps nothing outside of itself but the compiled contract.
package client

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls one server. Make it with [New]; it is safe for concurrent use, and meant to be kept.
type Client struct {
	server      *url.URL // where paths begin, without a slash at the end
	http        *http.Client
	credentials Credentials // nil: none
	middleware  []Middleware
	requests    Mode
	responses   Mode
	retry       RetryPolicy
	budget      *budget
	userAgent   string
	maxBytes    int64
	timeout     time.Duration // of an attempt; 0: see attemptTimeout
	log         *slog.Logger
	dump        *dump // nil: none
	jitter      func(time.Duration) time.Duration
}

// DefaultMaxResponseBytes is how many bytes a JSON response may have unless [WithMaxResponseBytes] says otherwise.
const DefaultMaxResponseBytes = 32 << 20

// New makes a client of the server whose API begins at baseURL, as in https://invoices.example.com/api. A slash at its
// end does not matter; user info, a query or a fragment in it are refused, and so are options that make no sense.
func New(baseURL string, options ...Option) (*Client, error) {
	server, err := parseBaseURL(baseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{
		server:   server,
		http:     &http.Client{Transport: newTransport(pingAfter)},
		retry:    defaultRetry,
		maxBytes: DefaultMaxResponseBytes,
		log:      slog.Default(),
		jitter:   fullJitter,
	}
	c.userAgent = userAgent()
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
	}
	c.budget = newBudget(c.retry.Budget)
	return c, nil
}

// CloseIdleConnections closes connections that no call is using.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// parseBaseURL gives the base URL without a slash at its end. Its errors do not quote it: it may hold a password.
func parseBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, errors.New("client: the base URL must be an absolute http or https URL, such as https://invoices.example.com/api")
	case u.User != nil:
		return nil, errors.New("client: the base URL must not hold user info; give credentials by BasicAuth or WithCredentials")
	case strings.Contains(u.Path+"/", "/./") || strings.Contains(u.Path+"/", "/../"):
		return nil, errors.New("client: the base URL must not have steps . or .. in its path")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("client: the base URL must not have a query or a fragment")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// fullJitter is a time from 0 to below d, so that clients that failed together do not come back together.
func fullJitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(rand.Int64N(int64(d)))
}
