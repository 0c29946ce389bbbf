package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// ModifyDunning sets where the dunning of an invoice stands, and sends nothing. It gives the number of a job that is done.
func (a *App) ModifyDunning(ctx context.Context, by Caller, ref string, m ar.DunningModification, once *Once[Job]) (Job, error) {
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (Job, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return 0, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return 0, err
		}
		cycles, err := tx.DunningCycles(inv.ID)
		if err != nil {
			return 0, err
		}
		notices, err := tx.Notices(inv.ID)
		if err != nil {
			return 0, err
		}
		was := *inv
		cycle, err := inv.ModifyDunning(m, inv.RunningCycle(newest(cycles), notices), merchant.Settings.Procedure(), *today(merchant, tx.Now))
		if err != nil {
			return 0, err
		}
		if err := tx.UpdateInvoice(inv); err != nil {
			return 0, err
		}
		event := &store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventDunningModified, Fields: []string{"dunninglevel", "startDunningDate"}}
		if err := tx.AppendEvent(event); err != nil {
			return 0, err
		}
		cycle.Event = event.Seq
		if err := tx.InsertDunningCycle(cycle); err != nil {
			return 0, err
		}
		if err := a.tellEnd(tx, by, &was, ar.CollectionRecalled); err != nil {
			return 0, err
		}
		return Job(event.Seq), tx.InsertJob(&ar.Job{Number: event.Seq, Kind: ar.JobDunning, InvoiceID: inv.ID,
			State: ar.JobDone, Result: "OK", Code: ar.CodeOK, Finished: &tx.Now})
	})
}

// Dunning is where the dunning of an invoice stands.
type Dunning struct {
	Invoice  *ar.Invoice
	Cycles   []ar.DunningCycle // the last ones, the newest first
	Notices  []ar.Notice       // the last ones, the newest first
	Holds    []ar.Hold         // of it and of its customer that count today or later, the oldest first
	Handover *ar.Handover      // to collection; nil when it was not handed over, or was recalled
	Blocks   []string
	Next     *ar.DunningStep // nil when there is none, and then
	Reason   string          // says why
}

// Dunning reads where the dunning of an invoice stands today.
func (a *App) Dunning(ctx context.Context, by Caller, ref string) (*Dunning, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*Dunning, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return nil, err
		}
		d, err := readDossier(tx, inv)
		if err != nil {
			return nil, err
		}
		day := *today(d.merchant, tx.Now)
		status := &Dunning{Invoice: inv, Cycles: d.cycles, Notices: d.notices, Blocks: d.Blocks(day)}
		for _, h := range d.Holds {
			if !h.Over(day) {
				status.Holds = append(status.Holds, h)
			}
		}
		if status.Handover, err = lastHandover(tx, inv); err != nil {
			return nil, err
		}
		next, obstacles, err := d.step(day)
		if len(obstacles) > 0 {
			status.Reason = obstacles[0].Text
		}
		status.Next = next
		return status, err
	})
}
