package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/servertest"
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

// Whoever's letters lack what the law wants is told by the list and by the server; not by a list for programs, nor by demo data.
func TestMerchantLacks(t *testing.T) {
	o := newOffice(t, storetest.SQLite)
	lists := func(args ...string) (rows, notes string) {
		t.Helper()
		status, rows, notes := call(t, o.environ, append([]string{"merchants", "list"}, args...)...)
		if status != 0 {
			t.Fatal(notes)
		}
		return rows, notes
	}
	if _, notes := lists(); notes != "" {
		t.Errorf("the settings of the help lack something: %s", notes)
	}
	o.settings(`{"issuer": {"zipcode": "10115"}}`)
	const want = "acme: letters lack street, city, tax number; see dunwell merchants set --help\n"
	if rows, notes := lists(); notes != want || strings.Contains(rows, "lack") {
		t.Errorf("the list:\n%s%s", rows, notes)
	}
	if rows, _ := lists("--json"); !json.Valid([]byte(rows)) {
		t.Errorf("no JSON: %s", rows)
	}
	p := o.start()
	servertest.Until(t, "the server says so", func() bool { return strings.Contains(p.text(), "  "+want) })
	demo := start(t, nil, "--demo", "--data", t.TempDir())
	servertest.Until(t, "the server says where mail goes", func() bool { return strings.Contains(demo.text(), "mail is not sent") })
	if strings.Contains(demo.text(), "letters lack") {
		t.Errorf("demo data lacks something: %s", demo.text())
	}

	var few, many strings.Builder
	greetMerchants(&few, []string{"1", "2", "3", "4", "5"})
	greetMerchants(&many, []string{"1", "2", "3", "4", "5", "6", "7"})
	if strings.Count(few.String(), "\n") != 5 || !strings.HasPrefix(many.String(), few.String()) || !strings.Contains(many.String(), "and 2 more") {
		t.Errorf("few:\n%smany:\n%s", few.String(), many.String())
	}
}

// The README says that the help shows all settings, and there is no other place that does.
func TestMerchantSettingsExample(t *testing.T) {
	var s ar.Settings
	if err := json.Unmarshal([]byte(settingsExample), &s); err != nil {
		t.Fatal(err)
	}
	for _, v := range []reflect.Value{reflect.ValueOf(s), reflect.ValueOf(s.Issuer), reflect.ValueOf(s.Mail)} {
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("the example has no %s.%s", v.Type(), v.Type().Field(i).Name)
			}
		}
	}
}

// All that is wrong is said at once, with where it is.
func TestMerchantSettingsRefused(t *testing.T) {
	o := newOffice(t, storetest.SQLite)
	const wrong = `{"issuer": {"iban": "DE00"}, "timezone": "Berlin", "mail": {"from": "Acme"}, "numbers": {"invoice": "RE"}, "interest": {"dayCount": "act/360"}, "dunning": {"currency": "EUR", "levels": []}}`
	status, _, text := callWith(t, o.environ, wrong, "merchants", "set", "--merchant", "acme", "--settings", "-")
	if status != 2 || strings.Count(text, "\n") != 7 {
		t.Errorf("status %d: %s", status, text)
	}
	for _, path := range []string{"issuer.iban: ", "timezone: ", "mail.from: ", "numbers.invoice: ", "interest.dayCount: ", "dunning.levels: "} {
		if !strings.Contains(text, path) {
			t.Errorf("%q is not named: %s", path, text)
		}
	}
}
