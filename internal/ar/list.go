package ar

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dunwell/dunwell/internal/money"
)

// Bounds of a list.
const (
	DefaultPageSize = 20
	MaxPageSize     = 1000
	MaxIn           = 100 // values of one $in
)

// Page is a request for one page of a list.
type Page struct {
	Where     []Condition // all must hold
	Sort      []Order     // empty: newest first. The id is always the last key, added by the store
	Number    int         // from 1; without meaning when After is set
	Size      int         // 1 to MaxPageSize
	After     string      // opaque cursor of the page before, or empty
	WithTotal bool        // count all rows too
}

// Condition compares a field with values of the field's own type: string, int, decimal.Decimal, or time.Time in UTC.
type Condition struct {
	Field  Field
	Op     Op
	Values []any // one; with In, one to MaxIn
}

// Order is one key of a sort.
type Order struct {
	Field Field
	Desc  bool
}

// Op is a comparison. Eq is written without a name: query[number]=RE1.
type Op string

const (
	Eq  Op = "$eq"
	Ne  Op = "$ne"
	Gt  Op = "$gt"
	Gte Op = "$gte"
	Lt  Op = "$lt"
	Lte Op = "$lte"
	In  Op = "$in"
)

// Field is the name of something a list can be filtered and sorted by.
type Field string

const (
	FieldReference       Field = "reference"
	FieldNumber          Field = "number"
	FieldState           Field = "state"
	FieldKind            Field = "kind"
	FieldIdentity        Field = "identity" // the reference of the identity
	FieldDebtor          Field = "debtor"   // the debtor account of the identity
	FieldCurrency        Field = "currency"
	FieldPaymentkind     Field = "paymentkind"
	FieldOrdernumber     Field = "ordernumber"
	FieldAccountingdate  Field = "accountingdate"
	FieldIssued          Field = "issued"
	FieldDue             Field = "due"
	FieldOrderdate       Field = "orderdate"
	FieldCancelationdate Field = "cancelationdate"
	FieldDunninglevel    Field = "dunninglevel"
	FieldTotal           Field = "total" // gross
	FieldUnpaid          Field = "unpaid"
	FieldAmount          Field = "amount"
	FieldBookingdate     Field = "bookingdate"
	FieldValuedate       Field = "valuedate"
	FieldUnallocated     Field = "unallocated"
	FieldCreated         Field = "created"
	FieldModified        Field = "modified"
)

// Type is what the values of a field are. Its Go type is in the comment.
type Type uint8

const (
	TypeText   Type = iota // string, ordered by code point in every database
	TypeChoice             // string, one of a closed list: equality only, because its order means nothing
	TypeNumber             // int
	TypeAmount             // decimal.Decimal
	TypeTime               // time.Time in UTC, whole milliseconds
)

// FieldType is the type of a field, and the choices of a Choice.
type FieldType struct {
	Type    Type
	Choices []string
}

// Vocabulary is what a list can be filtered and sorted by.
type Vocabulary map[Field]FieldType

// InvoiceFields is the vocabulary of invoices and credit notes.
var InvoiceFields = Vocabulary{
	FieldReference:       {Type: TypeText},
	FieldNumber:          {Type: TypeText},
	FieldState:           {Type: TypeChoice, Choices: []string{string(StateNone), string(StatePaid), string(StateCanceled)}},
	FieldKind:            {Type: TypeChoice, Choices: []string{string(KindInvoice), string(KindCreditnote)}},
	FieldIdentity:        {Type: TypeText},
	FieldDebtor:          {Type: TypeText},
	FieldCurrency:        {Type: TypeText},
	FieldPaymentkind:     {Type: TypeChoice, Choices: []string{"PP", "CC", "DD", "CT", "CD", "IN", "OT"}},
	FieldOrdernumber:     {Type: TypeText},
	FieldAccountingdate:  {Type: TypeTime},
	FieldIssued:          {Type: TypeTime},
	FieldDue:             {Type: TypeTime},
	FieldOrderdate:       {Type: TypeTime},
	FieldCancelationdate: {Type: TypeTime},
	FieldDunninglevel:    {Type: TypeNumber},
	FieldTotal:           {Type: TypeAmount},
	FieldUnpaid:          {Type: TypeAmount},
	FieldCreated:         {Type: TypeTime},
	FieldModified:        {Type: TypeTime},
}

// IdentityFields is the vocabulary of identities.
var IdentityFields = Vocabulary{
	FieldReference: {Type: TypeText},
	FieldNumber:    {Type: TypeText},
	FieldDebtor:    {Type: TypeText},
	FieldKind:      {Type: TypeChoice, Choices: []string{string(Individual), string(Incorporate)}},
	FieldCurrency:  {Type: TypeText},
	FieldCreated:   {Type: TypeTime},
	FieldModified:  {Type: TypeTime},
}

// TransactionFields is the vocabulary of transactions.
var TransactionFields = Vocabulary{
	FieldReference:   {Type: TypeText},
	FieldCurrency:    {Type: TypeText},
	FieldAmount:      {Type: TypeAmount},
	FieldUnallocated: {Type: TypeAmount},
	FieldBookingdate: {Type: TypeTime},
	FieldValuedate:   {Type: TypeTime},
	FieldCreated:     {Type: TypeTime},
}

// RawCondition is a condition as it came: parameter[Field][Op]=Values. Op is empty for equality.
type RawCondition struct {
	Field  string
	Op     string
	Values []string
}

// ParseWhere reads the conditions of a parameter, which is query or search. The error names every one that cannot be
// read, by a path such as query.due.$lt.
func (v Vocabulary) ParseWhere(parameter string, raw []RawCondition) ([]Condition, error) {
	var where []Condition
	var wrong faults
	for _, r := range raw {
		if c, ok := v.condition(parameter, r, &wrong); ok {
			where = append(where, c)
		}
	}
	if err := wrong.invalid(); err != nil {
		return nil, err
	}
	return where, nil
}

func (v Vocabulary) condition(parameter string, r RawCondition, wrong *faults) (Condition, bool) {
	path := parameter + "." + r.Field
	if r.Op != "" {
		path += "." + r.Op
	}
	field, known := v[Field(r.Field)]
	if !known {
		wrong.add(path, "Field '"+r.Field+"' cannot be queried.", "Fields are "+v.names()+".")
		return Condition{}, false
	}
	op := Op(r.Op)
	if r.Op == "" {
		op = Eq
	}
	ops := field.ops()
	if !slices.Contains(ops, op) {
		wrong.add(path, "Operator '"+r.Op+"' cannot be used with field '"+r.Field+"'.", opHint(ops))
		return Condition{}, false
	}
	most := 1
	if op == In {
		most = MaxIn
	}
	if len(r.Values) < 1 || len(r.Values) > most {
		wrong.add(path, "Number of values for '"+path+"' is wrong.", "Give one value, or up to "+strconv.Itoa(MaxIn)+" with $in.")
		return Condition{}, false
	}
	c := Condition{Field: Field(r.Field), Op: op}
	for _, text := range r.Values {
		value, hint := field.value(text)
		if hint != "" {
			wrong.add(path, "Value for '"+path+"' cannot be read.", hint)
			return Condition{}, false
		}
		c.Values = append(c.Values, value)
	}
	return c, true
}

// ParseSort reads a sort such as "created,-due". An empty text is no sort.
func (v Vocabulary) ParseSort(text string) ([]Order, error) {
	if text == "" {
		return nil, nil
	}
	var sort []Order
	var wrong faults
	for key := range strings.SplitSeq(text, ",") {
		name, desc := strings.CutPrefix(key, "-")
		field := Field(name)
		switch _, known := v[field]; {
		case !known:
			wrong.add("sort", "Field '"+name+"' cannot be sorted by.", "Fields are "+v.names()+"; a leading minus reverses the order.")
		case slices.ContainsFunc(sort, func(o Order) bool { return o.Field == field }):
			wrong.add("sort", "Field '"+name+"' is given twice.", "Name every field once.")
		default:
			sort = append(sort, Order{Field: field, Desc: desc})
		}
	}
	if err := wrong.invalid(); err != nil {
		return nil, err
	}
	return sort, nil
}

// names lists the fields in alphabetical order, for hints.
func (v Vocabulary) names() string {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (t FieldType) ops() []Op {
	if t.Type == TypeChoice {
		return []Op{Eq, Ne, In}
	}
	return []Op{Eq, Gt, Gte, In, Lt, Lte, Ne}
}

func opHint(ops []Op) string {
	named := make([]string, 0, len(ops))
	for _, op := range ops {
		if op != Eq {
			named = append(named, string(op))
		}
	}
	return "Operators are " + strings.Join(named, ", ") + "; without one, equality."
}

// value reads one value. The hint is empty when the text is right.
func (t FieldType) value(text string) (value any, hint string) {
	switch t.Type {
	case TypeChoice:
		if slices.Contains(t.Choices, text) {
			return text, ""
		}
		return nil, "Value must be one of " + strings.Join(t.Choices, ", ") + "."
	case TypeNumber:
		if n, err := strconv.ParseInt(text, 10, 32); err == nil {
			return int(n), ""
		}
		return nil, "Value must be a whole number."
	case TypeAmount:
		if d, err := money.Parse(text, money.Largest); err == nil {
			return d, ""
		}
		return nil, "Value must be an amount such as 12345.45."
	case TypeTime:
		if at, err := ParseTime(text); err == nil {
			return at, ""
		}
		return nil, "Value must be a date such as 2024-01-31 or a time such as 2024-01-31T12:00:00.000Z."
	default:
		if utf8.ValidString(text) && !strings.Contains(text, "\x00") {
			return text, ""
		}
		return nil, "Value must be UTF-8 text without NUL." // which no database holds, and PostgreSQL does not even compare
	}
}

// ParseTime reads a date, which is its midnight in UTC, or a time: RFC 3339, or without a zone. The result is in UTC and in whole
// milliseconds, which is all that is kept anywhere.
func ParseTime(text string) (at time.Time, err error) {
	for _, layout := range timeLayouts {
		if at, err = time.Parse(layout, text); err == nil {
			return instant(at), nil
		}
	}
	return time.Time{}, err
}

// timeLayouts are how a time may be written in a filter. The reference API's own examples have no zone; it is UTC then.
var timeLayouts = []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", time.RFC3339}

// instant is a time as it is kept: in UTC, in whole milliseconds.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
