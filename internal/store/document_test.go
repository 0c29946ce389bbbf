package store_test

import (
	"os"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// The text of a committed voucher's document never changes: what a version of the program writes, every later one must
// write too. A field that is added leaves no trace where it is empty; then this test stays as it is.
func TestInvoiceDocumentIsForEver(t *testing.T) {
	for file, i := range map[string]*ar.Invoice{"testdata/document.json": anInvoice("RE1", anIdentity("C1")), "testdata/document-empty.json": {}} {
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := store.InvoiceDocument(i, false); got+"\n" != string(want) || err != nil {
			t.Errorf("%s: %v; got\n%s", file, err, got)
		}
	}
}
