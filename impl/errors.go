package impl

import (
	"errors"
	"net/http"

	"github.com/dunwell/dunwell/api/serve"
	"github.com/dunwell/dunwell/internal/ar"
)

// statuses is the only place where an error gets its status.
var statuses = map[ar.Kind]int{
	ar.Invalid:      http.StatusBadRequest,
	ar.Unauthorized: http.StatusUnauthorized,
	ar.Forbidden:    http.StatusForbidden,
	ar.NotFound:     http.StatusNotFound,
	ar.Conflict:     http.StatusConflict,
	ar.Mismatch:     http.StatusPreconditionFailed,
	ar.TooLarge:     http.StatusRequestEntityTooLarge,
	ar.Unavailable:  http.StatusServiceUnavailable,
	ar.NotOffered:   http.StatusNotImplemented,
}

// exceptions are codes whose status is not that of their kind.
var exceptions = map[ar.Code]int{
	ar.CodeIdempotencyKeyReused: http.StatusUnprocessableEntity,
}

// Problem translates an error of the application. nil means that it is a fault of ours, about which nothing is said.
func Problem(err error) *serve.Problem {
	var e *ar.Error
	if !errors.As(err, &e) {
		return nil
	}
	status, known := exceptions[e.Code]
	if !known {
		status, known = statuses[e.Kind]
	}
	if !known {
		return nil
	}
	problem := &serve.Problem{Status: status, Type: string(e.Code), Message: e.Message}
	for _, d := range e.Details {
		problem.Details = append(problem.Details, serve.Detail(d))
	}
	if e.Code == ar.CodeIdempotencyInProgress || e.Kind == ar.Unavailable {
		problem.Header = http.Header{"Retry-After": {"1"}}
	}
	return problem
}
