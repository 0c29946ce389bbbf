package app

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
)

// planText is a plan as it is written.
func planText(t rapid.TB, entries []ar.PlanEntry) string {
	t.Helper()
	var text strings.Builder
	var p plan
	for _, e := range entries {
		if err := p.add(&text, e); err != nil {
			t.Fatal(err)
		}
	}
	if p.notices+p.skipped != int64(len(entries)) {
		t.Errorf("%d and %d of %d", p.notices, p.skipped, len(entries))
	}
	return text.String()
}

func readerOf(text string) *planReader {
	content := io.NopCloser(strings.NewReader(text))
	return &planReader{content: content, lines: bufio.NewReader(content)}
}

// What two plans differ in is what a comparison by invoice finds, whatever is in them.
func TestComparePlans(t *testing.T) {
	some := rapid.Custom(func(t *rapid.T) []ar.PlanEntry {
		var all []ar.PlanEntry
		for i := range 6 {
			if rapid.Bool().Draw(t, "there") {
				all = append(all, ar.PlanEntry{InvoiceID: fmt.Sprint("i", i), Level: rapid.IntRange(0, 1).Draw(t, "level")})
			}
		}
		return all
	})
	rapid.Check(t, func(t *rapid.T) {
		was, is := some.Draw(t, "was"), some.Draw(t, "is")
		of := func(all []ar.PlanEntry, id string) *ar.PlanEntry {
			if n := slices.IndexFunc(all, func(e ar.PlanEntry) bool { return e.InvoiceID == id }); n >= 0 {
				return &all[n]
			}
			return nil
		}
		text := func(before, now *ar.PlanEntry) string { return doing(before) + " " + doing(now) }
		var want, got []string
		for i := range 6 {
			id := fmt.Sprint("i", i)
			before, now := of(was, id), of(is, id)
			if before == nil && now == nil || before != nil && now != nil && *before == *now {
				continue
			}
			want = append(want, id+" "+text(before, now))
		}
		err := comparePlans(readerOf(planText(t, was)), readerOf(planText(t, is)), func(before, now *ar.PlanEntry) {
			e := before
			if e == nil {
				e = now
			}
			got = append(got, e.InvoiceID+" "+text(before, now))
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, want %q, %v", got, want, err)
		}
	})
}

// Entries come back as they were written, and the position is that of the next one.
func TestPlanReader(t *testing.T) {
	want := []ar.PlanEntry{{InvoiceID: "a", Invoice: "RE <1>", Currency: "EUR", Level: 2, Asked: "1.00", Interest: "-0.10", Channel: "email"}, {InvoiceID: "b", Guard: "G2", Reason: "Not „due“."}}
	text := planText(t, want)
	p := readerOf(text)
	for _, e := range want {
		if got, err := p.next(); got != e || err != nil {
			t.Errorf("got %+v, want %+v, %v", got, e, err)
		}
	}
	if _, err := p.next(); err != io.EOF || p.at != int64(len(text)) {
		t.Errorf("at %d of %d: %v", p.at, len(text), err)
	}
}

// A plan that differs in much names ten differences, and counts the others.
func TestManyDifferences(t *testing.T) {
	each(t, func(b *bench) {
		var hashes []string
		for _, level := range []int{1, 0} {
			var entries []ar.PlanEntry
			for i := range 25 {
				entries = append(entries, ar.PlanEntry{InvoiceID: fmt.Sprintf("%02d", i), Invoice: fmt.Sprint("RE", i), Currency: "EUR", Level: level, Asked: "1.00", Fee: "2.50", Channel: "letter", Reason: "Held."})
			}
			stored, err := b.App.files.Put(b.Context(), by.Merchant, strings.NewReader(planText(b, entries)))
			b.no(err)
			hashes = append(hashes, stored.SHA256)
		}
		text, err := b.difference(b.Context(), by, hashes[0], hashes[1])
		b.no(err)
		if strings.Count(text, "was planned, now nothing (Held)") != 10 || !strings.HasSuffix(text, "; and 15 more.") ||
			!strings.Contains(text, "RE0: level 1 by letter asking for 1.00 EUR, fee 2.50 was planned") {
			b.Errorf("%s", text)
		}
		if long := doing(&ar.PlanEntry{Reason: strings.Repeat("ä", 300)}); len([]rune(long)) != 200+len("nothing ()") {
			b.Errorf("%s", long)
		}
		if text, err = b.difference(b.Context(), by, strings.Repeat("0", 64), hashes[1]); err != nil || !strings.Contains(text, "is not kept any more") {
			b.Errorf("%s, %v", text, err)
		}
	})
}

// A cursor stands for one entry of one run. Whatever else somebody sends is refused, and never read as a position.
func FuzzEntryCursor(f *testing.F) {
	f.Add(entryCursor(1, 0))
	f.Add(entryCursor(1, 1<<40))
	f.Add(entryCursor(2, 7))
	f.Add("MS4tMQ") // 1.-1
	f.Add("MS4rMQ") // 1.+1
	f.Fuzz(func(t *testing.T, cursor string) {
		at, err := entryAt(1, cursor)
		switch {
		case err != nil && ar.KindOf(err) != ar.Invalid:
			t.Error(err)
		case err == nil && cursor != "" && entryCursor(1, at) != cursor:
			t.Errorf("%q is read as %d", cursor, at)
		}
	})
}

// Only the beginning of an entry is a place to go on at.
func TestEntriesFromElsewhere(t *testing.T) {
	each(t, func(b *bench) {
		b.arrears(2)
		run := b.start(ar.Run{DryRun: true}).Number
		page, err := b.RunEntries(b.Context(), by, run, "", 1)
		b.no(err)
		second, err := entryAt(run, page.Next)
		b.no(err)
		for _, at := range []int64{-1, 1, second - 1, second + 1, 1 << 40} {
			if _, err := b.RunEntries(b.Context(), by, run, entryCursor(run, at), 1); ar.KindOf(err) != ar.Invalid {
				b.Errorf("at %d: %v", at, err)
			}
		}
		if _, err := b.RunEntries(b.Context(), by, run, entryCursor(run+1, second), 1); ar.KindOf(err) != ar.Invalid {
			b.Errorf("of another run: %v", err)
		}
		end, err := b.RunEntries(b.Context(), by, run, entryCursor(run, 2*second), 1)
		if err != nil || len(end.Entries) != 0 || end.Next != "" {
			b.Errorf("at the end: %+v, %v", end, err)
		}
	})
}

// A run of thousands is planned page by page, twice to the same bytes.
func TestPlanOfThousands(t *testing.T) {
	each(t, func(b *bench) {
		const invoices = 3000
		b.thousands(invoices)
		first, second := b.start(ar.Run{DryRun: true}), b.start(ar.Run{DryRun: true})
		if first.Notices != invoices || first.Plan != second.Plan {
			b.Errorf("%+v, %+v", first, second)
		}
		seen := map[string]bool{}
		for after := ""; ; {
			page, err := b.RunEntries(b.Context(), by, first.Number, after, 1000)
			b.no(err)
			for _, e := range page.Entries {
				seen[e.Invoice] = true
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if len(seen) != invoices {
			b.Errorf("%d entries", len(seen))
		}
	})
}
