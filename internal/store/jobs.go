package store

import (
	"strconv"

	"github.com/dunwell/dunwell/internal/ar"
)

// InsertJob stores what an operation started. Its Number is that of an event of this transaction, or of one before; Created
// is set.
func (tx *Tx) InsertJob(j *ar.Job) error {
	j.Created = tx.Now
	_, err := tx.exec(`INSERT INTO jobs (merchant, number, kind, invoice_id, notify_url, data, state, result, code, created, finished)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		j.Number, string(j.Kind), j.InvoiceID, j.NotifyURL, j.Data, string(j.State), legible(j.Result), j.Code, millis(j.Created), millisOrNull(j.Finished))
	return err
}

// Job reads a job with its deliveries by its number. In an Update nobody else changes the job itself until the transaction
// ends.
func (tx *Tx) Job(number int64) (*ar.Job, error) {
	j := ar.Job{Number: number}
	found, err := tx.first(`SELECT kind, invoice_id, (SELECT i.reference FROM invoices AS i WHERE i.merchant = $1 AND i.id = invoice_id),
			notify_url, data, state, result, code, created, finished
		FROM jobs WHERE merchant = $1 AND number = $2`+tx.lock, []any{number},
		(*string)(&j.Kind), &j.InvoiceID, text{&j.Invoice}, &j.NotifyURL, &j.Data, (*string)(&j.State), &j.Result, &j.Code, instant{&j.Created}, maybeInstant{&j.Finished})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, ar.Missing("job", "job", strconv.FormatInt(number, 10))
	}
	j.Deliveries, err = tx.DeliveriesOf(number)
	return &j, err
}

// UpdateJob stores where a job stands: State, Result, Code and Finished.
func (tx *Tx) UpdateJob(j *ar.Job) error {
	n, err := tx.exec(`UPDATE jobs SET state = $3, result = $4, code = $5, finished = $6 WHERE merchant = $1 AND number = $2`,
		j.Number, string(j.State), legible(j.Result), j.Code, millisOrNull(j.Finished))
	if err == nil && n == 0 {
		return ar.Missing("job", "job", strconv.FormatInt(j.Number, 10))
	}
	return err
}
