package ar

import (
	"encoding/json"
	"reflect"
	"testing"
)

// Settings are kept as JSON for years, so their names stay; and what is not set leaves no trace.
func TestSettingsText(t *testing.T) {
	for _, c := range []struct {
		settings Settings
		text     string
	}{
		{Settings{}, `{}`},
		{Settings{Timezone: "Europe/Berlin", Mail: MailSettings{From: "a@b.example"}}, `{"mail":{"from":"a@b.example"},"timezone":"Europe/Berlin"}`},
		{Settings{Issuer: Issuer{Name: "Acme GmbH", VatID: "DE1", IBAN: "DE2", Notes: []string{"x"}}, Numbers: map[string]string{"invoice": "R"},
			Mail: MailSettings{Unknown: map[MailKind]MailUnknown{MailInvoice: UnknownHold}}},
			`{"issuer":{"name":"Acme GmbH","vatId":"DE1","iban":"DE2","notes":["x"]},"mail":{"unknown":{"invoice":"hold"}},"numbers":{"invoice":"R"}}`},
	} {
		text, err := json.Marshal(c.settings)
		if err != nil || string(text) != c.text {
			t.Errorf("%s, want %s, %v", text, c.text, err)
		}
		var back Settings
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, c.settings) {
			t.Errorf("%+v, want %+v, %v", back, c.settings, err)
		}
	}
}
