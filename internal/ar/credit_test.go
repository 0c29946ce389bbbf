package ar

import (
	"strings"
	"testing"
)

// noteOf is a credit note of items, on net prices.
func noteOf(t *testing.T, items ...Item) *Invoice {
	t.Helper()
	id := &Identity{ID: "i1", Reference: "K1", Currency: "EUR", Addresses: []Address{home}}
	note, err := NewInvoice(id, KindCreditnote, "GS1", InvoiceChange{Netbased: Set(true), Items: Set(items)}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// An item that lowers the invoice lowers what may be credited of the others: the invoice comes to 119.00 less 10.70.
func TestCreditOfReducedInvoice(t *testing.T) {
	inv := noteOf(t, item("1", "100", "19"), item("1", "-10", "7"))
	half := item("1", "50", "19")
	for _, c := range []struct {
		name    string
		note    []Item
		earlier []Invoice
		want    string // what is wrong
	}{
		{"all that raises it", []Item{item("1", "100", "19")}, nil, "come to 119.00, and the invoice to 108.30."},
		{"a cent too much", []Item{item("1", "91.02", "19")}, nil, "come to 108.31, and the invoice to 108.30."},
		{"as much as the invoice", []Item{item("1", "91.01", "19")}, nil, ""},
		{"all of it", inv.Items, nil, ""},
		{"all that raises it in two notes", []Item{half}, []Invoice{*noteOf(t, half)}, "come to 119.00, and the invoice to 108.30."},
		{"all of it in two notes", []Item{half, item("1", "-10", "7")}, []Invoice{*noteOf(t, half)}, ""},
		{"too much of a rate is said once", []Item{item("1", "101", "19")}, nil, "rate of 19 %"},
	} {
		err := inv.CheckCredit(noteOf(t, c.note...), c.earlier)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		expectConflict(t, err, "Credit at most what the invoice", "items")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Write-offs are taken back the latest first, from the day of the note, but none before it was made: the claim as of any day is
// what it was, less the note.
func TestCreditTakesWriteoffsBack(t *testing.T) {
	inv := owing("2026-01-31") // 1,000.00
	booked := []Booking{
		{ID: "paid", Kind: BookPayment, Transaction: ref("1"), Part: PartPrincipal, Amount: dec("-600"), Valuedate: day("2026-02-01")},
		{ID: "first", Kind: BookWriteoff, Follows: ref("paid"), Part: PartPrincipal, Amount: dec("-100"), Valuedate: day("2026-02-02")},
		{ID: "second", Kind: BookWriteoff, Part: PartPrincipal, Amount: dec("-250"), Valuedate: day("2026-02-20")},
		{ID: "fee", Kind: BookFee, Amount: dec("5"), Valuedate: day("2026-02-20")},
		{ID: "waiver", Kind: BookWaiver, Part: PartCosts, Amount: dec("-5"), Valuedate: day("2026-02-20")},
	}
	for _, c := range []struct{ gross, want, days, left string }{
		{"50", "credit principal -50", "10", "0"},
		{"60", "reversal principal 250 of second, writeoff principal -240, credit principal -60", "20 20 10", "0"},
		{"300", "reversal principal 250 of second, credit principal -300", "20 10", "0"},
		{"350", "reversal principal 250 of second, reversal principal 100 of first, writeoff principal -50 after paid, credit principal -350", "20 10 10 10", "0"},
		{"1000", "reversal principal 250 of second, reversal principal 100 of first, credit principal -400", "20 10 10", "600"},
	} {
		issued := day("2026-02-10")
		note := &Invoice{Kind: KindCreditnote, Reference: "GS1", Number: "GS-1", Issued: &issued, Totals: Totals{Gross: dec(c.gross)}}
		made, left := inv.Credit(note, booked)
		var days []string
		for _, b := range made {
			days = append(days, b.Valuedate.Format("2"))
			if err := b.Check(); err != nil {
				t.Error(err)
			}
		}
		if got := shown(made); got != c.want || left.String() != c.left || strings.Join(days, " ") != c.days {
			t.Errorf("%s: %s on %v, %s left; want %s on %s, %s left", c.gross, got, days, left, c.want, c.days, c.left)
		}
	}
}
