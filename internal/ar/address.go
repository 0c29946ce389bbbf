package ar

import "slices"

// Kinds of addresses and e-mail addresses.
const (
	ForDefault  = "default"
	ForBilling  = "billing"
	ForShipping = "shipping" // addresses only
	ForDunning  = "dunning"  // e-mail addresses only
)

// PrintAddress is the address an invoice is addressed to: the billing address, else the default, else the first.
// It is false if there is none.
func (inv *Invoice) PrintAddress() (Address, bool) {
	return choose(inv.Addresses, func(a Address) string { return a.Kind }, ForBilling, ForDefault)
}

// EmailFor is where mail of a kind goes: to the address of that kind; dunnings else to the one for billing; else to
// the default, else to the first. It is empty if there is none.
func (id *Identity) EmailFor(kind string) string {
	kinds := []string{kind, ForDefault}
	if kind == ForDunning {
		kinds = []string{ForDunning, ForBilling, ForDefault}
	}
	email, _ := choose(id.Emails, func(e Email) string { return e.Kind }, kinds...)
	return email.Email
}

// choose takes the first of the first kind there is, else the first of all.
func choose[T any](from []T, kindOf func(T) string, kinds ...string) (chosen T, ok bool) {
	for _, kind := range kinds {
		if i := slices.IndexFunc(from, func(v T) bool { return kindOf(v) == kind }); i >= 0 {
			return from[i], true
		}
	}
	if len(from) == 0 {
		return chosen, false
	}
	return from[0], true
}

// printable says whether a letter with the address arrives: a name and a city.
func (a Address) printable() bool { return a.named() && a.City != "" }

func (a Address) named() bool { return a.Company != "" || a.Firstname != "" || a.Lastname != "" }

// addressesOf copies the addresses of an identity for an invoice. An address without a name gets the identity's,
// because an invoice has to keep saying whom it was addressed to when the identity is renamed.
func addressesOf(id *Identity) []Address {
	addresses := slices.Clone(id.Addresses)
	for i := range addresses {
		if a := &addresses[i]; !a.named() {
			a.Company, a.Salutation, a.Firstname, a.Lastname = id.Name.Company, id.Name.Salutation, id.Name.Firstname, id.Name.Lastname
		}
	}
	return addresses
}
