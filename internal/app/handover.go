package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

const (
	eventHandedOver = "handedOver"
	eventRecalled   = "recalled"

	journalCollection = "collection" // what a case was handed over with; subject: the communication
)

// MediaZIP is the media type of the file of a case that was handed over.
const MediaZIP = "application/zip"

// handOver hands the case that is proposed over to collection: dropped says why that is not to be any more. What is handed
// over, one file with all papers of the case, is packed and stored before; one transaction then looks at the case again, and
// does it exactly as it was packed, with the order to bring the file there. Was the case changed meanwhile, it is packed
// again. A case that this run has handed over already is left as it is.
func (a *App) handOver(ctx context.Context, by Caller, proposed proposal) (dropped string, err error) {
	defer recovered(&err)
	for range printings {
		f, dropped, err := a.openCase(ctx, by, proposed)
		if err != nil || f == nil {
			return dropped, err
		}
		file, err := a.pack(ctx, by, f)
		if err != nil {
			return "", fmt.Errorf("app: packing the case of %s: %w", proposed.Invoice, err)
		}
		crash.At("handover.packed")
		err = a.db.Update(ctx, by.Merchant, func(tx *store.Tx) (err error) {
			dropped, err = a.commitHandover(tx, by, proposed.run, f, file)
			return err
		})
		if !errors.Is(err, errReprint) {
			crash.At("handover.committed")
			return dropped, err
		}
	}
	return "The case was being changed by others all the time.", nil
}

// openCase reads all that is packed; nil with a reason where there is nothing to hand over, and without where this run has.
func (a *App) openCase(ctx context.Context, by Caller, proposed proposal) (f *caseFile, dropped string, err error) {
	err = a.db.View(ctx, by.Merchant, func(tx *store.Tx) error {
		f, dropped = nil, ""
		inv, err := tx.InvoiceByID(proposed.InvoiceID)
		if err != nil {
			return err
		}
		switch done, err := handedOverBy(tx, inv, proposed.run); {
		case err != nil || done:
			return err
		}
		statement, d, reason, err := a.claimed(tx, inv, proposed.day)
		if err != nil || reason != "" {
			dropped = reason
			return err
		}
		f, err = readCase(tx, d, statement, proposed.day)
		return err
	})
	if err != nil || dropped != "" {
		f = nil
	}
	return f, dropped, err
}

// claimed is what is claimed for an invoice on the day it is handed over, or why it is not to be.
func (a *App) claimed(tx *store.Tx, inv *ar.Invoice, day time.Time) (s ar.ClaimStatement, d *dossier, dropped string, err error) {
	if d, err = readDossier(tx, inv); err != nil {
		return s, nil, "", err
	}
	if dropped = a.keptBack(d, day, *today(d.merchant, tx.Now)); dropped != "" {
		return s, nil, dropped, nil
	}
	claim, err := claimOn(d, day)
	if refused := (*ar.Error)(nil); errors.As(err, &refused) {
		return s, nil, refused.Details[0].Error, nil
	} else if err != nil {
		return s, nil, "", err
	}
	unsent, err := d.unsent(tx)
	return inv.Statement(claim, issuerOf(d.merchant), d.debtor, d.bookings, oldestFirst(d.notices), unsent), d, "", err
}

// keptBack says why a case is not handed over on the day of a run, and is empty when it is. It may be a day later by now, on which
// something holds the case back.
func (a *App) keptBack(d *dossier, day, now time.Time) string {
	due, next, obstacles := d.Handover(day)
	blocks := d.Blocks(now)
	switch {
	case !next:
		return "The case is not one to be handed over any more."
	case len(obstacles) > 0:
		return obstacles[0].Text
	case due.After(day):
		return "The case is not handed over before " + due.Format(time.DateOnly) + "."
	case len(blocks) > 0:
		return blocks[0]
	case d.Collection.Folder != "" && a.collections == "":
		return "The server has no directory for collections; whoever runs it names one with --collections."
	}
	return ""
}

// claimOn is what is claimed on a day, whether the procedure charges interest or not: the law gives it to whoever collects.
func claimOn(d *dossier, day time.Time) (*ar.Claim, error) {
	terms, err := d.merchant.Settings.InterestTerms(d.Debtor, d.invoice.Arose())
	if err != nil {
		return nil, err
	}
	return d.invoice.ClaimAsOf(day, d.bookings, terms)
}

// handedOverBy tells whether a run has handed a case over in the cycle it is in.
func handedOverBy(tx *store.Tx, inv *ar.Invoice, run int64) (bool, error) {
	last, err := lastHandover(tx, inv)
	return last != nil && last.Run == run, err
}

// lastHandover is the one that an invoice is with now; nil when it was not handed over, or was recalled.
func lastHandover(tx *store.Tx, inv *ar.Invoice) (*ar.Handover, error) {
	if inv.HandedOver == nil {
		return nil, nil //nolint:nilnil // there is none, which is no failure
	}
	all, err := tx.Handovers(inv.ID)
	if err != nil || len(all) == 0 || all[0].Cycle != inv.DunningCycle {
		return nil, err
	}
	return &all[0], nil
}

// commitHandover hands a case over exactly as it was packed.
func (a *App) commitHandover(tx *store.Tx, by Caller, run int64, f *caseFile, file ar.File) (dropped string, err error) {
	inv, err := tx.InvoiceByID(f.invoice.ID)
	if err != nil {
		return "", err
	}
	if done, err := handedOverBy(tx, inv, run); err != nil || done {
		return "", err
	}
	statement, d, dropped, err := a.claimed(tx, inv, f.day)
	if err != nil || dropped != "" {
		return dropped, err
	}
	if same, err := sameStatement(statement, f.statement); err != nil || !same {
		return "", errors.Join(err, errReprint)
	}
	if _, err := tx.KeepFile(&file); err != nil {
		return "", err
	}
	c := ar.Communication{InvoiceID: inv.ID, Kind: ar.CommCollection, Label: file.Name, File: file}
	if err := tx.InsertCommunication(&c); err != nil {
		return "", err
	}
	inv.HandedOver = &tx.Now
	if err := tx.UpdateInvoice(inv); err != nil {
		return "", err
	}
	event := &store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventHandedOver, Fields: []string{"handover"}}
	if err := tx.AppendEvent(event); err != nil {
		return "", err
	}
	h := &ar.Handover{InvoiceID: inv.ID, Cycle: inv.DunningCycle, Run: run, Day: f.day, Collector: d.Collection.Collector(),
		Claim: statement, Communication: c.ID, Job: event.Seq}
	return "", a.orderCase(tx, inv, h, &c)
}

// orderCase stores a hand-over with its job, and orders that the file is brought to whoever takes the case over.
func (a *App) orderCase(tx *store.Tx, inv *ar.Invoice, h *ar.Handover, c *ar.Communication) error {
	if err := tx.InsertJob(collectionJob(inv, h.Job, tx.Now)); err != nil {
		return err
	}
	if err := tx.InsertHandover(h); err != nil {
		return err
	}
	t := about(tx, inv, ar.CollectionCase)
	t.Open = openClaim{Principal: h.Claim.Principal.Open, Costs: h.Claim.Costs.Open, Interest: h.Claim.Interest.Open, Total: h.Claim.Total}
	t.File = &toldFile{Name: c.File.Name, Size: c.File.Size, SHA256: c.File.SHA256}
	now := a.elapsed()
	m, err := insertTold(tx, inv.ID, h.Cycle, h.Job, t, now)
	if err != nil {
		return err
	}
	if err := a.jobs.Add(tx, jobs.Nudge{Kind: nudgeCollection, Merchant: tx.MerchantID(), ID: m.ID}); err != nil {
		return err
	}
	sealed, err := fileEntry(journalCollection, c)
	if err != nil {
		return err
	}
	return tx.AppendJournal(sealed)
}

func collectionJob(inv *ar.Invoice, number int64, now time.Time) *ar.Job {
	return &ar.Job{Number: number, Kind: ar.JobCollection, InvoiceID: inv.ID, State: ar.JobQueued, Created: now}
}

// sameStatement compares claims as they are written: amounts, days and addresses to the letter.
func sameStatement(a, b ar.ClaimStatement) (bool, error) {
	first, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	second, err := json.Marshal(b)
	return bytes.Equal(first, second), err
}

// oldestFirst turns notices around.
func oldestFirst(notices []ar.Notice) []ar.Notice {
	turned := make([]ar.Notice, 0, len(notices))
	for i := len(notices) - 1; i >= 0; i-- {
		turned = append(turned, notices[i])
	}
	return turned
}
