package client

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/dunwell/dunwell/api/validate"
)

// source is the body of an upload during one attempt. The transport may still read it when the attempt is over.
type source struct {
	checked io.Reader
	body    io.Closer
	left    int64 // of the announced length
	length  int64

	mu     sync.Mutex
	err    error
	closed bool
}

// openSource opens the body anew, to be held against the contract while it is sent.
func (x *exchange) openSource() (*source, error) {
	u := x.call.upload
	body, err := u.open()
	if err != nil {
		return nil, err
	}
	s := &source{checked: body, body: body, left: u.length, length: u.length}
	if x.client.requests != Fail {
		return s, nil
	}
	if s.checked, err = x.op.Upload(body, u.contentType); err != nil {
		_ = body.Close()
		return nil, err
	}
	return s, nil
}

// Read gives the next bytes, and fails if they are not as many as announced.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.checked.Read(p)
	s.left -= int64(n)
	if s.left < 0 || err == io.EOF && s.left > 0 {
		err = fmt.Errorf("the body does not have the %d bytes it was announced with; did the file change?", s.length)
	}
	if err != nil && err != io.EOF {
		s.fail(err)
	}
	return n, err
}

// fail notes why the body cannot be sent; that it was closed under the reader is no reason.
func (s *source) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && s.err == nil {
		s.err = err
	}
}

// failure is why the body could not be sent; nil if that is not what went wrong. A nil source does not fail.
func (s *source) failure() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close closes the body.
func (s *source) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	return s.body.Close()
}

// sourceError is the error of a call whose body could not be read; another attempt would not help.
func (x *exchange) sourceError(err error) error {
	broken := &ContractError{Operation: x.op.ID, Direction: DirectionRequest}
	var tooLarge *validate.TooLargeError
	switch {
	case errors.As(err, &broken.Violations):
		return broken
	case errors.As(err, &tooLarge):
		broken.Violations, broken.tooLarge = validate.Violations{{In: validate.InForm, Path: tooLarge.Path, Rule: "maxLength",
			Error: "The file has more bytes than allowed.", Hint: fmt.Sprintf("At most %d bytes are taken.", tooLarge.Limit)}}, tooLarge
		return broken
	}
	return fmt.Errorf("client: %s: reading the body: %w", x.op.ID, err)
}
