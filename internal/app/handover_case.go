package app

import (
	"fmt"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// caseFile is all that is handed over of a case, but for the bytes of its papers.
type caseFile struct {
	*dossier
	day       time.Time
	statement ar.ClaimStatement
	events    []store.Event
	holds     []ar.Hold
	mails     []ar.Delivery // to the debtor, about the invoice and its credit notes
	vouchers  int           // that are among the papers
	papers    []paper
	seals     []seal // of papers, in their order
	head      store.JournalHead
}

// paper is one file of a case: a document whose bytes are in the blob store, or a voucher as it was sealed.
type paper struct {
	name   string // in the archive
	sha256 string
	file   string // hash of the bytes in the blob store; empty: they are content
	text   []byte
}

// readCase reads all that is handed over.
func readCase(tx *store.Tx, d *dossier, statement ar.ClaimStatement, day time.Time) (*caseFile, error) {
	f := &caseFile{dossier: d, day: day, statement: statement}
	var err error
	if f.head, err = tx.JournalHead(); err != nil {
		return nil, err
	}
	if f.events, err = tx.Events(d.invoice.ID); err != nil {
		return nil, err
	}
	notes, err := tx.Creditnotes(d.invoice.ID)
	if err != nil {
		return nil, err
	}
	f.holds = d.Holds
	for _, n := range oldestFirst(d.notices) {
		if err := f.readNotice(tx, &n); err != nil {
			return nil, err
		}
	}
	for _, voucher := range append([]ar.Invoice{*d.invoice}, notes...) {
		if voucher.Committed == nil {
			continue
		}
		if err := f.readVoucher(tx, &voucher); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// readNotice adds what a notice says, as it was sealed. Its letter is among the papers of the invoice.
func (f *caseFile) readNotice(tx *store.Tx, n *ar.Notice) error {
	sealed, err := n.Sealed()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("notices/%d-%s.json", n.Cycle, ar.NoticeDocument(n.Level))
	return f.add(tx, paper{name: name, sha256: hashOf(sealed), text: sealed}, journalNotice, n.ID)
}

// readVoucher adds a voucher with its papers, each with what the journal knows of it.
func (f *caseFile) readVoucher(tx *store.Tx, voucher *ar.Invoice) error {
	sealed, err := voucher.Sealed()
	if err != nil {
		return err
	}
	f.vouchers++ // two numbers may be written alike
	name := fmt.Sprintf("vouchers/%02d-%s.json", f.vouchers, plainName(voucher.Number))
	if err := f.add(tx, paper{name: name, sha256: hashOf(sealed), text: sealed}, journalVoucher, voucher.ID); err != nil {
		return err
	}
	deliveries, err := tx.Deliveries(voucher.ID)
	if err != nil {
		return err
	}
	sent := map[string]string{} // the delivery of a mail, by the mail's communication
	for _, d := range deliveries {
		if d.Kind != ar.MailCollection && d.Kind != ar.MailCollectionReport { // to another than the debtor
			f.mails = append(f.mails, d)
			sent[d.Communication] = d.ID
		}
	}
	communications, err := tx.Communications(voucher.ID)
	if err != nil {
		return err
	}
	for i := range communications {
		if err := f.readPaper(tx, &communications[i], sent); err != nil {
			return err
		}
	}
	return nil
}

// readPaper adds a document, in the folder of its origin: a letter of ours, a mail of ours, or from elsewhere. What an earlier
// hand-over has handed over is no paper of the case, nor is what was mailed to whoever took it over then.
func (f *caseFile) readPaper(tx *store.Tx, c *ar.Communication, sent map[string]string) error {
	folder, kind, subject := "letters", journalLetter, c.ID
	switch delivery, mailed := sent[c.ID]; {
	case c.Kind == ar.CommCollection, c.State != "" && !mailed:
		return nil
	case mailed:
		folder, kind, subject = "mails", journalMail, delivery
	default:
		imported, err := tx.Journaled(journalImported, c.ID)
		if err != nil {
			return err
		}
		if imported {
			folder, kind = "documents", journalImported
		}
	}
	name := fmt.Sprintf("%s/%03d-%s-%s", folder, len(f.papers), c.Kind, plainName(c.File.Name))
	return f.add(tx, paper{name: name, sha256: c.File.SHA256, file: c.File.SHA256}, kind, subject)
}

// add adds a paper, with the proof that the journal had it.
func (f *caseFile) add(tx *store.Tx, p paper, kind, subject string) error {
	f.papers = append(f.papers, p)
	entry, err := tx.LastJournaled(kind, subject)
	if err != nil || entry == nil || entry.Seq > f.head.Size || entry.SHA256 != p.sha256 {
		return err // a mail that has not left yet, say: there is nothing to prove
	}
	proof, err := tx.JournalProof(entry.Seq, f.head.Size)
	if err != nil {
		return err
	}
	f.seals = append(f.seals, seal{paper: p.name, entry: entry, proof: proof})
	return nil
}

// archiveName is what the file of a case is called.
func (f *caseFile) archiveName() string {
	return strings.Join([]string{plainName(f.invoice.Number), "collection", f.day.Format(time.DateOnly)}, "-") + ".zip"
}
