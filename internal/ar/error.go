package ar

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
