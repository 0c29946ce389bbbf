package app

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// gaps are the numbers that were drawn and that no committed invoice has.
func (b *bench) gaps() (numbers []string) {
	b.Helper()
	all, err := view(b.Context(), b.App, by, func(tx *store.Tx) ([]store.Number, error) { return tx.NumberGaps(ar.KindInvoice) })
	b.no(err)
	for _, n := range all {
		numbers = append(numbers, n.Number)
	}
	return numbers
}

// commitOther commits an invoice with a number of its own.
func (b *bench) commitOther(number string) {
	b.Helper()
	_, err := b.CreateInvoice(b.Context(), by, "K1", "other", ar.InvoiceChange{Number: ar.Set(number), Items: items("1")}, nil)
	b.no(err)
	_, err = b.CommitInvoice(b.Context(), by, "other", Commit{}, nil)
	b.no(err)
}

// A commit that fails behind the drawing leaves the number on record, and the next attempt uses it.
func TestGapIsOnRecord(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.draft()
		b.no(os.Rename(b.dir, b.dir+".gone"))
		b.no(os.WriteFile(b.dir, nil, 0o600))
		if _, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil); err == nil {
			b.Error("committed without a letter")
		}
		if gaps, inv := b.gaps(), b.voucher("RE1"); !slices.Equal(gaps, []string{"RE-2026-0001"}) || inv.Committed != nil || inv.Number != "" {
			b.Errorf("gaps %q, %+v", gaps, inv)
		}
		b.no(os.Remove(b.dir))
		b.no(os.Rename(b.dir+".gone", b.dir))
		b.commitOther("")
		_, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
		b.no(err)
		if first, other := b.voucher("RE1").Number, b.voucher("other").Number; first != "RE-2026-0001" || other != "RE-2026-0002" || len(b.gaps()) != 0 {
			b.Errorf("%s and %s, gaps %q", first, other, b.gaps())
		}
		b.printed("RE1")
	})
}

// What is refused draws no number.
func TestRefusedCommitDrawsNone(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.draft()
		b.change("RE1", ar.InvoiceChange{Items: ar.Set([]ar.Item(nil))})
		if _, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil); ar.KindOf(err) != ar.Conflict {
			b.Errorf("%v", err)
		}
		if gaps := b.gaps(); len(gaps) != 0 {
			b.Errorf("gaps %q", gaps)
		}
	})
}

// Numbers follow the merchant's pattern and the date of issue where the merchant is, and pass over those that were given by
// hand.
func TestNumbersOfAPattern(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	each(t, func(b *bench) {
		b.draft()
		for i, c := range []struct {
			at      string // UTC
			zone    string
			pattern string
			own     string
			number  string
			issued  string
		}{
			{"2026-03-02 09:30", "", "", "", "RE-2026-0001", "2026-03-02 00:00"},
			{"2026-03-02 09:30", "", "", "RE-2026-0002", "RE-2026-0002", "2026-03-02 00:00"},
			{"2026-03-02 09:30", "", "", "", "RE-2026-0003", "2026-03-02 00:00"},
			{"2026-03-02 09:30", "", "R{yy}{month}/{n:3}", "", "R2603/001", "2026-03-02 00:00"},
			{"2026-03-31 23:30", "", "R{yy}{month}/{n:3}", "", "R2603/002", "2026-03-31 00:00"},
			{"2026-03-31 23:30", "Europe/Berlin", "R{yy}{month}/{n:3}", "", "R2604/001", "2026-04-01 00:00"},
			{"2026-06-30 22:30", "Europe/Berlin", "", "", "RE-2026-0004", "2026-07-01 00:00"}, // summer time
			{"2026-12-31 23:30", "Europe/Berlin", "", "", "RE-2027-0001", "2027-01-01 00:00"},
			{"2027-01-01 04:30", "America/New_York", "", "", "RE-2026-0005", "2026-12-31 00:00"},
			{"2027-01-01 04:30", "", "{n}", "", "1", "2027-01-01 00:00"},
		} {
			b.clock.Set(day(c.at))
			settings := ar.Settings{Timezone: c.zone}
			if c.pattern != "" {
				settings.Numbers = map[string]string{"invoice": c.pattern}
			}
			b.no(b.SetSettings(b.Context(), by.Merchant, "", settings))
			ref := fmt.Sprint("N", i)
			_, err := b.CreateInvoice(b.Context(), by, "K1", ref, ar.InvoiceChange{Number: ar.Set(c.own), Items: items("1")}, nil)
			b.no(err)
			_, err = b.CommitInvoice(b.Context(), by, ref, Commit{}, nil)
			b.no(err)
			if inv := b.voucher(ref); inv.Number != c.number || !inv.Issued.Equal(day(c.issued)) || !inv.Due.Equal(inv.Issued.AddDate(0, 0, ar.DefaultTermDays)) || !inv.Committed.Equal(day(c.at)) {
				b.Errorf("%+v: number %s, issued %v, due %v, committed %v", c, inv.Number, inv.Issued, inv.Due, inv.Committed)
			}
		}
		if gaps := b.gaps(); len(gaps) != 0 {
			b.Errorf("gaps %q", gaps)
		}
	})
}

// Of two that commit one draft, one does.
func TestCommitTwiceAtOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Go(func() { _, errs[i] = b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil) })
		}
		all.Wait()
		done := 0
		for _, err := range errs {
			switch {
			case err == nil:
				done++
			case ar.KindOf(err) != ar.Conflict:
				b.Error(err)
			}
		}
		waiting, err := b.Deliveries(b.Context(), by, ar.DeliveryQueued, 10)
		b.no(err)
		if done != 1 || len(waiting) != 1 || b.voucher("RE1").Number != "RE-2026-0001" || len(b.gaps()) != 0 {
			b.Errorf("committed %d times, %d mails, gaps %q", done, len(waiting), b.gaps())
		}
		b.printed("RE1")
	})
}

// Many commit at once, each its own draft, while somebody else changes them: none fails, and none gets a number twice.
func TestManyCommitsAtOnce(t *testing.T) {
	const many = 20
	each(t, func(b *bench) {
		b.draft()
		refs := []string{"RE1"}
		for i := 2; i <= many; i++ {
			refs = append(refs, fmt.Sprint("RE", i))
			_, err := b.CreateInvoice(b.Context(), by, "K1", refs[i-1], ar.InvoiceChange{Items: items("1")}, nil)
			b.no(err)
		}
		var all sync.WaitGroup
		for _, ref := range refs {
			all.Go(func() {
				if _, err := b.CommitInvoice(b.Context(), by, ref, Commit{}, nil); err != nil {
					b.Errorf("%s: %v", ref, err)
				}
			})
		}
		all.Wait()
		var numbers []string
		for _, ref := range refs {
			numbers = append(numbers, b.voucher(ref).Number)
		}
		slices.Sort(numbers)
		for i, number := range numbers {
			if number != fmt.Sprintf("RE-2026-%04d", i+1) {
				b.Fatalf("numbers %q", numbers)
			}
		}
		if found, v := b.verify(strings.NewReplacer()); len(found) > 0 || v.Vouchers != many || v.Entries != 2*many {
			b.Errorf("%+v, found\n%s", v, strings.Join(found, "\n"))
		}
	})
}

// Somebody writes into a draft while it is committed: it is committed as it was at one moment, and its letter says the same.
func TestCommitWhileItChanges(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		var writer sync.WaitGroup
		writer.Go(func() {
			for i := range 30 {
				_, err := b.UpdateInvoice(b.Context(), by, "RE1", ar.InvoiceChange{Label: ar.Set(fmt.Sprint("Version ", i))}, Seen{})
				if err == nil {
					continue
				}
				if ar.KindOf(err) != ar.Conflict {
					b.Error(err)
				}
				return // committed
			}
		})
		err := error(&ar.Error{Kind: ar.Unavailable})
		for err != nil && ar.KindOf(err) == ar.Unavailable { // the other one was faster, again and again
			_, err = b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
		}
		writer.Wait()
		b.no(err)
		b.printed("RE1")
		if inv := b.voucher("RE1"); inv.Number != "RE-2026-0001" {
			b.Errorf("number %s", inv.Number)
		}
	})
}
