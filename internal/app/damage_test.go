package app

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

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
	{"a payment by nobody", []string{`UPDATE bookings SET transaction_id = '9' WHERE kind = 'payment'`}},
	{"twice as much is taken back", []string{`INSERT INTO bookings (merchant, id, invoice_id, kind, reverses, part, amount, comment, valuedate, created)
				SELECT merchant, 'smuggled', invoice_id, 'reversal', id, part, -2 * amount, '', valuedate, created + 1 FROM bookings WHERE kind = 'payment'`}},
	{"a document is gone", []string{`DELETE FROM communications WHERE filename = 'offer.pdf'`}},
	{"a document of another invoice", []string{`UPDATE communications SET invoice_id = (SELECT id FROM invoices WHERE reference = 'RE2') WHERE filename = 'offer.pdf'`}},
	{"a document with other bytes", []string{`UPDATE communications SET file_id = (SELECT file_id FROM communications WHERE filename = 'ours.pdf') WHERE filename = 'offer.pdf'`}},
	{"a document that nobody imported", []string{`INSERT INTO communications (merchant, id, reference, invoice_id, kind, label, comment, file_id, filename, created)
				SELECT merchant, 'smuggled', 'smuggled', invoice_id, kind, label, comment, file_id, filename, created FROM communications WHERE filename = 'offer.pdf'`}},
	{"a file of other bytes", []string{`UPDATE files SET sha256 = '` + strings.Repeat("0", 64) + `' WHERE id = (SELECT file_id FROM communications WHERE filename = 'offer.pdf')`}},
	{"a mail to somebody else", []string{`UPDATE deliveries SET recipient = 'other@example.com' WHERE communication_id = ` + aMail}},
	{"a mail is gone", []string{`DELETE FROM deliveries WHERE communication_id = ` + aMail}},
	{"a mail that is said to have left", []string{`UPDATE deliveries SET state = 'accepted' WHERE state = 'suppressed'`}},
	{"a mail that left and is said to have been refused", []string{`UPDATE deliveries SET state = 'rejected' WHERE communication_id = ` + aMail}},
	{"other words of the mail server", []string{`UPDATE deliveries SET reply = '250 2.0.0 OK' WHERE communication_id = ` + aMail}},
	{"canceled behind everybody's back", []string{`UPDATE invoices SET cancelationdate = created, state = 'canceled' WHERE reference = 'RE1'`}},
	{"canceled on another day", []string{`UPDATE invoices SET cancelationdate = cancelationdate + 86400000 WHERE reference = 'RE3'`}},
	{"not canceled any more", []string{`UPDATE invoices SET cancelationdate = NULL, state = 'none' WHERE reference = 'RE3'`}},
	{"the journal's words", []string{`UPDATE journal SET payload = replace(payload, 'RE1', 'RE9') WHERE seq = 3`}},
	{"the journal's entry is gone", []string{`DELETE FROM journal WHERE seq = 4`}},
	{"a hash", []string{`UPDATE journal_hashes SET hash = (SELECT hash FROM journal_hashes WHERE idx = 3) WHERE idx = 2`}},
	{"the journal's end", []string{`DELETE FROM journal WHERE seq = 14`}},
	{"the journal's end, with all that speaks of it", []string{`DELETE FROM journal WHERE seq > 10`, `DELETE FROM journal_hashes WHERE idx >= 18`, `UPDATE counters SET value = 10 WHERE name = 'journal'`}},
}

const aMail = `(SELECT id FROM communications WHERE kind = 'email' AND filename = 'RE-2026-0001.eml' ORDER BY id LIMIT 1)`
