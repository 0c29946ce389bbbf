package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// Error is why a URL is not called, or why a call failed. Text and Hint may be shown to anybody who knows the URL; the
// exact cause is for the log, and there only through Unwrap.
type Error struct {
	Text      string // a sentence: No connection.
	Hint      string // what would be right; may be empty
	Temporary bool   // the same call may succeed later
	cause     error
}

// Error is the text.
func (e *Error) Error() string { return e.Text }

// Unwrap is the exact cause. It may name addresses: it is for the log only.
func (e *Error) Unwrap() error { return e.cause }

func refuse(text, hint string) *Error { return &Error{Text: text, Hint: hint} }

func errTooLarge(limit int64) *Error {
	return refuse("The answer was too large.", fmt.Sprintf("Files of at most %d bytes are fetched.", limit))
}

// failure makes of the error of a request one that may be shown. All that keeps a connection from being made, the
// guard's refusal included, is one and the same to the caller: whoever chooses names could otherwise find out which of them
// exist in our network. insecure tells that the TLS handshake failed.
func failure(ctx context.Context, err error, insecure bool) *Error {
	e := &Error{Temporary: true, cause: err}
	var (
		op          *net.OpError
		certificate *tls.CertificateVerificationError
		timeout     net.Error
	)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Text = "The call was broken off."
	case errors.As(err, &op) && op.Op == "dial":
		e.Text, e.Hint = "No connection.", "The host must have a public address and answer there, by https on port 443."
	case errors.As(err, &certificate):
		e.Text, e.Hint = "The certificate is not valid.", "The server needs a certificate for its name, signed by a known authority, with all intermediate ones."
	case errors.As(err, &timeout) && timeout.Timeout(): // of ours, of the network, or the caller's deadline
		e.Text = "No answer in time."
	case insecure:
		e.Text, e.Hint = "No secure connection.", "The server must speak TLS 1.2 or newer."
	default:
		e.Text, e.Hint = "No valid answer.", "The connection broke, or what came was not HTTP."
	}
	return e
}

// unexpected is an answer that brings no file.
func unexpected(status int) *Error {
	e := &Error{Text: fmt.Sprintf("The answer was %d.", status), Hint: "The file must be there for everybody who knows the URL, without logging in."}
	switch {
	case status >= 300 && status < 400:
		e.Hint = "Redirects are not followed; give the URL that they lead to."
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		e.Hint, e.Temporary = "", true
	}
	return e
}
