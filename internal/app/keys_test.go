package app

import (
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
)

func TestCreateKey(t *testing.T) {
	each(t, func(b *bench) {
		_, first, err := b.CreateKey(b.Context(), "acme", NewKey{Username: "a", Permissions: []string{AllPermissions}})
		b.no(err)
		_, second, err := b.CreateKey(b.Context(), "acme", NewKey{Username: "b", Permissions: Permissions})
		b.no(err)
		if first == second {
			b.Error("the same password twice")
		}
		for name, refused := range map[string]struct {
			merchant string
			key      NewKey
			kind     ar.Kind
		}{
			"a name that is taken":        {"acme", NewKey{Username: "a"}, ar.Conflict},
			"an unknown permission":       {"acme", NewKey{Username: "c", Permissions: []string{"invoices:read", "invoices:eat"}}, ar.Invalid},
			"a merchant who is not there": {"nobody", NewKey{Username: "c"}, ar.NotFound},
		} {
			if _, _, err := b.CreateKey(b.Context(), refused.merchant, refused.key); ar.KindOf(err) != refused.kind {
				b.Errorf("%s: %v", name, err)
			}
		}
		keys, err := b.Keys(b.Context(), "acme")
		b.no(err)
		if len(keys) != 2 {
			b.Errorf("%d keys", len(keys))
		}
	})
}

func TestCreateMerchant(t *testing.T) {
	each(t, func(b *bench) {
		for _, id := range []string{"", "A", "a.b", "a b", "ä", "a\x00", strings.Repeat("a", 41)} {
			if err := b.CreateMerchant(b.Context(), id, "X", "EUR"); ar.KindOf(err) != ar.Invalid {
				b.Errorf("%q: %v", id, err)
			}
		}
		if err := b.CreateMerchant(b.Context(), "acme", "X", "EUR"); ar.KindOf(err) != ar.Conflict {
			b.Errorf("twice: %v", err)
		}
		b.no(b.CreateMerchant(b.Context(), strings.Repeat("z", 40), "X", "CHF"))
		all, err := b.Merchants(b.Context())
		b.no(err)
		if len(all) != 2 || all[1].Currency != "CHF" || all[0].Secret == all[1].Secret {
			b.Errorf("%+v", all)
		}
	})
}
