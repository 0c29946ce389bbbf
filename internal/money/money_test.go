package money

import (
	"testing"

	"github.com/shopspring/decimal"
)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func TestDigits(t *testing.T) {
	for currency, want := range map[string]int32{
		"EUR": 2, "USD": 2, "CHF": 2, "JPY": 0, "ISK": 0, "KRW": 0, "KWD": 3, "TND": 3, "CLF": 4, "UYW": 4, "XCG": 2, "ZWG": 2,
	} {
		if got := Digits(currency); got != want || !Known(currency) {
			t.Errorf("Digits(%s) = %d (known %v), want %d", currency, got, Known(currency), want)
		}
	}
	if len(digits) != 165 {
		t.Errorf("%d currencies, list one has 165 with a minor unit", len(digits))
	}
}

func TestUnknownCurrencies(t *testing.T) {
	// Never was, wrong case, withdrawn, and codes that have no minor unit.
	for _, currency := range []string{"", "EU", "EURO", "eur", "AAA", "DEM", "HRK", "BGN", "ANG", "ZWL", "XAU", "XDR", "XTS", "XXX"} {
		if Known(currency) {
			t.Errorf("%q is known", currency)
		}
		if Digits(currency) != 2 {
			t.Errorf("Digits(%q) = %d, want 2", currency, Digits(currency))
		}
	}
}

func TestRoundAndFormat(t *testing.T) {
	for _, c := range []struct{ amount, currency, want string }{
		{"12345.45", "EUR", "12345.45"},
		{"12345.4", "EUR", "12345.40"},
		{"12345", "EUR", "12345.00"},
		{"0", "EUR", "0.00"},
		{"0.005", "EUR", "0.01"},
		{"-0.005", "EUR", "-0.01"},
		{"0.00499999999999999999999999", "EUR", "0.00"},
		{"-0.004", "EUR", "0.00"},
		{"1.015", "EUR", "1.02"},
		{"2.5", "JPY", "3"},
		{"-2.5", "JPY", "-3"},
		{"1.0005", "KWD", "1.001"},
		{"1e3", "KWD", "1000.000"},
		{"99999999999999.99995", "CLF", "100000000000000.0000"},
	} {
		amount := dec(c.amount)
		if got := Format(amount, c.currency); got != c.want {
			t.Errorf("Format(%s, %s) = %s, want %s", c.amount, c.currency, got, c.want)
		}
		if got := Round(amount, c.currency); !got.Equal(dec(c.want)) {
			t.Errorf("Round(%s, %s) = %s, want %s", c.amount, c.currency, got, c.want)
		}
	}
}
