package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// The webhook of a merchant is set and tried; its attempts are kept, and it is tried again by hand.
func TestWebhooks(t *testing.T) {
	const nowhere = "https://127.0.0.1/hook" // of which nobody has a certificate, if anybody listens
	o := newOffice(t, storetest.SQLite)
	o.environ = append(o.environ, "DUNWELL_ALLOW_NETWORK=127.0.0.0/8")
	o.run("webhooks", "set", nowhere, "--merchant", "acme")
	if shown := o.run("webhooks", "show", "--merchant", "acme"); !strings.Contains(shown, nowhere) || strings.Contains(shown, "whsec_") {
		t.Errorf("shown:\n%s", shown)
	}
	if list := o.run("webhooks", "list", "--merchant", "acme"); list != "nothing\n" {
		t.Errorf("callbacks before the first: %s", list)
	}
	p := o.start()
	o.customer(p)
	o.ended(p, o.order(p, "RE1"))
	callbacks := o.callbacks(func(c callbackRow) bool { return len(c.Attempts) == 1 && c.State == "queued" })
	first := callbacks[0]
	if first.Kind != "workflow" || first.URL != nowhere || first.Next == nil || first.Attempts[0].Error == "" {
		t.Errorf("%+v", first)
	}
	table := o.run("webhooks", "list", "--merchant", "acme", "--state", "queued")
	for _, want := range []string{first.ID, nowhere, "ATTEMPT", first.Attempts[0].Error} {
		if !strings.Contains(table, want) {
			t.Errorf("the list lacks %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "MERCHANT") {
		t.Errorf("the merchant asked for is a column:\n%s", table)
	}
	if all := o.run("webhooks", "list"); !strings.Contains(all, "MERCHANT") || !strings.Contains(all, "acme") || !strings.Contains(all, first.ID) {
		t.Errorf("the list of all merchants:\n%s", all)
	}
	if delivered := o.run("webhooks", "list", "--merchant", "acme", "--state", "delivered", "--json"); delivered != "[]\n" {
		t.Errorf("delivered: %s", delivered)
	}
	o.run("webhooks", "replay", first.ID, "--merchant", "acme")
	o.callbacks(func(c callbackRow) bool { return len(c.Attempts) >= 2 })

	o.run("webhooks", "remove", "--merchant", "acme")
	if shown := o.run("webhooks", "show", "--merchant", "acme", "--json"); !strings.Contains(shown, `"url": ""`) {
		t.Errorf("removed, and shown:\n%s", shown)
	}
}

// callbacks waits for all callbacks to be as wanted.
func (o *office) callbacks(wanted func(callbackRow) bool) (rows []callbackRow) {
	o.t.Helper()
	servertest.Until(o.t, "the callbacks are as wanted", func() bool {
		rows = nil
		if err := json.Unmarshal([]byte(o.run("webhooks", "list", "--merchant", "acme", "--json")), &rows); err != nil {
			o.t.Fatal(err)
		}
		for _, row := range rows {
			if !wanted(row) {
				return false
			}
		}
		return len(rows) > 0
	})
	return rows
}

func TestCallbackSecret(t *testing.T) {
	o := newOffice(t, storetest.SQLite)
	one := o.run("webhooks", "secret", "--merchant", "acme")
	if same := o.run("webhooks", "secret", "--merchant", "acme"); !strings.HasPrefix(one, "whsec_") || same != one {
		t.Errorf("%q, then %q", one, same)
	}
	two := o.run("webhooks", "secret", "--rotate", "--merchant", "acme")
	if now := o.run("webhooks", "secret", "--merchant", "acme"); two == one || now != two {
		t.Errorf("%q, then %q", two, now)
	}
	if shown := o.run("webhooks", "show", "--merchant", "acme"); !strings.Contains(shown, "secrets   2") {
		t.Errorf("shown:\n%s", shown)
	}
}
