package letter

import (
	"reflect"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestForm(t *testing.T) {
	tests := []struct {
		locale, amount, currency                string
		money, price, rate, date, kind, numeral string
	}{
		{"de-DE", "1234567.5", "EUR", "1.234.567,50\u00a0€", "1.234.567,50", "1.234.567,5\u00a0%", "01.02.2026", "Rechnung", "1.234.567,5"},
		{"de", "-1234.5678", "EUR", "−1.234,57\u00a0€", "−1.234,5678", "−1.234,5678\u00a0%", "01.02.2026", "Rechnung", "−1.234,5678"},
		{"de-AT", "1000", "SEK", "1.000,00\u00a0SEK", "1.000,00", "1.000\u00a0%", "01.02.2026", "Rechnung", "1.000"},
		{"de-CH", "-1234.5", "CHF", "CHF\u00a0−1’234.50", "−1’234.50", "−1’234.5\u00a0%", "01.02.2026", "Rechnung", "−1’234.5"},
		{"en", "1234.56", "EUR", "€1,234.56", "1,234.56", "1,234.56%", "1\u00a0February\u00a02026", "Invoice", "1,234.56"},
		{"en-GB", "-999", "GBP", "−£999.00", "−999.00", "−999%", "1\u00a0February\u00a02026", "Invoice", "−999"},
		{"en-US", "0.5", "USD", "US$0.50", "0.50", "0.5%", "February\u00a01,\u00a02026", "Invoice", "0.5"},
		{"en-US", "12345", "JPY", "JPY\u00a012,345", "12,345", "12,345%", "February\u00a01,\u00a02026", "Invoice", "12,345"},
		{"fr-FR", "1234.5", "KWD", "KWD\u00a01,234.500", "1,234.500", "1,234.5%", "1\u00a0February\u00a02026", "Invoice", "1,234.5"},
		{"", "99999999999999.99", "EUR", "€99,999,999,999,999.99", "99,999,999,999,999.99", "99,999,999,999,999.99%", "1\u00a0February\u00a02026", "Invoice", "99,999,999,999,999.99"},
	}
	for _, test := range tests {
		words, form := speak(test.locale)
		d := dec(test.amount)
		for _, got := range [][2]string{
			{form.money(d, test.currency), test.money}, {form.price(d, test.currency), test.price}, {form.rate(d), test.rate},
			{form.date(*day("2026-02-01")), test.date}, {words.invoice, test.kind}, {form.number(d), test.numeral},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %s %s is %q, want %q", test.locale, test.amount, test.currency, got[0], got[1])
			}
		}
	}
}

// What is printed can be read back to the digit: the marks are the only difference.
func TestFormLosesNothing(t *testing.T) {
	marks := map[rune]string{'.': "", ',': ".", '−': "-"}
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.Int64().Draw(t, "coefficient"), -rapid.Int32Range(0, 6).Draw(t, "scale"))
		plain := ""
		for _, r := range germanForm.number(d) {
			if mark, ok := marks[r]; ok {
				plain += mark
			} else {
				plain += string(r)
			}
		}
		if got := dec(plain); !got.Equal(d) {
			t.Fatalf("%s is printed as %s", d, germanForm.number(d))
		}
	})
}

func TestGrouped(t *testing.T) {
	for in, want := range map[string]string{"": "", "RF18539007547034": "RF18\u00a05390\u00a00754\u00a07034", "12345": "1234\u00a05"} {
		if got := grouped(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A letter has all its words, and the font has all their characters.
func TestWordsAreComplete(t *testing.T) {
	for _, w := range []*words{german, english} {
		fields := reflect.ValueOf(*w)
		for i := range fields.NumField() {
			if field := fields.Field(i); field.Kind() == reflect.String && (field.String() == "" || clean(field.String()) != field.String()) {
				t.Errorf("%s: %s is %q", w.lang, fields.Type().Field(i).Name, field)
			}
		}
	}
}

func TestAmountAndDate(t *testing.T) {
	if got := Amount("de-DE", dec("1234.5"), "EUR") + ", " + Date("de-DE", *day("2026-02-01")); got != "1.234,50\u00a0€, 01.02.2026" {
		t.Error(got)
	}
	if got := Amount("en", dec("1234.5"), "EUR") + ", " + Date("en", *day("2026-02-01")); got != "€1,234.50, 1\u00a0February\u00a02026" {
		t.Error(got)
	}
}
