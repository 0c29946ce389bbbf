package ar

import "testing"

func TestPrintAddress(t *testing.T) {
	for kinds, want := range map[string]string{"dbs": "b", "sd": "d", "sx": "s", "xs": "x", "": "", "bb": "b"} {
		inv := &Invoice{}
		for _, kind := range kinds {
			inv.Addresses = append(inv.Addresses, Address{Kind: kindOf(kind), City: string(kind)})
		}
		if got, ok := inv.PrintAddress(); got.City != want || ok != (want != "") {
			t.Errorf("of %q: %q, %v, want %q", kinds, got.City, ok, want)
		}
	}
}

func TestEmailFor(t *testing.T) {
	for _, c := range []struct{ have, kind, want string }{
		{"dbu", ForDunning, "u"},
		{"dbu", ForBilling, "b"},
		{"dbu", ForDefault, "d"},
		{"db", ForDunning, "b"},
		{"xd", ForDunning, "d"},
		{"ud", ForBilling, "d"},
		{"u", ForBilling, "u"},
		{"x", ForDunning, "x"},
		{"", ForDunning, ""},
	} {
		id := &Identity{}
		for _, kind := range c.have {
			id.Emails = append(id.Emails, Email{Kind: kindOf(kind), Email: string(kind)})
		}
		if got := id.EmailFor(c.kind); got != c.want {
			t.Errorf("%s of %q: %q, want %q", c.kind, c.have, got, c.want)
		}
	}
}

// kindOf spells out d, b, s and u; anything else has no kind.
func kindOf(letter rune) string {
	return map[rune]string{'d': ForDefault, 'b': ForBilling, 's': ForShipping, 'u': ForDunning}[letter]
}
