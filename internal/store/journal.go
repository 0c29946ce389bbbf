package store

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/dunwell/dunwell/internal/ar"
)

// JournalEntry says that something was kept for good: what it is about, and the hash of its bytes. Every entry is a leaf of
// the merchant's Merkle tree (RFC 6962), so that none can be changed, left out or slipped in without changing the root.
type JournalEntry struct {
	Merchant string
	Seq      int64           // from 1, per merchant, without gaps
	Kind     string          // what was kept
	Subject  string          // id of the row that says what became of it
	SHA256   string          // of the bytes it is about, in lower-case hex
	Payload  json.RawMessage // what is worth knowing without them: JSON, kept with sorted keys and without white space
	Happened time.Time
}

// Record is what the entry's leaf hash is made of (tlog.RecordHash): each field as its length in bytes, a colon, its bytes
// and a line feed, so that no two entries have the same record. Numbers are decimal, times milliseconds since 1970.
func (e *JournalEntry) Record() []byte {
	var b bytes.Buffer
	for _, field := range []string{
		"dunwell journal 1", e.Merchant, strconv.FormatInt(e.Seq, 10), e.Kind, e.Subject, e.SHA256, string(e.Payload),
		strconv.FormatInt(millis(e.Happened), 10),
	} {
		fmt.Fprintf(&b, "%d:%s\n", len(field), field)
	}
	return b.Bytes()
}

// JournalHead names a state of a journal: whoever has it can tell later whether the journal still begins with the same
// entries. Keep it where whoever runs the database has no hands.
type JournalHead struct {
	Size int64  // number of entries
	Root string // hash of the tree they make, base64
}

// journalCounter is the counter that numbers the entries of the journal.
const journalCounter = "journal"

// AppendJournal adds entries in their order. Merchant, Seq and Happened are set. It draws from a counter, so it comes late in
// a transaction; and several entries at once cost hardly more than one. A hash that is none, and a payload that is no JSON,
// are faults of ours.
func (tx *Tx) AppendJournal(entries ...*JournalEntry) error {
	if len(entries) == 0 {
		return nil
	}
	for _, e := range entries {
		if err := e.normalize(); err != nil {
			return err
		}
	}
	last, err := tx.Skip(journalCounter, int64(len(entries)))
	if err != nil {
		return err
	}
	size := last - int64(len(entries))
	rows := placeholders{width: 6}
	for i, e := range entries {
		e.Merchant, e.Seq, e.Happened = tx.merchant, size+int64(i)+1, tx.Now
		rows.add(e.Seq, e.Kind, e.Subject, e.SHA256, string(e.Payload), millis(e.Happened))
	}
	if _, err := tx.exec(`INSERT INTO journal (merchant, seq, kind, subject, sha256, payload, happened) VALUES `+rows.text(), rows.args...); err != nil {
		return err
	}
	return tx.hashJournal(size, entries)
}

// normalize brings an entry to the one form that is hashed.
func (e *JournalEntry) normalize() (err error) {
	if sum, err := hex.DecodeString(e.SHA256); err != nil || len(sum) != tlog.HashSize || strings.ToLower(e.SHA256) != e.SHA256 {
		return fmt.Errorf("store: %q is not a SHA-256 in lower-case hex", e.SHA256)
	}
	e.Payload, err = canonical(e.Payload)
	return err
}

// hashJournal stores the hashes that entries complete, behind those of a journal of a size: their own, and about one more for
// each.
func (tx *Tx) hashJournal(size int64, entries []*JournalEntry) error {
	fresh := map[int64]tlog.Hash{} // what the later ones may need of the earlier ones
	rows := placeholders{width: 2}
	for _, e := range entries {
		hashes, err := tlog.StoredHashes(e.Seq-1, e.Record(), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			return tx.journalHashesBeside(fresh, indexes)
		}))
		if err != nil {
			return err
		}
		for i, h := range hashes {
			index := tlog.StoredHashIndex(0, e.Seq-1) + int64(i)
			fresh[index] = h
			rows.add(index, h[:])
		}
	}
	_, err := tx.exec(`INSERT INTO journal_hashes (merchant, idx, hash) VALUES `+rows.text(), rows.args...)
	return err
}

// journalHashesBeside reads stored hashes, some of which are not stored yet.
func (tx *Tx) journalHashesBeside(fresh map[int64]tlog.Hash, indexes []int64) ([]tlog.Hash, error) {
	stored, err := tx.journalHashes(slices.DeleteFunc(slices.Clone(indexes), func(index int64) bool { _, ok := fresh[index]; return ok }))
	if err != nil {
		return nil, err
	}
	all := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		h, ok := fresh[index]
		if !ok {
			h, stored = stored[0], stored[1:]
		}
		all = append(all, h)
	}
	return all, nil
}

// placeholders are the rows of an INSERT, each of which begins with the merchant, $1.
type placeholders struct {
	width int
	args  []any
}

func (p *placeholders) add(values ...any) { p.args = append(p.args, values...) }

func (p *placeholders) text() string {
	var b strings.Builder
	for i := range p.args {
		switch {
		case i == 0:
			b.WriteString("($1")
		case i%p.width == 0:
			b.WriteString("), ($1")
		}
		b.WriteString(", $" + strconv.Itoa(i+2))
	}
	return b.String() + ")"
}

// canonical is JSON with sorted keys and without white space; numbers stay as they are written.
func canonical(text json.RawMessage) (json.RawMessage, error) {
	if !json.Valid(text) { // the decoder would not see what follows the value
		return nil, errors.New("store: the payload of an entry of the journal is not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Journal are the entries after one, by its number, in their order, at most limit of them.
func (tx *Tx) Journal(after int64, limit int) ([]JournalEntry, error) {
	return tx.journal(`seq > $2 ORDER BY seq LIMIT $3`, after, int64(limit))
}

// JournalEntry reads one entry by its number.
func (tx *Tx) JournalEntry(seq int64) (*JournalEntry, error) {
	entries, err := tx.journal(`seq = $2`, seq)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, ar.Missing("seq", "entry of the journal", strconv.FormatInt(seq, 10))
	}
	return &entries[0], nil
}

// LastJournaled is the last entry of a kind about a subject, nil when there is none.
func (tx *Tx) LastJournaled(kind, subject string) (*JournalEntry, error) {
	entries, err := tx.journal(`subject = $2 AND kind = $3 ORDER BY seq DESC LIMIT 1`, subject, kind)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	return &entries[0], nil
}

// Journaled tells whether there is an entry of a kind about a subject.
func (tx *Tx) Journaled(kind, subject string) (bool, error) {
	var seq int64
	return tx.first(`SELECT seq FROM journal WHERE merchant = $1 AND subject = $2 AND kind = $3 LIMIT 1`, []any{subject, kind}, &seq)
}

func (tx *Tx) journal(where string, values ...any) ([]JournalEntry, error) {
	var all []JournalEntry
	err := tx.query(`SELECT seq, kind, subject, sha256, payload, happened FROM journal WHERE merchant = $1 AND `+where, values, func(r row) error {
		e := JournalEntry{Merchant: tx.merchant}
		err := scanJournalEntry(r, &e)
		all = append(all, e)
		return err
	})
	return all, err
}

func scanJournalEntry(r row, e *JournalEntry) error {
	return r.Scan(&e.Seq, &e.Kind, &e.Subject, &e.SHA256, maybeRaw{&e.Payload}, instant{&e.Happened})
}

// JournalHead is the state of the merchant's journal.
func (tx *Tx) JournalHead() (JournalHead, error) {
	size, err := tx.journalSize()
	if err != nil {
		return JournalHead{}, err
	}
	root, err := tlog.TreeHash(size, tlog.HashReaderFunc(tx.journalHashes))
	return JournalHead{Size: size, Root: root.String()}, err
}

// journalSize is how many entries there were ever appended.
func (tx *Tx) journalSize() (size int64, err error) {
	_, err = tx.first(`SELECT value FROM counters WHERE merchant = $1 AND name = $2`, []any{journalCounter}, &size)
	return size, err
}

// JournalProof proves to whoever has a head of the journal that an entry, by its number, is among the first size ones:
// tlog.CheckRecord(proof, size, root, seq-1, tlog.RecordHash(entry.Record())).
func (tx *Tx) JournalProof(seq, size int64) (tlog.RecordProof, error) {
	if err := tx.within(size, seq, size); err != nil {
		return nil, err
	}
	return tlog.ProveRecord(size, seq-1, tlog.HashReaderFunc(tx.journalHashes))
}

// JournalConsistency proves to whoever has the heads of the journal at two sizes that the larger one begins with what the
// smaller one holds: tlog.CheckTree(proof, size, root, before, rootBefore).
func (tx *Tx) JournalConsistency(before, size int64) (tlog.TreeProof, error) {
	if err := tx.within(size, before, size); err != nil {
		return nil, err
	}
	return tlog.ProveTree(size, before, tlog.HashReaderFunc(tx.journalHashes))
}

// within refuses what the journal, or the first of its entries, does not hold.
func (tx *Tx) within(size int64, seqs ...int64) error {
	end, err := tx.journalSize()
	if err != nil {
		return err
	}
	for _, seq := range seqs {
		if seq < 1 || seq > min(size, end) {
			return ar.Missing("seq", "entry of the journal", strconv.FormatInt(seq, 10))
		}
	}
	return nil
}

// journalHashes reads stored hashes by their indexes, which ascend.
func (tx *Tx) journalHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(indexes))
	if len(indexes) == 0 {
		return hashes, nil
	}
	places := make([]string, len(indexes))
	args := make([]any, len(indexes))
	for i, index := range indexes {
		places[i], args[i] = "$"+strconv.Itoa(i+2), index
	}
	found := map[int64]tlog.Hash{}
	err := tx.query(`SELECT idx, hash FROM journal_hashes WHERE merchant = $1 AND idx IN (`+strings.Join(places, ", ")+`)`, args, func(r row) error {
		var index int64
		var hash []byte
		if err := r.Scan(&index, &hash); err != nil {
			return err
		}
		if len(hash) != tlog.HashSize {
			return brokenJournal(index)
		}
		found[index] = tlog.Hash(hash)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, index := range indexes {
		hash, ok := found[index]
		if !ok {
			return nil, brokenJournal(index)
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func brokenJournal(index int64) error {
	return fmt.Errorf("store: the journal lacks its hash %d; see DB.VerifyJournal", index)
}
