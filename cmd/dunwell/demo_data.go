package main

import (
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// demoItems are one or two lines with amounts that differ from invoice to invoice.
func demoItems(n int) []ar.Item {
	item := func(label, price, rate string, quantity int64) ar.Item {
		return ar.Item{Label: label, Quantity: decimal.NewFromInt(quantity), Unit: "piece", Unitprice: decimal.RequireFromString(price),
			Taxrate: decimal.RequireFromString(rate), Detail: ar.ItemDetail{Description: "Demo data"}}
	}
	items := []ar.Item{item("Coffee machine", "349.90", "19", int64(1+n%3))}
	if n%2 == 1 {
		items = append(items, item("Coffee beans, 1 kg", "24.95", "7", int64(2+n%5)))
	}
	return items
}

// demoCustomer is a customer of the demo data.
type demoCustomer struct {
	reference, number, debtor string
	kind                      ar.IdentityKind
	name                      ar.Address
	email                     string
}

var demoCustomers = []demoCustomer{
	{"K10001", "10001", "10001", ar.Incorporate, ar.Address{Company: "Müller & Söhne GmbH", Street: "Hauptstraße", Housenumber: "1a", Zipcode: "10115", City: "Berlin", Country: "DE"}, "buchhaltung@mueller.example"},
	{"K10002", "10002", "10002", ar.Individual, ar.Address{Salutation: "ms", Firstname: "Erika", Lastname: "Mustermann", Street: "Lindenweg", Housenumber: "12", Zipcode: "20095", City: "Hamburg", Country: "DE"}, "erika@example.com"},
	{"K10003", "10003", "10003", ar.Incorporate, ar.Address{Company: "Café Zürich AG", Street: "Bahnhofstrasse", Housenumber: "7", Zipcode: "8001", City: "Zürich", Country: "CH"}, "office@cafe.example"},
	{"K10004", "10004", "10004", ar.Individual, ar.Address{Salutation: "mr", Firstname: "Max", Lastname: "Mustermann", Street: "Am Markt", Housenumber: "3", Zipcode: "50667", City: "Köln", Country: "DE"}, "max@example.com"},
}

func (c demoCustomer) change() ar.IdentityChange {
	address := c.name
	address.Kind = ar.ForDefault
	return ar.IdentityChange{
		Number:    ar.Set(c.number),
		Debtor:    ar.Set(c.debtor),
		Kind:      ar.Set(c.kind),
		Currency:  ar.Set("EUR"),
		Name:      ar.NameChange{Company: ar.Set(c.name.Company), Salutation: ar.Set(c.name.Salutation), Firstname: ar.Set(c.name.Firstname), Lastname: ar.Set(c.name.Lastname)},
		Addresses: ar.Set([]ar.Address{address}),
		Emails:    ar.Set([]ar.Email{{Kind: ar.ForDefault, Email: c.email}}),
		Phones:    ar.Set([]ar.Phone{{Phone: "+49 30 12345678", Active: true}}),
		Detail:    ar.IdentityDetailChange{Locale: ar.Set("de-DE")},
	}
}
