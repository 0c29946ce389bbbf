package servertest

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// The merchants of every server. Each has a key whose user name is the merchant's id, with all permissions.
const (
	Acme     = "acme"
	Rival    = "rival"
	Password = "p@55w0rd"
)

// makeMerchants creates the merchants, unless an earlier server has.
func (s *Server) makeMerchants() error {
	ctx := context.Background()
	for _, id := range []string{Acme, Rival} {
		switch err := s.App.CreateMerchant(ctx, id, strings.ToUpper(id), "EUR"); {
		case ar.KindOf(err) == ar.Conflict:
			continue
		case err != nil:
			return err
		}
		if _, err := s.insertKey(ctx, id, app.NewKey{Username: id, Password: Password, Permissions: []string{app.AllPermissions}}); err != nil {
			return err
		}
	}
	return nil
}

// Key creates an API key of a merchant. Unlike that of a real one, its hash takes microseconds.
func (s *Server) Key(t testing.TB, merchant string, k app.NewKey) *store.Key {
	t.Helper()
	key, err := s.insertKey(t.Context(), merchant, k)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (s *Server) insertKey(ctx context.Context, merchant string, k app.NewKey) (*store.Key, error) {
	salt, encode := []byte("0123456789abcdef"), base64.RawStdEncoding.EncodeToString
	hash := "$argon2id$v=19$m=8,t=1,p=1$" + encode(salt) + "$" + encode(argon2.IDKey([]byte(k.Password), salt, 1, 8, 1, 32))
	key := &store.Key{Username: k.Username, Label: k.Label, Permissions: k.Permissions, Networks: k.Networks, Hash: hash}
	return key, s.DB.Update(ctx, merchant, func(tx *store.Tx) error { return tx.InsertKey(key) })
}
