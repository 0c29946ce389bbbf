package store

import (
	"github.com/dunwell/dunwell/internal/ar"
)

const communicationColumns = `c.id, c.reference, c.invoice_id, c.kind, c.label, c.comment, c.data, c.filename, c.created, d.state, d.recipient, ` + fileColumns

func scanCommunication(r row, c *ar.Communication) error {
	return r.Scan(&c.ID, &c.Reference, &c.InvoiceID, (*string)(&c.Kind), &c.Label, &c.Comment, maybeRaw{&c.Data}, &c.File.Name, instant{&c.Created},
		text{(*string)(&c.State)}, text{&c.Recipient}, &c.File.ID, &c.File.Reference, &c.File.SHA256, &c.File.Size, &c.File.MediaType)
}

const communicationFrom = ` FROM communications AS c JOIN files AS f ON f.merchant = c.merchant AND f.id = c.file_id
	LEFT JOIN deliveries AS d ON d.merchant = c.merchant AND d.communication_id = c.id WHERE c.merchant = $1`

// InsertCommunication stores a communication about a voucher. Its file is kept before, see KeepFile; only File.ID and
// File.Name are read. An empty ID is drawn, an empty Reference made of it; Created is set. A reference that exists is
// a Conflict, and the transaction goes on.
func (tx *Tx) InsertCommunication(c *ar.Communication) error {
	if c.ID == "" {
		c.ID = tx.NewID()
	}
	if c.Reference == "" {
		c.Reference = "_" + c.ID
	}
	c.Created = tx.Now
	n, err := tx.exec(`INSERT INTO communications (merchant, id, reference, invoice_id, kind, label, comment, data, file_id, filename, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (merchant, reference) DO NOTHING`,
		c.ID, c.Reference, c.InvoiceID, string(c.Kind), c.Label, c.Comment, raw(c.Data), c.File.ID, c.File.Name, millis(c.Created))
	if err == nil && n == 0 {
		return referenceExists("communication", c.Reference)
	}
	return err
}

// Communication reads a communication by its id.
func (tx *Tx) Communication(id string) (*ar.Communication, error) {
	var c *ar.Communication
	err := tx.query(`SELECT `+communicationColumns+communicationFrom+` AND c.id = $2`, []any{id}, func(r row) error {
		c = new(ar.Communication)
		return scanCommunication(r, c)
	})
	if err == nil && c == nil {
		return nil, ar.Missing("id", "communication", id)
	}
	return c, err
}

// Communications are those about a voucher, by its id, the oldest first.
func (tx *Tx) Communications(invoiceID string) ([]ar.Communication, error) {
	var all []ar.Communication
	err := tx.query(`SELECT `+communicationColumns+communicationFrom+` AND c.invoice_id = $2 ORDER BY c.created, c.id`, []any{invoiceID}, func(r row) error {
		var c ar.Communication
		err := scanCommunication(r, &c)
		all = append(all, c)
		return err
	})
	return all, err
}
