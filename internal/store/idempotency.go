package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/dunwell/dunwell/internal/ar"
)

// Answer is a finished answer that is repeated for the same request, byte for byte.
type Answer struct {
	Status  int
	Headers json.RawMessage // a JSON object
	Body    []byte
}

// Idempotent claims an idempotency key for this transaction, or finds the answer it was given before. fingerprint
// names the request: whatever makes it another one.
//
//   - nil, nil: the key is fresh. Do the work and call StoreAnswer before the transaction ends; without an answer, or
//     when the transaction is rolled back, the key stays fresh.
//   - an Answer: the request was answered before; repeat it and do nothing else.
//   - Invalid, ar.CodeIdempotencyKeyReused: the key belongs to another request.
//   - Conflict, ar.CodeIdempotencyInProgress: another transaction has claimed it and takes long to end.
//
// The row is written first, so that a second request with the key waits for the end of the first one. An answer that
// has expired is as good as none, whether it was deleted or not.
func (tx *Tx) Idempotent(key, fingerprint string) (*Answer, error) {
	for {
		n, err := tx.exec(`INSERT INTO idempotency (merchant, key, fingerprint, expires, status, headers)
			SELECT merchant, $2, $3, idempotency_retention + $4, 0, '{}' FROM merchants WHERE merchant = $1
			ON CONFLICT (merchant, key) DO NOTHING`, key, fingerprint, millis(tx.Now))
		if err != nil {
			return nil, tx.inProgress(err)
		}
		if n == 1 {
			return nil, nil
		}
		a, found, err := tx.claim(key, fingerprint)
		if err != nil || found {
			return a, err
		}
		if _, err := tx.Merchant(); err != nil { // no merchant, no row to insert
			return nil, err
		}
		// The answer expired and was deleted in between: insert again.
	}
}

// claim reads the row of a key that exists, and takes it over when it holds no answer any more.
func (tx *Tx) claim(key, fingerprint string) (a *Answer, found bool, err error) {
	var stored string
	var expires, status int64
	a = &Answer{}
	found, err = tx.first(`SELECT fingerprint, expires, status, headers, body FROM idempotency WHERE merchant = $1 AND key = $2`+tx.lock, []any{key},
		&stored, &expires, &status, maybeRaw{&a.Headers}, &a.Body)
	if err != nil || !found {
		return nil, false, tx.inProgress(err)
	}
	if status == 0 || expires <= millis(tx.Now) {
		_, err := tx.exec(`UPDATE idempotency SET fingerprint = $3, status = 0, headers = '{}', body = NULL,
			expires = $4 + (SELECT idempotency_retention FROM merchants WHERE merchant = $1) WHERE merchant = $1 AND key = $2`, key, fingerprint, millis(tx.Now))
		return nil, true, err
	}
	if stored != fingerprint {
		text := "The idempotency key was used for another request."
		return nil, true, &ar.Error{Kind: ar.Invalid, Code: ar.CodeIdempotencyKeyReused, Message: text, Details: []ar.Detail{{
			Error: text, Fields: []string{"Idempotency-Key"}, Hint: "Use a new key for every new request, and the same one only to repeat a request unchanged.",
		}}}
	}
	a.Status = int(status)
	return a, true, nil
}

// inProgress names a wait for another transaction with the same key that took too long.
func (tx *Tx) inProgress(err error) error {
	if err == nil || tx.dialect.fault(err) != faultLocked {
		return err
	}
	return &ar.Error{Kind: ar.Conflict, Code: ar.CodeIdempotencyInProgress, Message: "A request with the same idempotency key is still being executed. Repeat it in a moment.", Cause: err}
}

// StoreAnswer keeps the answer to a request whose key Idempotent said was fresh, in this same transaction. A refusal
// is kept too: do the work in a Savepoint, and store its answer after it was rolled back. An answer that asks to try
// again, or is a fault of ours, must not be kept: return the error instead.
func (tx *Tx) StoreAnswer(key string, a Answer) error {
	if a.Headers == nil {
		a.Headers = json.RawMessage("{}")
	}
	if a.Body == nil {
		a.Body = []byte{}
	}
	n, err := tx.exec(`UPDATE idempotency SET status = $3, headers = $4, body = $5 WHERE merchant = $1 AND key = $2 AND status = 0`,
		key, int64(a.Status), string(a.Headers), a.Body)
	if err == nil && n == 0 {
		return errors.New("store: an answer is stored for a key that this transaction has not claimed")
	}
	return err
}

// reapBatch bounds one transaction of the reaper, so that nobody waits long for it.
const reapBatch = 500

// ReapAnswers deletes expired answers of all merchants, some at a time, and tells how many.
func (db *DB) ReapAnswers(ctx context.Context) (int64, error) {
	merchants, err := db.Merchants(ctx)
	if err != nil {
		return 0, err
	}
	var total int64
	for _, m := range merchants {
		for n := int64(reapBatch); n == reapBatch; total += n {
			err := db.Update(ctx, m.ID, func(tx *Tx) error {
				n, err = tx.exec(`DELETE FROM idempotency WHERE merchant = $1 AND key IN
					(SELECT key FROM idempotency WHERE merchant = $1 AND expires <= $2 ORDER BY expires LIMIT $3) AND expires <= $2`, millis(tx.Now), int64(reapBatch))
				return err
			})
			if err != nil {
				return total, err
			}
		}
	}
	return total, nil
}
