// Package scalar holds the contract's scalar values in Go: what a number, a date or a string of digits of openapi.yaml is
// after decoding, and how it is written. The generated types name these types, so client and server agree on them.
package scalar

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// Decimal is an exact decimal number. It is read from a JSON string or number without losing a digit, and written as a
// string with the digits it was made with: "10.00" stays "10.00".
type Decimal struct{ decimal.Decimal }

// NewDecimal wraps d. It is written with as many decimals as d carries; see decimal.Decimal.Exponent.
func NewDecimal(d decimal.Decimal) Decimal { return Decimal{d} }

// MustDecimal reads text such as "12345.45" and panics if it is no decimal number. It is meant for literals.
func MustDecimal(text string) Decimal { return Decimal{decimal.RequireFromString(text)} }

// String writes the number out, never with an exponent.
func (d Decimal) String() string {
	if e := d.Exponent(); e < 0 {
		return d.StringFixed(-e)
	}
	return d.Decimal.String()
}

// Format writes the number as String does where a text is asked for. Without it package fmt would use the embedded
// number's own, which leaves out zeros: 10.00 printed as 10. Verbs of numbers, such as %.2f, are left to it.
func (d Decimal) Format(f fmt.State, verb rune) {
	switch verb {
	case 'v':
		verb = 's'
		fallthrough
	case 's', 'q':
		fmt.Fprintf(f, fmt.FormatString(f, verb), d.String())
	default:
		d.Decimal.Format(f, verb)
	}
}

// MarshalJSON writes the number as a JSON string.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(`"` + d.String() + `"`), nil }

// MarshalText writes the number out.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// ErrDecimal says that a text is no decimal number, or one with an absurd exponent.
var ErrDecimal = errors.New("not a decimal number")

// maxExponent bounds what is read: a billion is 1e9, and nobody owes 1e30. Without a bound "1e999999999" would be expanded.
const maxExponent = 30

// UnmarshalJSON reads a JSON string or number.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	return d.UnmarshalText(bytes.Trim(data, `"`))
}

// UnmarshalText reads a decimal number such as 12345.45 or 1.5e2.
func (d *Decimal) UnmarshalText(text []byte) error {
	if short, ok := shortDecimal(text); ok {
		d.Decimal = short
		return nil
	}
	read, err := decimal.NewFromString(string(text))
	if err != nil || read.Exponent() > maxExponent || read.Exponent() < -maxExponent {
		return ErrDecimal
	}
	d.Decimal = read
	return nil
}

// shortDecimal reads what nearly every amount is: at most 18 characters, digits with a point between them. It is a
// third of what decoding an invoice costs otherwise.
func shortDecimal(text []byte) (decimal.Decimal, bool) {
	digits, negative := bytes.CutPrefix(text, []byte("-"))
	if len(digits) == 0 || len(digits) > 18 {
		return decimal.Decimal{}, false
	}
	var value int64 // 18 digits fit
	var exponent int32
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			value = value*10 + int64(c-'0')
			if exponent != 0 {
				exponent--
			}
		case c == '.' && exponent == 0 && i > 0 && i < len(digits)-1:
			exponent = pointSeen
		default:
			return decimal.Decimal{}, false
		}
	}
	if exponent != 0 {
		exponent -= pointSeen
	}
	if negative {
		value = -value
	}
	return decimal.New(value, exponent), true
}

// pointSeen is added to an exponent once there is a point, so that an exponent of 0 says that there was none.
const pointSeen = -1000

// Time is a point in time, UTC, in milliseconds: 2020-01-01T00:00:00.000Z. A plain date is read as midnight UTC.
type Time struct{ time.Time }

// Layout is how a Time is written.
const Layout = "2006-01-02T15:04:05.000Z"

// NewTime is t in UTC without what is shorter than a millisecond.
func NewTime(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// String writes the time as the contract does.
func (t Time) String() string { return t.UTC().Format(Layout) }

// MarshalJSON writes the time as the contract does.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// MarshalText writes the time as the contract does.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// ErrTime says that a text is neither a date nor a date-time.
var ErrTime = errors.New("neither a date nor a date-time with a zone")

// UnmarshalJSON reads a JSON string with a date or a date-time.
func (t *Time) UnmarshalJSON(data []byte) error {
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return ErrTime
	}
	return t.UnmarshalText(data[1 : len(data)-1]) // neither a date nor a date-time has anything to escape
}

// UnmarshalText reads a date (2020-01-31) or a date-time with a zone (2020-01-31T12:00:00+01:00).
func (t *Time) UnmarshalText(text []byte) error {
	layout := time.RFC3339Nano
	if len(text) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	read, err := time.Parse(layout, string(text))
	if err != nil {
		return ErrTime
	}
	*t = NewTime(read)
	return nil
}

// Digits is a whole number kept as its digits, such as an account number. It is read from a JSON string or number and
// written as a string.
type Digits string

// ErrDigits says that a text has something other than digits.
var ErrDigits = errors.New("not a string of digits")

// UnmarshalJSON reads a JSON string of digits or a whole JSON number, however that is written: 10001, 1.0001e4.
func (d *Digits) UnmarshalJSON(data []byte) error {
	if len(data) > 1 && data[0] == '"' {
		data = data[1 : len(data)-1]
		for _, c := range data {
			if c < '0' || c > '9' {
				return ErrDigits
			}
		}
		*d = Digits(data)
		return nil
	}
	var number Decimal
	if err := number.UnmarshalText(data); err != nil || !number.IsInteger() || number.IsNegative() {
		return ErrDigits
	}
	*d = Digits(number.Truncate(0).String())
	return nil
}
