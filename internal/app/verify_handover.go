package app

import (
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// handovers checks that the file of every hand-over of an invoice is in the journal, and that the invoice knows of the last.
func (v *inspection) handovers(tx *store.Tx, inv *ar.Invoice) error {
	all, err := tx.Handovers(inv.ID)
	if err != nil {
		return err
	}
	for _, h := range all {
		if err := v.entered(tx, "document", h.Communication, journalCollection); err != nil {
			return err
		}
	}
	with := len(all) > 0 && all[0].Cycle == inv.DunningCycle // else a later cycle has recalled it
	if with != (inv.HandedOver != nil) {
		v.found("voucher", inv.ID, "What it says of its hand-over to collection is not what its hand-overs say.")
	}
	return nil
}
