package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/servertest"
)

// keyOf reads what keys create printed.
func keyOf(t *testing.T, printed string) (id, password string) {
	t.Helper()
	for line := range strings.Lines(printed) {
		switch f := strings.Fields(line); {
		case len(f) == 2 && f[0] == "key":
			id = f[1]
		case len(f) == 2 && f[0] == "password":
			password = f[1]
		}
	}
	if id == "" || len(password) < 20 {
		t.Fatalf("no key in %q", printed)
	}
	return id, password
}

// Keys are made and ended while the server runs.
func TestKeys(t *testing.T) {
	data := t.TempDir()
	p := start(t, nil, "--data", data)
	printed := must(t, "keys", "create", "--data", data, "--merchant", "acme", "--user", "shop", "--permissions", "identities:read, invoices:read", "--label", "the shop")
	if !strings.Contains(printed, "acme (new)") {
		t.Errorf("a new merchant is not named: %s", printed)
	}
	id, password := keyOf(t, printed)
	if again := must(t, "keys", "create", "--data", data, "--merchant", "acme", "--user", "office", "--networks", "10.0.0.0/8"); strings.Contains(again, "new") {
		t.Errorf("the merchant is created twice: %s", again)
	} else if _, secret := keyOf(t, again); secret == password {
		t.Error("two keys have one password")
	} else if status, text := p.as("office", secret, "GET", "/identities", ""); status != http.StatusForbidden || !strings.Contains(text, "address") {
		t.Errorf("from another network: %d %s", status, text)
	}

	if status, text := p.as("shop", password, "GET", "/identities", ""); status != http.StatusOK {
		t.Errorf("a new key: %d %s", status, text)
	}
	if status, text := p.as("shop", password, "POST", "/identities", "{}"); status != http.StatusForbidden || !strings.Contains(text, "identities:write") {
		t.Errorf("without the permission: %d %s", status, text)
	}
	list := must(t, "keys", "list", "--data", data, "--merchant", "acme")
	for _, want := range []string{id, "shop", "identities:read,invoices:read", "10.0.0.0/8", "the shop"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	if strings.Contains(list, password) || strings.Contains(list, "argon2") {
		t.Errorf("the list has secrets:\n%s", list)
	}

	must(t, "keys", "revoke", "--data", data, "--merchant", "acme", "--id", id)
	servertest.Until(t, "the revoked key is refused", func() bool {
		status, _ := p.as("shop", password, "GET", "/identities", "")
		return status == http.StatusUnauthorized
	})
	if status, _, text := call(t, nil, "keys", "revoke", "--data", data, "--merchant", "rival", "--id", id); status != 4 {
		t.Errorf("another merchant's key: %d %s", status, text)
	}
}
