package client

import "net/http"

// What the server may refuse a call for, to be compared with errors.Is. An answer without the contract's envelope, such
// as a proxy's page, is told by its status.
var (
	ErrInvalidValue          = refusal("ERR_INVALID_VALUE", http.StatusBadRequest)
	ErrUniqueViolation       = refusal("ERR_UNIQUE_VIOLATION", 0)
	ErrUnauthorized          = refusal("ERR_UNAUTHORIZED", http.StatusUnauthorized)
	ErrForbidden             = refusal("ERR_FORBIDDEN", http.StatusForbidden)
	ErrNotFound              = refusal("ERR_NOT_FOUND", http.StatusNotFound)
	ErrMethodNotAllowed      = refusal("ERR_METHOD_NOT_ALLOWED", http.StatusMethodNotAllowed)
	ErrConflictState         = refusal("ERR_CONFLICT_STATE", http.StatusConflict)
	ErrPreconditionFailed    = refusal("ERR_PRECONDITION_FAILED", http.StatusPreconditionFailed)
	ErrIdempotencyKeyReused  = refusal("ERR_IDEMPOTENCY_KEY_REUSED", http.StatusUnprocessableEntity)
	ErrIdempotencyInProgress = refusal("ERR_IDEMPOTENCY_IN_PROGRESS", 0)
	ErrTooLarge              = refusal("ERR_TOO_LARGE", http.StatusRequestEntityTooLarge)
	ErrUnsupportedMediaType  = refusal("ERR_UNSUPPORTED_MEDIA_TYPE", http.StatusUnsupportedMediaType)
	ErrTooManyRequests       = refusal("ERR_TOO_MANY_REQUESTS", http.StatusTooManyRequests)
	ErrInternal              = refusal("ERR_INTERNAL", http.StatusInternalServerError)
	ErrNotImplemented        = refusal("ERR_NOT_IMPLEMENTED", http.StatusNotImplemented)
	ErrUnavailable           = refusal("ERR_UNAVAILABLE", http.StatusServiceUnavailable)
)

// sentinel is one of the contract's error types.
type sentinel struct {
	typ    ErrorType
	status int // that means it without an envelope; 0: none does
}

func (s *sentinel) Error() string { return string(s.typ) }

// sentinels are all of the above.
var sentinels []*sentinel

func refusal(typ ErrorType, status int) error {
	s := &sentinel{typ, status}
	sentinels = append(sentinels, s)
	return s
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
	for _, s := range sentinels {
		if s.typ == e.Type {
			return s
		}
		if s.status == status {
			byStatus = s
		}
	}
	return byStatus
}
