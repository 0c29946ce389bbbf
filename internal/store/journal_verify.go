package store

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// JournalFault is something wrong with a journal.
type JournalFault struct {
	First, Last int64 // numbers of the entries it is about
	Text        string
}

// journalPage bounds how many entries are held at a time.
const journalPage = 1000

// VerifyJournal recomputes a merchant's whole journal from its entries: the hash of each, every stored hash, and the root.
// It calls found for whatever differs or is missing, in the order of the entries, and gives the head that follows from the
// entries; its Root is empty when too much is missing to tell. known are heads from before: that the journal still begins
// with what they stand for is checked too, and nothing else finds a journal that was rewritten as a whole. It holds some
// entries at a time, whatever the size.
func (db *DB) VerifyJournal(ctx context.Context, merchant string, known []JournalHead, found func(JournalFault)) (JournalHead, error) {
	v := &verifier{found: found, known: slices.Clone(known)}
	slices.SortStableFunc(v.known, func(a, b JournalHead) int { return cmp.Compare(a.Size, b.Size) })
	var more [2]int64
	err := db.View(ctx, merchant, func(tx *Tx) (err error) {
		v.size, more, err = tx.journalExtent()
		return err
	})
	if err != nil {
		return JournalHead{}, err
	}
	v.compare() // what is known of the empty journal
	for v.done < v.size {
		last := min(v.done+journalPage, v.size)
		var p *journalPart
		err := db.View(ctx, merchant, func(tx *Tx) (err error) {
			p, err = tx.journalPart(v.done, last)
			return err
		})
		if err != nil {
			return JournalHead{}, err
		}
		for v.done < last {
			v.next(p)
		}
	}
	v.finish(more)
	return JournalHead{Size: v.size, Root: v.root()}, nil
}

// journalExtent is how long the journal is, and how many entries and hashes there are that do not belong to it.
func (tx *Tx) journalExtent() (size int64, more [2]int64, err error) {
	if size, err = tx.journalSize(); err != nil {
		return 0, more, err
	}
	if _, err = tx.first(`SELECT count(*) FROM journal WHERE merchant = $1 AND (seq < 1 OR seq > $2)`, []any{size}, &more[0]); err != nil {
		return 0, more, err
	}
	_, err = tx.first(`SELECT count(*) FROM journal_hashes WHERE merchant = $1 AND (idx < 0 OR idx >= $2)`, []any{tlog.StoredHashCount(size)}, &more[1])
	return size, more, err
}

// journalPart is a part of a journal as it is stored: leaf hashes by the number of the entry, stored hashes by index. What
// cannot be read is absent, or a hash that is none.
type journalPart struct {
	leaves map[int64]tlog.Hash
	hashes map[int64]tlog.Hash
}

func (tx *Tx) journalPart(after, last int64) (*journalPart, error) {
	p := &journalPart{leaves: map[int64]tlog.Hash{}, hashes: map[int64]tlog.Hash{}}
	err := tx.query(`SELECT seq, kind, subject, sha256, payload, happened FROM journal WHERE merchant = $1 AND seq > $2 AND seq <= $3`, []any{after, last}, func(r row) error {
		e := JournalEntry{Merchant: tx.merchant}
		if scanJournalEntry(r, &e) == nil {
			p.leaves[e.Seq] = tlog.RecordHash(e.Record())
		} else { // SQLite keeps a text where a number should be; then it is not the entry that was made
			p.leaves[e.Seq] = tlog.Hash{}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = tx.query(`SELECT idx, hash FROM journal_hashes WHERE merchant = $1 AND idx >= $2 AND idx < $3`,
		[]any{tlog.StoredHashCount(after), tlog.StoredHashCount(last)}, func(r row) error {
			var index int64
			var hash []byte
			if err := r.Scan(&index, &hash); err != nil {
				return err
			}
			var h tlog.Hash
			if len(hash) == len(h) {
				h = tlog.Hash(hash)
			}
			p.hashes[index] = h
			return nil
		})
	return p, err
}

// verifier goes through a journal entry by entry. Of the tree it keeps the last complete subtree of every height: made of
// the entries, and as stored.
type verifier struct {
	size, done int64
	known      []JournalHead
	found      func(JournalFault)
	missing    int64 // so many entries before done are not there

	made, stored [64]node
}

// node is a hash of the tree, if it is known.
type node struct {
	hash tlog.Hash
	ok   bool
}

func parent(left, right node) node {
	if !left.ok || !right.ok {
		return node{}
	}
	return node{tlog.NodeHash(left.hash, right.hash), true}
}

func (n node) or(other node) node {
	if n.ok {
		return n
	}
	return other
}

// next checks an entry, and the hashes that it completes.
func (v *verifier) next(p *journalPart) {
	n := v.done
	v.done++
	leaf, there := p.leaves[v.done]
	made, stored := node{leaf, there}, v.read(p, 0, n)
	if !there {
		v.missing++
	} else {
		v.reportMissing(n)
		if stored.ok && made != stored {
			v.report(v.done, v.done, "The entry is not the one that was sealed.")
		}
	}
	made, stored = made.or(stored), stored.or(made)
	for level := 1; level <= bits.TrailingZeros64(uint64(v.done)); level++ {
		below := parent(v.stored[level-1], stored)
		stored = v.read(p, level, n>>level)
		if stored.ok && below.ok && stored != below {
			v.report(v.done-1<<level+1, v.done, "The stored hash over these entries does not follow from those below it.")
		}
		made = parent(v.made[level-1], made).or(stored)
		stored = stored.or(below)
	}
	level := bits.TrailingZeros64(uint64(v.done))
	v.made[level], v.stored[level] = made, stored
	v.compare()
}

// read takes a stored hash.
func (v *verifier) read(p *journalPart, level int, n int64) node {
	hash, ok := p.hashes[tlog.StoredHashIndex(level, n)]
	if !ok {
		v.report(n<<level+1, (n+1)<<level, "The stored hash of the entry, or over these entries, is missing.")
	}
	return node{hash, ok}
}

// compare checks the heads that are known of the journal at the size reached.
func (v *verifier) compare() {
	for len(v.known) > 0 && v.known[0].Size <= v.done {
		if head := v.known[0]; head.Size == v.done && head.Root != v.root() {
			v.report(1, head.Size, "The entries are not those of the known head.")
		}
		v.known = v.known[1:]
	}
}

// root is the root of the tree of the entries so far.
func (v *verifier) root() string {
	if v.done == 0 {
		empty, _ := tlog.TreeHash(0, nil) // reads nothing
		return empty.String()
	}
	var root node
	for level, first := 0, true; level < len(v.made); level++ {
		switch {
		case v.done>>level&1 == 0:
		case first:
			root, first = v.made[level], false
		default:
			root = parent(v.made[level], root)
		}
	}
	if !root.ok {
		return ""
	}
	return root.hash.String()
}

func (v *verifier) finish(more [2]int64) {
	v.reportMissing(v.done)
	if more[0] > 0 {
		v.report(v.size+1, v.size+1, fmt.Sprintf("%d entries are there that were never appended.", more[0]))
	}
	if more[1] > 0 {
		v.report(v.size+1, v.size+1, fmt.Sprintf("%d stored hashes are there that belong to no entry.", more[1]))
	}
	for _, head := range v.known {
		v.report(v.size+1, head.Size, "The journal is shorter than the known head.")
	}
}

// reportMissing tells of the entries that are missing up to one that is not.
func (v *verifier) reportMissing(last int64) {
	if v.missing > 0 {
		text := "The entry is missing."
		if v.missing > 1 {
			text = "The entries are missing."
		}
		v.report(last-v.missing+1, last, text)
	}
	v.missing = 0
}

func (v *verifier) report(first, last int64, text string) {
	v.found(JournalFault{First: first, Last: last, Text: text})
}
