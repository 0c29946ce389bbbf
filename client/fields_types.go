package client

import (
	"time"

	"github.com/dunwell/dunwell/api/scalar"
)

// The types of conditions tell the lists apart: only the list with the field takes a condition on it.
type (
	// InvoiceCondition is a condition on a field of invoices or credit notes.
	InvoiceCondition condition
	// IdentityCondition is a condition on a field of customers.
	IdentityCondition condition
	// TransactionCondition is a condition on a field of movements of money.
	TransactionCondition condition
	// DocumentCondition is a condition on a field of an invoice's documents.
	DocumentCondition condition
	// PaymentCondition is a condition on a field of an invoice's payments and charges.
	PaymentCondition condition
)

// conditions are what methods of fields give.
type conditions interface {
	InvoiceCondition | IdentityCondition | TransactionCondition | DocumentCondition | PaymentCondition
}

// TextField is a field that holds a text. Texts are ordered by their characters' numbers in Unicode.
type TextField[C conditions] struct{ name string }

func (f *TextField[C]) as(name string) { f.name = name }

// Is holds for rows whose field equals the text.
func (f TextField[C]) Is(value string) C { return C(text(f.name, opEqual, value)) }

// IsNot holds for rows whose field differs from the text.
func (f TextField[C]) IsNot(value string) C { return C(text(f.name, opNot, value)) }

// In holds for rows whose field equals one of the texts, of which there must be at least one, and none with a comma:
// commas separate them.
func (f TextField[C]) In(values ...string) C { return C(oneOf(f.name, values, text)) }

// MoreThan holds for rows whose field comes after the text.
func (f TextField[C]) MoreThan(value string) C { return C(text(f.name, opMore, value)) }

// AtLeast holds for rows whose field is the text or comes after it.
func (f TextField[C]) AtLeast(value string) C { return C(text(f.name, opAtLeast, value)) }

// LessThan holds for rows whose field comes before the text.
func (f TextField[C]) LessThan(value string) C { return C(text(f.name, opLess, value)) }

// AtMost holds for rows whose field is the text or comes before it.
func (f TextField[C]) AtMost(value string) C { return C(text(f.name, opAtMost, value)) }

// SortableTextField is a [TextField] that a list can be sorted by.
type SortableTextField[C conditions, O orders] struct {
	TextField[C]
	SortKey[O]
}

func (f *SortableTextField[C, O]) as(name string) {
	f.TextField.as(name)
	f.SortKey.as(name)
}

// TimeField is a field that holds a moment, in whole milliseconds.
type TimeField[C conditions] struct{ name string }

func (f *TimeField[C]) as(name string) { f.name = name }

// Is holds for rows whose field is the moment. What is shorter than a millisecond is left out of it.
func (f TimeField[C]) Is(at time.Time) C { return C(moment(f.name, opEqual, at)) }

// IsNot holds for rows whose field is another moment. What is shorter than a millisecond is left out of at.
func (f TimeField[C]) IsNot(at time.Time) C { return C(moment(f.name, opNot, at)) }

// In holds for rows whose field is one of the moments, of which there must be at least one.
func (f TimeField[C]) In(at ...time.Time) C { return C(oneOf(f.name, at, moment)) }

// Before holds for rows whose field is a moment before at.
func (f TimeField[C]) Before(at time.Time) C { return C(moment(f.name, opLess, at)) }

// NotBefore holds for rows whose field is at or a later moment.
func (f TimeField[C]) NotBefore(at time.Time) C { return C(moment(f.name, opAtLeast, at)) }

// After holds for rows whose field is a moment after at.
func (f TimeField[C]) After(at time.Time) C { return C(moment(f.name, opMore, at)) }

// NotAfter holds for rows whose field is at or an earlier moment.
func (f TimeField[C]) NotAfter(at time.Time) C { return C(moment(f.name, opAtMost, at)) }

// SortableTimeField is a [TimeField] that a list can be sorted by.
type SortableTimeField[C conditions, O orders] struct {
	TimeField[C]
	SortKey[O]
}

func (f *SortableTimeField[C, O]) as(name string) {
	f.TimeField.as(name)
	f.SortKey.as(name)
}

// DecimalField is a field that holds an amount. A list can be sorted by it.
type DecimalField[C conditions, O orders] struct{ SortKey[O] }

// Is holds for rows whose field is the amount, however many zeros it ends with.
func (f DecimalField[C, O]) Is(value scalar.Decimal) C { return C(amount(f.name, opEqual, value)) }

// IsNot holds for rows whose field is another amount.
func (f DecimalField[C, O]) IsNot(value scalar.Decimal) C { return C(amount(f.name, opNot, value)) }

// In holds for rows whose field is one of the amounts, of which there must be at least one.
func (f DecimalField[C, O]) In(values ...scalar.Decimal) C { return C(oneOf(f.name, values, amount)) }

// MoreThan holds for rows whose field is greater than the amount.
func (f DecimalField[C, O]) MoreThan(value scalar.Decimal) C { return C(amount(f.name, opMore, value)) }

// AtLeast holds for rows whose field is the amount or greater.
func (f DecimalField[C, O]) AtLeast(value scalar.Decimal) C {
	return C(amount(f.name, opAtLeast, value))
}

// LessThan holds for rows whose field is less than the amount.
func (f DecimalField[C, O]) LessThan(value scalar.Decimal) C { return C(amount(f.name, opLess, value)) }

// AtMost holds for rows whose field is the amount or less.
func (f DecimalField[C, O]) AtMost(value scalar.Decimal) C { return C(amount(f.name, opAtMost, value)) }

// LevelField is a field that holds a dunning level: 0 none, 1 reminder, 2 to 5 dunning 1 to 4. A list can be sorted
// by it.
type LevelField[C conditions, O orders] struct{ SortKey[O] }

// Is holds for rows whose field is the level.
func (f LevelField[C, O]) Is(level int) C { return C(number(f.name, opEqual, level)) }

// IsNot holds for rows whose field is another level.
func (f LevelField[C, O]) IsNot(level int) C { return C(number(f.name, opNot, level)) }

// In holds for rows whose field is one of the levels, of which there must be at least one.
func (f LevelField[C, O]) In(levels ...int) C { return C(oneOf(f.name, levels, number)) }

// MoreThan holds for rows whose field is higher than the level.
func (f LevelField[C, O]) MoreThan(level int) C { return C(number(f.name, opMore, level)) }

// AtLeast holds for rows whose field is the level or higher.
func (f LevelField[C, O]) AtLeast(level int) C { return C(number(f.name, opAtLeast, level)) }

// LessThan holds for rows whose field is lower than the level.
func (f LevelField[C, O]) LessThan(level int) C { return C(number(f.name, opLess, level)) }

// AtMost holds for rows whose field is the level or lower.
func (f LevelField[C, O]) AtMost(level int) C { return C(number(f.name, opAtMost, level)) }

// ChoiceField is a field that holds one of a closed list of values, which have no order.
type ChoiceField[C conditions, V ~string] struct{ name string }

func (f *ChoiceField[C, V]) as(name string) { f.name = name }

// Is holds for rows whose field is the value.
func (f ChoiceField[C, V]) Is(value V) C { return C(choice(f.name, opEqual, value)) }

// IsNot holds for rows whose field is another value.
func (f ChoiceField[C, V]) IsNot(value V) C { return C(choice(f.name, opNot, value)) }

// In holds for rows whose field is one of the values, of which there must be at least one.
func (f ChoiceField[C, V]) In(values ...V) C { return C(oneOf(f.name, values, choice)) }

// KindField is a field of a list below an invoice, which can be compared for equality only.
type KindField[C conditions, V ~string] struct{ name string }

func (f *KindField[C, V]) as(name string) { f.name = name }

// Is holds for rows whose field is the value.
func (f KindField[C, V]) Is(value V) C { return C(choice(f.name, opEqual, value)) }

func choice[V ~string](field, op string, value V) condition { return text(field, op, string(value)) }
