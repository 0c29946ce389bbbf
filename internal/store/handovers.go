package store

import (
	"context"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// InsertHandover stores a case as it was handed over; there is no way to change one. Its file, its job and the invoice are
// there before. Created is set. A second one of the cycle is a Conflict, and the transaction goes on.
func (tx *Tx) InsertHandover(h *ar.Handover) error {
	h.Created = tx.Now
	collector, err := document(h.Collector)
	if err != nil {
		return err
	}
	claim, err := document(h.Claim)
	if err != nil {
		return err
	}
	n, err := tx.exec(`INSERT INTO handovers (merchant, invoice_id, cycle, run, day, collector, claim, communication_id, job, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (merchant, invoice_id, cycle) DO NOTHING`,
		h.InvoiceID, h.Cycle, h.Run, millis(h.Day), collector, claim, h.Communication, h.Job, millis(h.Created))
	if err == nil && n == 0 {
		return ar.ConflictState("The case was handed over to collection already.")
	}
	return err
}

// Handovers are those of an invoice, by its id, the newest first.
func (tx *Tx) Handovers(invoiceID string) ([]ar.Handover, error) {
	var all []ar.Handover
	err := tx.query(`SELECT invoice_id, cycle, run, day, collector, claim, communication_id, job, created
		FROM handovers WHERE merchant = $1 AND invoice_id = $2 ORDER BY cycle DESC`, []any{invoiceID}, func(r row) error {
		var h ar.Handover
		err := r.Scan(&h.InvoiceID, &h.Cycle, &h.Run, instant{&h.Day}, parsed{&h.Collector}, parsed{&h.Claim}, &h.Communication, &h.Job, instant{&h.Created})
		all = append(all, h)
		return err
	})
	return all, err
}

const collectionColumns = `id, kind, job, invoice_id, cycle, body, state, attempts, generation, lease, next, reason, created, finished`

// InsertCollectionMessage stores something that whoever took a case over is to be told. Its job and its handover are there
// before. An empty ID is drawn; Created is set.
func (tx *Tx) InsertCollectionMessage(m *ar.CollectionMessage) error {
	if m.ID == "" {
		m.ID = tx.NewID()
	}
	m.Created = tx.Now
	_, err := tx.exec(`INSERT INTO collection_messages (merchant, id, kind, job, invoice_id, cycle, body, state, attempts, generation, lease, next, reason, created, finished)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		m.ID, string(m.Kind), m.Job, m.InvoiceID, m.Cycle, string(m.Body), string(m.State), int64(m.Attempts), m.Generation,
		millisOrNull(m.Lease), millisOrNull(m.Next), legible(m.Reason), millis(m.Created), millisOrNull(m.Finished))
	return err
}

// UpdateCollectionMessage stores how far a message has come: everything from State on but Created. generation is the one it
// had when it was read; when another is stored by now, or when it has ended, the answer is ErrFenced.
func (tx *Tx) UpdateCollectionMessage(m *ar.CollectionMessage, generation int64) error {
	n, err := tx.exec(`UPDATE collection_messages SET state = $4, attempts = $5, generation = $6, lease = $7, next = $8, reason = $9, finished = $10
		WHERE merchant = $1 AND id = $2 AND generation = $3 AND finished IS NULL`,
		m.ID, generation, string(m.State), int64(m.Attempts), m.Generation, millisOrNull(m.Lease), millisOrNull(m.Next), legible(m.Reason), millisOrNull(m.Finished))
	if err == nil && n == 0 {
		return ErrFenced
	}
	return err
}

// CollectionMessage reads a message by its id. In an Update nobody else changes it until the transaction ends.
func (tx *Tx) CollectionMessage(id string) (*ar.CollectionMessage, error) {
	all, err := tx.collectionMessages(`id = $2`+tx.lock, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ar.Missing("id", "message", id)
	}
	return &all[0], nil
}

// CollectionMessageOf is the message that a job brings, by the job's number, without a lock: what is told never changes.
func (tx *Tx) CollectionMessageOf(job int64) (*ar.CollectionMessage, error) {
	all, err := tx.collectionMessages(`job = $2`, job)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// CollectionMessages are those about an invoice, by its id, the oldest first.
func (tx *Tx) CollectionMessages(invoiceID string) ([]ar.CollectionMessage, error) {
	return tx.collectionMessages(`invoice_id = $2 ORDER BY created, id`, invoiceID)
}

func (tx *Tx) collectionMessages(where string, value any) ([]ar.CollectionMessage, error) {
	var all []ar.CollectionMessage
	err := tx.query(`SELECT `+collectionColumns+` FROM collection_messages WHERE merchant = $1 AND `+where, []any{value}, func(r row) error {
		var m ar.CollectionMessage
		var attempts int64
		err := r.Scan(&m.ID, (*string)(&m.Kind), &m.Job, &m.InvoiceID, &m.Cycle, maybeRaw{&m.Body}, (*string)(&m.State), &attempts, &m.Generation,
			maybeInstant{&m.Lease}, maybeInstant{&m.Next}, &m.Reason, instant{&m.Created}, maybeInstant{&m.Finished})
		m.Attempts = int(attempts)
		all = append(all, m)
		return err
	})
	return all, err
}

const dueCollection = `SELECT merchant, id FROM collection_messages WHERE coalesce(lease, next) IS NOT NULL AND coalesce(lease, next) <= $1 ORDER BY coalesce(lease, next), merchant, id LIMIT $2`

// DueCollectionMessages is DueDeliveries for messages to whoever took cases over.
func (db *DB) DueCollectionMessages(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	return db.due(ctx, dueCollection, now, limit)
}
