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
	Settings             ar.Settings
	Webhook              ar.Webhook
	CallbackSecrets      []string // whsec_… of Standard Webhooks, newest first, never none; drawn when the merchant is created
	Unsealed             bool     // papers of the time before there was a journal are still to be entered
	Created              time.Time
}

// MinIdempotencyRetention is what the contract promises.
const MinIdempotencyRetention = 24 * time.Hour

const merchantColumns = `merchant, name, currency, idempotency_retention, secret, settings, webhook_url, webhook_disabled, callback_secrets, sealed, created`

func scanMerchant(r row, m *Merchant) error {
	var retention, sealed int64
	err := r.Scan(&m.ID, &m.Name, &m.Currency, &retention, &m.Secret,
		parsed{&m.Settings}, &m.Webhook.URL, maybeInstant{&m.Webhook.Disabled}, parsed{&m.CallbackSecrets}, &sealed, instant{&m.Created})
	m.IdempotencyRetention = time.Duration(retention) * time.Millisecond
	m.Unsealed = sealed == 0
	return err
}

// merchantValues are the columns that an update may change, in the order of both statements.
func merchantValues(m *Merchant) ([]any, error) {
	m.IdempotencyRetention = max(m.IdempotencyRetention, MinIdempotencyRetention)
	if len(m.CallbackSecrets) == 0 {
		m.CallbackSecrets = []string{newCallbackSecret()}
	}
	settings, err := document(m.Settings)
	if err != nil {
		return nil, err
	}
	secrets, err := document(m.CallbackSecrets)
	if err != nil {
		return nil, err
	}
	return []any{m.Name, m.Currency, m.IdempotencyRetention.Milliseconds(), settings, m.Webhook.URL, millisOrNull(m.Webhook.Disabled), secrets}, nil
}

// InsertMerchant creates the merchant this transaction belongs to: m.ID is set to it, Created to now. A retention of
// zero becomes the least allowed, secrets that are missing are drawn. A merchant that exists is a Conflict.
func (tx *Tx) InsertMerchant(m *Merchant) error {
	m.ID, m.Created = tx.merchant, tx.Now
	if m.Secret == "" {
		m.Secret = newSecret()
	}
	values, err := merchantValues(m)
	if err != nil {
		return err
	}
	n, err := tx.exec(`INSERT INTO merchants (merchant, name, currency, idempotency_retention, settings, webhook_url, webhook_disabled, callback_secrets, secret, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (merchant) DO NOTHING`, append(values, m.Secret, millis(m.Created))...)
	if err == nil && n == 0 {
		return ar.UniqueViolation("id", fmt.Sprintf("There is a merchant '%s' already.", m.ID), "Choose another id.")
	}
	return err
}

// UpdateMerchant stores everything but ID, Secret, Unsealed and Created. Without a callback secret one is drawn.
func (tx *Tx) UpdateMerchant(m *Merchant) error {
	values, err := merchantValues(m)
	if err != nil {
		return err
	}
	n, err := tx.exec(`UPDATE merchants SET name = $2, currency = $3, idempotency_retention = $4, settings = $5, webhook_url = $6, webhook_disabled = $7, callback_secrets = $8
		WHERE merchant = $1`, values...)
	if err == nil && n == 0 {
		return noMerchant(tx.merchant)
	}
	return err
}

// drawCallbackSecrets gives one to the merchants that are older than callbacks.
func (db *DB) drawCallbackSecrets(ctx context.Context) error {
	all, err := db.Merchants(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if len(m.CallbackSecrets) > 0 {
			continue
		}
		err := db.Update(ctx, m.ID, func(tx *Tx) error { // another process may just have drawn one
			_, err := tx.exec(`UPDATE merchants SET callback_secrets = $2 WHERE merchant = $1 AND callback_secrets = '[]'`, `["`+newCallbackSecret()+`"]`)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// MarkSealed says that everything of the merchant's that belongs into the journal is in it.
func (tx *Tx) MarkSealed() error {
	_, err := tx.exec(`UPDATE merchants SET sealed = 1 WHERE merchant = $1`)
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
