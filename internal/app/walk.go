package app

import "github.com/dunwell/dunwell/internal/ar"

// voucherKinds are all there are, for those who walk over every voucher.
var voucherKinds = []ar.VoucherKind{ar.KindInvoice, ar.KindCreditnote}

// walkBatch is how many rows of a walk are read at once.
const walkBatch = 200

// walk reads a whole list page by page, the oldest rows first: read reads a page and gives the cursor of the next one.
func walk(read func(ar.Page) (next string, err error)) error {
	page := ar.Page{Sort: []ar.Order{{Field: ar.FieldCreated}}, Number: 1, Size: walkBatch}
	for {
		next, err := read(page)
		if err != nil || next == "" {
			return err
		}
		page.After = next
	}
}
