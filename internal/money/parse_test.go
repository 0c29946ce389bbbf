package money

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text, want string
		err        error
	}{
		{"0", "0", nil},
		{"-0", "0", nil},
		{"0.0000", "0", nil},
		{"12.50", "12.5", nil},
		{"-12.50", "-12.5", nil},
		{"1e2", "100", nil},
		{"1E+2", "100", nil},
		{"125e-1", "12.5", nil},
		{"0.00001e1", "0.0001", nil},
		{"999999999999.9999", "999999999999.9999", nil},
		{"1.50000000", "1.5", nil},
		{"0e999999999999999999999", "0", nil},

		{"1000000000000", "", ErrInteger},
		{"1e12", "", ErrInteger},
		{"1e400", "", ErrInteger},
		{"1e99999999999999999999", "", ErrInteger},
		{"1234567890123.12345", "", ErrInteger},
		{"0.00001", "", ErrDecimals},
		{"1e-5", "", ErrDecimals},
		{"1e-99999999999999999999", "", ErrDecimals},

		{"", "", ErrSyntax},
		{"-", "", ErrSyntax},
		{"+1", "", ErrSyntax},
		{"01", "", ErrSyntax},
		{".5", "", ErrSyntax},
		{"5.", "", ErrSyntax},
		{"1e", "", ErrSyntax},
		{"1e+", "", ErrSyntax},
		{"1e1.5", "", ErrSyntax},
		{" 1", "", ErrSyntax},
		{"1 ", "", ErrSyntax},
		{"1,5", "", ErrSyntax},
		{"1_000", "", ErrSyntax},
		{"0x1p3", "", ErrSyntax},
		{"NaN", "", ErrSyntax},
		{"Infinity", "", ErrSyntax},
		{"−1", "", ErrSyntax}, // U+2212
		{"١", "", ErrSyntax},
		{"1\x00", "", ErrSyntax},
	} {
		got, err := Parse(c.text, Price)
		if !errors.Is(err, c.err) {
			t.Errorf("Parse(%q): error %v, want %v", c.text, err, c.err)
		} else if err == nil && !got.Equal(dec(c.want)) {
			t.Errorf("Parse(%q) = %s, want %s", c.text, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		number decimal.Decimal
		want   error
	}{
		{dec("0"), nil},
		{decimal.New(0, 10000), nil},
		{dec("1.50000"), nil},
		{dec("-999999999999.9999"), nil},
		{decimal.New(1, 11), nil},
		{decimal.New(1, 12), ErrInteger},
		{decimal.New(1, 10000), ErrInteger},
		{dec("0.00001"), ErrDecimals},
		{decimal.New(1, -10000), ErrDecimals},
	} {
		if got := Check(c.number, Price); !errors.Is(got, c.want) {
			t.Errorf("Check(%#v) = %v, want %v", c.number, got, c.want)
		}
	}
}

// Parse knows a number exactly when JSON does, and what it accepts it reads exactly, within the limit.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0", "-1.5", "1e2", "12e-1", "1e400", "00", "1.", "999999999999.9999", "0.00005", "1e-4", "-0.0e0", "9e11"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse(text, Price)
		isNumber := json.Valid([]byte(text)) && strings.Trim(text, " \t\r\n") == text && strings.ContainsAny(text[:1], "-0123456789")
		if isNumber == errors.Is(err, ErrSyntax) {
			t.Fatalf("Parse(%q): %v, but JSON says %v", text, err, isNumber)
		}
		if err != nil {
			return
		}
		if Check(got, Price) != nil {
			t.Fatalf("Parse(%q) = %s, beyond the limit", text, got)
		}
		if len(text) > 40 || got.IsZero() {
			return // the exponent of a zero may be anything, and SetString would compute it
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(got.Rat()) != 0 {
			t.Fatalf("Parse(%q) = %s, want %s", text, got, want)
		}
	})
}
