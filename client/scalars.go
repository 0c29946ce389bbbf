package client

import (
	"time"

	"github.com/oapi-codegen/nullable"
	"github.com/oapi-codegen/runtime/types"
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/api/validate"
	"github.com/dunwell/dunwell/gen/model"
)

// Scalars.
type (
	// Decimal is an exact decimal number, read and written without losing a digit.
	Decimal = scalar.Decimal

	// Time is a point in time, UTC, in milliseconds.
	Time = scalar.Time

	// Day is a day without a time, such as the one that money counts from. Make it with [NewDay].
	Day = types.Date

	// Digits is a whole number kept as its digits, such as an account number.
	Digits = scalar.Digits

	// Meta is any JSON object of the merchant's.
	Meta = model.Meta

	// Nullable is a field that can be left out, cleared with null, or set. Make it with [Set] or [Clear].
	Nullable[T any] = nullable.Nullable[T]
)

// What a [ContractError] holds.
type (
	// Violation is one thing in a message that breaks the contract.
	Violation = validate.Violation

	// Violations are all of them; they are an error.
	Violations = validate.Violations
)

// MustDecimal reads text such as 12345.45 and panics if it is no decimal number. It is meant for literals.
func MustDecimal(text string) Decimal { return scalar.MustDecimal(text) }

// NewDecimal wraps d, which is written with as many decimals as it carries.
func NewDecimal(d decimal.Decimal) Decimal { return scalar.NewDecimal(d) }

// NewTime is t in UTC without what is shorter than a millisecond.
func NewTime(t time.Time) Time { return scalar.NewTime(t) }

// Date is midnight UTC of a day, as the contract reads a plain date.
func Date(year int, month time.Month, day int) Time {
	return NewTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// NewDay is a day of the calendar.
func NewDay(year int, month time.Month, day int) Day {
	return Day{Time: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// Set gives a value to a field that null would clear.
func Set[T any](value T) Nullable[T] { return nullable.NewNullableWithValue(value) }

// Clear clears a field with null.
func Clear[T any]() Nullable[T] { return nullable.NewNullNullable[T]() }
