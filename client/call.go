package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/dunwell/dunwell/api/validate"
)

// call is one call of an operation, before its options.
type call struct {
	operation string // operationId
	build     func(server string, body io.Reader) (*http.Request, error)
	body      any      // what is sent as JSON; nil: no body, or an upload
	upload    *upload  // what is streamed
	consume   consumer // takes a response of success as a stream; nil: it is JSON
	anonymous bool     // without credentials, and not necessarily to the client's server: a signed link
}

// consumer takes a response whose head has been found right. What breaks in the stream is a *TransportError; if the
// consumer gives it back as it is, the call is tried again.
type consumer func(head *Response, stream io.Reader) error

// upload is a body that is streamed, and opened anew by each attempt.
type upload struct {
	check       func(*validate.Operation) error // what is known before it is opened; Violations or *validate.TooLargeError
	open        func() (io.ReadCloser, error)
	length      int64 // of what open gives, exactly
	contentType string
}

const jsonType = "application/json"

// How long an attempt may take by default.
const (
	attemptTimeout = time.Minute
	streamTimeout  = 15 * time.Minute
)

// send makes a call. A response that is JSON is read whole.
func (c *Client) send(ctx context.Context, k call, options []CallOption) (*Response, error) {
	x, err := c.prepare(ctx, k, options)
	if err != nil {
		return nil, err
	}
	return x.response, x.run()
}

// receive is send for those who want the typed answer.
func receive[T any](ctx context.Context, c *Client, k call, options []CallOption) (*T, error) {
	response, err := c.send(ctx, k, options)
	if err != nil {
		return nil, err
	}
	return decode[T](k.operation, response)
}

// decode reads the JSON of a response.
func decode[T any](operation string, r *Response) (*T, error) {
	var answer T
	if err := json.Unmarshal(r.Body, &answer); err != nil {
		return nil, undecodable(operation, r, err)
	}
	return &answer, nil
}
