package impl_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/dunwell/dunwell/internal/store/storetest"
)

// wholeIdentity has every field there is.
const wholeIdentity = `{
	"reference": "K1", "number": "C-1", "debtor": "000123456789012345", "kind": "incorporate", "currency": "CHF",
	"name": {"company": "Kunde GmbH", "salutation": "ms", "firstname": "Erika", "lastname": "Mustermann", "birthday": "1970-01-01"},
	"addresses": [
		{"kind": "billing", "company": "Kunde GmbH", "salutation": "mx", "firstname": "Erika", "lastname": "Mustermann", "street": "Hauptstraße", "housenumber": "1a",
			"extra": "c/o Schmidt", "zipcode": "10115", "city": "Berlin", "state": "BE", "country": "DE", "info": "back entrance"},
		{"kind": "shipping", "city": "日本"}],
	"emails": [{"kind": "billing", "email": "erika@example.com"}, {"email": "a+b@example.org"}],
	"phones": [{"phone": "+49 30 12345678"}, {"phone": "110", "active": false}],
	"detail": {"locale": "de-DE", "vatId": "DE123456789", "dunning": {"disabled": true, "delayedUntil": "2026-04-01", "deliveryKind": "letter",
		"customPeriods": {"REMINDER": 1, "DUNNING1": 2, "DUNNING2": 3, "DUNNING3": 4, "COLLECTION": 0}}},
	"meta": {"z": 1.50, "a": [12345678901234567890.123, null, true, {"ü": "\u00fc"}], "e": {}}}`

// wholeInvoice has every field there is.
const wholeInvoice = `{
	"reference": "RE1", "number": "2026/1", "label": "Support", "addresses": [{"kind": "default", "company": "X", "city": "Y"}],
	"accountingdate": "2026-01-01", "issued": "2026-01-02T03:04:05.678Z", "due": "2026-02-01T00:00:00+01:00", "orderdate": "2025-12-31", "ordernumber": "4500012345",
	"currency": "USD", "netbased": false, "paymentkind": "DD",
	"items": [
		{"label": "A", "quantity": "3.5", "unit": "h", "unitprice": "9.9999", "taxrate": 19, "discount": "0.5", "account": "8400", "costcenter": "8086",
			"detail": {"description": "from 9 to 12", "taxprofile": "standard"}},
		{"label": "B", "quantity": 1, "unit": "", "unitprice": -2, "detail": {}}],
	"detail": {"introText": ["Hello", "again"], "footerText": ["Bye"], "introTextId": "i1", "footerTextId": "f1", "paymentterm": "14 days", "paymenttermId": "p1",
		"locale": "en", "placeOfSupplyCountry": "AT", "vatId": "ATU12345678", "dunning": {"disabled": false, "delayedUntil": "2026-05-01"}},
	"meta": {"order": {"id": 7}}}`

// Nothing that is sent is lost, and nothing is there that should not be.
func TestRoundTrip(t *testing.T) {
	each(t, func(w *world) {
		var all bytes.Buffer
		for _, c := range []call{post("/identities", wholeIdentity), post("/identities/K1/invoices", wholeInvoice), post("/invoices/RE1/commitInvoice", `{}`),
			post("/identities/K1/invoices", `{"reference": "RE2", "netbased": true, "detail": {"reverseCharge": true}, "items": [{"label": "A", "quantity": 1, "unit": "h", "unitprice": 1, "detail": {}}]}`)} {
			if a := w.do(c); a.status >= 300 {
				w.Fatalf("%d %s", a.status, a.body)
			}
		}
		for _, path := range []string{"/identities/K1", "/invoices/RE1", "/invoices/RE2"} {
			w.no(json.Indent(&all, []byte(masked(string(w.do(get(path)).is(http.StatusOK).body))), "", "  "))
			all.WriteString("\n")
		}
		if *update && w.Engine != storetest.SQLite {
			return
		}
		golden(w.T, "testdata/roundtrip.golden", all.String())
	})
}
