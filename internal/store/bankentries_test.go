package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// anImport is an import that somebody works at, and the entry that it has booked.
func anImport(t *testing.T, db *store.DB, merchant string) (i *ar.StatementImport, entry store.BankEntry) {
	t.Helper()
	later := tick.Add(time.Minute)
	update(t, db, merchant, func(tx *store.Tx) error {
		file := ar.File{SHA256: "cd", MediaType: "application/xml", Size: 3}
		if _, err := tx.KeepFile(&file); err != nil {
			return err
		}
		i = &ar.StatementImport{Filename: "März.xml", File: file, State: ar.StatementRunning, Statements: 1, Entries: 2, Booked: 3, Unallocated: 4, Duplicates: 5, Skipped: 6,
			Errors: []ar.StatementError{{Error: "a", Hint: "b", Line: 7}}, Returns: true, Position: 8, Generation: 2, Lease: &later, Faults: 1}
		if err := tx.InsertStatementImport(i); err != nil {
			return err
		}
		transaction := aTransaction(map[string]string{acme: "71", rival: "72"}[merchant])
		if err := tx.InsertTransaction(transaction); err != nil {
			return err
		}
		entry = store.BankEntry{Account: "DE1", Entry: "e", Transaction: transaction.ID, Import: i.ID, Statement: "S", Reference: "R", Line: 9}
		fresh, err := tx.InsertBankEntry(entry)
		if !fresh {
			t.Error("the entry is not new")
		}
		return err
	})
	return i, entry
}

// An import comes back as it was stored, and only its worker changes it. An entry is booked once per account.
func TestStatementImports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		i, entry := anImport(t, db, acme)
		read := func() (got *ar.StatementImport) {
			view(t, db, acme, func(tx *store.Tx) (err error) { got, err = tx.StatementImport(i.ID); return err })
			return got
		}
		same(t, read(), i)
		end := tick
		i.State, i.Statements, i.Entries, i.Booked, i.Unallocated, i.Duplicates, i.Skipped = ar.StatementDone, 11, 12, 13, 14, 15, 16
		i.Errors, i.Position, i.Generation, i.Lease, i.Faults, i.Finished = []ar.StatementError{}, 18, 3, nil, 0, &end
		update(t, db, acme, func(tx *store.Tx) error {
			for _, late := range []int64{1, 3} {
				if err := tx.UpdateStatementImport(i, late); !errors.Is(err, store.ErrFenced) {
					t.Errorf("generation %d: %v", late, err)
				}
			}
			return tx.UpdateStatementImport(i, 2)
		})
		same(t, read(), i)
		update(t, db, acme, func(tx *store.Tx) error {
			if err := tx.UpdateStatementImport(i, 3); !errors.Is(err, store.ErrFenced) {
				t.Errorf("an import that has ended is changed: %v", err)
			}
			fresh, err := tx.InsertBankEntry(entry)
			if fresh || err != nil {
				t.Errorf("an entry is booked twice: %v", err)
			}
			entry.Account = "DE2"
			if fresh, err = tx.InsertBankEntry(entry); !fresh || err != nil {
				t.Errorf("an account has no entries of its own: %v", err)
			}
			known, err := tx.BookedEntries("DE1", []string{"d", "e", "f"})
			same(t, known, map[string]bool{"e": true})
			return err
		})
	})
}

// An entry is like what is of the same reference, amount, currency and day, and not said to be another payer's.
func TestEntriesLike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		_, entry := anImport(t, db, acme)
		entry.Transaction = ""
		view(t, db, acme, func(tx *store.Tx) error {
			stored, err := tx.Transaction("71")
			if err != nil {
				return err
			}
			day, value := stored.Bookingdate, stored.Valuedate
			if day.Equal(value) || stored.IBAN == "" {
				t.Fatalf("%+v", stored)
			}
			for name, c := range map[string]struct {
				change         func(*ar.Transaction)
				account, payer string
				want           bool
			}{
				"it":                   {func(*ar.Transaction) {}, "DE1", stored.IBAN, true},
				"no payer":             {func(*ar.Transaction) {}, "DE1", "", true},
				"another payer":        {func(*ar.Transaction) {}, "DE1", "DE9", false},
				"another account":      {func(*ar.Transaction) {}, "DE2", "", false},
				"its booking date":     {func(t *ar.Transaction) { t.Valuedate = day }, "DE1", "", true},
				"another booking date": {func(t *ar.Transaction) { t.Bookingdate = value.AddDate(0, 0, 1) }, "DE1", "", true},
				"another value date":   {func(t *ar.Transaction) { t.Valuedate = value.AddDate(0, 0, -1) }, "DE1", "", false},
				"another reference":    {func(t *ar.Transaction) { t.Reference = "x" }, "DE1", "", false},
				"another amount":       {func(t *ar.Transaction) { t.Amount = t.Amount.Neg() }, "DE1", "", false},
				"another currency":     {func(t *ar.Transaction) { t.Currency = "CHF" }, "DE1", "", false},
			} {
				of := *stored
				c.change(&of)
				got, err := tx.EntriesLike(c.account, c.payer, &of)
				if err != nil || len(got) > 1 || len(got) == 1 != c.want || c.want && got[0] != entry {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
			}
			return nil
		})
	})
}

// Those are due that nobody has, and those whose worker may be dead.
func TestDueStatementImports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		i, _ := anImport(t, db, acme)
		for after, want := range map[time.Duration]int{59 * time.Second: 0, time.Minute: 1} {
			due, err := db.DueStatementImports(context.Background(), tick.Add(after), 10)
			if err != nil || len(due) != want || want == 1 && due[0] != (store.Due{Merchant: acme, ID: i.ID}) {
				t.Errorf("%s: %v, %v", after, due, err)
			}
		}
	})
}

// What was imported is nobody else's, and stays: see TestProtection.
func TestStatementImportsAreProtected(t *testing.T) {
	allowed := map[string][]string{
		"statement_imports": {"state", "statements", "entries", "booked", "unallocated", "duplicates", "skipped", "errors", "returns", "position", "faults", "generation", "lease", "next", "finished"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		anImport(t, db, acme)
		for _, table := range []string{"statement_imports", "bank_entries"} {
			for _, column := range columnsOf(t, db, table) {
				if slices.Contains(allowed[table], column.name) {
					continue
				}
				wantRefused(t, db, "UPDATE "+table+" SET "+column.name+" = "+column.other())
			}
			wantRefused(t, db, "DELETE FROM "+table)
		}
		for _, set := range []string{"position = 7", "returns = 0", "generation = 1", "returns = 2", "state = 'done'", "next = 5", "finished = 5", "state = 'lost'"} {
			wantRefused(t, db, "UPDATE statement_imports SET "+set)
		}
		wantAllowed(t, db, "UPDATE statement_imports SET state = 'done', lease = NULL, finished = 5")
		wantAllowed(t, db, "UPDATE statement_imports SET position = 9, booked = 5, lease = lease + 1")
		of, _ := anImport(t, db, rival)
		for name, ask := range map[string]func(*store.Tx) error{
			"StatementImport":       func(tx *store.Tx) error { _, err := tx.StatementImport(of.ID); return err },
			"UpdateStatementImport": func(tx *store.Tx) error { return tx.UpdateStatementImport(of, of.Generation) },
			"InsertStatementImport": func(tx *store.Tx) error {
				return tx.InsertStatementImport(&ar.StatementImport{State: ar.StatementQueued, File: of.File})
			},
			"InsertBankEntry": func(tx *store.Tx) error {
				_, err := tx.InsertBankEntry(store.BankEntry{Account: "A", Entry: "x", Transaction: "72", Import: of.ID})
				return err
			},
		} {
			if err := db.Update(context.Background(), acme, ask); err == nil {
				t.Errorf("%s reaches another merchant's", name)
			}
		}
		text := explained(t, db, func(tx *store.Tx) ([]string, error) {
			return store.Explain(tx, func() error { _, err := tx.BookedEntries("DE1", []string{"e", "f"}); return err })
		})
		if !strings.Contains(text, "bank_entries") || strings.Contains(text, "SCAN ") || strings.Contains(text, "Seq Scan") {
			t.Error(text)
		}
	})
}
