package store

import (
	"context"
	"errors"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// ErrFenced is the answer to a worker that comes back late: somebody else has had what it works on since, or it has ended.
// Nothing was changed, and the transaction goes on.
var ErrFenced = errors.New("store: somebody else has it by now, or it has ended")

const deliveryColumns = `id, job, invoice_id, kind, recipient, locale, attachments, message_id, communication_id,
	state, attempts, generation, lease, handed, next, reply, reason, created, finished`

// scanDelivery reads these columns, and those after them into more.
func scanDelivery(r row, d *ar.Delivery, more ...any) error {
	var attempts int64
	err := r.Scan(append([]any{&d.ID, &d.Job, &d.InvoiceID, (*string)(&d.Kind), &d.Recipient, &d.Locale, parsed{&d.Attachments}, &d.MessageID, text{&d.Communication},
		(*string)(&d.State), &attempts, &d.Generation, maybeInstant{&d.Lease}, truth{&d.Handed}, maybeInstant{&d.Next},
		&d.Reply, &d.Reason, instant{&d.Created}, maybeInstant{&d.Finished}}, more...)...)
	d.Attempts = int(attempts)
	return err
}

// InsertDelivery stores a mail that somebody wants sent. Its job is there before. An empty ID is drawn; Created is set.
func (tx *Tx) InsertDelivery(d *ar.Delivery) error {
	if d.ID == "" {
		d.ID = tx.NewID()
	}
	d.Created = tx.Now
	attachments, err := document(d.Attachments)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO deliveries (merchant, id, job, invoice_id, kind, recipient, locale, attachments, message_id, communication_id,
			state, attempts, generation, lease, handed, next, reply, reason, created, finished)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		d.ID, d.Job, d.InvoiceID, string(d.Kind), d.Recipient, d.Locale, attachments, d.MessageID, orNull(d.Communication),
		string(d.State), int64(d.Attempts), d.Generation, millisOrNull(d.Lease), bit(d.Handed), millisOrNull(d.Next),
		legible(d.Reply), legible(d.Reason), millis(d.Created), millisOrNull(d.Finished))
	return err
}

// UpdateDelivery stores how far a delivery has come: its attachments, its communication and everything from State on but
// Created. generation is the one it had when it was read; when another is stored by now, or when the delivery has ended,
// the answer is ErrFenced.
func (tx *Tx) UpdateDelivery(d *ar.Delivery, generation int64) error {
	attachments, err := document(d.Attachments)
	if err != nil {
		return err
	}
	n, err := tx.exec(`UPDATE deliveries SET attachments = $4, communication_id = $5, state = $6, attempts = $7, generation = $8,
			lease = $9, handed = $10, next = $11, reply = $12, reason = $13, finished = $14
		WHERE merchant = $1 AND id = $2 AND generation = $3 AND finished IS NULL`,
		d.ID, generation, attachments, orNull(d.Communication), string(d.State), int64(d.Attempts), d.Generation,
		millisOrNull(d.Lease), bit(d.Handed), millisOrNull(d.Next), legible(d.Reply), legible(d.Reason), millisOrNull(d.Finished))
	if err == nil && n == 0 {
		return ErrFenced
	}
	return err
}

// Delivery reads a delivery by its id. In an Update nobody else changes it until the transaction ends.
func (tx *Tx) Delivery(id string) (*ar.Delivery, error) {
	d, err := tx.delivery(`id = $2`, id)
	if err == nil && d == nil {
		return nil, ar.Missing("id", "delivery", id)
	}
	return d, err
}

// DeliveryOf is the delivery whose message a communication holds, by the communication's id, with the same lock; nil when
// it holds none of ours.
func (tx *Tx) DeliveryOf(communicationID string) (*ar.Delivery, error) {
	return tx.delivery(`communication_id = $2`, communicationID)
}

func (tx *Tx) delivery(where, value string) (*ar.Delivery, error) {
	all, err := tx.deliveries(where+tx.lock, value)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// DeliveriesOf are the deliveries of a job, by its number, the oldest first.
func (tx *Tx) DeliveriesOf(job int64) ([]ar.Delivery, error) {
	return tx.deliveries(`job = $2 ORDER BY id`, job)
}

// Deliveries are those about a voucher, by its id, the oldest first.
func (tx *Tx) Deliveries(invoiceID string) ([]ar.Delivery, error) {
	return tx.deliveries(`invoice_id = $2 ORDER BY created, id`, invoiceID)
}

// VoucherDelivery is a delivery with the reference of the voucher it is about.
type VoucherDelivery struct {
	ar.Delivery
	Reference string
}

// NewestDeliveries are the newest deliveries in a state, or of all for none, at most limit of them, the newest first. Ids
// ascend with the time of creation.
func (tx *Tx) NewestDeliveries(state ar.DeliveryState, limit int) ([]VoucherDelivery, error) {
	where, values := `TRUE ORDER BY id DESC LIMIT $2`, []any{int64(limit)}
	if state != "" {
		where, values = `state = $2 ORDER BY created DESC, id DESC LIMIT $3`, []any{string(state), int64(limit)}
	}
	const reference = `(SELECT i.reference FROM invoices AS i WHERE i.merchant = $1 AND i.id = invoice_id)`
	var all []VoucherDelivery
	err := tx.query(`SELECT `+deliveryColumns+`, `+reference+` FROM deliveries WHERE merchant = $1 AND `+where, values, func(r row) error {
		var d VoucherDelivery
		err := scanDelivery(r, &d.Delivery, &d.Reference)
		all = append(all, d)
		return err
	})
	return all, err
}

func (tx *Tx) deliveries(where string, values ...any) ([]ar.Delivery, error) {
	var all []ar.Delivery
	err := tx.query(`SELECT `+deliveryColumns+` FROM deliveries WHERE merchant = $1 AND `+where, values, func(r row) error {
		var d ar.Delivery
		err := scanDelivery(r, &d)
		all = append(all, d)
		return err
	})
	return all, err
}

// Due is a delivery or a callback that somebody has to look at.
type Due struct {
	Merchant string
	ID       string
}

// dueDeliveries and dueCallbacks read one partial index each, whatever has ended.
const (
	dueDeliveries = `SELECT merchant, id FROM deliveries WHERE coalesce(lease, next) IS NOT NULL AND coalesce(lease, next) <= $1 ORDER BY coalesce(lease, next), merchant, id LIMIT $2`
	dueCallbacks  = `SELECT merchant, id FROM callbacks WHERE coalesce(lease, next) IS NOT NULL AND coalesce(lease, next) <= $1 ORDER BY coalesce(lease, next), merchant, id LIMIT $2`
)

// DueDeliveries are deliveries of all merchants that are to be tried by now, or whose worker has let its lease end: the
// longest due first, at most limit of them. now is the clock of attempts, see ar.Delivery.
func (db *DB) DueDeliveries(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	return db.due(ctx, dueDeliveries, now, limit)
}

func (db *DB) due(ctx context.Context, query string, now time.Time, limit int) ([]Due, error) {
	var all []Due
	err := db.engine.view(ctx, func(s session) error {
		all = nil
		return s.query(query, []any{millis(now), int64(limit)}, func(r row) error {
			var d Due
			err := r.Scan(&d.Merchant, &d.ID)
			all = append(all, d)
			return err
		})
	})
	return all, db.unavailable(err)
}
