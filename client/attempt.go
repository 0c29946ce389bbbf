package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// try makes one attempt. What was answered is in x.response.
func (x *exchange) try() error {
	limit := x.timeout()
	ctx, cancel := context.WithTimeoutCause(x.ctx, limit, fmt.Errorf("no answer within %v: %w", limit, context.DeadlineExceeded))
	defer cancel()
	request, body, err := x.open(context.WithValue(ctx, attemptKey{}, x.attempt()))
	if err != nil {
		return err
	}
	res, err := chain(x.client.middleware, x.transport)(request) //nolint:bodyclose // each of the ways below closes it
	if err != nil && res != nil && res.Body != nil {
		drain(res.Body) // a middleware's, which gave both
	}
	switch {
	case err != nil && body.failure() != nil:
		return x.sourceError(body.failure())
	case err != nil:
		return x.noAnswer(ctx, err)
	case res == nil:
		return x.noAnswer(ctx, errors.New("a middleware gave neither a response nor an error"))
	}
	if res.Body == nil {
		res.Body = http.NoBody // a middleware's
	}
	x.response.take(res)
	switch {
	case res.StatusCode/100 != 2:
		return x.refusal(res)
	case x.call.consume != nil:
		return x.stream(ctx, res)
	}
	return x.answer(ctx, res)
}

func (x *exchange) attempt() Attempt {
	return Attempt{Operation: x.op.ID, Path: x.op.Path, Number: x.response.Attempts, IdempotencyKey: x.response.IdempotencyKey}
}

// timeout is how long an attempt may take.
func (x *exchange) timeout() time.Duration {
	switch {
	case x.settings.timeout > 0:
		return x.settings.timeout
	case x.client.timeout > 0:
		return x.client.timeout
	case x.call.consume != nil || x.call.upload != nil:
		return streamTimeout
	}
	return attemptTimeout
}

// open makes the request of one attempt. The source is nil unless the body is streamed.
func (x *exchange) open(ctx context.Context) (*http.Request, *source, error) {
	r := x.request.Clone(ctx)
	r.Body, r.GetBody, r.ContentLength = nil, nil, 0
	switch {
	case x.call.upload != nil:
		s, err := x.openSource()
		if err != nil {
			return nil, nil, x.sourceError(err)
		}
		r.Body, r.ContentLength = s, x.call.upload.length
		// A refusal that needs no more than the head comes before the file is sent. Under one that is being sent, a server that
		// closes the connection would take its answer away.
		r.Header.Set("Expect", "100-continue")
		return r, s, nil
	case x.call.body != nil:
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(x.data)), nil }
		r.Body, _ = r.GetBody()
		r.ContentLength = int64(len(x.data))
	}
	return r, nil, nil
}

// transport is the last step of an attempt: credentials, which middleware never sees, and the wire.
func (x *exchange) transport(r *http.Request) (*http.Response, error) {
	r, err := x.authenticate(r)
	if err != nil {
		return nil, err
	}
	x.client.dump.request(x, r)
	res, err := x.client.do(r)
	// Its URL may be a signed link.
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err
	}
	return res, err
}

// authenticate gives the request with credentials, leaving the one that middleware knows as it is.
func (x *exchange) authenticate(r *http.Request) (*http.Request, error) {
	if given := r.Header.Get("Authorization"); given != "" { // a middleware's
		_, secret, _ := strings.Cut(given, " ")
		x.secrets = []string{secret}
		return r, nil
	}
	if x.client.credentials == nil || x.call.anonymous {
		return r, nil
	}
	user, password, err := x.client.credentials(r.Context())
	if err == nil {
		err = checkUser(user)
	}
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as a transport does
		}
		return nil, &credentialsError{err}
	}
	own := *r
	own.Header = r.Header.Clone()
	own.SetBasicAuth(user, password)
	x.secrets = []string{own.Header.Get("Authorization")[len("Basic "):], password}
	return &own, nil
}

// credentialsError marks an error of the caller's [Credentials], after which nothing is tried again.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// answer reads a response of success whole, and holds it against the contract.
func (x *exchange) answer(ctx context.Context, res *http.Response) error {
	data, err := readBody(res, x.client.maxBytes)
	if errors.Is(err, errTooLong) {
		return &ResponseTooLargeError{Operation: x.op.ID, Limit: x.client.maxBytes, IdempotencyKey: x.response.IdempotencyKey}
	}
	if err != nil {
		return x.noAnswer(ctx, err)
	}
	x.response.Body = data
	x.client.dump.response(x, data)
	return x.checkAnswer(data)
}

// stream hands on the body of a response of success whose head is right. One that is not read to its end costs the
// connection: nobody knows how long the rest would take.
func (x *exchange) stream(ctx context.Context, res *http.Response) error {
	defer func() { _ = res.Body.Close() }()
	x.client.dump.response(x, nil)
	if err := x.checkAnswer(nil); err != nil {
		return err
	}
	return x.call.consume(x.response, &stream{x, ctx, res.Body})
}

// stream is the body of a response on its way to the consumer.
type stream struct {
	exchange *exchange
	ctx      context.Context
	body     io.Reader
}

// Read gives the next bytes.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	if err != nil && err != io.EOF {
		err = s.exchange.noAnswer(s.ctx, err)
	}
	return n, err
}

var errTooLong = errors.New("the response is longer than allowed")

// readBody reads a body of at most limit bytes to its end and closes it.
func readBody(res *http.Response, limit int64) ([]byte, error) {
	defer func() { _ = res.Body.Close() }()
	if res.ContentLength > limit {
		return nil, errTooLong
	}
	var b bytes.Buffer
	b.Grow(int(min(max(res.ContentLength, 0), 1<<20)) + bytes.MinRead) // no more on the server's word alone
	_, err := b.ReadFrom(io.LimitReader(res.Body, min(limit, math.MaxInt64-1)+1))
	if int64(b.Len()) > limit {
		return nil, errTooLong
	}
	return b.Bytes(), err
}

// drain closes a body so that its connection can be used again, unless that would take long.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	_ = body.Close()
}
