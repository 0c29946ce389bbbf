package app

import (
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
)

// A signature that cannot be ours is refused like any other, before a database sees it: not every database takes every
// text.
func TestImpossibleLinks(t *testing.T) {
	each(t, func(b *bench) {
		for _, signature := range []string{"", ".", "\xff.x", "\x00.x", "UPPER.x", "nobody.x", by.Merchant + ".x", by.Merchant} {
			if _, err := b.FollowLink(b.Context(), "id", "99999999999", signature); ar.KindOf(err) != ar.Forbidden {
				b.Errorf("%q: %v", signature, err)
			}
		}
	})
}
