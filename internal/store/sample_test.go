package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

func at(text string) time.Time {
	t, err := ar.ParseTime(text)
	if err != nil {
		panic(err)
	}
	return t
}

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// anIdentity has a value in every field.
func anIdentity(reference string) *ar.Identity {
	return &ar.Identity{
		Reference: reference, Number: "10001", Debtor: "4711", Kind: ar.Incorporate, Currency: "EUR",
		Name:      ar.Name{Company: "Müller & Söhne", Salutation: "mr", Firstname: "Jörg", Lastname: "Müller"},
		Addresses: []ar.Address{{Kind: "billing", Street: "Am Tor", Housenumber: "3", Zipcode: "50667", City: "Köln", Country: "DE"}},
		Emails:    []ar.Email{{Kind: "default", Email: "a@example.com"}},
		Phones:    []ar.Phone{{Phone: "+49 221 1"}},
		Detail:    ar.IdentityDetail{Locale: "de-DE", VatID: "DE1", Dunning: &ar.Dunning{DelayedUntil: "2026-05-01", CustomPeriods: map[string]int{"REMINDER": 3}}},
		Meta:      json.RawMessage(`{ "b":1.50,  "a": [1e2, "ü"] }`), // byte for byte, so spaces and spellings count
	}
}

// anInvoice has a value in every field but those of a later life.
func anInvoice(reference string, of *ar.Identity) *ar.Invoice {
	accounting, issued, due, order := at("1999-12-31"), at("2000-01-01T00:00:00.001Z"), at("2026-03-16"), at("1969-12-31T23:59:59.999Z")
	discount := dec("0.5")
	items := []ar.Item{
		{Label: "Hosting", Quantity: dec("3"), Unit: "month", Unitprice: dec("9.9900"), Taxrate: dec("19"), Account: "8400", Costcenter: "7",
			Detail: ar.ItemDetail{Description: "March", Taxprofile: "standard"}},
		{Label: "Book", Quantity: dec("0.001"), Unit: "piece", Unitprice: dec("12345678.123456789"), Taxrate: dec("7"), Discount: &discount},
	}
	return &ar.Invoice{
		Reference: reference, Kind: ar.KindInvoice, Label: "March", Identity: ar.Debtor{ID: of.ID, Reference: of.Reference, Debtor: of.Debtor},
		Addresses:      of.Addresses,
		Accountingdate: &accounting, Issued: &issued, Due: &due, Orderdate: &order, Ordernumber: "PO-1",
		Currency: "EUR", Netbased: true, Paymentkind: "CT", Items: items,
		Detail: ar.InvoiceDetail{IntroText: []string{"Hello"}, Paymentterm: "14 days", ReverseCharge: true, Dunning: &ar.Dunning{Disabled: true}},
		Meta:   json.RawMessage(`{"x":"\u00fc"}`),
		Totals: ar.Total(items, true, "EUR"), Unpaid: dec("12.3456"),
	}
}

// insertIdentity stores an identity of merchant's and gives it back.
func insertIdentity(t testing.TB, db *store.DB, merchant, reference string) *ar.Identity {
	t.Helper()
	var i *ar.Identity
	update(t, db, merchant, func(tx *store.Tx) error {
		i = anIdentity(reference)
		return tx.InsertIdentity(i)
	})
	return i
}

// insertInvoice stores an invoice and gives it back.
func insertInvoice(t testing.TB, db *store.DB, merchant string, of *ar.Identity, reference string) *ar.Invoice {
	t.Helper()
	var i *ar.Invoice
	update(t, db, merchant, func(tx *store.Tx) error {
		i = anInvoice(reference, of)
		return tx.InsertInvoice(i)
	})
	return i
}

// same fails unless both are equal as JSON: decimals of equal value are written alike, and times have one zone.
func same(t testing.TB, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}
