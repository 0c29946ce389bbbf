package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// show prints what set takes: the example of the help comes back, and once more.
func TestMerchantSettings(t *testing.T) {
	o := newOffice(t, storetest.SQLite)
	shown := o.run("merchants", "show", "--merchant", "acme")
	var got, want ar.Settings
	if err := json.Unmarshal([]byte(shown), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(settingsExample), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("set %+v, shown %+v", want, got)
	}
	if strings.Contains(shown, `\u`) {
		t.Errorf("characters are not shown as they were written: %s", shown)
	}
	o.settings(shown)
	if again := o.run("merchants", "show", "--merchant", "acme"); again != shown {
		t.Errorf("what is shown is not what was set:\n%s\n%s", shown, again)
	}
	o.run("merchants", "set", "--merchant", "acme", "--name", "Acme & Söhne")
	if list := o.run("merchants", "list"); !strings.Contains(list, "Acme & Söhne") || !strings.Contains(list, "EUR") {
		t.Errorf("the list:\n%s", list)
	}
	if again := o.run("merchants", "show", "--merchant", "acme"); again != shown {
		t.Errorf("a name changes settings:\n%s", again)
	}
	o.settings("{}")
	if empty := o.run("merchants", "show", "--merchant", "acme"); empty != "{}\n" {
		t.Errorf("settings that were taken away: %s", empty)
	}
}

// All that is wrong is said at once, with where it is.
func TestMerchantSettingsRefused(t *testing.T) {
	o := newOffice(t, storetest.SQLite)
	const wrong = `{"issuer": {"iban": "DE00"}, "timezone": "Berlin", "mail": {"from": "Acme"}, "numbers": {"invoice": "RE"}, "interest": {"dayCount": "act/360"}}`
	status, _, text := callWith(t, o.environ, wrong, "merchants", "set", "--merchant", "acme", "--settings", "-")
	if status != 2 || strings.Count(text, "\n") != 6 {
		t.Errorf("status %d: %s", status, text)
	}
	for _, path := range []string{"issuer.iban: ", "timezone: ", "mail.from: ", "numbers.invoice: ", "interest.dayCount: "} {
		if !strings.Contains(text, path) {
			t.Errorf("%q is not named: %s", path, text)
		}
	}
}
