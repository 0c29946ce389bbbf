package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"slices"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// NewKey is an API key to create.
type NewKey struct {
	Username    string
	Password    string // drawn when empty
	Label       string
	Permissions []string       // of Permissions, or AllPermissions
	Networks    []netip.Prefix // from where it may be used; none: from anywhere
}

// CreateKey creates an API key of a merchant. It gives the password, which is stored as a hash only and cannot be shown
// again.
func (a *App) CreateKey(ctx context.Context, merchant string, k NewKey) (*store.Key, string, error) {
	if k.Password == "" {
		var secret [24]byte
		_, _ = rand.Read(secret[:]) // never fails
		k.Password = base64.RawURLEncoding.EncodeToString(secret[:])
	}
	if err := checkPermissions(k.Permissions); err != nil {
		return nil, "", err
	}
	key := &store.Key{Username: k.Username, Label: k.Label, Permissions: k.Permissions, Networks: k.Networks, Hash: hashPassword(k.Password)}
	err := a.db.Update(ctx, merchant, func(tx *store.Tx) error {
		if _, err := tx.Merchant(); err != nil {
			return err
		}
		return tx.InsertKey(key)
	})
	return key, k.Password, err
}

func checkPermissions(permissions []string) error {
	for _, p := range permissions {
		if p != AllPermissions && !slices.Contains(Permissions, p) {
			return ar.InvalidField("permissions", "The permission '"+p+"' is not known.", "Use one of those in the documentation, or * for all.")
		}
	}
	return nil
}

// Keys lists the API keys of a merchant.
func (a *App) Keys(ctx context.Context, merchant string) ([]store.Key, error) {
	return view(ctx, a, Caller{Merchant: merchant}, func(tx *store.Tx) ([]store.Key, error) { return tx.Keys() })
}

// RevokeKey ends an API key, for every running server within a second.
func (a *App) RevokeKey(ctx context.Context, merchant, id string) error {
	return a.db.Update(ctx, merchant, func(tx *store.Tx) error { return tx.RevokeKey(id) })
}

// CreateMerchant creates an account. Its id is up to 40 lower-case letters, digits and hyphens.
func (a *App) CreateMerchant(ctx context.Context, id, name, currency string) error {
	if !validMerchant(id) {
		return ar.InvalidField("merchant", "The merchant's id is not valid.", "Use 1 to 40 lower-case letters, digits and hyphens.")
	}
	return a.db.Update(ctx, id, func(tx *store.Tx) error {
		return tx.InsertMerchant(&store.Merchant{Name: name, Currency: currency})
	})
}

func validMerchant(id string) bool {
	for _, c := range id {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return id != "" && len(id) <= 40
}

// Merchants lists all accounts.
func (a *App) Merchants(ctx context.Context) ([]store.Merchant, error) { return a.db.Merchants(ctx) }
