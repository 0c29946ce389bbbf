//go:build !race

package client_test

import (
	"fmt"
	"testing"

	"github.com/dunwell/dunwell/client"
)

// A list of 100,000 rows is walked over in order, each row once, in the memory that a page needs.
func TestWalkALongList(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const rows = 100_000
	w := newWorld(t, nil)
	c := w.client(t)
	exampleInvoices(t.Context(), c, "LONG")
	w.multiply(t, "LONG-1", rows)
	var before, most uint64
	n := 0
	for invoice, err := range c.Invoices(t.Context(), client.Where("reference").LessThan("RF"), client.Where("reference").MoreThan("RE"), client.PageSize(1000)) {
		must(t)(nil, err)
		if n++; invoice.Reference != fmt.Sprintf("RE%06d", n) {
			t.Fatalf("row %d is %s", n, invoice.Reference)
		}
		switch {
		case n == 5000: // what is made once is made
			before = heap()
		case n%5000 == 0:
			most = max(most, heap())
		}
	}
	if n != rows {
		t.Errorf("%d rows", n)
	}
	if grown := int64(most) - int64(before); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	} else {
		t.Logf("the heap grew by %d bytes", grown)
	}
}
