package client

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// CallOption changes one call. One that makes no sense is an error of the call, before anything is sent.
type CallOption func(*settings) error

// settings are what the options of one call come to.
type settings struct {
	key         string // Idempotency-Key
	onKey       func(key string) error
	ifMatch     string
	into        *Response
	header      http.Header
	rawBody     []byte        // nil: the method's
	maxAttempts int           // 0: the client's
	timeout     time.Duration // 0: the client's
}

func newSettings(options []CallOption) (*settings, error) {
	s := &settings{}
	for _, option := range options {
		if err := option(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// IdempotencyKey gives the key of a POST, 1 to 255 visible ASCII characters. The same key with the same body does
// nothing twice, and answers what was answered first: so a call is resumed whose outcome is not known. Without this option a
// new key is made. Calls other than POST take no notice.
func IdempotencyKey(key string) CallOption {
	return func(s *settings) error {
		if key == "" || !visible(key) {
			return errors.New("IdempotencyKey: the key must be 1 to 255 visible ASCII characters")
		}
		s.key = key
		return nil
	}
}

// OnIdempotencyKey tells the key of a POST before its first byte is sent, given or made, so that it can be kept for
// resuming. An error of f ends the call with nothing sent. Calls other than POST take no notice.
func OnIdempotencyKey(f func(key string) error) CallOption {
	return func(s *settings) error {
		s.onKey = f
		return nil
	}
}

// IfMatch changes an object only if it still is the version of this ETag, which [Response.ETag] tells of a read. Else
// the call ends with [ErrPreconditionFailed].
func IfMatch(etag string) CallOption {
	return func(s *settings) error {
		if etag == "" || !visible(etag) {
			return errors.New("IfMatch: the ETag must be sent as it was received")
		}
		s.ifMatch = etag
		return nil
	}
}

// Into gives access to the response beyond the typed answer: status, headers, body, attempts. r is filled in whether
// the call succeeds or not, as far as it came; its IdempotencyKey is there before anything is sent.
func Into(r *Response) CallOption {
	return func(s *settings) error {
		if r == nil {
			return errors.New("Into: the response is nil")
		}
		s.into = r
		return nil
	}
}

// ownHeaders are those a call makes itself.
var ownHeaders = []string{"Authorization", "Accept-Encoding", "Connection", "Content-Length", "Content-Type", "Expect", "Host", "Idempotency-Key", "If-Match", "Transfer-Encoding"}

// Header sends a header of the caller's, such as X-Request-Id. Those the client makes itself are refused.
func Header(name, value string) CallOption {
	return func(s *settings) error {
		name = http.CanonicalHeaderKey(name)
		if slices.Contains(ownHeaders, name) {
			return fmt.Errorf("Header: %s is made by the client; it has options of its own", name)
		}
		if name == "" || strings.ContainsAny(name, " :()<>@,;\\\"/[]?={}") || !visible(name) || !visible(value) {
			return errors.New("Header: name and value must be visible ASCII")
		}
		if s.header == nil {
			s.header = make(http.Header)
		}
		s.header.Add(name, value)
		return nil
	}
}

// RawBody sends data as the JSON body, byte for byte, in the place of the one the method was given. It is held against
// the contract all the same.
func RawBody(data []byte) CallOption {
	return func(s *settings) error {
		if s.rawBody = data; data == nil {
			s.rawBody = []byte{} // no body; nil stands for the method's
		}
		return nil
	}
}

// MaxAttempts limits how often this call is tried, the first time included; 1 means no retries.
func MaxAttempts(n int) CallOption {
	return func(s *settings) error {
		if n < 1 {
			return errors.New("MaxAttempts: the number must be at least 1")
		}
		s.maxAttempts = n
		return nil
	}
}

// Timeout limits each attempt of this call, as [WithTimeout] does for all.
func Timeout(d time.Duration) CallOption {
	return func(s *settings) error {
		if d <= 0 {
			return errors.New("Timeout: the time must be greater than 0")
		}
		s.timeout = d
		return nil
	}
}
