package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// The statement of a claim that has everything reads as in testdata.
func TestStatementText(t *testing.T) {
	for locale, country := range map[string]string{"de": "AT", "en": "FR"} {
		f := &caseFile{
			dossier:   &dossier{merchant: &store.Merchant{Settings: ar.Settings{Issuer: ar.Issuer{Country: country}}}},
			statement: everyClaim(),
		}
		got, err := f.claimText()
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "statement."+locale+".txt")
		if *updateGolden {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s:\n%s", golden, got)
		}
	}
}

func everyClaim() ar.ClaimStatement {
	return ar.ClaimStatement{
		AsOf: "2026-03-31", Currency: "EUR", Total: "1128.03",
		Creditor: ar.Issuer{Name: "Acme GmbH", Street: "Hauptstraße", Housenumber: "1", Zipcode: "10115", City: "Berlin", Country: "DE",
			Email: "billing@acme.example", Phone: "+49 30 1234567", Register: "Amtsgericht Charlottenburg HRB 12345 B", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX"},
		Debtor: ar.StatementDebtor{Reference: "K1", Number: "10001", Kind: ar.Incorporate,
			Addresses: []ar.Address{{Company: "Müller & Söhne", Street: "Am Tor", Housenumber: "3", Zipcode: "50667", City: "Köln", Country: "DE"}, {Firstname: "Jörg", Lastname: "Müller", City: "Bonn"}},
			Emails:    []ar.Email{{Email: "post@mueller.example"}}, Phones: []ar.Phone{{Phone: "+49 221 1"}}},
		Invoice:   ar.StatementInvoice{Reference: "RE1", Number: "RE-2026-0001", Ordernumber: "PO-1", Arose: "2026-01-02", Issued: "2026-01-02", Due: "2026-01-31", Default: "2026-01-31", Total: "1200.00"},
		Principal: ar.StatementAmount{Charged: "1200.00", Settled: "130.00", Open: "1070.00", Rows: []ar.StatementItem{{Day: "2026-02-28", Kind: ar.BookPayment, Amount: "-130.00"}}},
		Costs: ar.StatementAmount{Charged: "42.50", Settled: "2.50", Open: "40.00", Rows: []ar.StatementItem{
			{Day: "2026-02-10", Kind: ar.BookLumpsum, Amount: "40.00"}, {Day: "2026-02-20", Kind: ar.BookFee, Amount: "2.50"}, {Day: "2026-02-28", Kind: ar.BookPayment, Amount: "-2.50"}}},
		Interest: ar.StatementInterest{Accrued: "18.78", Charged: "5.00", Settled: "0.75", Open: "18.03", Basis: "§ 288 (2) BGB", DayCount: ar.Act365, Unconfirmed: true,
			Further: ar.StatementFurther{From: "2026-04-01", Principal: "1070.00", Points: "9", AboveReference: true},
			Periods: []ar.StatementInterval{
				{From: "2026-02-01", To: "2026-02-28", Days: 28, Principal: "1200.00", BaseRate: "1.27", Points: "9", Rate: "10.27", Amount: "9.45"},
				{From: "2026-03-01", To: "2026-03-31", Days: 31, Principal: "1070.00", BaseRate: "1.27", Points: "9", Rate: "10.27", Amount: "9.33"}}},
		Notices: []ar.StatementNotice{{Level: 1, Issued: "2026-02-04", PayBy: "2026-02-11", Asked: "1200.00"}, {Level: 2, Issued: "2026-02-20", PayBy: "2026-02-27", Asked: "1245.00"},
			{Level: 3, Issued: "2026-03-09", PayBy: "2026-03-16", Asked: "1115.00", Mail: ar.DeliverySuppressed}, {Level: 3, Issued: "2026-03-10", PayBy: "2026-03-17", Asked: "1115.00", Mail: ar.DeliveryRejected},
			{Level: 4, Issued: "2026-03-20", PayBy: "2026-03-27", Asked: "1115.00", Mail: ar.DeliveryUnknown}, {Level: 5, Issued: "2026-03-31", PayBy: "2026-04-07", Asked: "1115.00", Mail: ar.DeliveryDeferred}},
	}
}
