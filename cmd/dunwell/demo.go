package main

import (
	"context"
	"fmt"
	"reflect"
	"time"

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
		if demo, ours := demoMerchants[m.ID]; !ours || demo.Issuer.Name != m.Name {
			return fmt.Errorf("the database has the merchant %q already, and demo data, whose passwords everybody knows, goes into an empty database only; name another directory with --data", m.ID)
		}
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	for id, invoices := range map[string]int{"demo": 40, "rival": 3} {
		s := &seeder{app: a, by: app.System(id, store.ActorSystem), settings: demoMerchants[id], invoices: invoices, today: today}
		if err := s.seed(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demoReference is RE12345 for the first, since that is the reference of the documentation's examples.
func demoReference(n int) string { return fmt.Sprintf("RE%d", 12345+n) }

// seeder fills in one merchant.
type seeder struct {
	app      *app.App
	by       app.Caller
	settings ar.Settings
	invoices int
	today    time.Time
}

func (s *seeder) seed(ctx context.Context) error {
	if err := s.account(ctx); err != nil {
		return err
	}
	_, _, err := s.app.CreateKey(ctx, s.by.Merchant, app.NewKey{
		Username: s.by.Merchant, Password: demoPassword, Label: "demo", Permissions: []string{app.AllPermissions}})
	if err := ignore(ar.Conflict, err); err != nil {
		return err
	}
	for _, c := range demoCustomers {
		_, err := s.app.CreateIdentity(ctx, s.by, c.reference, c.change(), nil)
		if err := ignore(ar.Conflict, err); err != nil {
			return fmt.Errorf("identity %s: %w", c.reference, err)
		}
	}
	for n := range s.invoices {
		if err := s.invoice(ctx, n); err != nil {
			return fmt.Errorf("invoice %s: %w", demoReference(n), err)
		}
	}
	return nil
}

// account creates the merchant with its settings, unless it has some.
func (s *seeder) account(ctx context.Context) error {
	name := s.settings.Issuer.Name
	if err := ignore(ar.Conflict, s.app.CreateMerchant(ctx, s.by.Merchant, name, "EUR")); err != nil {
		return err
	}
	m, err := s.app.Merchant(ctx, s.by.Merchant)
	if err != nil || !reflect.DeepEqual(m.Settings, ar.Settings{}) {
		return err
	}
	return s.app.SetSettings(ctx, s.by.Merchant, name, s.settings)
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
	fateCredited             // lowered or settled by a credit note
	fateDraft                // not committed
	fateCanceled             // committed, then canceled
	fates
)

// invoice brings the nth invoice to its fate.
func (s *seeder) invoice(ctx context.Context, n int) error {
	ref, end := demoReference(n), fate(n)%fates
	inv, err := s.draft(ctx, ref, n, end)
	if err != nil || end == fateDraft || inv.Cancelationdate != nil {
		return err
	}
	if inv.Committed == nil {
		if _, err := s.app.CommitInvoice(ctx, s.by, ref, app.Commit{}, nil); err != nil {
			return err
		}
	} else if !inv.Unpaid.Equal(inv.Totals.Gross) {
		return nil // its money was booked
	}
	return s.end(ctx, n, inv, end)
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
		Number:      ar.Set(ref),
		Label:       ar.Set(fmt.Sprintf("Bestellung %d", 1000+n)),
		Ordernumber: ar.Set(fmt.Sprint(1000 + n)),
		Issued:      ar.Set(&issued),
		Due:         ar.Set(&due),
		Netbased:    ar.Set(customer.kind == ar.Incorporate),
		Paymentkind: ar.Set("CT"),
		Items:       ar.Set(demoItems(n)),
		Detail:      ar.InvoiceDetailChange{IntroText: ar.Set([]string{"Vielen Dank für Ihre Bestellung."}), Paymentterm: ar.Set("Zahlbar innerhalb von 14 Tagen ohne Abzug.")},
	}, nil)
}

// end books what the fate of the nth invoice asks for.
func (s *seeder) end(ctx context.Context, n int, inv *ar.Invoice, end fate) (err error) {
	ref, total := inv.Reference, inv.Totals.Gross
	switch end {
	case fatePaid:
		err = s.pay(ctx, inv, total)
	case fatePartly:
		err = s.pay(ctx, inv, total.Div(decimal.NewFromInt(2)).Round(2))
	case fateCredited:
		note := fmt.Sprintf("GS%d", 12345+n/int(fates)) // GS12345 is the documentation's, as RE12345 is
		credit := app.Credit{Customer: inv.Identity.Reference, Reference: note, Invoice: ref}
		_, err = s.app.CreateCreditnote(ctx, s.by, credit, ar.InvoiceChange{Number: ar.Set(note), Items: ar.Set(inv.Items[:1]), Issued: ar.Set(&s.today)}, nil)
	case fateCanceled:
		_, err = s.app.UpdateInvoice(ctx, s.by, ref, ar.InvoiceChange{Cancelationdate: ar.Set(&s.today), State: ar.Set(ar.StateCanceled)}, app.Seen{})
	}
	return err
}

// pay books a transfer by the customer of an invoice.
func (s *seeder) pay(ctx context.Context, inv *ar.Invoice, amount decimal.Decimal) error {
	t := ar.Transaction{Method: "CT", Amount: amount, Currency: inv.Currency, Bookingdate: s.today, Valuedate: s.today, Label: inv.Number}
	_, err := s.app.CreateTransaction(ctx, s.by, t, []ar.Assignment{{Invoice: inv.Reference, Amount: amount}}, nil)
	return err
}
