package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/letter"
	"github.com/dunwell/dunwell/internal/store"
)

// issue issues the notice that is proposed, or says why there is none any more: the case is another by now than when it was
// planned. A notice that the run has issued before is given back.
//
// The letter shows what is asked for, so it is printed first, by the caller or else here, and its bytes are stored; then one
// transaction reads the case again, and books, issues and orders exactly what was printed, or nothing. What is on the letter
// beside the amounts may have changed meanwhile, such as the customer's number: then it is printed again.
func (a *App) issue(ctx context.Context, by Caller, proposed proposal, printed *printedNotice) (issued *ar.Notice, dropped string, err error) {
	defer recovered(&err)
	for range printings {
		if printed == nil {
			if printed, err = a.printNotice(ctx, by, proposed); err != nil {
				return nil, "", err
			}
		}
		if printed.notice == nil {
			return printed.issued, printed.dropped, nil
		}
		crash.At("notice.printed")
		issued, dropped, err = a.issuePrinted(ctx, by, proposed, printed)
		if !errors.Is(err, errReprint) {
			crash.At("notice.issued")
			return issued, dropped, err
		}
		printed = nil
	}
	return nil, "The case was being changed by others all the time.", nil
}

// noticeDraft is what becomes of an entry of a plan: a notice that may be issued, or one that was, or none.
type noticeDraft struct {
	*dossier
	notice  *ar.Notice
	charges []ar.Booking
	letter  letter.Notice

	issued  *ar.Notice // by an earlier attempt of the run
	dropped string     // why there is none
}

// printedNotice is a draft with its letter, as it was printed.
type printedNotice struct {
	*noticeDraft
	file ar.File
}

// printNotice writes the letter of what is proposed and stores its bytes. Nothing is issued by it.
func (a *App) printNotice(ctx context.Context, by Caller, proposed proposal) (p *printedNotice, err error) {
	defer recovered(&err)
	draft, err := view(ctx, a, by, func(tx *store.Tx) (*noticeDraft, error) { return draftNotice(tx, proposed) })
	p = &printedNotice{noticeDraft: draft}
	if err != nil || draft.notice == nil {
		return p, err
	}
	content, err := letter.RenderNotice(draft.letter)
	if err != nil {
		return nil, fmt.Errorf("app: notice about %s: %w", proposed.Invoice, err)
	}
	stored, err := a.files.Put(ctx, by.Merchant, bytes.NewReader(content))
	p.file = ar.File{SHA256: stored.SHA256, Size: stored.Size, MediaType: mediaPDF,
		Name: draft.invoice.Number + "-" + string(ar.NoticeDocument(draft.notice.Level)) + ".pdf"}
	return p, err
}

// draftNotice reads the case that a notice is proposed for, and drafts it if it is still the one that was planned.
func draftNotice(tx *store.Tx, p proposal) (*noticeDraft, error) {
	inv, err := tx.InvoiceByID(p.InvoiceID)
	if err != nil {
		return nil, err
	}
	d, err := readDossier(tx, inv)
	if err != nil {
		return nil, err
	}
	draft := &noticeDraft{dossier: d}
	for i := range d.notices {
		if d.notices[i].Run == p.run {
			draft.issued = &d.notices[i]
			return draft, nil
		}
	}
	step, obstacles, err := d.step(p.day)
	switch {
	case err != nil:
		return nil, err
	case len(obstacles) > 0:
		draft.dropped = obstacles[0].Text
		return draft, nil
	case step.Date.After(p.day):
		draft.dropped = "The next notice is not due before " + step.Date.Format(time.DateOnly) + "."
		return draft, nil
	}
	n, charges, err := d.notice(step)
	if err != nil {
		return nil, err
	}
	// A run may end on the day after its own: what holds the case back since would withhold the notice.
	if draft.dropped = cmp.Or(d.unlike(n, p.PlanEntry), d.Withheld(n, *today(d.merchant, tx.Now))); draft.dropped == "" {
		previous, err := d.cited(tx)
		if err != nil {
			return nil, err
		}
		n.Run = p.run
		draft.notice, draft.charges = n, charges
		draft.letter = letter.Notice{Invoice: inv, Notice: n, Previous: previous, Issuer: issuerOf(d.merchant), Customer: d.debtor.Number, Locale: localeOf(inv, d.debtor)}
	}
	return draft, nil
}

// unlike says why a notice must not be issued: it is another than was planned.
func (d *dossier) unlike(n *ar.Notice, planned ar.PlanEntry) string {
	switch now := n.Entry(d.invoice); {
	case now.Level != planned.Level:
		return fmt.Sprintf("The next level is %d by now, and %d was planned.", now.Level, planned.Level)
	case now.Asked != planned.Asked:
		return fmt.Sprintf("The notice would ask for %s %s by now, and %s were planned.", now.Asked, now.Currency, planned.Asked)
	case now != planned:
		return "What the notice would charge, or how it would go out, is another by now than was planned."
	}
	return ""
}

// issuePrinted issues a notice exactly as it was printed, with everything that follows from it.
func (a *App) issuePrinted(ctx context.Context, by Caller, proposed proposal, p *printedNotice) (issued *ar.Notice, dropped string, err error) {
	err = a.db.Update(ctx, by.Merchant, func(tx *store.Tx) error {
		issued, dropped = nil, "" // the closure may run twice
		draft, err := draftNotice(tx, proposed)
		if err != nil {
			return err
		}
		if draft.notice == nil {
			issued, dropped = draft.issued, draft.dropped
			return nil
		}
		switch same, err := p.shows(draft); {
		case err != nil:
			return err
		case !same:
			return errReprint
		}
		issued = draft.notice
		return a.enact(tx, by, draft, p.file)
	})
	return issued, dropped, err
}

// shows tells whether a letter that was printed is that of a draft.
func (p *printedNotice) shows(draft *noticeDraft) (bool, error) {
	was, err := json.Marshal(p.letter)
	if err != nil {
		return false, err
	}
	is, err := json.Marshal(draft.letter)
	return bytes.Equal(was, is), err
}

// enact books what a draft charges, raises the level, and keeps and orders the notice. The journal comes last: whoever draws
// from it makes all others of the merchant wait.
func (a *App) enact(tx *store.Tx, by Caller, draft *noticeDraft, file ar.File) error {
	inv, n := draft.invoice, draft.notice
	l := &ledger{invoice: inv, bookings: draft.bookings}
	if err := l.book(tx, draft.charges...); err != nil {
		return err
	}
	n.Bookings, n.Charges = bookingIDs(draft.bookings), bookingIDs(l.bookings[len(draft.bookings):])
	inv.Dunninglevel, inv.Unpaid = n.Level, l.balance().Unpaid
	if err := tx.UpdateInvoice(inv); err != nil {
		return err
	}
	event := &store.Event{InvoiceID: inv.ID, Actor: by.Actor, Kind: eventDunned, Fields: []string{"dunninglevel", "unpaid"}}
	if err := tx.AppendEvent(event); err != nil {
		return err
	}
	c, err := keepNoticeLetter(tx, n, file)
	if err != nil {
		return err
	}
	if err := a.orderNotice(tx, draft, event); err != nil {
		return err
	}
	n.Job, n.Communication = event.Seq, c.ID
	if err := tx.InsertNotice(n); err != nil {
		return err
	}
	return sealNotice(tx, n, c)
}

func bookingIDs(bookings []ar.Booking) (ids []string) {
	for _, b := range bookings {
		ids = append(ids, b.ID)
	}
	return ids
}

// keepNoticeLetter stores the letter of a notice with its invoice.
func keepNoticeLetter(tx *store.Tx, n *ar.Notice, file ar.File) (*ar.Communication, error) {
	if _, err := tx.KeepFile(&file); err != nil {
		return nil, err
	}
	c := &ar.Communication{InvoiceID: n.InvoiceID, Kind: ar.NoticeDocument(n.Level), Label: file.Name, File: file}
	return c, tx.InsertCommunication(c)
}

// orderNotice has a notice mailed, or says that somebody is to post it.
func (a *App) orderNotice(tx *store.Tx, draft *noticeDraft, event *store.Event) error {
	n := draft.notice
	if n.DeliveryKind == ar.DeliverEmail {
		_, err := a.dispatch(tx, draft.merchant, draft.debtor, draft.invoice, event, order{kind: ar.JobNotice, mail: ar.NoticeMail(n.Level)})
		return err
	}
	job := &ar.Job{Number: event.Seq, Kind: ar.JobNotice, InvoiceID: n.InvoiceID, State: ar.JobDone, Result: "The letter is to be printed and posted.",
		Code: ar.CodeOK, Finished: &tx.Now}
	if err := tx.InsertJob(job); err != nil {
		return err
	}
	return a.notify(tx, draft.merchant, job)
}

// sealNotice enters a notice and its letter into the journal.
func sealNotice(tx *store.Tx, n *ar.Notice, c *ar.Communication) error {
	written, err := fileEntry(journalLetter, c)
	if err != nil {
		return err
	}
	issued, err := noticeEntry(n)
	if err != nil {
		return err
	}
	return tx.AppendJournal(written, issued)
}
