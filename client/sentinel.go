package client

import "net/http"

// What the server may refuse a call for, to be compared with errors.Is. An answer without the contract's envelope, such
// as a proxy's page, is told by its status.
var (
	ErrInvalidValue          error = &sentinel{"ERR_INVALID_VALUE", http.StatusBadRequest}
	ErrUniqueViolation       error = &sentinel{"ERR_UNIQUE_VIOLATION", 0}
	ErrUnauthorized          error = &sentinel{"ERR_UNAUTHORIZED", http.StatusUnauthorized}
	ErrForbidden             error = &sentinel{"ERR_FORBIDDEN", http.StatusForbidden}
	ErrNotFound              error = &sentinel{"ERR_NOT_FOUND", http.StatusNotFound}
	ErrMethodNotAllowed      error = &sentinel{"ERR_METHOD_NOT_ALLOWED", http.StatusMethodNotAllowed}
	ErrConflictState         error = &sentinel{"ERR_CONFLICT_STATE", http.StatusConflict}
	ErrPreconditionFailed    error = &sentinel{"ERR_PRECONDITION_FAILED", http.StatusPreconditionFailed}
	ErrIdempotencyKeyReused  error = &sentinel{"ERR_IDEMPOTENCY_KEY_REUSED", http.StatusUnprocessableEntity}
	ErrIdempotencyInProgress error = &sentinel{"ERR_IDEMPOTENCY_IN_PROGRESS", 0}
	ErrTooLarge              error = &sentinel{"ERR_TOO_LARGE", http.StatusRequestEntityTooLarge}
	ErrUnsupportedMediaType  error = &sentinel{"ERR_UNSUPPORTED_MEDIA_TYPE", http.StatusUnsupportedMediaType}
	ErrTooManyRequests       error = &sentinel{"ERR_TOO_MANY_REQUESTS", http.StatusTooManyRequests}
	ErrInternal              error = &sentinel{"ERR_INTERNAL", http.StatusInternalServerError}
	ErrNotImplemented        error = &sentinel{"ERR_NOT_IMPLEMENTED", http.StatusNotImplemented}
	ErrUnavailable           error = &sentinel{"ERR_UNAVAILABLE", http.StatusServiceUnavailable}
)

// sentinel is one of the contract's error types.
type sentinel struct {
	typ    ErrorType
	status int // that means it without an envelope; 0: none does
}

func (s *sentinel) Error() string { return string(s.typ) }

// sentinels are all of the above.
var sentinels = []error{
	ErrInvalidValue, ErrUniqueViolation, ErrUnauthorized, ErrForbidden, ErrNotFound, ErrMethodNotAllowed, ErrConflictState,
	ErrPreconditionFailed, ErrIdempotencyKeyReused, ErrIdempotencyInProgress, ErrTooLarge, ErrUnsupportedMediaType,
	ErrTooManyRequests, ErrInternal, ErrNotImplemented, ErrUnavailable,
}

// sentinel is the one of the type, or of the status if the type is none this package knows; nil if there is none.
func (e *Error) sentinel() *sentinel {
	status := e.Status
	switch {
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		status = http.StatusServiceUnavailable
	case status > 504:
		status = http.StatusInternalServerError
	}
	var byStatus *sentinel
	for _, err := range sentinels {
		s := err.(*sentinel)
		if s.typ == e.Type {
			return s
		}
		if s.status == status {
			byStatus = s
		}
	}
	return byStatus
}
