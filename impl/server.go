// Package impl fills in the operations of the contract. A handler translates the request into the domain's words, calls
// the application once, and translates the answer back; it never picks a status for an error, see errors.go.
//
// The method of an operation stands in the file of its tag: identities.go, invoices.go, creditnotes.go, transactions.go,
// communication.go, extensions.go. What an object looks like on either side stands in <object>_convert.go.
package impl

import (
	"github.com/dunwell/dunwell/gen/server"
	"github.com/dunwell/dunwell/internal/app"
)

// Server is the contract's operations over an application. Mount it with api/serve.
type Server struct {
	identities
	invoices
	creditnotes
	transactions
	communication
	extensions

	app *app.App
}

var _ server.StrictServerInterface = (*Server)(nil)

// New makes a Server.
func New(a *app.App) *Server {
	return &Server{
		identities:    identities{a},
		invoices:      invoices{a},
		creditnotes:   creditnotes{a},
		transactions:  transactions{a},
		communication: communication{a},
		extensions:    extensions{a},
		app:           a,
	}
}
