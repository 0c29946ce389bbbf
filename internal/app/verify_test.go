package app

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// archive makes one with something of everything: letters, imports, mails, payments, a credit note, a cancelation,
// and a draft.
func (b *bench) archive() {
	b.Helper()
	b.draft()
	b.customer(ar.Email{Email: "bills@example.com"})
	b.importFile("RE1", ar.CommLetter, "offer.pdf", pdf("offer"))
	job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
	b.no(err)
	b.attempt(job)
	_, err = b.CreateInvoice(b.Context(), by, "K1", "RE2", ar.InvoiceChange{Items: items("50")}, nil)
	b.no(err)
	b.importFile("RE2", ar.CommInvoice, "ours.pdf", pdf("printed elsewhere"))
	job, err = b.CommitInvoice(b.Context(), by, "RE2", Commit{}, nil)
	b.no(err)
	b.attempt(job)
	_, err = b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("10")})
	b.no(err)
	b.attempt(b.lastJob())
	b.no(b.pay("20"))
	b.attempt(b.resend())
	b.another("RE3", Commit{})
	b.cancel("RE3")
	b.attempt(b.lastJob())
	_, err = b.CreateInvoice(b.Context(), by, "K1", "RE4", ar.InvoiceChange{}, nil)
	b.no(err)
}

// verify is what Verify finds, one finding a line, with ids as names.
func (b *bench) verify(names *strings.Replacer, known ...store.JournalHead) (lines []string, v Verified) {
	b.Helper()
	v, err := b.Verify(b.Context(), by.Merchant, known, func(f Finding) {
		if f.Merchant != by.Merchant {
			b.Errorf("%+v", f)
		}
		lines = append(lines, names.Replace(fmt.Sprintf("%s %s: %s", f.What, f.Subject, f.Text)))
	})
	b.no(err)
	return lines, v
}

// names replaces ids by what they are ids of.
func (b *bench) names() *strings.Replacer {
	b.Helper()
	var pairs []string
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		pairs = nil
		for ref, kind := range map[string]ar.VoucherKind{"RE1": ar.KindInvoice, "RE2": ar.KindInvoice, "RE3": ar.KindInvoice, "GS1": ar.KindCreditnote} {
			voucher, err := tx.Invoice(kind, ref)
			if err != nil {
				return err
			}
			pairs = append(pairs, voucher.ID, ref)
			deliveries, err := tx.Deliveries(voucher.ID)
			if err != nil {
				return err
			}
			for i, d := range deliveries {
				pairs = append(pairs, d.ID, fmt.Sprintf("%s/delivery%d", ref, i+1))
			}
			communications, err := tx.Communications(voucher.ID)
			if err != nil {
				return err
			}
			for i, c := range communications {
				name := fmt.Sprintf("%s/%s%d", ref, c.Kind, i+1)
				pairs = append(pairs, c.ID, name, c.File.Reference, name)
			}
		}
		return nil
	}))
	return strings.NewReplacer(pairs...)
}

func TestVerifyClean(t *testing.T) {
	each(t, func(b *bench) {
		b.archive()
		found, v := b.verify(b.names())
		if len(found) > 0 {
			b.Errorf("found\n%s", strings.Join(found, "\n"))
		}
		root := v.Root
		v.Root = ""
		if want := (Verified{Merchant: by.Merchant, Entries: 13, Vouchers: 4, Files: 9}); v != want {
			b.Errorf("%+v, want %+v", v, want)
		}
		b.no(b.pay("1"))
		b.attempt(b.resend())
		if found, v := b.verify(b.names(), store.JournalHead{Size: 13, Root: root}); len(found) > 0 || v.Root == root || v.Entries != 14 {
			b.Errorf("%d entries, found\n%s", v.Entries, strings.Join(found, "\n"))
		}
	})
}

// guarded are the tables that hold the archive.
var guarded = []string{"invoices", "bookings", "communications", "files", "deliveries", "journal", "journal_hashes", "counters"}

// unguard takes away all that protects the archive from whoever owns the database, and keeps a copy of it.
func (b *bench) unguard() {
	b.Helper()
	if db := b.db.SQLite(); db != nil {
		_, err := db.ExecContext(b.Context(), `PRAGMA foreign_keys = OFF`)
		b.no(err)
		rows, err := db.QueryContext(b.Context(), `SELECT name FROM sqlite_master WHERE type = 'trigger'`)
		b.no(err)
		var drops []string
		for rows.Next() {
			var name string
			b.no(rows.Scan(&name))
			drops = append(drops, `DROP TRIGGER `+name)
		}
		b.no(rows.Err())
		b.no(rows.Close())
		b.exec(drops...)
	}
	for _, table := range guarded {
		b.exec(fmt.Sprintf(`CREATE TABLE copy_of_%s AS SELECT * FROM %[1]s`, table))
	}
}

// damage does what only the owner of the database can.
func (b *bench) damage(statements ...string) {
	b.Helper()
	if b.db.Postgres() != nil {
		statements = append([]string{`SET LOCAL session_replication_role = replica`}, statements...) // no triggers, no keys
	}
	b.exec(statements...)
}

// repair undoes all damage to the database.
func (b *bench) repair() {
	b.Helper()
	var statements []string
	for _, table := range guarded {
		statements = append(statements, `DELETE FROM `+table, fmt.Sprintf(`INSERT INTO %s SELECT * FROM copy_of_%[1]s`, table))
	}
	b.damage(statements...)
}

var updateGolden = flag.Bool("update", false, "write the golden files")

// Each thing that is not as it was kept is named, and nothing else is: testdata/damage.golden.
func TestVerifyNamesDamage(t *testing.T) {
	each(t, func(b *bench) {
		b.archive()
		names := b.names()
		b.unguard()
		var report strings.Builder
		for _, c := range damages {
			b.damage(c.done...)
			found, _ := b.verify(names)
			fmt.Fprintf(&report, "%s\n", c.name)
			for _, line := range found {
				fmt.Fprintf(&report, "    %s\n", line)
			}
			b.repair()
		}
		if found, _ := b.verify(names); len(found) > 0 {
			b.Errorf("repaired, found\n%s", strings.Join(found, "\n"))
		}
		const golden = "testdata/damage.golden"
		if *updateGolden {
			b.no(os.WriteFile(golden, []byte(report.String()), 0o644))
		}
		want, err := os.ReadFile(golden)
		b.no(err)
		if report.String() != string(want) {
			b.Errorf("%s differs; got\n%s", golden, report.String())
		}
	})
}

// damages are done one at a time.
var damages = []struct {
	name string
	done []string
}{
	{"an address", []string{`UPDATE invoices SET document = replace(document, 'Kunde', 'Klient') WHERE reference = 'RE1'`}},
	{"a number", []string{`UPDATE invoices SET number = 'RE-2026-0099' WHERE reference = 'RE1'`}},
	{"a date", []string{`UPDATE invoices SET due = due + 86400000 WHERE reference = 'RE1'`}},
	{"an item", []string{`UPDATE invoices SET document = replace(document, '"100"', '"90"') WHERE reference = 'RE1'`}},
	{"total", []string{`UPDATE invoices SET total = total - 1 WHERE reference = 'RE1'`}},
	{"unpaid", []string{`UPDATE invoices SET unpaid = 0 WHERE reference = 'RE1'`}},
	{"state", []string{`UPDATE invoices SET state = 'paid' WHERE reference = 'RE1'`}},
	{"unpaid of a credit note", []string{`UPDATE invoices SET unpaid = 10000 WHERE reference = 'GS1'`}},
	{"an invoice is gone", []string{`DELETE FROM invoices WHERE reference = 'RE2'`}},
	{"not committed", []string{`UPDATE invoices SET committed = NULL WHERE reference = 'RE2'`}},
	{"a payment is gone", []string{`DELETE FROM bookings WHERE kind = 'payment'`}},
	{"a document is gone", []string{`DELETE FROM communications WHERE filename = 'offer.pdf'`}},
	{"a document of another invoice", []string{`UPDATE communications SET invoice_id = (SELECT id FROM invoices WHERE reference = 'RE2') WHERE filename = 'offer.pdf'`}},
	{"a document with other bytes", []string{`UPDATE communications SET file_id = (SELECT file_id FROM communications WHERE filename = 'ours.pdf') WHERE filename = 'offer.pdf'`}},
	{"a document that nobody imported", []string{`INSERT INTO communications (merchant, id, reference, invoice_id, kind, label, comment, file_id, filename, created)
				SELECT merchant, 'smuggled', 'smuggled', invoice_id, kind, label, comment, file_id, filename, created FROM communications WHERE filename = 'offer.pdf'`}},
	{"a file of other bytes", []string{`UPDATE files SET sha256 = '` + strings.Repeat("0", 64) + `' WHERE id = (SELECT file_id FROM communications WHERE filename = 'offer.pdf')`}},
	{"a mail to somebody else", []string{`UPDATE deliveries SET recipient = 'other@example.com' WHERE communication_id = ` + aMail}},
	{"a mail is gone", []string{`DELETE FROM deliveries WHERE communication_id = ` + aMail}},
	{"a mail that is said to have left", []string{`UPDATE deliveries SET state = 'accepted' WHERE state = 'suppressed'`}},
	{"the journal's words", []string{`UPDATE journal SET payload = replace(payload, 'RE1', 'RE9') WHERE seq = 3`}},
	{"the journal's entry is gone", []string{`DELETE FROM journal WHERE seq = 4`}},
	{"a hash", []string{`UPDATE journal_hashes SET hash = (SELECT hash FROM journal_hashes WHERE idx = 3) WHERE idx = 2`}},
	{"the journal's end", []string{`DELETE FROM journal WHERE seq = 13`}},
	{"the journal's end, with all that speaks of it", []string{`DELETE FROM journal WHERE seq > 10`, `DELETE FROM journal_hashes WHERE idx >= 18`, `UPDATE counters SET value = 10 WHERE name = 'journal'`}},
}

const aMail = `(SELECT id FROM communications WHERE kind = 'email' AND filename = 'RE-2026-0001.eml' ORDER BY id LIMIT 1)`

// Whoever owns the database can rewrite all of it, so that everything fits. It does not fit what somebody else has kept.
func TestVerifyKnowsAHead(t *testing.T) {
	each(t, func(b *bench) {
		b.archive()
		names := b.names()
		_, before := b.verify(names)
		known := []store.JournalHead{{Size: 3, Root: b.rootAt(3)}, {Size: before.Entries, Root: before.Root}}
		b.unguard()
		b.damage(`UPDATE invoices SET due = due + 86400000 WHERE reference = 'RE1'`)
		b.rewrite()
		if found, v := b.verify(names); len(found) > 0 || v.Entries != before.Entries {
			b.Errorf("the rewritten one does not fit:\n%s", strings.Join(found, "\n"))
		}
		want := []string{"journal 1: The entries are not those of the known head.", "journal 1: The entries are not those of the known head."}
		if found, _ := b.verify(names, known...); !slices.Equal(found, want) {
			b.Errorf("found\n%s", strings.Join(found, "\n"))
		}
		b.repair()
		b.damage(`DELETE FROM journal WHERE seq > 3`, `DELETE FROM journal_hashes WHERE idx >= 4`, `UPDATE counters SET value = 3 WHERE name = 'journal'`)
		found, _ := b.verify(names, known...)
		if !slices.Contains(found, "journal 4: The journal is shorter than the known head.") || slices.ContainsFunc(found, func(line string) bool { return strings.HasPrefix(line, "journal 1:") }) {
			b.Errorf("found\n%s", strings.Join(found, "\n"))
		}
	})
}

// rootAt is the root of the journal when it had so many entries.
func (b *bench) rootAt(size int64) (root string) {
	b.Helper()
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		hash, err := tlog.TreeHash(size, tlog.HashReaderFunc(func(indexes []int64) (hashes []tlog.Hash, err error) {
			for _, i := range indexes {
				var stored []byte
				const query = `SELECT hash FROM journal_hashes WHERE idx = $1`
				if tx.PGX() != nil {
					err = tx.PGX().QueryRow(tx.Context(), query, i).Scan(&stored)
				} else {
					err = tx.SQL().QueryRowContext(tx.Context(), query, i).Scan(&stored)
				}
				if err != nil {
					return nil, err
				}
				hashes = append(hashes, tlog.Hash(stored))
			}
			return hashes, nil
		}))
		root = hash.String()
		return err
	}))
	return root
}

// rewrite makes the journal anew, of what is there now.
func (b *bench) rewrite() {
	b.Helper()
	var entries []*store.JournalEntry
	b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
		old, err := tx.Journal(0, 1000)
		entries = nil
		for i := range old {
			if err == nil {
				var entry *store.JournalEntry
				entry, err = resealed(tx, &old[i])
				entries = append(entries, entry)
			}
		}
		return err
	}))
	b.damage(`DELETE FROM journal`, `DELETE FROM journal_hashes`, `UPDATE counters SET value = 0 WHERE name = 'journal'`)
	b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error { return tx.AppendJournal(entries...) }))
}

// Stored bytes are compared with the hash they were stored under.
func TestVerifyReadsFiles(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.archive()
		names := b.names()
		for _, path := range b.kept() {
			content, err := os.ReadFile(path)
			b.no(err)
			flipped := bytes.Clone(content)
			flipped[len(flipped)/2] ^= 1
			for what, doing := range map[string]func() error{
				"Its bytes are not the ones that were stored.": func() error { return os.WriteFile(path, flipped, 0o600) },
				"Its bytes are not there.":                     func() error { return os.Remove(path) },
			} {
				b.no(doing())
				found, _ := b.verify(names)
				if len(found) != 1 || !strings.HasPrefix(found[0], "file RE") && !strings.HasPrefix(found[0], "file GS") || !strings.HasSuffix(found[0], ": "+what) {
					b.Errorf("want %s found %q", what, found)
				}
				b.no(os.WriteFile(path, content, 0o600))
			}
		}
	})
}
