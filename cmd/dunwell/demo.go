package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// demoPassword is the one of the reference documentation's own examples: Basic ZGVtbzpwQDU1dzByZA==.
const demoPassword = "p@55w0rd"

// seedDemo fills an empty database. Every step looks whether it was done, so that a seed that was interrupted is
// completed and one that was completed adds nothing.
func seedDemo(ctx context.Context, a *app.App) error {
	merchants, err := a.Merchants(ctx)
	if err != nil {
		return err
	}
	for _, m := range merchants {
		if m.ID != "demo" && m.ID != "rival" {
			return fmt.Errorf("the database has the merchant %q; demo data, whose passwords everybody knows, goes into an empty database only", m.ID)
		}
	}
	for _, s := range []*seeder{
		{app: a, by: app.System("demo", store.ActorSystem), merchant: "Demo GmbH", invoices: 40, reference: demoReference, today: today()},
		{app: a, by: app.System("rival", store.ActorSystem), merchant: "Rival AG", invoices: 3, reference: demoReference, today: today()},
	} {
		if err := s.seed(ctx); err != nil {
			return err
		}
	}
	return nil
}

func today() time.Time { return time.Now().UTC().Truncate(24 * time.Hour) }

// demoReference is RE12345 for the first, since that is the reference of the documentation's examples.
func demoReference(n int) string { return fmt.Sprintf("RE%d", 12345+n) }

// seeder fills in one merchant.
type seeder struct {
	app       *app.App
	by        app.Caller
	merchant  string
	invoices  int
	reference func(n int) string
	today     time.Time
}

func (s *seeder) seed(ctx context.Context) error {
	if err := ignore(ar.Conflict, s.app.CreateMerchant(ctx, s.by.Merchant, s.merchant, "EUR")); err != nil {
		return err
	}
	_, _, err := s.app.CreateKey(ctx, s.by.Merchant, app.NewKey{
		Username: s.by.Merchant, Password: demoPassword, Label: "demo", Permissions: []string{app.AllPermissions}})
	if err := ignore(ar.Conflict, err); err != nil {
		return err
	}
	for _, c := range demoCustomers {
		if _, _, err := s.app.UpsertIdentity(ctx, s.by, c.reference, c.change(), app.Seen{}); err != nil {
			return err
		}
	}
	for n := range s.invoices {
		if err := s.invoice(ctx, n); err != nil {
			return fmt.Errorf("invoice %s: %w", s.reference(n), err)
		}
	}
	return nil
}

// ignore drops an error of a kind: what it complains of has been done before.
func ignore(kind ar.Kind, err error) error {
	if ar.KindOf(err) == kind {
		return nil
	}
	return err
}

// fate is what becomes of a demo invoice. Together they are all states there are.
type fate uint8

const (
	fateOpen     fate = iota // not due yet
	fateOverdue              // due 20 days ago
	fatePaid                 // in full
	fatePartly               // half of it
	fateCredited             // lowered by a credit note
	fateDraft                // not committed
	fateCanceled             // committed, then canceled
	fates
)

// invoice brings the nth invoice to its fate.
func (s *seeder) invoice(ctx context.Context, n int) error {
	ref, end := s.reference(n), fate(n)%fates
	inv, err := s.draft(ctx, ref, n, end)
	if err != nil || end == fateDraft || inv.Cancelationdate != nil {
		return err
	}
	if inv.Committed == nil {
		if err := s.document(ctx, ref, inv); err != nil {
			return err
		}
		if _, err := s.app.CommitInvoice(ctx, s.by, ref, nil); err != nil {
			return err
		}
	} else if !inv.Unpaid.Equal(inv.Totals.Gross) {
		return nil // its money was booked
	}
	return s.end(ctx, ref, inv, end)
}

// draft creates the invoice, unless it is there.
func (s *seeder) draft(ctx context.Context, ref string, n int, end fate) (*ar.Invoice, error) {
	inv, err := s.app.Invoice(ctx, s.by, ar.KindInvoice, ref)
	if ar.KindOf(err) != ar.NotFound {
		return inv, err
	}
	issued := s.today.AddDate(0, 0, -n%14)
	if end == fateOverdue {
		issued = s.today.AddDate(0, 0, -34)
	}
	due := issued.AddDate(0, 0, 14)
	customer := demoCustomers[n%len(demoCustomers)]
	return s.app.CreateInvoice(ctx, s.by, customer.reference, ref, ar.InvoiceChange{
		Label:       ar.Set(fmt.Sprintf("Order %d", 1000+n)),
		Ordernumber: ar.Set(fmt.Sprint(1000 + n)),
		Issued:      ar.Set(&issued),
		Due:         ar.Set(&due),
		Netbased:    ar.Set(customer.kind == ar.Incorporate),
		Paymentkind: ar.Set("CT"),
		Items:       ar.Set(demoItems(n)),
		Detail:      ar.InvoiceDetailChange{IntroText: ar.Set([]string{"Thank you for your order."}), Paymentterm: ar.Set("Payable within 14 days")},
	}, nil)
}

// end books what the invoice's fate asks for.
func (s *seeder) end(ctx context.Context, ref string, inv *ar.Invoice, end fate) (err error) {
	total := inv.Totals.Gross
	switch end {
	case fatePaid:
		_, err = s.app.BookPayment(ctx, s.by, ref, app.Payment{Transaction: "1" + ref[2:], Amount: total, Valuedate: s.today})
	case fatePartly:
		_, err = s.app.BookPayment(ctx, s.by, ref, app.Payment{Transaction: "1" + ref[2:], Amount: total.Div(decimal.NewFromInt(2)).Round(2), Valuedate: s.today})
	case fateCredited:
		_, err = s.app.CreditInvoice(ctx, s.by, ref, "GS"+ref[2:], ar.InvoiceChange{Items: ar.Set(inv.Items[:1]), Issued: ar.Set(&s.today)})
	case fateCanceled:
		_, err = s.app.UpdateInvoice(ctx, s.by, ref, ar.InvoiceChange{Cancelationdate: ar.Set(&s.today), State: ar.Set(ar.StateCanceled)}, app.Seen{})
	}
	return err
}

// document imports the original invoice as a small PDF.
func (s *seeder) document(ctx context.Context, ref string, inv *ar.Invoice) error {
	pdf, err := demoPDF(s.merchant, ref, inv)
	if err != nil {
		return err
	}
	details := app.ImportDetails{Filename: ref + ".pdf", Kind: ar.CommInvoice, Label: "Original invoice"}
	_, err = s.app.ImportDocument(ctx, s.by, ref, app.Import{
		File: pdf, Details: func() (app.ImportDetails, error) { return details, nil },
	}, nil)
	return err
}

func demoPDF(merchant, ref string, inv *ar.Invoice) (io.Reader, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCreationDate(inv.Created)
	pdf.SetModificationDate(inv.Created)
	pdf.SetTitle("Invoice "+ref, true)
	latin := pdf.UnicodeTranslatorFromDescriptor("")
	pdf.AddPage()
	pdf.SetFont("Helvetica", "", 9)
	pdf.CellFormat(0, 5, latin(merchant+" · demo data"), "", 1, "", false, 0, "")
	pdf.Ln(12)
	pdf.SetFont("Helvetica", "B", 16)
	pdf.CellFormat(0, 9, latin("Invoice "+ref), "", 1, "", false, 0, "")
	pdf.SetFont("Helvetica", "", 11)
	if address, ok := inv.PrintAddress(); ok {
		pdf.CellFormat(0, 6, latin(address.Company+" "+address.Firstname+" "+address.Lastname+", "+address.City), "", 1, "", false, 0, "")
	}
	pdf.Ln(6)
	for i, item := range inv.Items {
		pdf.CellFormat(130, 7, latin(item.Quantity.String()+" × "+item.Label), "B", 0, "", false, 0, "")
		pdf.CellFormat(40, 7, inv.Totals.Lines[i].Gross.StringFixed(2)+" "+inv.Currency, "B", 1, "R", false, 0, "")
	}
	pdf.SetFont("Helvetica", "B", 11)
	pdf.CellFormat(170, 9, "Total "+inv.Totals.Gross.StringFixed(2)+" "+inv.Currency, "", 1, "R", false, 0, "")
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		return nil, errors.Join(errors.New("demo PDF"), err)
	}
	return &b, nil
}

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
