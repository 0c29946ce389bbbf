// Package seed fills the demo merchant of a server that does not run with overdue invoices, straight into the store: to commit a
// hundred thousand of them through the API would write as many letters.
package seed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

const (
	merchant  = "demo"
	customers = 5000
	batch     = 5000 // invoices of a transaction
)

// Share is one of how many invoices is to be dunned on the day they are seeded for; as many are on the day after.
const Share = 100

// LastDue is how many days after that day all that are left are to be dunned.
const LastDue = 11

// Number is that of the nth invoice, which is also its reference.
func Number(n int) string { return fmt.Sprintf("OP-%06d", n) }

// Total is what the nth invoice comes to.
func Total(n int) decimal.Decimal { return total(net(n)) }

func net(n int) decimal.Decimal { return decimal.New(int64(5000+n*7919%200_000), -2) }

func total(net decimal.Decimal) decimal.Decimal {
	return net.Add(net.Mul(taxrate).Shift(-2).Round(2))
}

var taxrate = decimal.NewFromInt(19)

// Invoices stores the invoices from and up to some number, of customers who all have one address for mail. Each is overdue since
// another day of the last year, and somebody has taken it to the level of a reminder: one in Share long enough ago to be dunned today,
// another to be dunned tomorrow, by letters that somebody posts, and the others later. So nearly all notices charge interest, and
// half of them a lump sum.
func Invoices(ctx context.Context, databaseURL string, from, to int, email string, today time.Time) (err error) {
	db, err := store.Open(ctx, databaseURL, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := seeder{email: email, today: today, known: map[int]*ar.Identity{}}
	for ; from < to; from += batch {
		err := db.Update(ctx, merchant, func(tx *store.Tx) error {
			m, err := tx.Merchant()
			if err != nil {
				return err
			}
			s.tx, s.procedure = tx, m.Settings.Procedure()
			for n := from; n < min(from+batch, to); n++ {
				if err := s.invoice(n); err != nil {
					return fmt.Errorf("invoice %s: %w", Number(n), err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// seeder seeds in one transaction after the other.
type seeder struct {
	tx        *store.Tx
	procedure ar.Procedure
	email     string
	today     time.Time
	known     map[int]*ar.Identity // customers that were read
}

// customer is whose the nth invoice is. Half of them are businesses.
func (s *seeder) customer(n int) (*ar.Identity, error) {
	reference := fmt.Sprintf("OP-K%04d", n%customers)
	if n >= customers {
		return s.stored(n%customers, reference)
	}
	kind, company := ar.Incorporate, "Kundin "+reference+" GmbH"
	if n/Share%2 == 1 {
		kind, company = ar.Individual, ""
	}
	who, err := ar.NewIdentity(reference, ar.IdentityChange{
		Kind: ar.Set(kind), Currency: ar.Set("EUR"),
		Emails: ar.Set([]ar.Email{{Kind: ar.ForDefault, Email: s.email}}),
		Addresses: ar.Set([]ar.Address{{Kind: ar.ForDefault, Company: company, Firstname: "Erika", Lastname: "Beispiel",
			Street: "Hauptstraße", Housenumber: fmt.Sprint(1 + n%200), Zipcode: "10115", City: "Berlin", Country: "DE"}}),
	}, s.tx.Now)
	if err != nil {
		return nil, err
	}
	return who, s.tx.InsertIdentity(who)
}

// stored is a customer of an earlier invoice.
func (s *seeder) stored(n int, reference string) (who *ar.Identity, err error) {
	if s.known[n] == nil {
		s.known[n], err = s.tx.Identity(reference)
	}
	return s.known[n], err
}

func (s *seeder) invoice(n int) error {
	who, err := s.customer(n)
	if err != nil {
		return err
	}
	due := s.today.AddDate(0, 0, -30-n*7919%330)
	issued := due.AddDate(0, 0, -14)
	inv, err := ar.NewInvoice(who, ar.KindInvoice, Number(n), ar.InvoiceChange{
		Label: ar.Set("Wartung"), Netbased: ar.Set(true), Paymentkind: ar.Set("CT"), Issued: ar.Set(&issued), Due: ar.Set(&due),
		Items: ar.Set([]ar.Item{{Label: "Wartung der Anlage", Quantity: decimal.NewFromInt(1), Unit: "Std", Unitprice: net(n), Taxrate: taxrate}}),
	}, s.tx.Now)
	if err != nil {
		return err
	}
	if n%Share == 1 {
		inv.Detail.Dunning = &ar.Dunning{DeliveryKind: ar.DeliverLetter}
	}
	inv.ID = s.tx.NewID()
	if err := inv.Commit(Number(n), s.tx.Now); err != nil {
		return err
	}
	if err := s.remind(inv, n); err != nil {
		return err
	}
	return s.tx.KeepPaymentKey(inv)
}

// remind stores the invoice with the level it has reached.
func (s *seeder) remind(inv *ar.Invoice, n int) error {
	reminder := 1
	cycle, err := inv.ModifyDunning(ar.DunningModification{Level: &reminder}, nil, s.procedure, s.today.AddDate(0, 0, -reminded(n)))
	if err != nil {
		return err
	}
	if err := s.tx.InsertInvoice(inv); err != nil {
		return err
	}
	event := &store.Event{InvoiceID: inv.ID, Actor: store.ActorSystem, Kind: "dunningModified", Fields: []string{"dunninglevel"}}
	if err := s.tx.AppendEvent(event); err != nil {
		return err
	}
	cycle.Event = event.Seq
	return s.tx.InsertDunningCycle(cycle)
}

// reminded is how many days ago the nth invoice was.
func reminded(n int) int {
	switch n % Share {
	case 0:
		return LastDue
	case 1:
		return LastDue - 1
	}
	return n % (LastDue - 2)
}
