package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Whatever a list is sorted by, in whichever direction, its ids come from one index in the right order: the only thing
// that is sorted is the page itself.
func TestEverySortHasAnIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		for n := range 3 {
			insertInvoice(t, db, acme, who, fmt.Sprint("RE", n))
		}
		for _, field := range allFields {
			if field == ar.FieldKind {
				continue // a list is of one kind
			}
			for _, desc := range []bool{false, true} {
				page := ar.Page{Size: 1, Sort: []ar.Order{{Field: field, Desc: desc}}}
				first := plan(t, db, page)
				page.After = listInvoices(t, db, acme, page).Next
				next := plan(t, db, page)
				if db.Engine() == "sqlite" && !strings.Contains(strings.Join(next, "\n"), "kind=? AND ") {
					t.Errorf("next page by %s, desc %v does not begin at the cursor:\n%s", field, desc, strings.Join(next, "\n"))
				}
				for what, lines := range map[string][]string{"first page": first, "next page": next} {
					text := strings.Join(lines, "\n")
					if !strings.Contains(text, "invoices_"+string(field)) || strings.Count(text, "TEMP B-TREE")+strings.Count(text, "Sort Key") > 1 {
						t.Errorf("%s by %s, desc %v:\n%s", what, field, desc, text)
					}
				}
			}
		}
	})
}

// plan asks for the plan as if the table were large.
func plan(t *testing.T, db *store.DB, page ar.Page) (lines []string) {
	t.Helper()
	err := db.Update(context.Background(), acme, func(tx *store.Tx) (err error) {
		if tx.PGX() != nil {
			if _, err := tx.PGX().Exec(tx.Context(), "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"); err != nil {
				return err
			}
		}
		lines, err = store.ExplainInvoices(tx, ar.KindInvoice, page)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
