package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dunwell/dunwell/client"
	"github.com/dunwell/dunwell/internal/ar"
)

// Exit statuses by class of error. Scripts rely on them, so they never change.
const (
	statusFailure     = 1
	statusUsage       = 2
	statusForbidden   = 3
	statusNotFound    = 4
	statusConflict    = 5
	statusServer      = 6
	statusConnection  = 7
	statusUnavailable = 8
	statusDifferent   = 9
)

// exitCodes are what dunwell help exit-codes says.
var exitCodes = []struct {
	status int
	means  string
}{
	{0, "done"},
	{statusFailure, "it failed on this machine, or was interrupted"},
	{statusUsage, "the call cannot be understood, or the request breaks the contract (400, 405, 413, 415)"},
	{statusForbidden, "the credentials are wrong, or lack the permission (401, 403)"},
	{statusNotFound, "there is no such thing (404)"},
	{statusConflict, "its state does not allow it, or it has changed meanwhile (409, 412, 422)"},
	{statusServer, "the server is at fault, is not available, or asks to wait (429, 5xx), or its answer breaks the contract"},
	{statusConnection, "the server cannot be reached, or the connection broke"},
	{statusUnavailable, "the server does not offer this (501)"},
	{statusDifferent, "verify found something that is not as it was entered"},
}

// refusals gives the statuses of the contract's errors.
var refusals = []struct {
	refusal error
	status  int
}{
	{client.ErrInvalidValue, statusUsage},
	{client.ErrMethodNotAllowed, statusUsage},
	{client.ErrTooLarge, statusUsage},
	{client.ErrUnsupportedMediaType, statusUsage},
	{client.ErrUnauthorized, statusForbidden},
	{client.ErrForbidden, statusForbidden},
	{client.ErrNotFound, statusNotFound},
	{client.ErrConflictState, statusConflict},
	{client.ErrUniqueViolation, statusConflict},
	{client.ErrPreconditionFailed, statusConflict},
	{client.ErrIdempotencyKeyReused, statusConflict},
	{client.ErrIdempotencyInProgress, statusConflict},
	{client.ErrTooManyRequests, statusServer},
	{client.ErrInternal, statusServer},
	{client.ErrUnavailable, statusServer},
	{client.ErrNotImplemented, statusUnavailable},
}

// exitStatus is the status of a process that ends with err.
func exitStatus(err error) int {
	var (
		refused  *client.Error
		answered *client.ContractError
		lost     *client.TransportError
		several  failedImports
	)
	switch {
	case errors.As(err, &several):
		return exitStatus(several.first)
	case errors.As(err, new(usageError)):
		return statusUsage
	case errors.As(err, new(differences)):
		return statusDifferent
	case errors.Is(err, context.Canceled):
		return statusFailure
	case errors.As(err, &lost):
		return statusConnection
	case errors.As(err, &answered) && answered.Direction == client.DirectionResponse:
		return statusServer
	}
	for _, r := range refusals {
		if errors.Is(err, r.refusal) {
			return r.status
		}
	}
	if errors.As(err, &refused) && refused.Status >= http.StatusInternalServerError {
		return statusServer
	}
	return domainStatus(err)
}

// domainStatus is the status for what a command on the database itself was refused: as if a server had.
func domainStatus(err error) int {
	switch ar.KindOf(err) {
	case ar.Invalid:
		return statusUsage
	case ar.NotFound:
		return statusNotFound
	case ar.Conflict:
		return statusConflict
	}
	return statusFailure
}

// exitCodesTopic is a page of the help, and no command.
func exitCodesTopic() *cobra.Command {
	var b strings.Builder
	for _, c := range exitCodes {
		fmt.Fprintf(&b, "  %d  %s\n", c.status, c.means)
	}
	return &cobra.Command{Use: "exit-codes", Short: "what the exit status says", Long: "A command ends with one of these:\n\n" + b.String()}
}
