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
