package main

import (
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// demoMerchants are the accounts by id. A merchant of the same id and another name is somebody's own. Their IBANs are those that
// banks print in documentation.
var demoMerchants = map[string]ar.Settings{
	"demo": {
		Issuer: ar.Issuer{
			Name: "Demo GmbH", Street: "Inselstraße", Housenumber: "12", Zipcode: "10179", City: "Berlin", Country: "DE",
			Email: "rechnungen@example.com", Phone: "+49 30 12345678", Web: "www.example.com",
			VatID: "DE123456788", Register: "Amtsgericht Charlottenburg HRB 12345 B", Management: "Erika Beispiel",
			IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX", Bank: "Commerzbank",
		},
		Mail:     ar.MailSettings{From: "Demo GmbH <rechnungen@example.com>"},
		Timezone: "Europe/Berlin",
	},
	"rival": {
		Issuer: ar.Issuer{
			Name: "Rival AG", Street: "Jungfernstieg", Housenumber: "30", Zipcode: "20354", City: "Hamburg", Country: "DE",
			Email: "billing@example.org", VatID: "DE281234569", Register: "Amtsgericht Hamburg HRB 54321", Management: "Max Beispiel",
			IBAN: "DE02120300000000202051", BIC: "BYLADEM1001", Bank: "Deutsche Kreditbank",
		},
		Mail:     ar.MailSettings{From: "Rival AG <billing@example.org>"},
		Timezone: "Europe/Berlin",
	},
}

// demoItems are one or two lines with amounts that differ from invoice to invoice.
func demoItems(n int) []ar.Item {
	item := func(label, price, rate string, quantity int64) ar.Item {
		return ar.Item{Label: label, Quantity: decimal.NewFromInt(quantity), Unit: "Stück", Unitprice: decimal.RequireFromString(price),
			Taxrate: decimal.RequireFromString(rate), Detail: ar.ItemDetail{Description: "Demodaten"}}
	}
	items := []ar.Item{item("Kaffeemaschine", "349.90", "19", int64(1+n%3))}
	if n%2 == 1 {
		items = append(items, item("Kaffeebohnen, 1 kg", "24.95", "7", int64(2+n%5)))
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
	{"K10001", "10001", "10001", ar.Incorporate, ar.Address{Company: "Müller & Söhne GmbH", Street: "Hauptstraße", Housenumber: "1a", Zipcode: "10115", City: "Berlin", Country: "DE"}, "buchhaltung@example.com"},
	{"K10002", "10002", "10002", ar.Individual, ar.Address{Salutation: "ms", Firstname: "Erika", Lastname: "Mustermann", Street: "Lindenweg", Housenumber: "12", Zipcode: "20095", City: "Hamburg", Country: "DE"}, "erika@example.com"},
	{"K10003", "10003", "10003", ar.Incorporate, ar.Address{Company: "Café Zürich AG", Street: "Bahnhofstrasse", Housenumber: "7", Zipcode: "8001", City: "Zürich", Country: "CH"}, "cafe@example.com"},
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
