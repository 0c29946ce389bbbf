package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// faults verifies a journal and writes down what it finds.
func faults(t testing.TB, db *store.DB, merchant string, known ...store.JournalHead) (store.JournalHead, []string) {
	t.Helper()
	var all []string
	h, err := db.VerifyJournal(context.Background(), merchant, known, func(f store.JournalFault) {
		all = append(all, fmt.Sprintf("%d-%d %s", f.First, f.Last, f.Text))
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, all
}

// unguard removes the triggers that keep a table from being tampered with, as somebody with all rights would.
func unguard(t testing.TB, db *store.DB, tables ...string) {
	t.Helper()
	update(t, db, acme, func(tx *store.Tx) error {
		for _, table := range tables {
			statements := []string{"DROP TRIGGER " + table + "_no_update", "DROP TRIGGER " + table + "_no_delete"}
			if tx.PGX() != nil {
				statements = []string{"ALTER TABLE " + table + " DISABLE TRIGGER ALL"}
			}
			for _, s := range statements {
				if _, err := execute(tx, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// execute runs SQL underneath and tells how many rows it changed.
func execute(tx *store.Tx, query string, args ...any) (int64, error) {
	if tx.PGX() != nil {
		tag, err := tx.PGX().Exec(tx.Context(), query, args...)
		return tag.RowsAffected(), err
	}
	result, err := tx.SQL().ExecContext(tx.Context(), query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// tamper changes one row underneath.
func tamper(t testing.TB, db *store.DB, query string, args ...any) {
	t.Helper()
	update(t, db, acme, func(tx *store.Tx) error {
		n, err := execute(tx, query, args...)
		if err == nil && n == 0 {
			err = fmt.Errorf("nothing changed: %s %v", query, args)
		}
		return err
	})
}

func TestVerifyJournal(t *testing.T) {
	const size = 7
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		seal(t, db, rival, 2)
		heads := seal(t, db, acme, size)
		unguard(t, db, "journal", "journal_hashes")
		if h, found := faults(t, db, acme, heads...); h != heads[size] || len(found) > 0 {
			t.Fatalf("head is %v, want %v; faults %q", h, heads[size], found)
		}
		for _, c := range []struct {
			name, query, undo string
			want              []string
		}{
			{"an entry", `UPDATE journal SET subject = 'x' WHERE merchant = 'acme' AND seq = 3`, `UPDATE journal SET subject = 'id3' WHERE merchant = 'acme' AND seq = 3`,
				[]string{"3-3 The entry is not the one that was sealed."}},
			{"no time", `UPDATE journal SET happened = 'x' WHERE merchant = 'acme' AND seq = 3`, `UPDATE journal SET happened = 1772443800000 WHERE merchant = 'acme' AND seq = 3`,
				[]string{"3-3 The entry is not the one that was sealed."}},
			{"an entry too many", `INSERT INTO journal SELECT merchant, 8, kind, subject, sha256, payload, happened FROM journal WHERE merchant = 'acme' AND seq = 7`, `DELETE FROM journal WHERE merchant = 'acme' AND seq = 8`,
				[]string{"8-8 1 entries are there that were never appended."}},
			{"a hash too many", `INSERT INTO journal_hashes SELECT merchant, -1, hash FROM journal_hashes WHERE merchant = 'acme' AND idx = 0`, `DELETE FROM journal_hashes WHERE idx = -1`,
				[]string{"8-8 1 stored hashes are there that belong to no entry."}},
			{"counted too far", `UPDATE counters SET value = 9 WHERE merchant = 'acme' AND name = 'journal'`, `UPDATE counters SET value = 7 WHERE merchant = 'acme' AND name = 'journal'`,
				[]string{"8-8 The stored hash of the entry, or over these entries, is missing.", "7-8 The stored hash of the entry, or over these entries, is missing.",
					"5-8 The stored hash of the entry, or over these entries, is missing.", "1-8 The stored hash of the entry, or over these entries, is missing.",
					"9-9 The stored hash of the entry, or over these entries, is missing.", "8-9 The entries are missing."}},
		} {
			if c.name == "no time" && db.Engine() == "postgres" {
				continue // a number is a number there
			}
			tamper(t, db, c.query)
			_, found := faults(t, db, acme)
			if !slices.Equal(found, c.want) {
				t.Errorf("%s: %q, want %q", c.name, found, c.want)
			}
			tamper(t, db, c.undo)
		}
		// The stored hash over entries 5 and 6 is wrong, and with it that it follows from 5 and 6.
		flip(t, db, tlog.StoredHashIndex(1, 2), 0)
		if _, found := faults(t, db, acme); !slices.Equal(found, []string{"5-6 The stored hash over these entries does not follow from those below it."}) {
			t.Errorf("a stored hash: %q", found)
		}
		flip(t, db, tlog.StoredHashIndex(1, 2), 0)

		// Entries are cut out: one, and three at the end. Their leaf hashes are still there, so the root is known.
		tamper(t, db, `DELETE FROM journal WHERE merchant = 'acme' AND (seq = 2 OR seq >= 5)`)
		if h, found := faults(t, db, acme, heads...); h != heads[size] || !slices.Equal(found, []string{"2-2 The entry is missing.", "5-7 The entries are missing."}) {
			t.Errorf("cut out: %v %q", h, found)
		}
		// With them gone too, it is not.
		tamper(t, db, `DELETE FROM journal_hashes WHERE merchant = 'acme' AND idx >= $1`, tlog.StoredHashIndex(0, 6))
		if h, _ := faults(t, db, acme); h != (store.JournalHead{Size: size}) {
			t.Errorf("head is %v", h)
		}
		if _, found := faults(t, db, rival); len(found) > 0 {
			t.Errorf("rival's journal: %q", found)
		}
	})
}

// flip changes one byte of a stored hash, and changes it back the next time.
func flip(t testing.TB, db *store.DB, index int64, at int) {
	t.Helper()
	update(t, db, acme, func(tx *store.Tx) error {
		const read, write = `SELECT hash FROM journal_hashes WHERE merchant = 'acme' AND idx = $1`, `UPDATE journal_hashes SET hash = $2 WHERE merchant = 'acme' AND idx = $1`
		var hash []byte
		if tx.PGX() != nil {
			if err := tx.PGX().QueryRow(tx.Context(), read, index).Scan(&hash); err != nil {
				return err
			}
		} else if err := tx.SQL().QueryRowContext(tx.Context(), read, index).Scan(&hash); err != nil {
			return err
		}
		hash[at] ^= 1
		_, err := execute(tx, write, index, hash)
		return err
	})
}

// A journal that was made anew as a whole is in order in itself. Only a head from before tells.
func TestAKnownHead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		heads := seal(t, db, acme, 5)
		unguard(t, db, "journal", "journal_hashes")
		for _, table := range []string{"journal", "journal_hashes", "counters"} {
			tamper(t, db, `DELETE FROM `+table+` WHERE merchant = 'acme'`)
		}
		if _, found := faults(t, db, acme, heads[2]); !slices.Equal(found, []string{"1-2 The journal is shorter than the known head."}) {
			t.Errorf("emptied: %q", found)
		}
		for _, n := range []int{1, 2, 9, 4} { // the third one is another
			update(t, db, acme, func(tx *store.Tx) error { return tx.AppendJournal(anEntry(n)) })
		}
		if _, found := faults(t, db, acme); len(found) > 0 {
			t.Errorf("it is not in order: %q", found)
		}
		want := []string{"1-3 The entries are not those of the known head.", "1-4 The entries are not those of the known head.", "5-5 The journal is shorter than the known head."}
		if _, found := faults(t, db, acme, heads[4], heads[1], heads[3], heads[5]); !slices.Equal(found, want) {
			t.Errorf("rewritten: %q, want %q", found, want)
		}
	})
}

// Whichever byte of whichever row is changed, it is found, and the first fault names the entry, or entries over which the
// stored hash is.
func TestEveryTamperingIsFound(t *testing.T) {
	const size = 13
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		seal(t, db, acme, size)
		unguard(t, db, "journal", "journal_hashes")
		check := func(r *rapid.T, first, last int64) {
			if _, found := faults(t, db, acme); len(found) == 0 || !strings.HasPrefix(found[0], fmt.Sprintf("%d-%d ", first, last)) {
				r.Errorf("%q, want a fault of %d-%d first", found, first, last)
			}
		}
		rapid.Check(t, func(r *rapid.T) {
			seq := rapid.Int64Range(1, size).Draw(r, "seq")
			switch what := rapid.SampledFrom([]string{"kind", "subject", "sha256", "payload", "happened", "seq", "hash"}).Draw(r, "what"); what {
			case "hash":
				index := rapid.Int64Range(0, tlog.StoredHashCount(size)-1).Draw(r, "index")
				at := rapid.IntRange(0, tlog.HashSize-1).Draw(r, "at")
				level, n := tlog.SplitStoredHashIndex(index)
				flip(t, db, index, at)
				check(r, n<<level+1, (n+1)<<level)
				flip(t, db, index, at)
			case "happened":
				by := int64(1) << rapid.IntRange(0, 50).Draw(r, "bit")
				tamper(t, db, `UPDATE journal SET happened = happened + $2 WHERE merchant = 'acme' AND seq = $1`, seq, by)
				check(r, seq, seq)
				tamper(t, db, `UPDATE journal SET happened = happened - $2 WHERE merchant = 'acme' AND seq = $1`, seq, by)
			case "seq":
				by := int64(16) << rapid.IntRange(0, 50).Draw(r, "bit")
				tamper(t, db, `UPDATE journal SET seq = seq + $2 WHERE merchant = 'acme' AND seq = $1`, seq, by)
				check(r, seq, seq)
				tamper(t, db, `UPDATE journal SET seq = seq - $2 WHERE merchant = 'acme' AND seq = $1`, seq+by, by)
			default:
				var before string
				view(t, db, acme, func(tx *store.Tx) error {
					e, err := tx.JournalEntry(seq)
					before = map[string]string{"kind": e.Kind, "subject": e.Subject, "sha256": e.SHA256, "payload": string(e.Payload)}[what]
					return err
				})
				after := []byte(before)
				at := rapid.IntRange(0, len(after)-1).Filter(func(at int) bool { return after[at] < 0x80 }).Draw(r, "at") // it stays UTF-8
				after[at] = rapid.ByteRange(' ', '~').Filter(func(b byte) bool { return b != before[at] }).Draw(r, "byte")
				query := `UPDATE journal SET ` + what + ` = $2 WHERE merchant = 'acme' AND seq = $1`
				tamper(t, db, query, seq, string(after))
				check(r, seq, seq)
				tamper(t, db, query, seq, before)
			}
		})
		if _, found := faults(t, db, acme); len(found) > 0 {
			t.Errorf("not everything was undone: %q", found)
		}
	})
}

// A journal is verified in parts. What spans two of them is one fault.
func TestVerifyInParts(t *testing.T) {
	const size = 2500
	db := storetest.Open(t, storetest.SQLite) // the parts are the same on both
	withMerchants(t, db)
	update(t, db, acme, func(tx *store.Tx) error {
		for n := 0; n < size; n += 100 {
			var some []*store.JournalEntry
			for m := range 100 {
				some = append(some, anEntry(n+m))
			}
			if err := tx.AppendJournal(some...); err != nil {
				return err
			}
		}
		return nil
	})
	want := head(t, db, acme)
	if h, found := faults(t, db, acme, want); h != want || len(found) > 0 {
		t.Errorf("head is %v, want %v; faults %q", h, want, found)
	}
	unguard(t, db, "journal", "journal_hashes")
	tamper(t, db, `DELETE FROM journal WHERE merchant = 'acme' AND seq BETWEEN 999 AND 1002`)
	tamper(t, db, `UPDATE journal SET kind = 'x' WHERE merchant = 'acme' AND seq = 2001`)
	if h, found := faults(t, db, acme); h == want || !slices.Equal(found, []string{"999-1002 The entries are missing.", "2001-2001 The entry is not the one that was sealed."}) {
		t.Errorf("head is %v; faults %q", h, found)
	}
}
