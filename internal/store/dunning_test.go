package store_test

import (
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// aCycle has a value in every field but those of its event.
func aCycle(of *ar.Invoice, event *store.Event) *ar.DunningCycle {
	start := at("2026-04-01")
	procedure := ar.DefaultProcedure
	return &ar.DunningCycle{InvoiceID: of.ID, Number: 1, Level: 2, Since: at("2026-03-20"), Start: &start, Procedure: &procedure, Event: event.Seq}
}

// Cycles come back as they were stored, the newest first, with who began them; a procedure of many is kept once.
func TestDunningCycles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		invoice := insertInvoice(t, db, acme, insertIdentity(t, db, acme, "C1"), "RE1")
		var want []ar.DunningCycle
		update(t, db, acme, func(tx *store.Tx) error {
			want = nil
			for n := range int64(store.MaxDunningCycles + 2) {
				event := &store.Event{InvoiceID: invoice.ID, Actor: "k"}
				if err := tx.AppendEvent(event); err != nil {
					return err
				}
				c := aCycle(invoice, event)
				c.Number = n + 1
				if n%2 == 0 { // nothing has begun
					c.Level, c.Start, c.Procedure = 0, nil, nil
				}
				if err := tx.InsertDunningCycle(c); err != nil {
					return err
				}
				c.Actor = "k"
				want = append([]ar.DunningCycle{*c}, want...)
			}
			return nil
		})
		view(t, db, acme, func(tx *store.Tx) error {
			got, err := tx.DunningCycles(invoice.ID)
			same(t, got, want[:store.MaxDunningCycles])
			return err
		})
		if n, err := counted(t, db, "UPDATE merchants SET name = name WHERE (SELECT count(*) FROM procedures) = 1"); n != 2 || err != nil {
			t.Errorf("procedures are kept more than once, %v", err)
		}
	})
}

// counted tells how many rows a statement touches.
func counted(t *testing.T, db *store.DB, statement string) (n int64, err error) {
	t.Helper()
	update(t, db, acme, func(tx *store.Tx) error {
		n, err = execute(tx, statement)
		return err
	})
	return n, err
}

// What a customer has to get counts, in one currency: money that is on no invoice, and what is left of credit notes.
func TestCreditOfCases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who, other := insertIdentity(t, db, acme, "C1"), insertIdentity(t, db, acme, "C2")
		insertInvoice(t, db, acme, who, "RE1") // what is owed is no credit
		update(t, db, acme, func(tx *store.Tx) error {
			for _, currency := range []string{"CHF", "USD"} {
				i := anInvoice("RE-"+currency, who)
				i.Currency = currency
				if err := tx.InsertInvoice(i); err != nil {
					return err
				}
			}
			return nil
		})
		update(t, db, acme, func(tx *store.Tx) error {
			for _, note := range []struct {
				reference, currency, unpaid string
				of                          *ar.Identity
				draft, canceled             bool
			}{
				{"GS1", "EUR", "1", who, false, false},
				{"GS2", "CHF", "10", who, false, false},
				{"GS3", "EUR", "100", other, false, false},
				{"GS4", "EUR", "1000", who, true, false},
				{"GS5", "EUR", "10000", who, false, true},
			} {
				n := anInvoice(note.reference, note.of)
				n.Kind, n.Number, n.Currency, n.Unpaid = ar.KindCreditnote, note.reference, note.currency, dec(note.unpaid)
				if !note.draft {
					n.Committed = &tx.Now
				}
				if note.canceled {
					n.Cancelationdate = &tx.Now
				}
				if err := tx.InsertInvoice(n); err != nil {
					return err
				}
			}
			for i, move := range []struct {
				currency, amount, unallocated string
				of                            string
			}{
				{"EUR", "5", "0.25", who.ID}, {"EUR", "5", "0.5", who.ID}, {"EUR", "-5", "-0.0625", who.ID},
				{"EUR", "5", "0", who.ID}, {"CHF", "7", "7", who.ID}, {"EUR", "5", "5", other.ID}, {"EUR", "5", "5", ""},
			} {
				of := aTransaction(string(rune('1' + i)))
				of.Identity, of.Currency, of.Amount, of.Unallocated = move.of, move.currency, dec(move.amount), dec(move.unallocated)
				if err := tx.InsertTransaction(of); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, db, acme, func(tx *store.Tx) error {
			cases, err := named(tx, "RE1", "RE-CHF", "RE-USD")
			want := map[string]string{"EUR": "1.6875", "CHF": "17", "USD": "0"}
			for _, c := range cases {
				if currency := c.Invoice.Currency; !c.Credit.Equal(dec(want[currency])) {
					t.Errorf("%s: %s, want %s", currency, c.Credit, want[currency])
				}
			}
			if len(cases) != 3 {
				t.Errorf("%d cases", len(cases))
			}
			return err
		})
	})
}
