package ar

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func date(text string) *time.Time {
	at, err := ParseTime(text)
	if err != nil {
		panic(err)
	}
	return &at
}

var home = Address{Kind: ForDefault, Company: "Muster GmbH", Street: "Weg", Housenumber: "1", Zipcode: "10115", City: "Berlin", Country: "DE"}

// draft is an ordinary invoice over 119.00.
func draft(t testing.TB) *Invoice {
	t.Helper()
	id := &Identity{ID: "i1", Reference: "K1", Debtor: "10001", Currency: "EUR", Addresses: []Address{home}}
	inv, err := NewInvoice(id, KindInvoice, "RE1", InvoiceChange{
		Netbased: Set(true),
		Items:    Set([]Item{item("2", "50", "19")}),
		Issued:   Set(date("2026-03-01")),
		Due:      Set(date("2026-03-15")),
		Meta:     Set(json.RawMessage(`{"a":1}`)),
		Detail:   InvoiceDetailChange{Dunning: DunningChange{DelayedUntil: Set("2026-04-01"), CustomPeriods: Set(map[string]int{"REMINDER": 3})}},
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// open is the same, committed.
func open(t testing.TB) *Invoice {
	t.Helper()
	inv := draft(t)
	if err := inv.Commit("2026-1", noon); err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestApplyChangesDraft(t *testing.T) {
	inv := draft(t)
	later := noon.Add(time.Hour)
	changed, err := inv.Apply(InvoiceChange{
		Label: Set("Order 7"),
		Items: Set([]Item{item("1", "10", "19"), item("1", "10", "7")}),
		Due:   Set[*time.Time](nil),
		Meta:  Set(json.RawMessage("null")),
		Detail: InvoiceDetailChange{
			IntroText: Set([]string{"Hello"}),
			Dunning:   DunningChange{Disabled: Set(true), DelayedUntil: Set("")},
		},
	}, later)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"label", "due", "items", "detail.introText", "detail.dunning.disabled", "detail.dunning.delayedUntil", "meta"}
	if !slices.Equal(changed, want) {
		t.Errorf("changed %v, want %v", changed, want)
	}
	if inv.Totals.Gross.String() != "22.6" || !inv.Unpaid.Equal(inv.Totals.Gross) {
		t.Errorf("total %s, unpaid %s", inv.Totals.Gross, inv.Unpaid)
	}
	if inv.Due != nil || inv.Meta != nil || !inv.Modified.Equal(later) || !inv.Created.Equal(noon) || inv.Version != 1 {
		t.Errorf("due %v, meta %s, modified %s, version %d", inv.Due, inv.Meta, inv.Modified, inv.Version)
	}
	if !reflect.DeepEqual(inv.Detail.Dunning, &Dunning{Disabled: true, CustomPeriods: map[string]int{"REMINDER": 3}}) {
		t.Errorf("dunning %+v", inv.Detail.Dunning)
	}
}

func TestApplySamePutChangesNothing(t *testing.T) {
	for name, inv := range map[string]*Invoice{"draft": draft(t), "open": open(t)} {
		before := *inv
		discountless := item("2.00", "50.0000", "19.0")
		changed, err := inv.Apply(InvoiceChange{
			Number:    Set(inv.Number),
			Addresses: Set([]Address{home}),
			Issued:    Set(date("2026-03-01T01:00:00+01:00")),
			Orderdate: Set[*time.Time](nil),
			Currency:  Set("EUR"),
			Items:     Set([]Item{discountless}),
			State:     Set(StateNone),
			Meta:      Set(json.RawMessage(" { \"\\u0061\" : 1 } ")),
			Detail: InvoiceDetailChange{
				IntroText: Set([]string{}),
				Dunning:   DunningChange{Clear: true, Disabled: Set(false), DelayedUntil: Set("2026-04-01"), CustomPeriods: Set(map[string]int{"REMINDER": 3})},
			},
		}, noon.Add(time.Hour))
		if err != nil || changed != nil {
			t.Errorf("%s: changed %v, %v", name, changed, err)
		}
		if !reflect.DeepEqual(*inv, before) {
			t.Errorf("%s: something changed all the same", name)
		}
	}
}

func TestApplyAfterCommit(t *testing.T) {
	inv := open(t)
	changed, err := inv.Apply(InvoiceChange{
		Meta:   Set(json.RawMessage(`{"b":[1, 2]}`)),
		Items:  Set(inv.Items),
		Detail: InvoiceDetailChange{Dunning: DunningChange{Clear: true}},
	}, noon)
	if err != nil || !slices.Equal(changed, []string{"detail.dunning.delayedUntil", "detail.dunning.customPeriods", "meta"}) {
		t.Errorf("changed %v, %v", changed, err)
	}
	if string(inv.Meta) != `{"b":[1, 2]}` || inv.Detail.Dunning != nil {
		t.Errorf("meta %s, dunning %v", inv.Meta, inv.Detail.Dunning)
	}

	_, err = inv.Apply(InvoiceChange{
		Label: Set("x"),
		Meta:  Set(json.RawMessage(`{}`)),
		Items: Set([]Item{item("-1", "1", "0")}), // locked comes before wrong
		Due:   Set(inv.Due),                      // the same, so no reason to complain
	}, noon)
	expectConflict(t, err, "credit note", "label", "items")
	if string(inv.Meta) != `{"b":[1, 2]}` {
		t.Error("meta changed although the items could not")
	}
}

// Whatever is asked in whatever phase: an error leaves the invoice as it was, no change leaves it as it was, and a
// change is named, stays if it is asked for again, and leaves totals that follow from the items.
// copyOf copies what Apply must not write through.
func expectConflict(t *testing.T, err error, hint string, fields ...string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != Conflict || e.Code != CodeConflictState {
		t.Errorf("%v, want a conflict", err)
		return
	}
	if got := paths(err); !slices.Equal(got, fields) {
		t.Errorf("conflict over %v, want %v", got, fields)
	}
	for _, d := range e.Details {
		if !strings.Contains(d.Hint, hint) {
			t.Errorf("hint %q, want %q", d.Hint, hint)
		}
	}
}

// A number that differs where a float does not reach is another number.
func TestMetaNumbersAreNotFloats(t *testing.T) {
	inv := draft(t)
	for _, meta := range []string{`{"id":12345678901234567890}`, `{"id":12345678901234567891}`} {
		if changed, err := inv.Apply(InvoiceChange{Meta: Set(json.RawMessage(meta))}, noon); err != nil || !slices.Equal(changed, []string{"meta"}) || string(inv.Meta) != meta {
			t.Errorf("%s: %v, %v", meta, changed, err)
		}
	}
}
