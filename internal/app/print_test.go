package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/document/documenttest"
	"github.com/dunwell/dunwell/internal/letter"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// meanwhile is a file store, and what somebody else does while a file is being stored: a letter between printing and
// committing, say.
type meanwhile struct {
	blob.Store
	do   func(storing) error
	puts atomic.Int32
}

// storing is a file that is about to be stored: the nth, and what is in it.
type storing struct {
	n       int
	content []byte
}

func (m *meanwhile) Put(ctx context.Context, merchant string, r io.Reader, checks ...blob.Check) (blob.Blob, error) {
	content, err := io.ReadAll(r)
	if err == nil {
		err = m.do(storing{int(m.puts.Add(1)), content})
	}
	if err != nil {
		return blob.Blob{}, err
	}
	return m.Store.Put(ctx, merchant, bytes.NewReader(content), checks...)
}

// about tells whether it is a letter about an invoice, whose number is in the title of the PDF.
func (s storing) about(inv *ar.Invoice) bool {
	var title []byte
	for _, c := range utf16.Encode([]rune(inv.Number)) {
		title = binary.BigEndian.AppendUint16(title, c)
	}
	return bytes.HasPrefix(s.content, []byte("%PDF")) && bytes.Contains(s.content, title)
}

// meanwhile lets something happen whenever a file is about to be stored.
func (b *bench) meanwhile(do func(storing)) *meanwhile {
	return b.storing(func(s storing) error { do(s); return nil })
}

// storing is meanwhile for what may keep the file from being stored.
func (b *bench) storing(do func(storing) error) *meanwhile {
	m := &meanwhile{Store: b.App.files, do: do}
	b.App.files = m
	b.Cleanup(func() { b.App.files = m.Store })
	return m
}

func (b *bench) change(ref string, c ar.InvoiceChange) {
	b.Helper()
	_, err := b.UpdateInvoice(b.Context(), by, ref, c, Seen{})
	b.no(err)
}

func (b *bench) voucher(ref string) *ar.Invoice {
	b.Helper()
	inv, err := b.Invoice(b.Context(), by, ar.KindInvoice, ref)
	b.no(err)
	return inv
}

// printed fails unless the document of an invoice is its letter, as it would be written now.
func (b *bench) printed(ref string) {
	b.Helper()
	l, err := view(b.Context(), b.App, by, func(tx *store.Tx) (letter.Letter, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return letter.Letter{}, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return letter.Letter{}, err
		}
		return letterOf(tx, merchant, inv)
	})
	b.no(err)
	want, err := letter.Render(l)
	b.no(err)
	if got := b.latest(ref, ar.CommInvoice); got.content != string(want) || got.name != l.Voucher.Number+".pdf" {
		b.Errorf("%s: %s is not what was committed", ref, got.name)
	}
}

// interruption is something that happens between printing and committing.
type interruption struct {
	name   string
	do     func(b *bench, ref string, n int) // the nth time
	kind   ar.Kind                           // of the error
	number string                            // of the invoice; first and second are those that are drawn
	prints int
	gaps   []string
}

var interruptions = []interruption{
	{"label", once(func(b *bench, ref string) { b.change(ref, ar.InvoiceChange{Label: ar.Set("Changed")}) }), 0, "first", 2, nil},
	{"meta, which is not printed", once(func(b *bench, ref string) { b.change(ref, ar.InvoiceChange{Meta: ar.Set(json.RawMessage(`{"a": 1}`))}) }), 0, "first", 1, nil},
	{"label again and again", func(b *bench, ref string, n int) {
		b.change(ref, ar.InvoiceChange{Label: ar.Set(fmt.Sprint("Version ", n))})
	}, ar.Unavailable, "", printings, []string{"first"}},
	{"day", once(func(b *bench, _ string) { b.clock.Advance(24 * time.Hour) }), 0, "first", 2, nil},
	{"year", once(func(b *bench, _ string) { b.clock.Advance(365 * 24 * time.Hour) }), 0, "RE-2027-0001", 2, []string{"first"}},
	{"a number by hand", once(func(b *bench, ref string) { b.change(ref, ar.InvoiceChange{Number: ar.Set("X-1")}) }), 0, "X-1", 2, []string{"first"}},
	{"the number taken by hand for another", once(func(b *bench, _ string) {
		b.commitOther(b.gaps()[len(b.gaps())-1])
	}), 0, "second", 2 + 1, nil},
	{"canceled", once(func(b *bench, ref string) { b.cancel(ref) }), ar.Conflict, "", 1, []string{"first"}},
	{"no items any more", once(func(b *bench, ref string) { b.change(ref, ar.InvoiceChange{Items: ar.Set([]ar.Item(nil))}) }), ar.Conflict, "", 1, []string{"first"}},
}

// once does something the first time.
func once(do func(*bench, string)) func(*bench, string, int) {
	return func(b *bench, ref string, n int) {
		if n == 1 {
			do(b, ref)
		}
	}
}

// What is committed is what was printed, whatever others do in between.
func TestChangedWhilePrinting(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		for i, c := range interruptions {
			b.clock.Set(storetest.Start)
			ref := fmt.Sprint("P", i)
			_, err := b.CreateInvoice(b.Context(), by, "K1", ref, ar.InvoiceChange{Items: items("100")}, nil)
			b.no(err)
			m := b.meanwhile(func(s storing) { c.do(b, ref, s.n) })
			drawn, before := b.drawn(), b.gaps()
			_, err = b.CommitInvoice(b.Context(), by, ref, Commit{}, nil)
			b.App.files = m.Store
			if (err == nil) != (c.kind == 0) || err != nil && ar.KindOf(err) != c.kind {
				b.Errorf("%s: %v", c.name, err)
				continue
			}
			spelled := strings.NewReplacer("first", fmt.Sprintf("RE-2026-%04d", drawn+1), "second", fmt.Sprintf("RE-2026-%04d", drawn+2))
			gaps := slices.DeleteFunc(b.gaps(), func(number string) bool { return slices.Contains(before, number) })
			inv := b.voucher(ref)
			if inv.Number != spelled.Replace(c.number) || (inv.Committed == nil) != (err != nil) || int(m.puts.Load()) != c.prints || spelled.Replace(strings.Join(c.gaps, " ")) != strings.Join(gaps, " ") {
				b.Errorf("%s: number %q, printed %d times, gaps %q", c.name, inv.Number, m.puts.Load(), gaps)
			}
			if err != nil {
				continue
			}
			b.printed(ref)
			if day := b.clock.Now().Truncate(24 * time.Hour); !inv.Issued.Equal(day) {
				b.Errorf("%s: issued on %v, not on %v", c.name, inv.Issued, day)
			}
		}
	})
}

// drawn is the last number that was drawn in the year of the tests.
func (b *bench) drawn() (n int64) {
	b.Helper()
	undo := errors.New("only asked")
	err := b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) (err error) {
		if n, err = tx.Next("invoice-2026"); err == nil {
			err = undo
		}
		return err
	})
	if !errors.Is(err, undo) {
		b.Fatal(err)
	}
	return n - 1
}

// A document that comes in while the letter is written takes its place.
func TestImportedWhilePrinting(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.draft()
		b.meanwhile(func(s storing) {
			if s.n == 1 {
				b.importFile("RE1", ar.CommInvoice, "ours.pdf", documenttest.PDF("printed elsewhere"))
			}
		})
		_, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
		b.no(err)
		documents, err := b.Documents(b.Context(), by, "RE1", DocumentsPart{})
		b.no(err)
		if all := documents[0].Communications; len(all) != 1 || all[0].File.Name != "ours.pdf" {
			b.Errorf("%+v", all)
		}
	})
}

// A credit note is held against what is open when it is committed, not when it was printed.
func TestPaidWhilePrinting(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.open()
		b.meanwhile(func(storing) { b.no(b.pay("50")) })
		if _, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("60")}); ar.KindOf(err) != ar.Conflict {
			b.Errorf("%v", err)
		}
		b.owes("50", ar.StateNone)
	})
}
