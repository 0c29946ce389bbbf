package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Kinds of entries of the journal: what was sealed.
const (
	journalVoucher  = "voucher"  // a committed invoice or credit note; subject: its id
	journalLetter   = "letter"   // a letter of ours; subject: the communication
	journalImported = "imported" // a document from elsewhere; subject: the communication
	journalMail     = "mail"     // a mail that was, or may have been, handed over; subject: the delivery
)

// sealVoucher enters what of a committed voucher never changes.
func sealVoucher(tx *store.Tx, voucher *ar.Invoice) error {
	content, err := voucher.Sealed()
	if err != nil {
		return err
	}
	return seal(tx, journalVoucher, voucher.ID, hashOf(content), map[string]string{"number": voucher.Number, "reference": voucher.Reference})
}

// sealFile enters a document by the hash of its bytes.
func sealFile(tx *store.Tx, kind string, c *ar.Communication) error {
	return seal(tx, kind, c.ID, c.File.SHA256, map[string]string{"kind": string(c.Kind), "filename": c.File.Name, "voucher": c.InvoiceID})
}

// sealMail enters a mail by the hash of its bytes, with what its server said. A mail that may have arrived is entered
// as such, and again when it did.
func sealMail(tx *store.Tx, d *ar.Delivery) error {
	message, err := tx.Communication(d.Communication)
	if err != nil {
		return err
	}
	return seal(tx, journalMail, d.ID, message.File.SHA256, map[string]string{
		"voucher": d.InvoiceID, "recipient": d.Recipient, "messageId": d.MessageID, "state": string(d.State), "reply": d.Reply})
}

// seal appends an entry. The keys of payload are written in their order, so that the same facts are the same bytes.
func seal(tx *store.Tx, kind, subject, hash string, payload map[string]string) error {
	text, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	return tx.AppendJournal(&store.JournalEntry{Kind: kind, Subject: subject, SHA256: hash, Payload: text})
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
