package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Option configures a [Client]. One that makes no sense is an error of [New].
type Option func(*Client) error

// Credentials gives the name and the password of an API key. It is asked before each attempt, so that keys can be
// changed without a new client, and may be called concurrently. Its error ends the call.
type Credentials func(context.Context) (user, password string, err error)

// BasicAuth authenticates with one API key.
func BasicAuth(user, password string) Option {
	return func(c *Client) error {
		if err := checkUser(user); err != nil {
			return fmt.Errorf("BasicAuth: %w", err)
		}
		return WithCredentials(func(context.Context) (string, string, error) { return user, password, nil })(c)
	}
}

// checkUser refuses names that HTTP Basic authentication cannot carry.
func checkUser(user string) error {
	if user == "" || strings.Contains(user, ":") {
		return errors.New("the user must not be empty, nor contain a colon")
	}
	return nil
}

// WithCredentials authenticates with what f gives.
func WithCredentials(f Credentials) Option {
	return func(c *Client) error {
		if f == nil {
			return errors.New("WithCredentials: the function is nil")
		}
		if c.credentials != nil {
			return errors.New("credentials are given twice")
		}
		c.credentials = f
		return nil
	}
}

// WithHTTPClient sends through h, for its transport, cookie jar and timeout. h itself is not changed. Redirects are not followed
// whatever it says: each is an [Error], wherever it leads. By default a client has a transport of its own.
func WithHTTPClient(h *http.Client) Option {
	return func(c *Client) error {
		if h == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		own := *h
		c.http = &own
		return nil
	}
}

// WithMiddleware puts middleware around each attempt. The first is the outermost; further options add inside.
func WithMiddleware(middleware ...Middleware) Option {
	return func(c *Client) error {
		for _, m := range middleware {
			if m == nil {
				return errors.New("WithMiddleware: a middleware is nil")
			}
		}
		c.middleware = append(c.middleware, middleware...)
		return nil
	}
}

// WithValidation says what is done about requests and responses that break the contract. By default both fail.
func WithValidation(requests, responses Mode) Option {
	return func(c *Client) error {
		if requests > Off || responses > Off {
			return errors.New("WithValidation: the modes are Fail, Log and Off")
		}
		c.requests, c.responses = requests, responses
		return nil
	}
}

// WithRetry sets how calls are repeated. Zero fields of the policy keep their defaults.
func WithRetry(policy RetryPolicy) Option {
	return func(c *Client) (err error) {
		c.retry, err = policy.complete()
		return err
	}
}

// WithUserAgent puts the name of a program, such as acme-shop/1.2, in front of the User-Agent.
func WithUserAgent(product string) Option {
	return func(c *Client) error {
		if product == "" || !visible(product) {
			return errors.New("WithUserAgent: the name must be visible ASCII, such as acme-shop/1.2")
		}
		c.userAgent = product + " " + userAgent()
		return nil
	}
}

// WithMaxResponseBytes limits the JSON of one response; beyond it a call ends with [ResponseTooLargeError]. Files that
// are streamed are not limited.
func WithMaxResponseBytes(n int64) Option {
	return func(c *Client) error {
		if n <= 0 {
			return errors.New("WithMaxResponseBytes: the limit must be greater than 0")
		}
		c.maxBytes = n
		return nil
	}
}

// WithLogger logs to l: violations in mode [Log] as warnings, repeated attempts at debug level. Default: slog.Default().
func WithLogger(l *slog.Logger) Option {
	return func(c *Client) error {
		if l == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		c.log = l
		return nil
	}
}

// WithDump writes every request and response to w as it goes over the wire, without credentials, cookies and the
// signatures of links. Each is one Write. Bodies are written up to 64 KiB; those that are streamed are only named.
func WithDump(w io.Writer) Option {
	return func(c *Client) error {
		if w == nil {
			return errors.New("WithDump: the writer is nil")
		}
		c.dump = &dump{w: w}
		return nil
	}
}

// WithTimeout limits each attempt, from connecting to the last byte of the response. Default: one minute, and
// 15 minutes where a file is streamed. The context of a call limits all its attempts and the waiting between them.
func WithTimeout(d time.Duration) Option {
	return func(c *Client) error {
		if d <= 0 {
			return errors.New("WithTimeout: the time must be greater than 0")
		}
		c.timeout = d
		return nil
	}
}

// visible says whether s is ASCII without control characters.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
