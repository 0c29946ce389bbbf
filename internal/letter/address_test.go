package letter

import (
	"slices"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
)

func TestRecipient(t *testing.T) {
	tests := map[string]struct {
		home, locale string
		address      ar.Address
		want         string
	}{
		"domestic": {"DE", "de", ar.Address{Company: "Kunde AG", Firstname: "Erika", Lastname: "Mustermann", Street: "Weg", Housenumber: "1", Zipcode: "20095", City: "Hamburg", State: "Hamburg", Country: "DE"},
			"Kunde AG|Erika Mustermann|Weg 1|20095 Hamburg"},
		"no country":                  {"DE", "de", ar.Address{Lastname: "X", City: "Ulm"}, "X|Ulm"},
		"abroad":                      {"DE", "de", ar.Address{Lastname: "X", Street: "Rue de Rivoli", Housenumber: "5", Zipcode: "75001", City: "Paris", Country: "FR"}, "X|5 Rue de Rivoli|75001 Paris|FRANKREICH"},
		"English letter, German post": {"AT", "en", ar.Address{Lastname: "X", City: "Paris", Country: "FR"}, "X|Paris|FRANKREICH"},
		"German letter, French post":  {"FR", "de", ar.Address{Lastname: "X", City: "Ulm", Country: "DE"}, "X|Ulm|GERMANY"},
		"home by locale":              {"", "de-AT", ar.Address{Lastname: "X", City: "Wien", Country: "AT"}, "X|Wien"},
		"home unknown":                {"", "en", ar.Address{Lastname: "X", City: "Wien", Country: "AT"}, "X|Wien|AUSTRIA"},
		"United Kingdom":              {"DE", "de", ar.Address{Lastname: "X", Street: "Baker Street", Housenumber: "221b", Zipcode: "NW1 6XE", City: "London", Country: "GB"}, "X|221b Baker Street|London|NW1 6XE|VEREINIGTES KÖNIGREICH"},
		"United States":               {"DE", "de", ar.Address{Lastname: "X", Street: "Main St", Housenumber: "1", Zipcode: "94105", City: "San Francisco", State: "CA", Country: "US"}, "X|1 Main St|San Francisco CA 94105|VEREINIGTE STAATEN"},
		"Italy":                       {"DE", "de", ar.Address{Lastname: "X", Zipcode: "20121", City: "Milano", State: "MI", Country: "IT"}, "X|20121 Milano MI|ITALIEN"},
		"state elsewhere":             {"DE", "de", ar.Address{Lastname: "X", Zipcode: "01310", City: "São Paulo", State: "SP", Country: "BR"}, "X|01310 São Paulo|SP|BRASILIEN"},
		"no such country":             {"DE", "de", ar.Address{Lastname: "X", City: "Y", Country: "QQ"}, "X|Y|QQ"},
		"lines in a field":            {"DE", "de", ar.Address{Company: "A\nB", Lastname: "X", Extra: "c/o\tY", City: "Z", Info: "not printed"}, "A B|X|c/o Y|Z"},
	}
	for name, test := range tests {
		_, form := speak(test.locale)
		c := &composer{Letter: Letter{Issuer: ar.Issuer{Country: test.home}}, form: form}
		if got := strings.Join(c.recipient(test.address), "|"); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// A long address moves up, then shrinks, and is cut only when nothing else is left.
func TestFitAddress(t *testing.T) {
	tests := map[string]struct {
		lines []string
		size  float64
		want  int
	}{
		"five lines": {slices.Repeat([]string{"Line"}, 5), 10, 5},
		"eight":      {slices.Repeat([]string{"Line"}, 8), 10, 8},
		"ten":        {slices.Repeat([]string{"Line"}, 10), 8.5, 10},
		"long":       {[]string{strings.Repeat("Very long name of a company ", 7), "Street 1", "1234 City"}, 10, 7},
		"endless":    {slices.Repeat([]string{strings.Repeat("long ", 100)}, 7), 7, 7},
	}
	for name, test := range tests {
		st, lines := fitAddress(test.lines)
		if st.size != test.size || len(lines) != test.want {
			t.Errorf("%s: %d lines of %g points, want %d of %g", name, len(lines), st.size, test.want, test.size)
		}
		for _, s := range lines {
			if st.width(s) > windowWidth {
				t.Errorf("%s: %q is too wide", name, s)
			}
		}
	}
}
