package app

import (
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// older makes a committed invoice with an imported document as versions did that had no journal and wrote no letters.
func (b *bench) older() {
	b.Helper()
	b.draft()
	b.customer(ar.Email{Email: "bills@example.com"})
	b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, "RE1")
		if err != nil {
			return err
		}
		if err := inv.Commit("OLD-1", tx.Now); err != nil {
			return err
		}
		return tx.UpdateInvoice(inv)
	}))
	b.exec("UPDATE merchants SET sealed = 0")
}

func TestUpgrade(t *testing.T) {
	each(t, func(b *bench) {
		b.older()
		missing := 0
		_, err := b.Verify(b.Context(), by.Merchant, nil, func(Finding) { missing++ })
		b.no(err)
		if missing != 1 {
			b.Errorf("%d findings before the upgrade, want that of the invoice", missing)
		}
		for range 2 { // once is enough, twice does no harm
			b.no(b.Upgrade(b.Context()))
			result, err := b.Verify(b.Context(), by.Merchant, nil, func(f Finding) { b.Errorf("%+v", f) })
			b.no(err)
			if result.Entries != 1 || result.Vouchers != 1 {
				b.Errorf("%+v", result)
			}
		}
	})
}

// An invoice that was committed without a letter gets one when somebody wants it mailed.
func TestResendOfOlderInvoice(t *testing.T) {
	each(t, func(b *bench) {
		b.older()
		b.no(b.Upgrade(b.Context()))
		for n := range 2 {
			job, err := b.ResendInvoice(b.Context(), by, "RE1", nil)
			b.no(err)
			if d := b.attempt(job); d.State != ar.DeliveryAccepted {
				b.Fatalf("%+v", d)
			}
			if mails := b.mails(); len(mails) != n+1 || !strings.Contains(mails[n], "OLD-1.pdf") {
				b.Errorf("%d mails", len(mails))
			}
		}
		_, err := b.Verify(b.Context(), by.Merchant, nil, func(f Finding) { b.Errorf("%+v", f) })
		b.no(err)
	})
}
