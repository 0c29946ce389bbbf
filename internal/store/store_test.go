package store_test

import (
	"context"
	"errors"
	"os"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

const acme, rival = "acme", "rival"

// withMerchants creates both merchants.
func withMerchants(t testing.TB, db *store.DB) {
	t.Helper()
	for _, id := range []string{acme, rival} {
		update(t, db, id, func(tx *store.Tx) error { return tx.InsertMerchant(&store.Merchant{Name: id}) })
	}
}

func update(t testing.TB, db *store.DB, merchant string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), merchant, fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db *store.DB, merchant string, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), merchant, fn); err != nil {
		t.Fatal(err)
	}
}

// wantError fails unless err is an *ar.Error of the kind and code.
func wantError(t testing.TB, err error, kind ar.Kind, code ar.Code) *ar.Error {
	t.Helper()
	var e *ar.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Code != code {
		t.Fatalf("error is %v, want kind %d, code %s", err, kind, code)
	}
	return e
}

func TestMerchants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		err := db.Update(context.Background(), acme, func(tx *store.Tx) error { return tx.InsertMerchant(&store.Merchant{Name: "again"}) })
		wantError(t, err, ar.Conflict, ar.CodeUniqueViolation)

		gone := storetest.Start.Add(-time.Hour)
		want := store.Merchant{
			ID: acme, Name: "Acme", IdempotencyRetention: 3 * store.MinIdempotencyRetention, Currency: "CHF", Created: storetest.Start,
			Settings: ar.Settings{Issuer: ar.Issuer{Name: "Acme GmbH", Notes: []string{"a", "b"}}, Mail: ar.MailSettings{Unknown: map[ar.MailKind]ar.MailUnknown{ar.MailInvoice: ar.UnknownHold}},
				Numbers: map[string]string{"invoice": "R"}, Timezone: "Europe/Berlin"},
			Webhook:         ar.Webhook{URL: "https://acme.example/hook", Disabled: &gone},
			CallbackSecrets: []string{"whsec_b", "whsec_a"},
		}
		update(t, db, acme, func(tx *store.Tx) error {
			m, err := tx.Merchant()
			if err != nil {
				return err
			}
			if m.IdempotencyRetention != store.MinIdempotencyRetention {
				t.Errorf("retention is %s", m.IdempotencyRetention)
			}
			if len(m.Secret) != 64 {
				t.Errorf("secret is %q", m.Secret)
			}
			if len(m.CallbackSecrets) != 1 || !regexp.MustCompile(`^whsec_[A-Za-z0-9+/]{43}=$`).MatchString(m.CallbackSecrets[0]) {
				t.Errorf("callback secrets are %q", m.CallbackSecrets)
			}
			want.Secret = m.Secret
			m.Name, m.IdempotencyRetention, m.Currency = want.Name, want.IdempotencyRetention, want.Currency
			m.Settings, m.Webhook, m.CallbackSecrets = want.Settings, want.Webhook, want.CallbackSecrets
			return tx.UpdateMerchant(m)
		})
		all, err := db.Merchants(context.Background())
		if err != nil || len(all) != 2 || !reflect.DeepEqual(all[0], want) || all[1].ID != rival {
			t.Errorf("merchants are %+v, %v", all, err)
		}
		err = db.View(context.Background(), "nobody", func(tx *store.Tx) error { _, err := tx.Merchant(); return err })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
	})
}
