package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/dunwell/dunwell/api/validate"
)

// Error is an answer that refuses a call. Which refusal it is, is asked with errors.Is and the Err… variables.
type Error struct {
	Operation      string        // operationId, such as getInvoice
	Status         int           // of HTTP
	Type           ErrorType     // such as ERR_NOT_FOUND; empty when the answer was no envelope of the contract
	Name           ErrorName     // ClientError or ServerError; empty like Type
	Message        string        // one sentence for a developer
	Details        []ErrorDetail // what exactly is wrong, by field
	RequestID      string        // names the answer in the server's log
	IdempotencyKey string        // of a POST; with it the call can be made again
	RetryAfter     time.Duration // what the server asked to wait; 0 if it did not
	Attempts       int           // how often the call was tried
	Header         http.Header   // of the answer, without cookies
	Body           []byte        // the first KiB of an answer that was no envelope, such as a proxy's page

	// Uncertain says that an earlier attempt of this call got no answer and may have taken effect, so that this refusal may be of
	// the call's own making: a PUT with IfMatch is answered with 412 if its first attempt has changed the object. Read the
	// object to find out.
	Uncertain bool

	// Violations are what in the answer itself breaks the contract, unless responses are not validated.
	Violations Violations
}

// Error says what was refused and why, in one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d", e.Operation, e.Status)
	if e.Type != "" {
		fmt.Fprintf(&b, " %s: %s", e.Type, e.Message)
	} else {
		fmt.Fprintf(&b, "%s, without the contract's envelope", strings.TrimRight(" "+http.StatusText(e.Status), " "))
	}
	for _, d := range e.Details {
		fmt.Fprintf(&b, "; %s", d.Error)
		if d.Hint != nil && *d.Hint != "" {
			fmt.Fprintf(&b, " %s", *d.Hint)
		}
	}
	if e.Uncertain {
		b.WriteString(" (an earlier attempt got no answer and may have taken effect)")
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return oneLine(b.String())
}

// oneLine makes a line of a text that is partly a server's or a proxy's: what breaks lines, moves the cursor of a terminal or
// turns the direction of writing becomes a space.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, text)
}

// Is says whether target is the Err… variable of this refusal.
func (e *Error) Is(target error) bool {
	s, ok := target.(*sentinel)
	return ok && s == e.sentinel()
}

// How many bytes of a refusal are read, and of one that is no envelope, kept.
const (
	maxRefusal = 1 << 20
	maxPage    = 1 << 10
)

// refusal reads an answer that refuses.
func (x *exchange) refusal(res *http.Response) *Error {
	data, _ := io.ReadAll(io.LimitReader(res.Body, maxRefusal)) // that it breaks off makes it no less a refusal
	drain(res.Body)
	x.response.Body = data
	x.client.dump.response(x, data)
	e := x.readRefusal(res.StatusCode, res.Header, data)
	e.Violations = x.responseViolations(data)
	e.Uncertain = x.lost && e.Status < 500 && x.op.Method == http.MethodPut
	x.lost = x.lost || e.Type == "" && e.Status >= 500 // a proxy's, which may have passed the request on
	return e
}

// readRefusal makes an error of an answer, whatever it holds.
func (x *exchange) readRefusal(status int, header http.Header, data []byte) *Error {
	e := &Error{
		Operation: x.op.ID, Status: status, RequestID: header.Get("X-Request-Id"), IdempotencyKey: x.response.IdempotencyKey,
		RetryAfter: retryAfter(header), Attempts: x.response.Attempts, Header: x.cleanHeader(header),
	}
	var envelope struct {
		Name    ErrorName       `json:"name"`
		Type    ErrorType       `json:"type"`
		Message string          `json:"message"`
		Details json.RawMessage `json:"details"`
	}
	// A field of another shape is not worth losing the rest, so the error is left out.
	if _ = json.Unmarshal(data, &envelope); envelope.Type == "" {
		e.Body = []byte(x.beginning(data, maxPage))
		return e
	}
	e.Name, e.Type, e.Message = envelope.Name, envelope.Type, x.redact(envelope.Message)
	_ = json.Unmarshal([]byte(x.redact(string(envelope.Details))), &e.Details)
	return e
}

// ContractError is a request or a response that breaks the contract.
type ContractError struct {
	Operation  string     // operationId, such as getInvoice
	Direction  Direction  // which of both
	Violations Violations // what is wrong, each with path, rule and hint; never empty

	// Of a response:
	Status         int    // of HTTP
	RequestID      string // names the answer in the server's log
	IdempotencyKey string // of a POST, which has happened nevertheless

	tooLarge *validate.TooLargeError
}

// Direction is the way a message goes.
type Direction string

// The directions.
const (
	DirectionRequest  Direction = "request"
	DirectionResponse Direction = "response"
)

// Error names all violations in one line.
func (e *ContractError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: the %s breaks the contract:", e.Operation, e.Direction)
	for _, v := range e.Violations {
		fmt.Fprintf(&b, " %s %s", v.Error, v.Hint)
	}
	return oneLine(strings.TrimSpace(b.String()))
}

// Unwrap gives the violations.
func (e *ContractError) Unwrap() error { return e.Violations }

// Is says that a request that breaks the contract is what the server would have called it: [ErrInvalidValue], or
// [ErrTooLarge] for a file over the limit.
func (e *ContractError) Is(target error) bool {
	if e.Direction != DirectionRequest {
		return false
	}
	return e.tooLarge == nil && target == ErrInvalidValue || e.tooLarge != nil && target == ErrTooLarge
}

// undecodable is a response that cannot be read into its type, which validation would have found before.
func undecodable(operation string, r *Response, err error) error {
	v := validate.Violation{In: validate.InBody, Rule: validate.RuleJSON, Error: "The body cannot be decoded.", Hint: "The server must answer as documented."}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		v.Path = wrong.Field
	}
	return &ContractError{Operation: operation, Direction: DirectionResponse, Violations: Violations{v},
		Status: r.Status, RequestID: r.RequestID, IdempotencyKey: r.IdempotencyKey}
}

// TransportError is a call that got no answer: a connection that broke, a timeout, a context that ended.
type TransportError struct {
	Operation      string // operationId, such as createInvoice
	Attempts       int    // how often the call was tried
	IdempotencyKey string // of a POST; with it the call can be made again without doing anything twice
	Sent           bool   // an attempt may have reached the server, so that it may have done what was asked
	Err            error  // of the last attempt

	redact func(string) string // a function, since it knows what not even %#v may show; nil: as it is
}

// Error says what went wrong, and whether it may have happened nevertheless, in one line.
func (e *TransportError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: no answer after %d attempt", e.Operation, e.Attempts)
	if e.Attempts != 1 {
		b.WriteByte('s')
	}
	text := e.Err.Error()
	if e.redact != nil {
		text = e.redact(text)
	}
	fmt.Fprintf(&b, ": %s", text)
	if e.Sent && e.IdempotencyKey != "" {
		fmt.Fprintf(&b, " (it may have happened; call again with idempotency key %s to be sure)", e.IdempotencyKey)
	}
	return oneLine(b.String())
}

// Unwrap gives the error of the last attempt.
func (e *TransportError) Unwrap() error { return e.Err }

// ResponseTooLargeError is a response of success that is longer than [WithMaxResponseBytes] allows. What was asked has
// been done.
type ResponseTooLargeError struct {
	Operation      string
	Limit          int64 // bytes
	IdempotencyKey string
}

// Error names the limit.
func (e *ResponseTooLargeError) Error() string {
	return fmt.Sprintf("%s: the response has more than %d bytes; see WithMaxResponseBytes", e.Operation, e.Limit)
}
