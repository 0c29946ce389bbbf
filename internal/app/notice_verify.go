package app

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// dunning checks that an invoice is where its cycles and notices have brought it, and each notice by itself.
func (v *inspection) dunning(tx *store.Tx, inv *ar.Invoice) error {
	cycles, err := tx.DunningCycles(inv.ID)
	if err != nil {
		return err
	}
	notices, err := tx.Notices(inv.ID)
	if err != nil {
		return err
	}
	if cycle := newest(cycles); cycle != nil && cycle.Number != inv.DunningCycle || cycle == nil && inv.DunningCycle != 0 {
		v.found("voucher", inv.ID, "It says that it is in cycle %d of its dunning, and its cycles are others.", inv.DunningCycle)
		return nil
	}
	var level int
	if running := inv.RunningCycle(newest(cycles), notices); running != nil {
		level = running.Level
	}
	if level != inv.Dunninglevel {
		v.found("voucher", inv.ID, "Its dunning level is %d, and its notices have brought it to %d.", inv.Dunninglevel, level)
	}
	v.skipped(inv, cycles, notices)
	bookings, err := tx.Bookings(inv.ID)
	if err != nil {
		return err
	}
	for i := range notices {
		if err := v.notice(tx, inv, &notices[i], bookings); err != nil {
			return err
		}
	}
	return nil
}

// skipped finds notices before which a level was left out (G8).
func (v *inspection) skipped(inv *ar.Invoice, cycles []ar.DunningCycle, notices []ar.Notice) {
	if len(notices) == store.MaxNotices || len(cycles) == store.MaxDunningCycles {
		return // what was before them was not read
	}
	began := map[int64]int{} // level at which each cycle began
	for _, c := range cycles {
		began[c.Number] = c.Level
	}
	for _, n := range slices.Backward(notices) {
		if n.Level != began[n.Cycle]+1 {
			v.found("voucher", inv.ID, "In cycle %d, level %d was dunned after level %d.", n.Cycle, n.Level, began[n.Cycle])
		}
		began[n.Cycle] = n.Level
	}
}

// notice checks that a notice asks for what was open once its charges were booked, and that it is in the journal with its
// letter.
func (v *inspection) notice(tx *store.Tx, inv *ar.Invoice, n *ar.Notice, bookings []ar.Booking) error {
	charges, before := chosen(bookings, n.Charges), chosen(bookings, n.Bookings)
	if open := ar.BalanceOf(inv.Totals.Gross, slices.Concat(before, charges)); !open.Equal(n.Demand) {
		v.found("notice", n.ID, "What is open by it is %s, its bookings come to %s.", n.Demand.Unpaid, open.Unpaid)
	}
	charged, sum := n.Fee.Add(n.Lumpsum).Add(n.Interest), decimal.Zero
	for _, b := range charges {
		sum = sum.Add(b.Amount)
	}
	if !sum.Equal(charged) {
		v.found("notice", n.ID, "It says that it charges %s, its bookings charge %s.", charged, sum)
	}
	if err := v.entered(tx, "document", n.Communication, journalLetter); err != nil {
		return err
	}
	return v.entered(tx, "notice", n.ID, journalNotice)
}

// chosen are the bookings with some ids.
func chosen(bookings []ar.Booking, ids []string) []ar.Booking {
	return slices.DeleteFunc(slices.Clone(bookings), func(b ar.Booking) bool { return !slices.Contains(ids, b.ID) })
}
