package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// commitInvoice commits a stored invoice of which something is unpaid.
func commitInvoice(t *testing.T, db *store.DB, merchant string, i *ar.Invoice, number, unpaid string) {
	t.Helper()
	update(t, db, merchant, func(tx *store.Tx) error {
		committed := *i
		committed.Number, committed.Committed, committed.Unpaid = number, &tx.Now, dec(unpaid)
		if err := tx.UpdateInvoice(&committed); err != nil {
			return err
		}
		return tx.KeepPaymentKey(&committed)
	})
}

// items is the references of open items.
func items(found []ar.OpenItem) string {
	var references []string
	for _, i := range found {
		references = append(references, fmt.Sprint(i.Invoice, " ", i.Phase, " ", i.Unpaid))
	}
	return strings.Join(references, ", ")
}

// What money is matched with: by merchant, and of what is open only.
func TestMatching(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		for _, merchant := range []string{acme, rival} {
			who := insertIdentity(t, db, merchant, "C1")
			other := insertIdentity(t, db, merchant, "C2")
			insertInvoice(t, db, merchant, who, "draft")
			commitInvoice(t, db, merchant, insertInvoice(t, db, merchant, who, "first"), "RE-1", "10")
			commitInvoice(t, db, merchant, insertInvoice(t, db, merchant, who, "twin"), "R-E1", "20")
			commitInvoice(t, db, merchant, insertInvoice(t, db, merchant, who, "paid"), "RE-3", "0")
			commitInvoice(t, db, merchant, insertInvoice(t, db, merchant, other, "other"), "RE-4", "10")
			update(t, db, merchant, func(tx *store.Tx) error {
				for n, of := range []string{who.ID, who.ID, "", other.ID} {
					m := aTransaction(fmt.Sprint(n + 1))
					m.Identity = of
					m.IBAN = map[bool]string{true: "DE1", false: "DE2"}[n < 3]
					if n > 1 {
						m.Amount, m.Reference = dec("7"), "E"
						m.Unallocated = dec("2")
					}
					if err := tx.InsertTransaction(m); err != nil {
						return err
					}
				}
				return nil
			})
			view(t, db, merchant, func(tx *store.Tx) error {
				keys := []string{"RE1", "RE3", "RE9", "DRAFT"}
				for n := range 1200 { // more than are looked up at once
					keys = append(keys, fmt.Sprint("X", n))
				}
				named, err := tx.InvoicesNamed(append(keys, "RE4"))
				if err != nil {
					return err
				}
				if len(named) != 3 || items(named["RE1"]) != "first open 10, twin open 20" || items(named["RE3"]) != "paid paid 0" || items(named["RE4"]) != "other open 10" {
					t.Errorf("named %v", named)
				}
				if i := named["RE4"][0]; i.Number != "RE-4" || i.Customer != (ar.Debtor{ID: other.ID, Reference: "C2", Debtor: other.Debtor}) || i.Currency != "EUR" || i.Due.IsZero() || i.Total.IsZero() {
					t.Errorf("%+v", i)
				}
				open, err := tx.OpenInvoices(who.ID, 10)
				if got := items(open); err != nil || got != "first open 10, twin open 20" {
					t.Errorf("open %s, %v", got, err)
				}
				owing, err := tx.InvoicesOwing(dec("10.00"), "EUR", 10)
				if got := items(owing); err != nil || got != "first open 10, other open 10" {
					t.Errorf("owing %s, %v", got, err)
				}
				if owing, err = tx.InvoicesOwing(dec("10"), "CHF", 10); err != nil || owing != nil {
					t.Errorf("owing %v, %v", owing, err)
				}
				for iban, want := range map[string]string{"DE1": "C1", "DE2": "C2", "DE3": "", "": ""} {
					holders, err := tx.AccountHolders(iban)
					if err != nil || len(holders) != len(strings.Fields(want)) || want != "" && holders[0].Reference != want {
						t.Errorf("%s is of %v, %v", iban, holders, err)
					}
				}
				payments, err := tx.Payments("E", decimal.NewFromInt(7), "EUR", 10)
				if err != nil || len(payments) != 2 || payments[0].ID != "4" || payments[1].ID != "3" {
					t.Errorf("payments %+v, %v", payments, err)
				}
				alike, err := tx.Alike(&payments[0])
				if err != nil || len(alike) != 2 || alike[0].ID != "3" || alike[1].ID != "4" {
					t.Errorf("alike %+v, %v", alike, err)
				}
				if payments, err = tx.Payments("E", decimal.NewFromInt(7), "CHF", 10); err != nil || payments != nil {
					t.Errorf("in another currency, payments %+v, %v", payments, err)
				}
				return nil
			})
		}
		wantRefused(t, db, "UPDATE payment_keys SET key = 'x' WHERE merchant = 'acme'")
		wantRefused(t, db, "DELETE FROM payment_keys WHERE merchant = 'acme'")
	})
}

// However many invoices and transfers there are, matching one transfer reads few of them.
func TestMatchingHasIndexes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		everything(t, db)
		byReference := "transactions_" // PostgreSQL takes any index of so small a table
		if db.Engine() == "sqlite" {
			byReference += "reference"
		}
		for _, c := range []struct {
			name, index string
			ask         func(*store.Tx) error
		}{
			{"InvoicesNamed", "payment_keys", func(tx *store.Tx) error { _, err := tx.InvoicesNamed([]string{"A", "B"}); return err }},
			{"OpenInvoices", "invoices_open", func(tx *store.Tx) error { _, err := tx.OpenInvoices("x", 10); return err }},
			{"InvoicesOwing", "invoices_unpaid", func(tx *store.Tx) error { _, err := tx.InvoicesOwing(dec("1"), "EUR", 10); return err }},
			{"AccountHolders", "transactions_iban", func(tx *store.Tx) error { _, err := tx.AccountHolders("x"); return err }},
			{"Alike", byReference, func(tx *store.Tx) error {
				_, err := tx.Alike(&ar.Transaction{Reference: "x", Currency: "EUR", Amount: dec("1")})
				return err
			}},
			{"Payments", byReference, func(tx *store.Tx) error { _, err := tx.Payments("x", dec("1"), "EUR", 2); return err }},
			{"EntriesLike", "transactions_", func(tx *store.Tx) error { _, err := tx.EntriesLike("x", "x", aTransaction("9")); return err }},
		} {
			text := explained(t, db, func(tx *store.Tx) ([]string, error) { return store.Explain(tx, func() error { return c.ask(tx) }) })
			found := strings.Contains(text, c.index) || strings.Contains(text, "SEARCH k USING PRIMARY KEY")
			if !found || strings.Contains(text, "SCAN i") || strings.Contains(text, "SCAN transactions") || strings.Contains(text, "Seq Scan") {
				t.Errorf("%s:\n%s", c.name, text)
			}
		}
	})
}

// Invoices that were committed in schema 2 are found by what transfers call them.
func TestMigrationOfPaymentKeys(t *testing.T) {
	ctx := context.Background()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			db := open(t, storetest.URL(t, engine))
			if err := db.MigrateTo(ctx, 2); err != nil {
				t.Fatal(err)
			}
			withMerchants(t, db)
			who := insertIdentity(t, db, acme, "C1")
			for n := range 1100 { // more than are read at once
				i := anInvoice(fmt.Sprint("R", n), who)
				i.ID, i.Number = fmt.Sprint("id", n), fmt.Sprint("RE-", n)
				if n != 7 {
					i.Committed = &storetest.Start
				}
				insertOld(t, db, i)
			}
			if err := db.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			view(t, db, acme, func(tx *store.Tx) error {
				var keys []string
				for n := range 1100 {
					keys = append(keys, fmt.Sprint("RE", n))
				}
				named, err := tx.InvoicesNamed(keys)
				if len(named) != 1099 || named["RE7"] != nil {
					t.Errorf("%d are named", len(named))
				}
				return err
			})
		})
	}
}
