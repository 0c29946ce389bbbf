package ar

import (
	"encoding/json"
	"time"
)

// Identity is a customer: somebody a merchant sends invoices to.
type Identity struct {
	ID        string // ours, opaque
	Reference string // the merchant's own, unique within the merchant
	Number    string // printed customer number
	Debtor    string // account number in the merchant's ledger: digits, or empty
	Kind      IdentityKind
	Currency  string // ISO 4217, for invoices that name none
	Name      Name
	Addresses []Address
	Emails    []Email
	Phones    []Phone
	Detail    IdentityDetail
	Meta      json.RawMessage // a JSON object of the merchant's, kept byte for byte; nil when there is none
	Created   time.Time
	Modified  time.Time
	Version   int64 // counts changes from 1
}

// IdentityKind says whether a consumer or a business owes: law asks (§ 288 BGB).
type IdentityKind string

const (
	Individual  IdentityKind = "individual"
	Incorporate IdentityKind = "incorporate"
)

// Name is how an identity is addressed. A business has a company, a person the rest.
type Name struct {
	Company    string `json:"company,omitempty"`
	Salutation string `json:"salutation,omitempty"`
	Firstname  string `json:"firstname,omitempty"`
	Lastname   string `json:"lastname,omitempty"`
	Birthday   string `json:"birthday,omitempty"` // date, YYYY-MM-DD
}

// Address is a postal address with the role it plays: default, billing or shipping.
type Address struct {
	Kind        string `json:"kind,omitempty"`
	Company     string `json:"company,omitempty"`
	Salutation  string `json:"salutation,omitempty"`
	Firstname   string `json:"firstname,omitempty"`
	Lastname    string `json:"lastname,omitempty"`
	Street      string `json:"street,omitempty"`
	Housenumber string `json:"housenumber,omitempty"`
	Extra       string `json:"extra,omitempty"`
	Zipcode     string `json:"zipcode,omitempty"`
	City        string `json:"city,omitempty"`
	State       string `json:"state,omitempty"`
	Country     string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Info        string `json:"info,omitempty"`
}

// Email is an address with the role it plays: default, billing or dunning.
type Email struct {
	Kind  string `json:"kind,omitempty"`
	Email string `json:"email"`
}

// Phone is a number in the merchant's spelling.
type Phone struct {
	Phone  string `json:"phone"`
	Active bool   `json:"active"`
}

// IdentityDetail is what an identity's documents and dunning need to know.
type IdentityDetail struct {
	Locale  string   `json:"locale,omitempty"`
	VatID   string   `json:"vatId,omitempty"`
	Dunning *Dunning `json:"dunning,omitempty"`
}
