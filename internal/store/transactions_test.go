package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// aTransaction is a payment that says everything but who it is from.
func aTransaction(id string) *ar.Transaction {
	return &ar.Transaction{
		ID: id, Method: "CT", Amount: dec("100.01"), Unallocated: dec("0.01"), Currency: "EUR", Bookingdate: at("2026-03-02"), Valuedate: at("2026-03-01"),
		Reference: "RF18539007547034", Label: "Größe", Peer: "ACME", IBAN: "DE89370400440532013000", Meta: json.RawMessage(`{"a": 1.50}`),
	}
}

func TestTransactions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		var made []ar.Transaction
		update(t, db, acme, func(tx *store.Tx) error {
			made = nil
			for n := range 12 { // in one millisecond, and 10 after 9
				id, err := tx.NewTransactionID()
				if err != nil {
					return err
				}
				m := aTransaction(id)
				if n%2 == 0 {
					m.Identity, m.IdentityReference = who.ID, who.Reference
				}
				if n == 2 {
					m.Matching = &ar.Matching{Rule: ar.MatchNone, Reason: "Größe", Candidates: []ar.Candidate{{Invoice: "RE1", Reason: "why"}}}
				}
				if n == 3 {
					m.Amount, m.Unallocated, m.Meta = dec("-5"), dec("-5"), nil
				}
				if err := tx.InsertTransaction(m); err != nil {
					return err
				}
				made = append(made, *m)
			}
			return nil
		})
		view(t, db, acme, func(tx *store.Tx) error {
			got, err := tx.Transaction("10")
			if err != nil {
				return err
			}
			same(t, got, &made[9])
			var all []ar.Transaction
			page := ar.Page{Size: 5, Number: 1, Sort: []ar.Order{{Field: ar.FieldCreated}}}
			for more := true; more; more = page.After != "" {
				list, err := tx.Transactions(page)
				if err != nil {
					return err
				}
				all, page.After = append(all, list.Rows...), list.Next
			}
			same(t, all, made)
			returns, err := tx.Transactions(ar.Page{Size: 5, Where: []ar.Condition{{Field: ar.FieldAmount, Op: ar.Lt, Values: []any{decimal.Zero}}}})
			if err != nil {
				return err
			}
			same(t, returns.Rows, made[3:4])
			waiting, err := tx.Transactions(ar.Page{Size: 20, Number: 1, Sort: []ar.Order{{Field: ar.FieldUnallocated}},
				Where: []ar.Condition{{Field: ar.FieldUnallocated, Op: ar.Gt, Values: []any{decimal.Zero}}}})
			if err != nil {
				return err
			}
			want := slices.DeleteFunc(slices.Clone(made), func(m ar.Transaction) bool { return !m.Unallocated.IsPositive() })
			same(t, waiting.Rows, want)
			return nil
		})
		for _, id := range []string{"13", "0", "x", "99999999999999999999"} {
			err := db.View(context.Background(), acme, func(tx *store.Tx) error { _, err := tx.Transaction(id); return err })
			wantError(t, err, ar.NotFound, ar.CodeNotFound)
		}
	})
}

// More is never unallocated than there was, nor less than nothing.
func TestUnallocatedIsAPart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		for n, c := range []struct {
			amount, unallocated string
			refused             bool
		}{{"5", "5", false}, {"5", "0", false}, {"-5", "-5", false}, {"0", "0", false}, {"5", "5.01", true}, {"5", "-1", true}, {"-5", "1", true}, {"-5", "-6", true}} {
			m := aTransaction(fmt.Sprint(n))
			m.Amount, m.Unallocated = dec(c.amount), dec(c.unallocated)
			err := db.Update(context.Background(), acme, func(tx *store.Tx) error { return tx.InsertTransaction(m) })
			if db.Refused(err) != c.refused {
				t.Errorf("%s of %s: %v", c.unallocated, c.amount, err)
			}
		}
	})
}

// What is left of a transaction shrinks, its customer comes to be known, and nothing else of it changes.
func TestSetOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who, other := insertIdentity(t, db, acme, "C1"), insertIdentity(t, db, acme, "C2")
		m := aTransaction("1")
		m.Unallocated = dec("5")
		update(t, db, acme, func(tx *store.Tx) error { return tx.InsertTransaction(m) })
		setOff := func(change func(*ar.Transaction)) (*ar.Transaction, error) {
			var read *ar.Transaction
			err := db.Update(context.Background(), acme, func(tx *store.Tx) (err error) {
				if read, err = tx.Transaction("1"); err != nil {
					return err
				}
				change(read)
				return tx.SetOff(read)
			})
			return read, err
		}
		for _, c := range []struct {
			name, left string
			to         *ar.Identity
			refused    bool
		}{
			{"more is left", "5.01", nil, true},
			{"less than nothing is left", "-1", nil, true},
			{"its customer is known", "5", who, false},
			{"it is another's", "4", other, true},
			{"it is nobody's", "4", nil, true},
			{"less is left", "3", who, false},
			{"as much as before", "5", who, true},
			{"nothing is left", "0", who, false},
		} {
			before := matchingOf(t, db)
			m, err := setOff(func(m *ar.Transaction) {
				m.Unallocated, m.Identity, m.IdentityReference = dec(c.left), "", ""
				if c.to != nil {
					m.Identity, m.IdentityReference = c.to.ID, c.to.Reference
				}
				m.Matching = &ar.Matching{Rule: ar.MatchNumber, Reason: c.name}
			})
			if db.Refused(err) != c.refused || !c.refused && err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if after := matchingOf(t, db); c.refused || c.name == "its customer is known" {
				same(t, after, before) // nothing was matched
			} else {
				same(t, after, m.Matching)
			}
		}
		got, err := setOff(func(*ar.Transaction) {})
		if err != nil || !got.Unallocated.IsZero() || got.Identity != who.ID {
			t.Errorf("%+v, %v", got, err)
		}
		update(t, db, acme, func(tx *store.Tx) error { m := aTransaction("2"); return tx.InsertTransaction(m) })
		for _, set := range []string{"unallocated = NULL", "matching = '{}'", "unallocated = 0, amount = 1", "unallocated = 0, meta = NULL", "unallocated = 0, iban = ''"} {
			wantRefused(t, db, "UPDATE transactions SET "+set+" WHERE merchant = 'acme' AND id = 2")
		}
	})
}

func matchingOf(t *testing.T, db *store.DB) (m *ar.Matching) {
	t.Helper()
	view(t, db, acme, func(tx *store.Tx) error {
		read, err := tx.Transaction("1")
		if err == nil {
			m = read.Matching
		}
		return err
	})
	return m
}

// What decides about a customer's money is read without a lock, and of nobody else's customer.
func TestDebtor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		view(t, db, acme, func(tx *store.Tx) error {
			got, kind, err := tx.Debtor(who.ID)
			same(t, got, ar.Debtor{ID: who.ID, Reference: who.Reference, Debtor: who.Debtor})
			same(t, kind, who.Kind)
			return err
		})
		err := db.View(context.Background(), rival, func(tx *store.Tx) error { _, _, err := tx.Debtor(who.ID); return err })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
	})
}

// Payments of schema 2, which had nothing but a name for the movement of money, get one.
func TestMigrationOfPayments(t *testing.T) {
	ctx := context.Background()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			db := open(t, storetest.URL(t, engine))
			if err := db.MigrateTo(ctx, 2); err != nil {
				t.Fatal(err)
			}
			withMerchants(t, db)
			invoice := anInvoice("RE1", insertIdentity(t, db, acme, "C1"))
			invoice.ID = "id1"
			insertOld(t, db, invoice)
			for n, transaction := range []any{"100009", "100010", "100010", nil} {
				tamper(t, db, `INSERT INTO bookings (merchant, id, invoice_id, kind, transaction_id, part, amount, comment, valuedate, created)
					VALUES ('acme', $1, $2, 'payment', $3, 'principal', -10000, '', 1000, 2000)`, fmt.Sprint(n), invoice.ID, transaction)
			}
			if err := db.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			update(t, db, acme, func(tx *store.Tx) error {
				for id, amount := range map[string]string{"100009": "1", "100010": "2"} {
					m, err := tx.Transaction(id)
					if err != nil {
						return err
					}
					if !m.Amount.Equal(dec(amount)) || !m.Unallocated.IsZero() || m.Currency != "EUR" || m.Valuedate.UnixMilli() != 1000 {
						t.Errorf("%+v", m)
					}
				}
				next, err := tx.NewTransactionID()
				if next != "100011" {
					t.Errorf("the next is %s", next)
				}
				return err
			})
		})
	}
}
