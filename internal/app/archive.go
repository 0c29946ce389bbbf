package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Kinds of entries of the journal: what was sealed.
const (
	journalVoucher  = "voucher"  // a committed invoice or credit note; subject: its id
	journalLetter   = "letter"   // a letter of ours; subject: the communication
	journalImported = "imported" // a document from elsewhere; subject: the communication
	journalMail     = "mail"     // a mail that was, or may have been, handed over; subject: the delivery
	journalNotice   = "notice"   // a dunning notice; subject: its id
	journalCancel   = "cancel"   // the cancelation of a committed voucher; subject: its id
)

// voucherEntry seals what of a committed voucher never changes.
func voucherEntry(voucher *ar.Invoice) (*store.JournalEntry, error) {
	content, err := voucher.Sealed()
	if err != nil {
		return nil, err
	}
	return entry(journalVoucher, voucher.ID, hashOf(content), map[string]string{"number": voucher.Number, "reference": voucher.Reference})
}

// cancelEntry seals that a committed voucher was canceled, and when.
func cancelEntry(voucher *ar.Invoice) (*store.JournalEntry, error) {
	date := timestamp(voucher.Cancelationdate)
	return entry(journalCancel, voucher.ID, hashOf([]byte(voucher.ID+" "+date)), map[string]string{"number": voucher.Number, "cancelationdate": date})
}

// noticeEntry seals a notice by the hash of everything it says.
func noticeEntry(n *ar.Notice) (*store.JournalEntry, error) {
	content, err := n.Sealed()
	if err != nil {
		return nil, err
	}
	return entry(journalNotice, n.ID, hashOf(content), map[string]string{"voucher": n.InvoiceID, "kind": string(ar.NoticeDocument(n.Level)),
		"cycle": strconv.FormatInt(n.Cycle, 10), "run": strconv.FormatInt(n.Run, 10)})
}

// fileEntry seals a document by the hash of its bytes.
func fileEntry(kind string, c *ar.Communication) (*store.JournalEntry, error) {
	return entry(kind, c.ID, c.File.SHA256, map[string]string{"kind": string(c.Kind), "filename": c.File.Name, "voucher": c.InvoiceID})
}

// mailEntry seals a mail by the hash of its bytes, with what its server said. A mail that may have arrived is entered as
// such, and again when it did.
func mailEntry(message *ar.Communication, d *ar.Delivery) (*store.JournalEntry, error) {
	return entry(journalMail, d.ID, message.File.SHA256, map[string]string{
		"voucher": d.InvoiceID, "recipient": d.Recipient, "messageId": d.MessageID, "state": string(d.State), "reply": d.Reply})
}

func entry(kind, subject, hash string, payload map[string]string) (*store.JournalEntry, error) {
	text, err := json.Marshal(payload)
	return &store.JournalEntry{Kind: kind, Subject: subject, SHA256: hash, Payload: text}, err
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// journaled tells whether the journal has an entry of one of some kinds about a subject.
func journaled(tx *store.Tx, subject string, kinds ...string) (bool, error) {
	for _, kind := range kinds {
		if there, err := tx.Journaled(kind, subject); err != nil || there {
			return there, err
		}
	}
	return false, nil
}
