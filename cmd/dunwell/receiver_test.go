package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/client/webhook"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Whoever writes a receiver tries it on the own machine: without a certificate, on a port of its own, behind a name.
func TestLocalReceiver(t *testing.T) {
	o := newOffice(t, storetest.SQLite)
	o.environ = append(o.environ, "DUNWELL_ALLOW_NETWORK=127.0.0.0/8")
	secret, err := webhook.ParseSecret(strings.TrimSpace(o.run("webhooks", "secret", "--merchant", "acme")))
	if err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if err := webhook.Verify([]webhook.Secret{secret}, r.Header, body, time.Now(), 5*time.Minute); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()
	url := strings.Replace(receiver.URL, "127.0.0.1", "localhost", 1) + "/dunwell"
	o.run("webhooks", "set", url, "--merchant", "acme")
	p := o.start()
	o.customer(p)
	o.ended(p, o.order(p, "RE1"))
	rows := o.callbacks(func(c callbackRow) bool { return c.State == "delivered" })
	if len(rows) != 1 || rows[0].URL != url || len(rows[0].Attempts) != 1 {
		t.Errorf("%+v", rows)
	}
}
