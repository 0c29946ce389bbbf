package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/store"
)

// Finding is one thing that is not as it was kept.
type Finding struct {
	Merchant string
	What     string // journal, voucher, notice, transaction, document, mail or file
	Subject  string // which one, by its id
	Text     string // what is wrong
}

// Verified is how much was found to be right, or not.
type Verified struct {
	Merchant string
	Entries  int64 // of the journal
	Vouchers int64 // committed ones
	Files    int64
	Root     string // of the journal's tree, base64
}

// Verify compares what is kept for a merchant three ways: the journal with itself (hash by hash), the database with the
// journal and with its own sums, and the stored bytes with the hashes they were stored under. It reports each difference
// and goes on; its error means that it could not look. It reads in pages, and writes nothing: it may run beside a server,
// whose latest changes it may or may not see.
//
// known are heads of the journal from before, kept elsewhere: nothing else finds a journal that was rewritten as a whole.
func (a *App) Verify(ctx context.Context, merchant string, known []store.JournalHead, report func(Finding)) (Verified, error) {
	v := &inspection{app: a, known: known, by: Caller{Merchant: merchant}, report: report, result: Verified{Merchant: merchant}, broken: map[int64]bool{}}
	for _, check := range []func(context.Context) error{v.journal, v.entries, v.vouchers, v.transactions, v.files} {
		if err := check(ctx); err != nil {
			return v.result, err
		}
	}
	return v.result, nil
}

// inspection is one run of Verify.
type inspection struct {
	app    *App
	by     Caller
	known  []store.JournalHead
	report func(Finding)
	result Verified

	broken   map[int64]bool // entries of the journal that are not what they were
	findings []Finding      // of the page that is being read
	seen     int64          // vouchers of it
}

func (v *inspection) found(what, subject, format string, args ...any) {
	v.findings = append(v.findings, Finding{Merchant: v.by.Merchant, What: what, Subject: subject, Text: fmt.Sprintf(format, args...)})
}

// page reads a page, and reports what was found on it when it was read for good: a reading may begin anew.
func (v *inspection) page(ctx context.Context, read func(*store.Tx) error) error {
	err := v.app.db.View(ctx, v.by.Merchant, func(tx *store.Tx) error {
		v.findings, v.seen = nil, 0
		return read(tx)
	})
	if err == nil {
		v.result.Vouchers += v.seen
		v.flush()
	}
	return err
}

func (v *inspection) flush() {
	for _, f := range v.findings {
		v.report(f)
	}
	v.findings = nil
}

// journal checks the journal's own hashes.
func (v *inspection) journal(ctx context.Context) error {
	head, err := v.app.db.VerifyJournal(ctx, v.by.Merchant, v.known, func(f store.JournalFault) {
		v.found("journal", strconv.FormatInt(f.First, 10), "%s", f.Text)
		if f.First == f.Last {
			v.broken[f.First] = true
		}
	})
	v.result.Entries, v.result.Root = head.Size, head.Root
	v.flush()
	return err
}

// entries checks that what the journal speaks of is still what it was.
func (v *inspection) entries(ctx context.Context) error {
	for after := int64(0); ; {
		var entries []store.JournalEntry
		err := v.page(ctx, func(tx *store.Tx) (err error) {
			entries, err = tx.Journal(after, walkBatch)
			for i := range entries {
				if err == nil {
					err = v.entry(tx, &entries[i])
				}
			}
			return err
		})
		if err != nil || len(entries) == 0 {
			return err
		}
		after = entries[len(entries)-1].Seq
	}
}

// entry compares one entry with the row it is about. What a broken entry says beside the hash is not held against the row.
func (v *inspection) entry(tx *store.Tx, e *store.JournalEntry) error {
	what := e.Kind
	switch what {
	case journalLetter, journalImported, journalCollection:
		what = "document"
	case journalCancel:
		what = "voucher"
	}
	now, err := resealed(tx, e)
	switch {
	case ar.KindOf(err) == ar.NotFound:
		v.found(what, e.Subject, "Entry %d of the journal speaks of it, and it is not there.", e.Seq)
		return nil
	case err != nil:
		return err
	case now.SHA256 != e.SHA256 || !v.broken[e.Seq] && !sameFacts(now.Payload, e.Payload):
		v.found(what, e.Subject, "It is another than the one that entry %d of the journal speaks of.", e.Seq)
	}
	return nil
}

// resealed is the entry as it would be if it were made now.
func resealed(tx *store.Tx, e *store.JournalEntry) (*store.JournalEntry, error) {
	switch e.Kind {
	case journalVoucher:
		voucher, err := tx.InvoiceByID(e.Subject)
		if err != nil {
			return nil, err
		}
		return voucherEntry(voucher)
	case journalCancel:
		voucher, err := tx.InvoiceByID(e.Subject)
		if err != nil {
			return nil, err
		}
		return cancelEntry(voucher)
	case journalMail:
		return resealedMail(tx, e)
	case journalNotice:
		n, err := tx.Notice(e.Subject)
		if err != nil {
			return nil, err
		}
		return noticeEntry(n)
	}
	c, err := tx.Communication(e.Subject)
	if err != nil {
		return nil, err
	}
	return fileEntry(e.Kind, c)
}

// resealedMail is the entry of a mail as it would be now, had nothing become known of the mail since.
func resealedMail(tx *store.Tx, e *store.JournalEntry) (*store.JournalEntry, error) {
	d, err := tx.Delivery(e.Subject)
	if err != nil {
		return nil, err
	}
	message, err := tx.Communication(d.Communication)
	if err != nil {
		return nil, err
	}
	var then struct {
		State ar.DeliveryState
		Reply string
	}
	if json.Unmarshal(e.Payload, &then) == nil { // else the journal is found to be broken
		d.State, d.Reply = then.State, then.Reply
	}
	return mailEntry(message, d)
}

// sameFacts compares payloads, however they are written.
func sameFacts(a, b json.RawMessage) bool {
	var facts [2]map[string]string
	return json.Unmarshal(a, &facts[0]) == nil && json.Unmarshal(b, &facts[1]) == nil && maps.Equal(facts[0], facts[1])
}

// vouchers checks that every committed voucher adds up and has its entries.
func (v *inspection) vouchers(ctx context.Context) error {
	for _, kind := range voucherKinds {
		err := walk(func(page ar.Page) (next string, err error) {
			err = v.page(ctx, func(tx *store.Tx) error {
				list, err := tx.Invoices(kind, page)
				if err != nil {
					return err
				}
				next = list.Next
				for i := range list.Rows {
					if err := v.voucher(tx, &list.Rows[i]); err != nil {
						return err
					}
				}
				return nil
			})
			return next, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// voucher checks one voucher, and that the journal knows its papers.
func (v *inspection) voucher(tx *store.Tx, voucher *ar.Invoice) error {
	communications, err := tx.Communications(voucher.ID)
	if err != nil {
		return err
	}
	for _, c := range communications {
		if c.Kind == ar.CommEmail && c.State != "" {
			continue // a mail of ours: entered when it has left
		}
		if err := v.entered(tx, "document", c.ID, journalLetter, journalImported, journalCollection); err != nil {
			return err
		}
	}
	if voucher.Committed == nil {
		return nil
	}
	v.seen++
	deliveries, err := tx.Deliveries(voucher.ID)
	if err != nil {
		return err
	}
	for i := range deliveries {
		if err := v.mail(tx, &deliveries[i]); err != nil {
			return err
		}
	}
	if voucher.Cancelationdate != nil {
		switch there, err := tx.Journaled(journalCancel, voucher.ID); {
		case err != nil:
			return err
		case !there:
			v.found("voucher", voucher.ID, "It is canceled, and the journal does not know of it.")
		}
	}
	if err := v.sums(tx, voucher); err != nil {
		return err
	}
	if voucher.Kind == ar.KindInvoice {
		if err := v.dunning(tx, voucher); err != nil {
			return err
		}
		if err := v.handovers(tx, voucher); err != nil {
			return err
		}
	}
	return v.entered(tx, "voucher", voucher.ID, journalVoucher)
}

// mail checks that a delivery is what the journal has last heard of it: that of a mail that left must say so.
func (v *inspection) mail(tx *store.Tx, d *ar.Delivery) error {
	last, err := tx.LastJournaled(journalMail, d.ID)
	if err != nil {
		return err
	}
	var then struct {
		State ar.DeliveryState
		Reply string
	}
	if last != nil && json.Unmarshal(last.Payload, &then) != nil {
		return nil // the journal is found to be broken
	}
	accepted := d.State == ar.DeliveryAccepted
	switch {
	case last == nil && (accepted || d.State == ar.DeliveryUnknown):
		v.found("mail", d.ID, "The journal has no entry of it.")
	case last != nil && accepted != (then.State == ar.DeliveryAccepted):
		v.found("mail", d.ID, "It is %s, and entry %d of the journal says %s.", d.State, last.Seq, then.State)
	case accepted && d.Reply != then.Reply:
		v.found("mail", d.ID, "What the mail server said is not what entry %d of the journal says.", last.Seq)
	}
	return nil
}

// sums checks what of a committed voucher follows from the rest of it and from its bookings.
func (v *inspection) sums(tx *store.Tx, voucher *ar.Invoice) error {
	total, state, err := tx.Listed(voucher.ID)
	if err != nil {
		return err
	}
	if sum := ar.Total(voucher.Items, voucher.Netbased, voucher.Currency).Gross; !sum.Equal(voucher.Totals.Gross) || !sum.Equal(total) {
		v.found("voucher", voucher.ID, "Its total is %s, and %s in lists; its items come to %s.", voucher.Totals.Gross, total, sum)
	}
	var open decimal.Decimal // of a credit note nothing: all of it is applied at once
	if voucher.Kind == ar.KindInvoice {
		bookings, err := tx.Bookings(voucher.ID)
		if err != nil {
			return err
		}
		if err := v.bookings(tx, voucher, bookings); err != nil {
			return err
		}
		open = ar.BalanceOf(voucher.Totals.Gross, bookings).Unpaid
	}
	if voucher.Kind == ar.KindCreditnote {
		if err := v.creditnote(tx, voucher); err != nil {
			return err
		}
		open = voucher.Unpaid
	}
	switch {
	case !open.Equal(voucher.Unpaid):
		v.found("voucher", voucher.ID, "It says that %s are unpaid, its bookings come to %s.", voucher.Unpaid, open)
	case state != voucher.State():
		v.found("voucher", voucher.ID, "It is %s in lists, and by itself %s.", state, voucher.State())
	}
	return nil
}

// entered checks that the journal has an entry of one of some kinds about a subject.
func (v *inspection) entered(tx *store.Tx, what, subject string, kinds ...string) error {
	there, err := journaled(tx, subject, kinds...)
	if err == nil && !there {
		v.found(what, subject, "The journal has no entry of it.")
	}
	return err
}

// files checks every stored byte.
func (v *inspection) files(ctx context.Context) error {
	for after := ""; ; {
		files, err := view(ctx, v.app, v.by, func(tx *store.Tx) ([]ar.File, error) { return tx.Files(after, walkBatch) })
		if err != nil || len(files) == 0 {
			return err
		}
		for _, f := range files {
			v.result.Files++
			switch err := v.app.read(ctx, v.by, f); {
			case errors.Is(err, blob.ErrNotFound):
				v.found("file", f.Reference, "Its bytes are not there.")
			case errors.Is(err, blob.ErrCorrupt):
				v.found("file", f.Reference, "Its bytes are not the ones that were stored.")
			case ctx.Err() != nil:
				return err
			case err != nil:
				v.found("file", f.Reference, "Its bytes cannot be read: %v", err)
			}
		}
		v.flush()
		after = files[len(files)-1].ID
	}
}

// read reads the bytes of a file to their end, which verifies them.
func (a *App) read(ctx context.Context, by Caller, f ar.File) error {
	content, size, err := a.files.Open(ctx, by.Merchant, f.SHA256)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, content)
	if err == nil && size != f.Size {
		err = blob.ErrCorrupt
	}
	return errors.Join(err, content.Close())
}
