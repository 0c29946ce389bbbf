package app

import (
	"slices"

	"github.com/dunwell/dunwell/internal/ar"
)

// Caller is who asks: a key of a merchant's, or somebody with a signed link. The event log names it.
type Caller struct {
	Merchant    string
	Actor       string // id of the API key, or store.ActorSystem
	permissions []string
}

// System is the server itself, acting for a merchant: demo data and schedules. It may do everything.
func System(merchant, actor string) Caller {
	return Caller{Merchant: merchant, Actor: actor, permissions: []string{AllPermissions}}
}

// AllPermissions stands for every permission there is and will be.
const AllPermissions = "*"

// Permissions are what a key may be allowed to do; each operation of the contract names the one it needs as x-permission.
var Permissions = []string{
	"identities:read", "identities:write",
	"invoices:read", "invoices:write",
	"documents:read", "documents:write",
	"payments:read", "payments:write",
	"dunning:read", "dunning:write",
	"sandbox:read", "sandbox:write",
}

// May is nil if the caller has the permission.
func (c Caller) May(permission string) error {
	if slices.Contains(c.permissions, AllPermissions) || slices.Contains(c.permissions, permission) {
		return nil
	}
	return &ar.Error{Kind: ar.Forbidden, Code: ar.CodeForbidden, Message: "The API key lacks the permission",
		Details: []ar.Detail{{Error: "This operation needs the permission " + permission + ".", Fields: []string{}, Hint: "Use a key that has it."}}}
}
