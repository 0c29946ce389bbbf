package app

import (
	"slices"
	"strings"
	"testing"
)

// Whatever of a notice is not as it was issued is found, and nothing else is.
func TestVerifyNamesNotices(t *testing.T) {
	each(t, func(b *bench) {
		n := b.dunned()
		b.attempt(b.lastJob())
		b.verified()
		inv := b.voucher("RE1")
		names := strings.NewReplacer(inv.ID, "RE1", n.ID, "notice", n.Communication, "letter")
		b.unguard()
		another := "notice notice: It is another than the one that entry 8 of the journal speaks of."
		for _, c := range []struct {
			do, undo string
			want     []string
		}{
			{`UPDATE invoices SET dunninglevel = 3`, `UPDATE invoices SET dunninglevel = 2`, []string{"voucher RE1: Its dunning level is 3, and its notices have brought it to 2."}},
			{`UPDATE invoices SET dunningcycle = 1`, `UPDATE invoices SET dunningcycle = 0`, []string{"voucher RE1: It says that it is in cycle 1 of its dunning, and its cycles are others."}},
			{`UPDATE dunning_notices SET principal = principal + 10000 WHERE level = 2`, `UPDATE dunning_notices SET principal = principal - 10000 WHERE level = 2`,
				[]string{another, "notice notice: What is open by it is 1045.22, its bookings come to 1044.22."}},
			{`UPDATE dunning_notices SET fee = fee + 10000 WHERE level = 2`, `UPDATE dunning_notices SET fee = fee - 10000 WHERE level = 2`,
				[]string{another, "notice notice: It says that it charges 45.22, its bookings charge 44.22."}},
			{`UPDATE dunning_notices SET payby = payby + 86400000 WHERE level = 2`, `UPDATE dunning_notices SET payby = payby - 86400000 WHERE level = 2`, []string{another}},
			{`UPDATE dunning_notices SET level = 3 WHERE level = 2`, `UPDATE dunning_notices SET level = 2 WHERE level = 3`,
				[]string{another, "voucher RE1: Its dunning level is 2, and its notices have brought it to 3.", "voucher RE1: In cycle 0, level 3 was dunned after level 1."}},
			{`UPDATE journal SET subject = 'other' WHERE kind = 'notice' AND subject = '` + n.ID + `'`, `UPDATE journal SET subject = '` + n.ID + `' WHERE subject = 'other'`,
				[]string{"journal 8: The entry is not the one that was sealed.", "notice other: Entry 8 of the journal speaks of it, and it is not there.", "notice notice: The journal has no entry of it."}},
		} {
			b.damage(c.do)
			if found, _ := b.verify(names); !slices.Equal(found, c.want) {
				b.Errorf("%s:\n%s", c.do, strings.Join(found, "\n"))
			}
			b.damage(c.undo)
		}
		if found, _ := b.verify(names); len(found) > 0 {
			b.Errorf("found\n%s", strings.Join(found, "\n"))
		}
	})
}
