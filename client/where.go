package client

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/api/validate"
)

// condition is one query[field][op]=value, whatever list it is for. op is empty for equality.
type condition struct {
	field, op, value string
	wrong            *validate.Violation // why it cannot be written; its Path lacks the parameter's name
}

// The operators of the contract. Equality is written without one.
const (
	opEqual   = ""
	opNot     = "$ne"
	opIn      = "$in"
	opMore    = "$gt"
	opAtLeast = "$gte"
	opLess    = "$lt"
	opAtMost  = "$lte"
)

// Condition compares a field with a value and is taken by every list. Where makes it. Whether the list has the field,
// and the field the operator, is found out by validation before the request is sent; with the fields of
// [InvoiceFields], [IdentityFields] and [TransactionFields] the compiler finds it out.
type Condition condition

// Term is a field of a list by its name, of which a [Condition] is still to be made.
type Term struct{ field string }

// Where names the field of a condition as the contract does, such as due or dunninglevel.
//
// The methods of the Term take strings, and types whose kind is string, integers, [time.Time] and whatever writes itself as text
// ([encoding.TextMarshaler]), such as a [Decimal]. They do not take floating-point numbers: amounts are exact.
func Where(field string) Term { return Term{field} }

// Is holds for rows whose field equals the value.
func (t Term) Is(value any) Condition { return Condition(untyped(t.field, opEqual, value)) }

// IsNot holds for rows whose field differs from the value.
func (t Term) IsNot(value any) Condition { return Condition(untyped(t.field, opNot, value)) }

// In holds for rows whose field equals one of the values. There must be at least one. A text in the list must not
// contain a comma, since commas separate the values; ask for such a one by Is.
func (t Term) In(values ...any) Condition {
	return Condition(oneOf(t.field, values, untyped))
}

// MoreThan holds for rows whose field is greater than the value.
func (t Term) MoreThan(value any) Condition { return Condition(untyped(t.field, opMore, value)) }

// AtLeast holds for rows whose field is the value or greater.
func (t Term) AtLeast(value any) Condition { return Condition(untyped(t.field, opAtLeast, value)) }

// LessThan holds for rows whose field is less than the value.
func (t Term) LessThan(value any) Condition { return Condition(untyped(t.field, opLess, value)) }

// AtMost holds for rows whose field is the value or less.
func (t Term) AtMost(value any) Condition { return Condition(untyped(t.field, opAtMost, value)) }

// Before holds for rows whose field is a moment before at.
func (t Term) Before(at time.Time) Condition { return Condition(moment(t.field, opLess, at)) }

// NotBefore holds for rows whose field is at or a later moment.
func (t Term) NotBefore(at time.Time) Condition { return Condition(moment(t.field, opAtLeast, at)) }

// After holds for rows whose field is a moment after at.
func (t Term) After(at time.Time) Condition { return Condition(moment(t.field, opMore, at)) }

// NotAfter holds for rows whose field is at or an earlier moment.
func (t Term) NotAfter(at time.Time) Condition { return Condition(moment(t.field, opAtMost, at)) }

// text compares with a text.
func text(field, op, value string) condition { return condition{field: field, op: op, value: value} }

// moment compares with a point in time, written in UTC with milliseconds, which is all that is kept. Rounding goes
// where it leaves the meaning: what is kept in whole milliseconds is before 12.3 ms exactly if it is before 13 ms.
func moment(field, op string, at time.Time) condition {
	whole := at.UTC().Truncate(time.Millisecond)
	if (op == opLess || op == opAtLeast) && whole.Before(at) {
		whole = whole.Add(time.Millisecond)
	}
	return text(field, op, whole.Format(scalar.Layout))
}

// number compares with a whole number.
func number(field, op string, value int) condition { return text(field, op, strconv.Itoa(value)) }

// amount compares with a decimal number, written with all its digits.
func amount(field, op string, value scalar.Decimal) condition { return text(field, op, value.String()) }

// untyped compares with whatever can be written exactly.
func untyped(field, op string, value any) condition {
	switch v := value.(type) {
	case time.Time:
		return moment(field, op, v)
	case scalar.Time:
		return moment(field, op, v.Time)
	case encoding.TextMarshaler:
		written, err := v.MarshalText()
		if err != nil {
			return refused(field, op, "Value for '%s' cannot be written.", "Use a value that can be written as text.")
		}
		return text(field, op, string(written))
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.String:
		return text(field, op, v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return text(field, op, strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return text(field, op, strconv.FormatUint(v.Uint(), 10))
	}
	return refused(field, op, "Value for '%s' has no exact text.", "Use a string, an integer, a time.Time or a Decimal.")
}

// oneOf joins conditions of one value each into one with $in.
func oneOf[T any](field string, values []T, write func(field, op string, value T) condition) condition {
	if len(values) == 0 {
		return refused(field, opIn, "There is no value for '%s'.", "Give at least one value.")
	}
	written := make([]string, len(values))
	for i, value := range values {
		one := write(field, opIn, value)
		if one.wrong != nil {
			return one
		}
		if strings.Contains(one.value, ",") {
			return refused(field, opIn, "A value for '%s' contains a comma.", "Commas separate the values; ask for this one by equality.")
		}
		written[i] = one.value
	}
	return text(field, opIn, strings.Join(written, ","))
}

// refused is a condition that cannot be written. problem has a place for the field's name.
func refused(field, op, problem, hint string) condition {
	path := field
	if op != "" {
		path += "." + op
	}
	return condition{field: field, op: op, wrong: &validate.Violation{
		In: validate.InQuery, Path: path, Rule: "value", Error: fmt.Sprintf(problem, field), Hint: hint,
	}}
}
