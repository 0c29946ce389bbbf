package serve

import (
	"errors"
	"io"
	"net/http"
)

// incompleteBody says that the body of a request could not be read to its end: the caller broke off, or was too slow.
type incompleteBody struct{ cause error }

func (e *incompleteBody) Error() string { return "reading the body: " + e.cause.Error() }

func (e *incompleteBody) Unwrap() error { return e.cause }

// readBody reads a body into memory, once and into a buffer of its size.
func (o *operation) readBody(x *exchange, r *http.Request) (data []byte, err error) {
	switch {
	case r.ContentLength == 0:
		return nil, nil
	case r.ContentLength > 0:
		data = make([]byte, r.ContentLength) // bounded: see check
		_, err = io.ReadFull(r.Body, data)
	default:
		data, err = io.ReadAll(http.MaxBytesReader(x.ResponseWriter, r.Body, o.maxBody))
	}
	return data, bodyError(err)
}

// bodyError tells a body over its limit from one that did not come to its end.
func bodyError(err error) error {
	if err == nil {
		return nil
	}
	var over *http.MaxBytesError // allocates, so not before there is an error: this is called for every piece of an upload
	if errors.As(err, &over) {
		return err
	}
	return &incompleteBody{err}
}

// validatedBody is the body of a request after it was read and validated; see binder.
type validatedBody struct{ data []byte }

// Read is not offered: nothing shall decode these bytes a second time, by other rules.
func (*validatedBody) Read([]byte) (int, error) { return 0, io.EOF }

// Close does nothing.
func (*validatedBody) Close() error { return nil }
