package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

const callbackColumns = `id, kind, job, invoice_id, url, body, state, attempts, generation, lease, next, reason, created, finished`

func scanCallback(r row, c *ar.Callback) error {
	var attempts int64
	err := r.Scan(&c.ID, (*string)(&c.Kind), &c.Job, &c.InvoiceID, &c.URL, maybeRaw{&c.Body}, (*string)(&c.State), &attempts, &c.Generation,
		maybeInstant{&c.Lease}, maybeInstant{&c.Next}, &c.Reason, instant{&c.Created}, maybeInstant{&c.Finished})
	c.Attempts = int(attempts)
	return err
}

// InsertCallback stores a message to a URL of the merchant's. Its job is there before. An empty ID is drawn; Created is
// set.
func (tx *Tx) InsertCallback(c *ar.Callback) error {
	if c.ID == "" {
		c.ID = tx.NewID()
	}
	c.Created = tx.Now
	_, err := tx.exec(`INSERT INTO callbacks (merchant, id, kind, job, invoice_id, url, body, state, attempts, generation, lease, next, reason, created, finished)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		c.ID, string(c.Kind), c.Job, c.InvoiceID, c.URL, string(c.Body), string(c.State), int64(c.Attempts), c.Generation,
		millisOrNull(c.Lease), millisOrNull(c.Next), legible(c.Reason), millis(c.Created), millisOrNull(c.Finished))
	return err
}

// UpdateCallback stores how far a callback has come: everything from State on but Created. generation is the one it had
// when it was read; when another is stored by now, the answer is ErrFenced.
func (tx *Tx) UpdateCallback(c *ar.Callback, generation int64) error {
	n, err := tx.exec(`UPDATE callbacks SET state = $4, attempts = $5, generation = $6, lease = $7, next = $8, reason = $9, finished = $10
		WHERE merchant = $1 AND id = $2 AND generation = $3`,
		c.ID, generation, string(c.State), int64(c.Attempts), c.Generation, millisOrNull(c.Lease), millisOrNull(c.Next), legible(c.Reason), millisOrNull(c.Finished))
	if err == nil && n == 0 {
		return ErrFenced
	}
	return err
}

// Callback reads a callback by its id. In an Update nobody else changes it until the transaction ends.
func (tx *Tx) Callback(id string) (*ar.Callback, error) {
	all, err := tx.callbacks(`id = $2`+tx.lock, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ar.Missing("id", "callback", id)
	}
	return &all[0], nil
}

// CallbackFilter narrows a list of callbacks; what is empty does not.
type CallbackFilter struct {
	State     ar.CallbackState
	Kind      ar.CallbackKind
	InvoiceID string
}

// where is the filter as a condition, with its values.
func (f CallbackFilter) where() (condition string, values []any) {
	condition = `TRUE`
	for _, c := range []struct{ column, value string }{{"state", string(f.State)}, {"kind", string(f.Kind)}, {"invoice_id", f.InvoiceID}} {
		if c.value != "" {
			values = append(values, c.value)
			condition += ` AND ` + c.column + ` = $` + strconv.Itoa(len(values)+1)
		}
	}
	return condition, values
}

// Callbacks are the merchant's callbacks, the newest first, at most limit of them.
func (tx *Tx) Callbacks(f CallbackFilter, limit int) ([]ar.Callback, error) {
	where, values := f.where()
	values = append(values, int64(limit))
	return tx.callbacks(where+` ORDER BY created DESC, id DESC LIMIT $`+strconv.Itoa(len(values)+1), values...)
}

// CallbacksOf are the callbacks that tell of a job, by its number, the oldest first.
func (tx *Tx) CallbacksOf(job int64) ([]ar.Callback, error) {
	return tx.callbacks(`job = $2 ORDER BY id`, job)
}

func (tx *Tx) callbacks(where string, values ...any) ([]ar.Callback, error) {
	var all []ar.Callback
	err := tx.query(`SELECT `+callbackColumns+` FROM callbacks WHERE merchant = $1 AND `+where, values, func(r row) error {
		var c ar.Callback
		err := scanCallback(r, &c)
		all = append(all, c)
		return err
	})
	return all, err
}

// AppendCallbackAttempt adds a try to the history of a callback. It takes the callback's lock, so that the tries of a
// replay follow those before.
func (tx *Tx) AppendCallbackAttempt(a *ar.CallbackAttempt) error {
	if _, err := tx.Callback(a.Callback); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO callback_attempts (merchant, callback_id, seq, attempt, happened, status, error, response, millis)
		VALUES ($1, $2, (SELECT coalesce(max(seq), 0) + 1 FROM callback_attempts WHERE merchant = $1 AND callback_id = $2), $3, $4, $5, $6, $7, $8)`,
		a.Callback, int64(a.Attempt), millis(a.At), int64(a.Status), legible(a.Error), legible(a.Response), a.Millis)
	return err
}

// CallbackAttempts are the histories of callbacks, by their ids: those of one behind each other, in the order it happened. Of a
// callback that was replayed, attempt 1 is there more than once.
func (tx *Tx) CallbackAttempts(ids ...string) ([]ar.CallbackAttempt, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	s := statement{}
	places := make([]string, len(ids))
	for i, id := range ids {
		places[i] = s.arg(id)
	}
	var all []ar.CallbackAttempt
	err := tx.query(`SELECT callback_id, attempt, happened, status, error, response, millis FROM callback_attempts
		WHERE merchant = $1 AND callback_id IN (`+strings.Join(places, ", ")+`) ORDER BY callback_id, seq`, s.args, func(r row) error {
		var a ar.CallbackAttempt
		var attempt, status int64
		err := r.Scan(&a.Callback, &attempt, instant{&a.At}, &status, &a.Error, &a.Response, &a.Millis)
		a.Attempt, a.Status = int(attempt), int(status)
		all = append(all, a)
		return err
	})
	return all, err
}

// DueCallbacks is DueDeliveries for callbacks.
func (db *DB) DueCallbacks(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	return db.due(ctx, dueCallbacks, now, limit)
}
