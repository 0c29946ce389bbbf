package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// How the domain's types are kept in columns, the same way on both engines. (SQLite has no type for times, and its
// driver's reading of integers as times fails for milliseconds before September 2001.)

// millis is a time as milliseconds since 1970, UTC.
func millis(t time.Time) int64 { return t.UnixMilli() }

// millisOrNull is NULL for a missing time.
func millisOrNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMilli()
}

// instant reads a time into what it points to.
type instant struct{ to *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(src any) error {
	ms, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: a time is kept as %T", src)
	}
	*i.to = time.UnixMilli(ms).UTC()
	return nil
}

// maybeInstant reads a time that may be missing.
type maybeInstant struct{ to **time.Time }

// Scan implements sql.Scanner.
func (m maybeInstant) Scan(src any) error {
	*m.to = nil
	if src == nil {
		return nil
	}
	var t time.Time
	if err := (instant{&t}).Scan(src); err != nil {
		return err
	}
	*m.to = &t
	return nil
}

// scale is the number of decimals of an amount in a column.
const scale = 4

// units is an amount in ten-thousandths of the currency unit. No currency has more than four decimals, so a finer or
// larger amount is a fault of ours.
func units(d decimal.Decimal) (int64, error) {
	shifted := d.Shift(scale)
	if whole := shifted.BigInt(); shifted.IsInteger() && whole.IsInt64() {
		return whole.Int64(), nil
	}
	return 0, errors.New("store: an amount has more than four decimals or is too large")
}

// amount reads an amount into what it points to.
type amount struct{ to *decimal.Decimal }

// Scan implements sql.Scanner.
func (a amount) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: an amount is kept as %T", src)
	}
	*a.to = decimal.New(n, -scale)
	return nil
}

// unitsOrNull is NULL for a missing amount.
func unitsOrNull(d *decimal.Decimal) (any, error) {
	if d == nil {
		return nil, nil
	}
	return units(*d)
}

// maybeAmount reads an amount that may be missing.
type maybeAmount struct{ to **decimal.Decimal }

// Scan implements sql.Scanner.
func (m maybeAmount) Scan(src any) error {
	*m.to = nil
	if src == nil {
		return nil
	}
	var d decimal.Decimal
	if err := (amount{&d}).Scan(src); err != nil {
		return err
	}
	*m.to = &d
	return nil
}

// bit is a truth value as 0 or 1.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// truth reads it.
type truth struct{ to *bool }

// Scan implements sql.Scanner.
func (t truth) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: a truth value is kept as %T", src)
	}
	*t.to = n != 0
	return nil
}

// legible is what can be kept of a text from a stranger, such as a mail server's reply: everything but NUL and what is not
// UTF-8. How an attempt ended must be written down whatever they said.
func legible(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// orNull is NULL for an empty text: for columns that refer to another row, or that are unique when present.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// text reads a text that may be NULL, as empty.
type text struct{ to *string }

// Scan implements sql.Scanner.
func (t text) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*t.to = ""
	case string:
		*t.to = s
	case []byte:
		*t.to = string(s)
	default:
		return fmt.Errorf("store: a text is kept as %T", src)
	}
	return nil
}

// raw is JSON that is kept byte for byte; NULL when there is none.
func raw(m json.RawMessage) any {
	if m == nil {
		return nil
	}
	return string(m)
}

// maybeRaw reads it.
type maybeRaw struct{ to *json.RawMessage }

// Scan implements sql.Scanner.
func (m maybeRaw) Scan(src any) error {
	*m.to = nil
	if src == nil {
		return nil
	}
	var s string
	if err := (text{&s}).Scan(src); err != nil {
		return err
	}
	*m.to = json.RawMessage(s)
	return nil
}

// document is a value as one JSON text.
func document(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	return string(b), nil
}

// parsed reads a JSON text into what it points to.
type parsed struct{ to any }

// Scan implements sql.Scanner.
func (p parsed) Scan(src any) error {
	switch s := src.(type) {
	case string:
		return json.Unmarshal([]byte(s), p.to)
	case []byte:
		return json.Unmarshal(s, p.to)
	}
	return fmt.Errorf("store: a document is kept as %T", src)
}

// documentOrNull is NULL for nothing.
func documentOrNull[T any](v *T) (any, error) {
	if v == nil {
		return nil, nil
	}
	return document(v)
}

// maybeParsed reads it.
type maybeParsed[T any] struct{ to **T }

// Scan implements sql.Scanner.
func (m maybeParsed[T]) Scan(src any) error {
	*m.to = nil
	if src == nil {
		return nil
	}
	*m.to = new(T)
	return parsed{*m.to}.Scan(src)
}
