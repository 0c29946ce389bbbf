package app

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/document/documenttest"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// archive makes one with something of everything: letters, imports, mails, payments, a credit note, a cancelation,
// and a draft.
func (b *bench) archive() {
	b.Helper()
	b.draft()
	b.customer(ar.Email{Email: "bills@example.com"})
	b.importFile("RE1", ar.CommLetter, "offer.pdf", documenttest.PDF("offer"))
	job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
	b.no(err)
	b.attempt(job)
	_, err = b.CreateInvoice(b.Context(), by, "K1", "RE2", ar.InvoiceChange{Items: items("50")}, nil)
	b.no(err)
	b.importFile("RE2", ar.CommInvoice, "ours.pdf", documenttest.PDF("printed elsewhere"))
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
		if want := (Verified{Merchant: by.Merchant, Entries: 14, Vouchers: 4, Files: 9}); v != want {
			b.Errorf("%+v, want %+v", v, want)
		}
		b.no(b.pay("1"))
		b.attempt(b.resend())
		if found, v := b.verify(b.names(), store.JournalHead{Size: 14, Root: root}); len(found) > 0 || v.Root == root || v.Entries != 15 {
			b.Errorf("%d entries, found\n%s", v.Entries, strings.Join(found, "\n"))
		}
	})
}

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
