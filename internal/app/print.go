package app

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/letter"
	"github.com/dunwell/dunwell/internal/store"
)

// printed is a voucher as it was printed: committed in this copy only. File is empty when a document from elsewhere
// stands in for our letter.
type printed struct {
	voucher ar.Invoice
	file    ar.File
}

// print reserves a number for a draft, writes its letter and stores the bytes. Nothing is committed by it.
func (a *App) print(ctx context.Context, by Caller, draft func(*store.Tx) (*ar.Invoice, error)) (*printed, error) {
	p := new(printed)
	var l letter.Letter
	imported := false
	err := a.db.Update(ctx, by.Merchant, func(tx *store.Tx) error {
		voucher, err := draft(tx)
		if err != nil {
			return err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return err
		}
		p.voucher = *voucher
		if l, err = letterOf(tx, merchant, &p.voucher); err != nil {
			return err
		}
		if imported, err = hasDocument(tx, voucher); err != nil {
			return err
		}
		return commitCopy(tx, merchant, &p.voucher)
	})
	crash.At("commit.numbered")
	if err != nil || imported {
		return p, err
	}
	p.file, err = a.putLetter(ctx, by, l)
	crash.At("commit.printed")
	return p, err
}

// putLetter renders a letter and stores its bytes.
func (a *App) putLetter(ctx context.Context, by Caller, l letter.Letter) (ar.File, error) {
	content, err := letter.Render(l)
	if err != nil {
		return ar.File{}, fmt.Errorf("app: letter of %s: %w", l.Voucher.Reference, err)
	}
	stored, err := a.files.Put(ctx, by.Merchant, bytes.NewReader(content))
	return ar.File{SHA256: stored.SHA256, Size: stored.Size, MediaType: mediaPDF, Name: l.Voucher.Number + ".pdf"}, err
}

// printLate writes the letter of a voucher that was committed by a version of this program that wrote none.
func (a *App) printLate(ctx context.Context, by Caller, w *work) (*ar.Communication, error) {
	voucher := *w.voucher
	voucher.Unpaid = voucher.Totals.Gross // as it was when it was committed
	l, err := view(ctx, a, by, func(tx *store.Tx) (letter.Letter, error) { return letterOf(tx, w.merchant, &voucher) })
	if err != nil {
		return nil, err
	}
	file, err := a.putLetter(ctx, by, l)
	if err != nil {
		return nil, err
	}
	return update(ctx, a, by, func(tx *store.Tx) (*ar.Communication, error) {
		if _, err := tx.InvoiceByID(voucher.ID); err != nil { // nobody else prints it meanwhile
			return nil, err
		}
		entries, err := keepPrinted(tx, &voucher, &printed{voucher: voucher, file: file})
		if err != nil {
			return nil, err
		}
		document, err := documentOf(tx, &voucher)
		if err != nil {
			return nil, err
		}
		return document, tx.AppendJournal(entries...)
	})
}

// letterOf is what a letter says beside its voucher.
func letterOf(tx *store.Tx, merchant *store.Merchant, voucher *ar.Invoice) (letter.Letter, error) {
	l := letter.Letter{Voucher: voucher, Issuer: issuerOf(merchant)}
	id, err := tx.IdentityByID(voucher.Identity.ID)
	if err != nil {
		return l, err
	}
	l.Customer, l.Locale = id.Number, localeOf(voucher, id)
	if voucher.Corrects != "" {
		l.Corrects, err = tx.InvoiceByID(voucher.Corrects)
	}
	return l, err
}

const (
	mediaPDF  = "application/pdf"
	mediaMail = "message/rfc822"
)

// commitCopy brings a copy of a draft to what it will be once committed, with the number that is reserved for it. The number
// is drawn only for a voucher that can be committed: what is refused leaves no gap.
func commitCopy(tx *store.Tx, merchant *store.Merchant, voucher *ar.Invoice) error {
	now := localTime(merchant, tx.Now)
	trial := *voucher
	if err := trial.Commit("0", now); err != nil {
		return err
	}
	if voucher.Number != "" {
		if err := tx.NumberFree(voucher); err != nil {
			return err
		}
		return voucher.Commit(voucher.Number, now)
	}
	number, err := drawNumber(tx, merchant, &trial)
	if err != nil {
		return err
	}
	return voucher.Commit(number, now)
}

// shows tells whether a committed voucher is the one that was printed. When it was committed is not on the letter.
func (p *printed) shows(voucher *ar.Invoice) (bool, error) {
	copied := p.voucher
	copied.Committed = voucher.Committed
	was, err := copied.Sealed()
	if err != nil {
		return false, err
	}
	is, err := voucher.Sealed()
	return bytes.Equal(was, is), err
}

// drawNumber gives the number that is reserved for a voucher, and reserves one if there is none yet. A number that is
// reserved and never used is a gap: unique is what the law asks for, and the reservation tells what the gap is about.
// Numbers the merchant has given to another voucher are passed over: they would be drawn again and again.
func drawNumber(tx *store.Tx, merchant *store.Merchant, voucher *ar.Invoice) (string, error) {
	pattern := merchant.Settings.NumberPattern(voucher.Kind)
	number, ok, err := tx.ReservedNumber(voucher.ID)
	if err != nil || ok && pattern.Fits(number, *voucher.Issued) {
		return number, err
	}
	series := pattern.Series(voucher.Kind, *voucher.Issued)
	for tries := 0; ; tries++ {
		// The steps grow after a while, or a merchant who brings 100,000 numbers along would wait for as many.
		n, err := tx.Skip(series, 1<<max(0, tries-8))
		if err != nil {
			return "", err
		}
		number := pattern.Number(n, *voucher.Issued)
		free, err := tx.ReserveNumber(voucher.Kind, voucher.ID, number)
		if err != nil || free {
			return number, err
		}
	}
}

// hasDocument tells whether a document from elsewhere stands in for the letter we would write.
func hasDocument(tx *store.Tx, voucher *ar.Invoice) (bool, error) {
	document, err := documentOf(tx, voucher)
	return document != nil, err
}

// documentOf is the document of a voucher that its customer gets: the latest of the voucher's own kind. nil when there is
// none.
func documentOf(tx *store.Tx, voucher *ar.Invoice) (*ar.Communication, error) {
	all, err := tx.Communications(voucher.ID)
	if err != nil {
		return nil, err
	}
	var latest *ar.Communication
	for i := range all {
		if all[i].Kind == documentKind(voucher.Kind) {
			latest = &all[i]
		}
	}
	return latest, nil
}

func documentKind(kind ar.VoucherKind) ar.CommunicationKind {
	if kind == ar.KindCreditnote {
		return ar.CommCreditnote
	}
	return ar.CommInvoice
}

// keepPrinted stores the letter with its voucher, and gives its entry of the journal. Somebody may have imported a document
// since it was printed: then that one stands, and the letter is nobody's.
func keepPrinted(tx *store.Tx, voucher *ar.Invoice, p *printed) ([]*store.JournalEntry, error) {
	document, err := documentOf(tx, voucher)
	switch {
	case err != nil:
		return nil, err
	case document != nil:
		return nil, nil
	case p.file.SHA256 == "": // the document that was to stand in for it is gone: cannot be, documents stay
		return nil, errReprint
	}
	file := p.file
	if _, err := tx.KeepFile(&file); err != nil {
		return nil, err
	}
	c := ar.Communication{InvoiceID: voucher.ID, Kind: documentKind(voucher.Kind), Label: file.Name, File: file}
	if err := tx.InsertCommunication(&c); err != nil {
		return nil, err
	}
	e, err := fileEntry(journalLetter, &c)
	return []*store.JournalEntry{e}, err
}

func issuerOf(m *store.Merchant) ar.Issuer {
	issuer := m.Settings.Issuer
	if issuer.Name == "" {
		issuer.Name = m.Name
	}
	return issuer
}

// localTime is the time where the merchant is: it decides which day an invoice is issued on.
func localTime(m *store.Merchant, now time.Time) time.Time {
	name := cmp.Or(m.Settings.Timezone, zones[m.Settings.Issuer.Country])
	if zone, err := time.LoadLocation(name); err == nil { // checked when it was set
		return now.In(zone)
	}
	return now
}

// zones are those of countries that have one, for merchants who name none.
var zones = map[string]string{"DE": "Europe/Berlin", "AT": "Europe/Vienna", "CH": "Europe/Zurich", "LI": "Europe/Vaduz", "LU": "Europe/Luxembourg"}

// NumberGaps are the numbers of a kind of voucher that were drawn and that no committed voucher has.
func (a *App) NumberGaps(ctx context.Context, by Caller, kind ar.VoucherKind) ([]store.Number, error) {
	return view(ctx, a, by, func(tx *store.Tx) ([]store.Number, error) { return tx.NumberGaps(kind) })
}
