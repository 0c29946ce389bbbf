package store

import (
	"context"
	"fmt"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Merchant is an account: everything else belongs to one.
type Merchant struct {
	ID                   string
	Name                 string
	IdempotencyRetention time.Duration // how long an answer is kept for repetition; at least MinIdempotencyRetention
	Currency             string        // ISO 4217; of identities and invoices that name none
	Secret               string        // signs links to files; drawn when the merchant is created
	Created              time.Time
}

// MinIdempotencyRetention is what the contract promises.
const MinIdempotencyRetention = 24 * time.Hour

const merchantColumns = `merchant, name, currency, idempotency_retention, secret, created`

func scanMerchant(r row, m *Merchant) error {
	var retention int64
	err := r.Scan(&m.ID, &m.Name, &m.Currency, &retention, &m.Secret, instant{&m.Created})
	m.IdempotencyRetention = time.Duration(retention) * time.Millisecond
	return err
}

// InsertMerchant creates the merchant this transaction belongs to: m.ID is set to it, Created to now. A retention of
// zero becomes the least allowed. A merchant that exists is a Conflict.
func (tx *Tx) InsertMerchant(m *Merchant) error {
	m.ID, m.Created = tx.merchant, tx.Now
	m.IdempotencyRetention = max(m.IdempotencyRetention, MinIdempotencyRetention)
	if m.Secret == "" {
		m.Secret = newSecret()
	}
	n, err := tx.exec(`INSERT INTO merchants (merchant, name, currency, idempotency_retention, secret, created) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (merchant) DO NOTHING`, m.Name, m.Currency, m.IdempotencyRetention.Milliseconds(), m.Secret, millis(m.Created))
	if err == nil && n == 0 {
		return ar.UniqueViolation("id", fmt.Sprintf("There is a merchant '%s' already.", m.ID), "Choose another id.")
	}
	return err
}

// UpdateMerchant changes name and settings.
func (tx *Tx) UpdateMerchant(m *Merchant) error {
	m.IdempotencyRetention = max(m.IdempotencyRetention, MinIdempotencyRetention)
	n, err := tx.exec(`UPDATE merchants SET name = $2, currency = $3, idempotency_retention = $4 WHERE merchant = $1`, m.Name, m.Currency, m.IdempotencyRetention.Milliseconds())
	if err == nil && n == 0 {
		return noMerchant(tx.merchant)
	}
	return err
}

// Merchant reads the merchant of this transaction.
func (tx *Tx) Merchant() (*Merchant, error) {
	var m *Merchant
	err := tx.query(`SELECT `+merchantColumns+` FROM merchants WHERE merchant = $1`, nil, func(r row) error {
		m = new(Merchant)
		return scanMerchant(r, m)
	})
	if err == nil && m == nil {
		return nil, noMerchant(tx.merchant)
	}
	return m, err
}

func noMerchant(id string) error { return ar.Missing("merchant", "merchant", id) }

// Merchants lists all merchants by id. It is for those who work for all of them: schedules and the command line.
func (db *DB) Merchants(ctx context.Context) ([]Merchant, error) {
	var all []Merchant
	err := db.engine.view(ctx, func(s session) error {
		all = nil
		return s.query(`SELECT `+merchantColumns+` FROM merchants ORDER BY merchant`, nil, func(r row) error {
			var m Merchant
			err := scanMerchant(r, &m)
			all = append(all, m)
			return err
		})
	})
	return all, db.unavailable(err)
}
