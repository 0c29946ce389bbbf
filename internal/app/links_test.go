package app

import (
	"strconv"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Links are followed in the tests of the whole server; here is what only somebody who knows the code would try.
func TestForgedLink(t *testing.T) {
	each(t, func(b *bench) {
		expires := strconv.FormatInt(b.clock.Now().Add(time.Hour).Unix(), 10)
		var acme *store.Merchant
		b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) (err error) {
			acme, err = tx.Merchant()
			return err
		}))
		good := by.Merchant + "." + linkMAC(acme, "c", expires)
		caller, err := b.FollowLink(b.Context(), "c", expires, good)
		b.no(err)
		if caller.Merchant != by.Merchant || caller.May("documents:read") != nil || caller.May("documents:write") == nil || caller.May("invoices:read") == nil {
			b.Errorf("%+v", caller)
		}
		for name, signature := range map[string]string{
			"signed without a secret": by.Merchant + "." + linkMAC(&store.Merchant{ID: by.Merchant}, "c", expires),
			"of nobody":               "nobody." + linkMAC(&store.Merchant{ID: "nobody"}, "c", expires),
			"of no name":              "." + linkMAC(&store.Merchant{}, "c", expires),
			"empty":                   "",
			"another's":               by.Merchant + "." + linkMAC(&store.Merchant{ID: "rival", Secret: acme.Secret}, "c", expires),
		} {
			if _, err := b.FollowLink(b.Context(), "c", expires, signature); ar.KindOf(err) != ar.Forbidden {
				b.Errorf("%s: %v", name, err)
			}
		}
		if _, err := b.FollowLink(b.Context(), "c", "soon", by.Merchant+"."+linkMAC(acme, "c", "soon")); ar.KindOf(err) != ar.Forbidden {
			b.Errorf("no time: %v", err)
		}
	})
}
