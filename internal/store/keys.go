package store

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Key is a credential of a merchant's: what a request authenticates with.
type Key struct {
	ID          string
	Merchant    string
	Username    string // unique over all merchants
	Label       string
	Hash        string // PHC string; made and checked elsewhere
	Permissions []string
	Networks    []netip.Prefix // from where it may be used; nil: from anywhere
	Created     time.Time
	Revoked     *time.Time // set: it may not be used any more
}

const keyColumns = `merchant, id, username, label, hash, permissions, networks, created, revoked`

func scanKey(r row, k *Key) error {
	return r.Scan(&k.Merchant, &k.ID, &k.Username, &k.Label, &k.Hash, parsed{&k.Permissions}, parsed{&k.Networks}, instant{&k.Created}, maybeInstant{&k.Revoked})
}

// InsertKey creates a key of this transaction's merchant. An empty ID is drawn; Merchant and Created are set. A user
// name that exists, with whatever merchant, is a Conflict.
func (tx *Tx) InsertKey(k *Key) error {
	if k.ID == "" {
		k.ID = tx.NewID()
	}
	k.Merchant, k.Created, k.Revoked = tx.merchant, tx.Now, nil
	permissions, err := document(k.Permissions)
	if err != nil {
		return err
	}
	networks, err := document(k.Networks)
	if err != nil {
		return err
	}
	n, err := tx.exec(`INSERT INTO api_keys (merchant, id, username, label, hash, permissions, networks, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (username) DO NOTHING`,
		k.ID, k.Username, k.Label, k.Hash, permissions, networks, millis(k.Created))
	if err == nil && n == 0 {
		return ar.UniqueViolation("username", fmt.Sprintf("The user name '%s' exists already.", k.Username), "Choose another user name.")
	}
	return err
}

// RevokeKey ends a key. A key that is revoked already stays as it is.
func (tx *Tx) RevokeKey(id string) error {
	n, err := tx.exec(`UPDATE api_keys SET revoked = coalesce(revoked, $3) WHERE merchant = $1 AND id = $2`, id, millis(tx.Now))
	if err == nil && n == 0 {
		return noKey(id)
	}
	return err
}

// Key reads a key by its id, a revoked one too.
func (tx *Tx) Key(id string) (*Key, error) {
	var k *Key
	err := tx.query(`SELECT `+keyColumns+` FROM api_keys WHERE merchant = $1 AND id = $2`, []any{id}, func(r row) error {
		k = new(Key)
		return scanKey(r, k)
	})
	if err == nil && k == nil {
		return nil, noKey(id)
	}
	return k, err
}

// Keys lists the merchant's keys, the oldest first, revoked ones too.
func (tx *Tx) Keys() ([]Key, error) {
	var keys []Key
	err := tx.query(`SELECT `+keyColumns+` FROM api_keys WHERE merchant = $1 ORDER BY created, id`, nil, func(r row) error {
		var k Key
		err := scanKey(r, &k)
		keys = append(keys, k)
		return err
	})
	return keys, err
}

func noKey(id string) error { return ar.Missing("id", "key", id) }

// KeyByUsername finds the key a request names, before its merchant is known. Revoked ones are found too.
func (db *DB) KeyByUsername(ctx context.Context, username string) (*Key, error) {
	if !storableText(username) {
		return nil, noUsername(username)
	}
	var k *Key
	err := db.engine.view(ctx, func(s session) error {
		k = nil
		return s.query(`SELECT `+keyColumns+` FROM api_keys WHERE username = $1`, []any{username}, func(r row) error {
			k = new(Key)
			return scanKey(r, k)
		})
	})
	if err == nil && k == nil {
		return nil, noUsername(username)
	}
	return k, db.unavailable(err)
}

func noUsername(username string) error {
	return ar.Missing("username", "key with the user name", username)
}
