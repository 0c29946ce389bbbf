package ar

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestParseWhere(t *testing.T) {
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		raw  RawCondition
		want Condition
	}{
		{RawCondition{"number", "", []string{"RE 1"}}, Condition{FieldNumber, Eq, []any{"RE 1"}}},
		{RawCondition{"number", "$eq", []string{""}}, Condition{FieldNumber, Eq, []any{""}}},
		{RawCondition{"due", "$lt", []string{"2024-01-01"}}, Condition{FieldDue, Lt, []any{day}}},
		{RawCondition{"created", "$gte", []string{"2024-01-01T01:00:00.0009+01:00"}}, Condition{FieldCreated, Gte, []any{day}}},
		{RawCondition{"state", "$in", []string{"paid", "canceled"}}, Condition{FieldState, In, []any{"paid", "canceled"}}},
		{RawCondition{"dunninglevel", "$gt", []string{"2"}}, Condition{FieldDunninglevel, Gt, []any{2}}},
		{RawCondition{"kind", "$ne", []string{"creditnote"}}, Condition{FieldKind, Ne, []any{"creditnote"}}},
	} {
		got, err := InvoiceFields.ParseWhere("query", []RawCondition{c.raw})
		if err != nil || !reflect.DeepEqual(got, []Condition{c.want}) {
			t.Errorf("%v: %v, %v", c.raw, got, err)
		}
	}
	got, err := InvoiceFields.ParseWhere("query", []RawCondition{{"unpaid", "$lte", []string{"1e2"}}, {"total", "", []string{"12345.45"}}})
	if err != nil || !got[0].Values[0].(decimal.Decimal).Equal(dec("100")) || !got[1].Values[0].(decimal.Decimal).Equal(dec("12345.45")) {
		t.Errorf("amounts: %v, %v", got, err)
	}
}

func TestParseWhereNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		raw        RawCondition
		path, hint string
	}{
		{RawCondition{"colour", "", []string{"red"}}, "query.colour", "accountingdate, canc"},
		{RawCondition{"Due", "", []string{"2024-01-01"}}, "query.Due", "due"},
		{RawCondition{"due", "$like", []string{"2024"}}, "query.due.$like", "$gt, $gte, $in, $lt, $lte, $ne"},
		{RawCondition{"due", "lt", []string{"2024-01-01"}}, "query.due.lt", "$lt"},
		{RawCondition{"state", "$gt", []string{"paid"}}, "query.state.$gt", "$ne, $in"},
		{RawCondition{"state", "", []string{"draft"}}, "query.state", "none, paid, canceled"},
		{RawCondition{"due", "$lt", []string{"01.02.2024"}}, "query.due.$lt", "2024-01-31"},
		{RawCondition{"due", "$lt", []string{"2024-02-30"}}, "query.due.$lt", "2024-01-31"},
		{RawCondition{"due", "$lt", []string{""}}, "query.due.$lt", "2024-01-31"},
		{RawCondition{"total", "$lt", []string{"1e400"}}, "query.total.$lt", "12345.45"},
		{RawCondition{"total", "$lt", []string{"1,50"}}, "query.total.$lt", "12345.45"},
		{RawCondition{"dunninglevel", "", []string{"2.0"}}, "query.dunninglevel", "whole"},
		{RawCondition{"dunninglevel", "", []string{"99999999999"}}, "query.dunninglevel", "whole"},
		{RawCondition{"number", "", nil}, "query.number", "one value"},
		{RawCondition{"number", "", []string{"a", "b"}}, "query.number", "one value"},
		{RawCondition{"number", "$in", nil}, "query.number.$in", "$in"},
		{RawCondition{"number", "$in", slices.Repeat([]string{"a"}, MaxIn+1)}, "query.number.$in", "100"},
		{RawCondition{"number", "", []string{"a\x00"}}, "query.number", "NUL"},
		{RawCondition{"number", "", []string{"\xff"}}, "query.number", "UTF-8"},
	} {
		got, err := InvoiceFields.ParseWhere("query", []RawCondition{c.raw, {"number", "", []string{"fine"}}})
		expectFault(t, fmt.Sprint(c.raw.Field, c.raw.Op), err, c.path, c.hint)
		if got != nil {
			t.Errorf("%v: %v with an error", c.raw, got)
		}
	}
}

func TestParseWhereTellsAllAtOnce(t *testing.T) {
	_, err := InvoiceFields.ParseWhere("query", []RawCondition{{"a", "", nil}, {"number", "", []string{"1"}}, {"due", "", []string{"x"}}})
	if got := paths(err); !slices.Equal(got, []string{"query.a", "query.due"}) {
		t.Errorf("faults at %v", got)
	}
}

func TestIdentitiesHaveFewerFields(t *testing.T) {
	if _, err := IdentityFields.ParseWhere("query", []RawCondition{{"kind", "", []string{"incorporate"}}}); err != nil {
		t.Error(err)
	}
	_, err := IdentityFields.ParseWhere("query", []RawCondition{{"due", "", []string{"2024-01-01"}}})
	expectFault(t, "due", err, "query.due", "created, currency, debtor, kind, modified, number, reference")
}

func TestParseSort(t *testing.T) {
	for text, want := range map[string][]Order{
		"":              nil,
		"created":       {{FieldCreated, false}},
		"-created":      {{FieldCreated, true}},
		"created,-due":  {{FieldCreated, false}, {FieldDue, true}},
		"-total,number": {{FieldTotal, true}, {FieldNumber, false}},
	} {
		if got, err := InvoiceFields.ParseSort(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, hint := range map[string]string{
		"colour": "accountingdate", "created,": "minus", "--due": "minus", "created;drop": "minus", " due": "minus", "due,-due": "once",
	} {
		got, err := InvoiceFields.ParseSort(text)
		expectFault(t, text, err, "sort", hint)
		if got != nil {
			t.Errorf("%q: %v with an error", text, got)
		}
	}
}

// expectFault wants an Invalid with one detail about a path, with a hint that says something.
func expectFault(t *testing.T, name string, err error, path, hint string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != Invalid || e.Code != CodeInvalidValue {
		t.Errorf("%s: %v, want an invalid value", name, err)
		return
	}
	if got := paths(err); !slices.Equal(got, []string{path}) || !strings.Contains(e.Details[0].Hint, hint) || e.Details[0].Error == "" {
		t.Errorf("%s: %q at %v, want %s and a hint with %q", name, e.Details[0].Hint, got, path, hint)
	}
}

// paths is the fields of an error.
func paths(err error) (fields []string) {
	var e *Error
	if errors.As(err, &e) {
		for _, d := range e.Details {
			fields = append(fields, d.Fields...)
		}
	}
	return fields
}
