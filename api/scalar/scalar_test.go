package scalar_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/api/scalar"
)

func TestDecimalIsReadExactly(t *testing.T) {
	for _, test := range []struct{ json, want string }{
		{`"12345.45"`, "12345.45"},
		{`12345.45`, "12345.45"},
		{`"10.00"`, "10.00"},
		{`10`, "10"},
		{`-0.0001`, "-0.0001"},
		{`"-7"`, "-7"},
		{`1e2`, "100"},
		{`1.5E+3`, "1500"},
		{`15e-1`, "1.5"},
		{`123456789012345678.9`, "123456789012345678.9"},
		{`"999999999999999999999.9999"`, "999999999999999999999.9999"},
		{`0.1`, "0.1"},
		{`00.50`, "0.50"},
	} {
		var d scalar.Decimal
		if err := d.UnmarshalJSON([]byte(test.json)); err != nil {
			t.Errorf("%s: %v", test.json, err)
		} else if d.String() != test.want {
			t.Errorf("%s is read as %s, want %s", test.json, d, test.want)
		}
	}
}

func TestDecimalRefuses(t *testing.T) {
	for _, text := range []string{``, `""`, `"abc"`, `"1.2.3"`, `"."`, `"-"`, `"--1"`, `1e400`, `1e-400`, `"1e999999999"`, `null`, `true`, `"1 000"`, `"1,5"`} {
		var d scalar.Decimal
		if err := d.UnmarshalJSON([]byte(text)); !errors.Is(err, scalar.ErrDecimal) {
			t.Errorf("%s is read as %s, %v", text, d, err)
		}
	}
}

// The short way reads what the long way reads.
func TestDecimalReadsAsTheLibraryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{1,14}(\.[0-9]{1,6})?`).Draw(t, "text")
		var d scalar.Decimal
		if err := d.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		want := decimal.RequireFromString(text)
		if !d.Equal(want) || d.Exponent() != want.Exponent() {
			t.Fatalf("%s is read as %s with exponent %d, want %s with %d", text, d, d.Exponent(), want, want.Exponent())
		}
	})
}

func TestDecimalIsWrittenAsString(t *testing.T) {
	text, err := json.Marshal(scalar.MustDecimal("10.00"))
	if err != nil || string(text) != `"10.00"` {
		t.Errorf("%s, %v", text, err)
	}
}

func TestTime(t *testing.T) {
	for _, test := range []struct{ json, want string }{
		{`"2020-01-31"`, `"2020-01-31T00:00:00.000Z"`},
		{`"2020-01-31T12:00:00Z"`, `"2020-01-31T12:00:00.000Z"`},
		{`"2020-01-31T12:00:00.123456Z"`, `"2020-01-31T12:00:00.123Z"`},
		{`"2020-01-31T12:00:00+01:00"`, `"2020-01-31T11:00:00.000Z"`},
	} {
		var at scalar.Time
		if err := json.Unmarshal([]byte(test.json), &at); err != nil {
			t.Errorf("%s: %v", test.json, err)
			continue
		}
		if text, err := json.Marshal(at); err != nil || string(text) != test.want {
			t.Errorf("%s is written as %s, %v; want %s", test.json, text, err, test.want)
		}
	}
	for _, text := range []string{`"2024-02-30"`, `"2024-01-01T00:00:00"`, `"tomorrow"`, `""`, `5`, `null`, `"`} {
		var at scalar.Time
		if err := at.UnmarshalJSON([]byte(text)); !errors.Is(err, scalar.ErrTime) {
			t.Errorf("%s is read as %s, %v", text, at, err)
		}
	}
	zone := time.FixedZone("", 3600)
	if got := scalar.NewTime(time.Date(2020, 1, 1, 0, 30, 0, 999_999, zone)).String(); got != "2019-12-31T23:30:00.000Z" {
		t.Error(got)
	}
}

func TestDigits(t *testing.T) {
	for _, test := range []struct{ json, want string }{{`"10001"`, "10001"}, {`10001`, "10001"}, {`1.0001e4`, "10001"}, {`"007"`, "007"}, {`0`, "0"}} {
		var d scalar.Digits
		if err := json.Unmarshal([]byte(test.json), &d); err != nil || string(d) != test.want {
			t.Errorf("%s is read as %s, %v; want %s", test.json, d, err, test.want)
		}
	}
	for _, text := range []string{`"1a"`, `-1`, `1.5`, `true`, `"-1"`} {
		var d scalar.Digits
		if err := json.Unmarshal([]byte(text), &d); !errors.Is(err, scalar.ErrDigits) {
			t.Errorf("%s is read as %s, %v", text, d, err)
		}
	}
}

// What is printed is what is written: no zero is lost on the way to a person.
func TestDecimalPrinted(t *testing.T) {
	d := scalar.MustDecimal("10.00")
	for format, want := range map[string]string{"%v": "10.00", "%s": "10.00", "%q": `"10.00"`, "%8s|": "   10.00|", "%-8v|": "10.00   |", "%+v": "10.00", "%.1f": "10.0"} {
		if got := fmt.Sprintf(format, d); got != want {
			t.Errorf("%s prints %s, want %s", format, got, want)
		}
	}
	if got := fmt.Sprint(struct{ Total scalar.Decimal }{d}); got != "{10.00}" {
		t.Errorf("in a struct %s", got)
	}
}
