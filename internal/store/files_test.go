package store_test

import (
	"fmt"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Bytes are swept unless a row of the same merchant names them.
func TestKnownFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var asked []string
		for i := range 400 { // as many as are asked about at once
			asked = append(asked, fmt.Sprintf("%064x", i))
		}
		keep := func(merchant, sha256 string) {
			update(t, db, merchant, func(tx *store.Tx) error {
				_, err := tx.KeepFile(&ar.File{SHA256: sha256, Size: 1, MediaType: "application/pdf"})
				return err
			})
		}
		withMerchants(t, db)
		keep(acme, asked[3])
		keep(acme, asked[399])
		keep(rival, asked[5])
		known, err := db.KnownFiles(t.Context(), acme, asked)
		if err != nil {
			t.Fatal(err)
		}
		if len(known) != 2 || !known[asked[3]] || !known[asked[399]] {
			t.Errorf("known are %v, want the two of the merchant", known)
		}
		if none, err := db.KnownFiles(t.Context(), acme, nil); err != nil || len(none) != 0 {
			t.Errorf("of nothing, %v is known, %v", none, err)
		}
	})
}
