package client

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
)

// queryOf is what options of the list of invoices come to, readable.
func queryOf(t *testing.T, options ...InvoiceListOption) string {
	t.Helper()
	l := newListCall("listInvoices", "query", nil)
	for _, o := range options {
		o.invoiceList(l)
	}
	if len(l.wrong) > 0 {
		return l.wrong[0].Path + ": " + l.wrong[0].Error
	}
	text, err := url.QueryUnescape(l.values.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type grade string

func TestConditions(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	day := time.Date(2026, 3, 1, 1, 0, 0, 0, berlin)
	odd := time.Date(2026, 3, 1, 0, 0, 0, 12_300_000, time.UTC)
	f := InvoiceFields
	for _, test := range []struct {
		option InvoiceListOption
		want   string
	}{
		{f.Due.Before(day), "query[due][$lt]=2026-03-01T00:00:00.000Z"},
		{f.Due.Before(odd), "query[due][$lt]=2026-03-01T00:00:00.013Z"},
		{f.Due.NotBefore(odd), "query[due][$gte]=2026-03-01T00:00:00.013Z"},
		{f.Due.After(odd), "query[due][$gt]=2026-03-01T00:00:00.012Z"},
		{f.Due.NotAfter(odd), "query[due][$lte]=2026-03-01T00:00:00.012Z"},
		{f.Due.Is(odd), "query[due]=2026-03-01T00:00:00.012Z"},
		{f.Due.IsNot(day), "query[due][$ne]=2026-03-01T00:00:00.000Z"},
		{f.Due.In(day, odd), "query[due][$in]=2026-03-01T00:00:00.000Z,2026-03-01T00:00:00.012Z"},
		{f.Total.Is(scalar.MustDecimal("123456789012.0500")), "query[total]=123456789012.0500"},
		{f.Total.AtLeast(scalar.MustDecimal("-1e3")), "query[total][$gte]=-1000"},
		{f.Total.In(scalar.MustDecimal("1"), scalar.MustDecimal("2.50")), "query[total][$in]=1,2.50"},
		{f.Unpaid.MoreThan(scalar.MustDecimal("0")), "query[unpaid][$gt]=0"},
		{f.Unpaid.LessThan(scalar.MustDecimal("0.01")), "query[unpaid][$lt]=0.01"},
		{f.Unpaid.AtMost(scalar.MustDecimal("5")), "query[unpaid][$lte]=5"},
		{f.Unpaid.IsNot(scalar.MustDecimal("5")), "query[unpaid][$ne]=5"},
		{f.Dunninglevel.AtLeast(2), "query[dunninglevel][$gte]=2"},
		{f.Dunninglevel.In(1, 2), "query[dunninglevel][$in]=1,2"},
		{f.State.Is(model.InvoiceStateNone), "query[state]=none"},
		{f.State.IsNot(model.InvoiceStatePaid), "query[state][$ne]=paid"},
		{f.State.In(model.InvoiceStateNone, model.InvoiceStatePaid), "query[state][$in]=none,paid"},
		{f.Reference.Is("a,b&c=d[e]"), "query[reference]=a,b&c=d[e]"},
		{f.Reference.In("RE1", "RE 2", ""), "query[reference][$in]=RE1,RE 2,"},
		{f.Reference.In("RE1", "a,b"), "query.reference.$in: A value for 'reference' contains a comma."},
		{f.Reference.In(), "query.reference.$in: There is no value for 'reference'."},
		{f.Number.MoreThan("B"), "query[number][$gt]=B"},
		{f.Number.AtMost("B"), "query[number][$lte]=B"},

		{Where("due").Before(odd), "query[due][$lt]=2026-03-01T00:00:00.013Z"},
		{Where("due").LessThan(odd), "query[due][$lt]=2026-03-01T00:00:00.013Z"},
		{Where("due").AtLeast(scalar.Time{Time: odd}), "query[due][$gte]=2026-03-01T00:00:00.013Z"},
		{Where("due").NotBefore(day), "query[due][$gte]=2026-03-01T00:00:00.000Z"},
		{Where("due").After(day), "query[due][$gt]=2026-03-01T00:00:00.000Z"},
		{Where("due").NotAfter(day), "query[due][$lte]=2026-03-01T00:00:00.000Z"},
		{Where("due").Is("2026-03-01"), "query[due]=2026-03-01"},
		{Where("total").MoreThan(scalar.MustDecimal("1.10")), "query[total][$gt]=1.10"},
		{Where("total").AtMost(7), "query[total][$lte]=7"},
		{Where("total").Is(uint8(7)), "query[total]=7"},
		{Where("total").Is(1.1), "query.total: Value for 'total' has no exact text."},
		{Where("total").Is(nil), "query.total: Value for 'total' has no exact text."},
		{Where("state").IsNot(model.InvoiceStatePaid), "query[state][$ne]=paid"},
		{Where("number").Is(grade("A")), "query[number]=A"},
		{Where("number").In("A", 1, grade("B")), "query[number][$in]=A,1,B"},
		{Where("number").In("A", struct{}{}), "query.number.$in: Value for 'number' has no exact text."},

		{f.Created.Descending(), "sort=-created"},
		{Sort(f.Due.Descending(), f.Reference.Ascending()), "sort=-due,reference"},
		{SortBy("-total,reference"), "sort=-total,reference"},
		{SortBy(""), ""},
		{PageNumber(3), "page=3"},
		{After("abc-_"), "after=abc-_"},
		{WithTotal(), "withTotal=true"},
	} {
		got := queryOf(t, test.option)
		if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// Options add up: conditions all hold, orders follow each other, and a condition given twice goes out twice, so that it is refused
// instead of one winning silently.
func TestConditionsTogether(t *testing.T) {
	f := InvoiceFields
	got := queryOf(t, f.State.Is("none"), f.Total.AtLeast(scalar.MustDecimal("1")), f.Total.AtMost(scalar.MustDecimal("2")),
		f.Total.AtMost(scalar.MustDecimal("3")), f.Due.Descending(), SortBy("reference"))
	want := "query[state]=none&query[total][$gte]=1&query[total][$lte]=2&query[total][$lte]=3&sort=-due,reference"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What is kept has whole milliseconds. Whatever the value of a condition, rounding it for the wire changes no answer.
func TestMomentKeepsItsMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(0, rapid.Int64Range(-5_000_000, 5_000_000).Draw(t, "at"))
		kept := time.UnixMilli(rapid.Int64Range(-5, 5).Draw(t, "kept"))
		for op, holds := range map[string]func(a, b time.Time) bool{
			opLess:    time.Time.Before,
			opMore:    time.Time.After,
			opAtLeast: func(a, b time.Time) bool { return !a.Before(b) },
			opAtMost:  func(a, b time.Time) bool { return !a.After(b) },
		} {
			sent, err := time.Parse(scalar.Layout, moment("due", op, at).value)
			if err != nil {
				t.Fatal(err)
			}
			if holds(kept, sent) != holds(kept, at) {
				t.Fatalf("%v %s %v, but not when it is sent as %v", kept, op, at, sent)
			}
		}
	})
}

// Behind a cursor there is no page to count; the rest stays, and the list itself does not change.
func TestPageBehindACursor(t *testing.T) {
	l := newListCall("listInvoices", "query", nil)
	for _, o := range []InvoiceListOption{PageNumber(3), PageSize(50), InvoiceFields.State.Is(InvoiceStateNone), InvoiceFields.Due.Descending()} {
		o.invoiceList(l)
	}
	first := l.page("").Encode()
	behind, _ := url.QueryUnescape(l.page("cursor").Encode())
	if behind != "after=cursor&pageSize=50&query[state]=none&sort=-due" || l.page("").Encode() != first || !strings.Contains(first, "page=3") {
		t.Errorf("behind %s, first %s, then %s", behind, first, l.page("").Encode())
	}
}
