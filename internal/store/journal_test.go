package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// anEntry is the n-th entry of a journal, from 1.
func anEntry(n int) *store.JournalEntry {
	return &store.JournalEntry{Kind: "voucher", Subject: fmt.Sprint("id", n), SHA256: fmt.Sprintf("%064x", n), Payload: json.RawMessage(fmt.Sprintf(`{ "n": %d, "b": "ü<", "a": 1.50}`, n))}
}

// seal appends entries, each in a transaction of its own, and gives the head after each; the first one is that of nothing.
func seal(t testing.TB, db *store.DB, merchant string, entries int) (heads []store.JournalHead) {
	t.Helper()
	heads = append(heads, head(t, db, merchant))
	for n := range entries {
		update(t, db, merchant, func(tx *store.Tx) error { return tx.AppendJournal(anEntry(n + 1)) })
		heads = append(heads, head(t, db, merchant))
	}
	return heads
}

func head(t testing.TB, db *store.DB, merchant string) (h store.JournalHead) {
	t.Helper()
	view(t, db, merchant, func(tx *store.Tx) (err error) { h, err = tx.JournalHead(); return err })
	return h
}

// What a leaf is made of is for ever: a head that was given away must be computed from it in ten years.
func TestJournalRecord(t *testing.T) {
	e := store.JournalEntry{Merchant: "acmé", Seq: 12, Kind: "voucher", Subject: "", SHA256: "00ff", Payload: json.RawMessage(`{"a":"\n"}`), Happened: storetest.Start}
	const want = "17:dunwell journal 1\n5:acmé\n2:12\n7:voucher\n0:\n4:00ff\n10:{\"a\":\"\\n\"}\n13:1772443800000\n"
	if got := string(e.Record()); got != want {
		t.Errorf("record is %q", got)
	}
}

func TestJournal(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		heads := seal(t, db, acme, 3)
		if heads[0].Root != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" || heads[3].Size != 3 {
			t.Errorf("heads are %v", heads)
		}
		want := anEntry(2)
		want.Merchant, want.Seq, want.Payload, want.Happened = acme, 2, json.RawMessage(`{"a":1.50,"b":"ü<","n":2}`), storetest.Start
		view(t, db, acme, func(tx *store.Tx) error {
			e, err := tx.JournalEntry(2)
			if err != nil {
				return err
			}
			same(t, e, want)
			if string(e.Payload) != string(want.Payload) {
				t.Errorf("payload is %s", e.Payload)
			}
			for name, want := range map[string]bool{"voucher id2": true, "mail id2": false, "voucher id4": false} {
				kind, subject, _ := strings.Cut(name, " ")
				if found, err := tx.Journaled(kind, subject); found != want || err != nil {
					t.Errorf("%s: %v, %v", name, found, err)
				}
			}
			part, err := tx.Journal(1, 1)
			same(t, part, []store.JournalEntry{*want})
			return err
		})
		if got := head(t, db, rival); got != heads[0] {
			t.Errorf("rival's journal is %v", got)
		}
		err := db.View(ctx, acme, func(tx *store.Tx) error { _, err := tx.JournalEntry(4); return err })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)

		wrong := map[string]func(*store.JournalEntry){
			"short hash":      func(e *store.JournalEntry) { e.SHA256 = "00" },
			"upper-case hash": func(e *store.JournalEntry) { e.SHA256 = strings.Repeat("AB", 32) },
			"no payload":      func(e *store.JournalEntry) { e.Payload = nil },
			"two payloads":    func(e *store.JournalEntry) { e.Payload = json.RawMessage("1 2") },
		}
		for what, break_ := range wrong {
			e := anEntry(4)
			break_(e)
			if err := db.Update(ctx, acme, func(tx *store.Tx) error { return tx.AppendJournal(e) }); err == nil {
				t.Errorf("%s: no error", what)
			}
		}
		// What is rolled back leaves no trace, so the journal has no gaps.
		_ = db.Update(ctx, acme, func(tx *store.Tx) error {
			if err := tx.AppendJournal(anEntry(4)); err != nil {
				t.Error(err)
			}
			return context.Canceled
		})
		if got := head(t, db, acme); got != heads[3] {
			t.Errorf("head is %v, want %v", got, heads[3])
		}
	})
}

// Whoever has two heads and an entry can check all of it without the database.
func TestJournalProofs(t *testing.T) {
	const size = 20
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		heads := seal(t, db, acme, size)
		roots := make([]tlog.Hash, len(heads))
		for i, h := range heads {
			var err error
			if roots[i], err = tlog.ParseHash(h.Root); err != nil || h.Size != int64(i) {
				t.Fatal(h, err)
			}
		}
		view(t, db, acme, func(tx *store.Tx) error {
			entries, err := tx.Journal(0, 100)
			if err != nil {
				return err
			}
			for to := int64(1); to <= size; to++ {
				for from := int64(1); from <= to; from++ {
					leaf := tlog.RecordHash(entries[from-1].Record())
					record, err := tx.JournalProof(from, to)
					if err != nil {
						return err
					}
					if err := tlog.CheckRecord(record, to, roots[to], from-1, leaf); err != nil {
						t.Errorf("entry %d of %d: %v", from, to, err)
					}
					if tlog.CheckRecord(record, to, roots[to], from-1, tlog.RecordHash(nil)) == nil {
						t.Errorf("entry %d of %d: another one is proven too", from, to)
					}
					tree, err := tx.JournalConsistency(from, to)
					if err != nil {
						return err
					}
					if err := tlog.CheckTree(tree, to, roots[to], from, roots[from]); err != nil {
						t.Errorf("%d of %d: %v", from, to, err)
					}
				}
			}
			for _, outside := range [][2]int64{{0, 1}, {2, 1}, {1, size + 1}} {
				if _, err := tx.JournalProof(outside[0], outside[1]); ar.KindOf(err) != ar.NotFound {
					t.Errorf("proof of %v: %v", outside, err)
				}
				if _, err := tx.JournalConsistency(outside[0], outside[1]); ar.KindOf(err) != ar.NotFound {
					t.Errorf("consistency of %v: %v", outside, err)
				}
			}
			return nil
		})
	})
}

// Whether entries are appended one by one or together makes no difference but that to the database.
func TestAppendingTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		const size = 24
		heads := seal(t, db, acme, size)
		for _, together := range []int{1, 2, 3, 5, 8, 13} {
			merchant := fmt.Sprint("m", together)
			update(t, db, merchant, func(tx *store.Tx) error { return tx.InsertMerchant(&store.Merchant{}) })
			for n := 0; n < size; n += together {
				var some []*store.JournalEntry
				for m := n + 1; m <= min(n+together, size); m++ {
					some = append(some, anEntry(m))
				}
				update(t, db, merchant, func(tx *store.Tx) error { return tx.AppendJournal(some...) })
			}
			if h, found := faults(t, db, merchant); h.Size != size || h == heads[size] || len(found) > 0 { // the merchant is part of an entry
				t.Errorf("%d together: %v %q", together, h, found)
			}
		}
		update(t, db, acme, func(tx *store.Tx) error { return tx.AppendJournal() })
		if h := head(t, db, acme); h != heads[size] {
			t.Errorf("appending nothing makes %v of %v", h, heads[size])
		}
	})
}

// Many append at once: the numbers have no gaps, and the hashes are those of the entries.
func TestManyAppendToTheJournal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		var wg sync.WaitGroup
		for n := range 8 {
			wg.Go(func() {
				for m := range 5 {
					err := db.Update(context.Background(), acme, func(tx *store.Tx) error { return tx.AppendJournal(anEntry(5*n + m)) })
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		want := head(t, db, acme)
		if h, found := faults(t, db, acme); h != want || h.Size != 40 || len(found) > 0 {
			t.Errorf("head is %v, want %v; faults %q", h, want, found)
		}
	})
}
