package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// readers are the commands that change nothing.
var readers = []string{
	"verify", "keys list", "merchants list", "merchants show --merchant acme", "numbers gaps --merchant acme",
	"deliveries list", "webhooks list", "webhooks show --merchant acme",
}

// A database of the first version is refused by what only reads it, and stays as it is until somebody migrates it.
func TestOlderDatabase(t *testing.T) {
	data := t.TempDir()
	execSQL(t, data, read(t, filepath.Join(home, "../../internal/store/migrations/sqlite/001_start.sql"))+`;
		CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL);
		INSERT INTO schema_migrations VALUES (1, '001_start', 0);
		INSERT INTO merchants (merchant, name, currency, idempotency_retention, secret, created) VALUES ('acme', 'Acme', 'EUR', 86400000, 'x', 0)`)
	before := countRows(t, data)
	for _, reader := range readers {
		status, out, text := call(t, nil, append(strings.Fields(reader), "--data", data)...)
		if status != 1 || out != "" || !strings.Contains(text, "run dunwell migrate first") {
			t.Errorf("%s: status %d: %s%s", reader, status, out, text)
		}
	}
	if now := countRows(t, data); len(now) != len(before) || now["schema_migrations"] != 1 {
		t.Errorf("tables and rows were %v, and are %v", before, now)
	}

	must(t, "migrate", "--data", data)
	for _, reader := range readers {
		must(t, append(strings.Fields(reader), "--data", data)...)
	}
	execSQL(t, data, `UPDATE merchants SET sealed = 0`) // an upgrade that was cut off
	if status, _, text := call(t, nil, "verify", "--data", data); status != 1 || !strings.Contains(text, "run dunwell migrate first") {
		t.Errorf("verify before the end of the upgrade: status %d: %s", status, text)
	}
	must(t, "migrate", "--data", data)
	must(t, "verify", "--data", data)
}
