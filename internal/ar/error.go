package ar

import (
	"errors"
	"fmt"
)

// Error is the one error of the domain and everything above it. Kind decides the status, Code is the
// documented type, Details name what is wrong, Cause is for the log and never leaves the process.
// An error that is no *Error is internal: its text is not shown to a caller.
type Error struct {
	Kind    Kind
	Code    Code
	Message string
	Details []Detail
	Cause   error
}

// Detail is one thing wrong with a request, or one reason why it cannot be done.
type Detail struct {
	Error  string
	Fields []string // paths such as items[3].unitprice
	Hint   string   // what would be right
}

// Kind is the class of an error.
type Kind uint8

const (
	Internal     Kind = iota // a fault of ours
	Invalid                  // the request is wrong whatever the state
	Unauthorized             // who is asking is not known
	Forbidden                // who is asking may not
	NotFound                 // there is no such thing, or it is another merchant's
	Conflict                 // the state does not allow it
	Mismatch                 // If-Match does not name the current version
	TooLarge                 // more bytes than allowed
	Unavailable              // not now; a retry may succeed
	NotOffered               // documented, but not built yet
)

// Code is the documented type of an error.
type Code string

const (
	CodeInvalidValue          Code = "ERR_INVALID_VALUE"
	CodeUniqueViolation       Code = "ERR_UNIQUE_VIOLATION"
	CodeUnauthorized          Code = "ERR_UNAUTHORIZED"
	CodeForbidden             Code = "ERR_FORBIDDEN"
	CodeNotFound              Code = "ERR_NOT_FOUND"
	CodeConflictState         Code = "ERR_CONFLICT_STATE"
	CodePreconditionFailed    Code = "ERR_PRECONDITION_FAILED"
	CodeIdempotencyKeyReused  Code = "ERR_IDEMPOTENCY_KEY_REUSED"
	CodeIdempotencyInProgress Code = "ERR_IDEMPOTENCY_IN_PROGRESS"
	CodeTooLarge              Code = "ERR_TOO_LARGE"
	CodeInternal              Code = "ERR_INTERNAL"
	CodeUnavailable           Code = "ERR_UNAVAILABLE"
	CodeNotImplemented        Code = "ERR_NOT_IMPLEMENTED"
)

// Error makes *Error an error. The text is for the log.
func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message
	for _, d := range e.Details {
		text += "; " + d.Error
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// InvalidField says what is wrong with one value of a request, and what would be right.
func InvalidField(path, text, hint string) *Error {
	return InvalidFields(Detail{Error: text, Fields: []string{path}, Hint: hint})
}

// InvalidFields says everything that is wrong with the values of a request.
func InvalidFields(details ...Detail) *Error {
	return &Error{Kind: Invalid, Code: CodeInvalidValue, Message: "InvalidValue, see error details", Details: details}
}

// ConflictState says that the state of a thing does not allow what was asked, and why.
func ConflictState(message string, details ...Detail) *Error {
	return &Error{Kind: Conflict, Code: CodeConflictState, Message: message, Details: details}
}

// UniqueViolation says that the value of a field is taken.
func UniqueViolation(path, text, hint string) *Error {
	return &Error{Kind: Conflict, Code: CodeUniqueViolation, Message: text,
		Details: []Detail{{Error: text, Fields: []string{path}, Hint: hint}}}
}

// Missing says that what a field of the request names is not there. The answer is the same for what belongs to another
// merchant, so it never tells more than the request did.
func Missing(field, noun, name string) *Error {
	text := fmt.Sprintf("There is no %s '%s'.", noun, name)
	return &Error{Kind: NotFound, Code: CodeNotFound, Message: text,
		Details: []Detail{{Error: text, Fields: []string{field}, Hint: "Check the spelling; upper and lower case count."}}}
}

// KindOf gives the kind of an error, Internal for one that is not of the domain.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// faults collects what is wrong, so that one answer can say it all, up to a bound.
type faults []Detail

const maxFaults = 100

func (f *faults) add(path, text, hint string) {
	if len(*f) == maxFaults {
		return
	}
	*f = append(*f, Detail{Error: text, Fields: []string{path}, Hint: hint})
}

// invalid is nil when nothing is wrong: a nil interface, not a nil *Error in one.
func (f faults) invalid() error {
	if len(f) == 0 {
		return nil
	}
	return InvalidFields(f...)
}
