package ar

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestApplyChecksMeaning(t *testing.T) {
	items := func(list ...Item) InvoiceChange { return InvoiceChange{Items: Set(list)} }
	for _, c := range []struct {
		name       string
		change     InvoiceChange
		path, hint string
	}{
		{"no currency", InvoiceChange{Currency: Set("")}, "currency", "ISO 4217"},
		{"unknown currency", InvoiceChange{Currency: Set("XXX")}, "currency", "ISO 4217"},
		{"due too early", InvoiceChange{Due: Set(date("2026-02-28T23:59:59.999Z"))}, "due", "later"},
		{"issued too late", InvoiceChange{Issued: Set(date("2026-03-16"))}, "due", "later"},
		{"negative quantity", items(item("1", "1", "0"), item("-1", "1", "0")), "items[1].quantity", "negative unitprice"},
		{"quantity too fine", items(item("0.00001", "1", "0")), "items[0].quantity", "4 after"},
		{"quantity too large", items(item("1e12", "1", "0")), "items[0].quantity", "12 digits"},
		{"price too fine", items(item("1", "0.00001", "0")), "items[0].unitprice", "4 after"},
		{"price far too large", items(item("1", "1e9999", "0", "1")), "items[0].unitprice", "12 digits"},
		{"negative rate", items(item("1", "1", "-1")), "items[0].taxrate", "0 to 100"},
		{"rate above 100", items(item("1", "1", "100.1")), "items[0].taxrate", "0 to 100"},
		{"rate too fine", items(item("1", "1", "7.00001")), "items[0].taxrate", "2 after"},
		{"negative discount", items(item("1", "1", "0", "-1")), "items[0].discount", "surcharge"},
		{"discount too fine", items(item("1", "1", "0", "0.00001")), "items[0].discount", "4 after"},
		{"discount above the line", items(item("2", "1", "0", "2.0001")), "items[0].discount", "at most"},
		{"discount off a negative line", items(item("5", "1", "0"), item("1", "-1", "0", "1")), "items[1].discount", "at most"},
		{"negative total", items(item("1", "1", "0"), item("1", "-1.01", "0")), "items", "credit note"},
		{"reverse charge with tax", InvoiceChange{Detail: InvoiceDetailChange{ReverseCharge: Set(true)}}, "items[0].taxrate", "customer owes"},
		{"line beyond the column", items(item("1", "1", "0"), item("1e11", "1e4", "0"), item("1e11", "-1e4", "0")), "items[1]", "14 digits"},
		{"total beyond the column", items(repeat(101, item("1e7", "99e4", "0"))...), "items", "14 digits"},
		{"meta is a list", InvoiceChange{Meta: Set(json.RawMessage(` [{}]`))}, "meta", "object"},
		{"meta is broken", InvoiceChange{Meta: Set(json.RawMessage(`{"a":1}}`))}, "meta", "object"},
		{"meta is empty text", InvoiceChange{Meta: Set(json.RawMessage(``))}, "meta", "object"},
		{"meta is too large", InvoiceChange{Meta: Set(json.RawMessage(`{"a":"` + strings.Repeat("x", 65536-7) + `"}`))}, "meta", "64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := draft(t)
			before := *inv
			changed, err := inv.Apply(c.change, noon.Add(time.Hour))
			if c.name == "line beyond the column" {
				if got := paths(err); !slices.Equal(got, []string{"items[1]", "items[2]"}) {
					t.Errorf("faults at %v", got)
				}
			} else {
				expectFault(t, c.name, err, c.path, c.hint)
			}
			if changed != nil || !reflect.DeepEqual(*inv, before) {
				t.Error("changed although it failed")
			}
		})
	}
}

func TestApplyAcceptsWhatIsUnusual(t *testing.T) {
	for name, c := range map[string]InvoiceChange{
		"due on the day it is issued, earlier in the day": {Issued: Set(date("2026-03-01T10:00:00Z")), Due: Set(date("2026-03-01"))},
		"quantity 0":                     {Items: Set([]Item{item("0", "1", "19")})},
		"a line that is free":            {Items: Set([]Item{item("2", "1", "19", "2")})},
		"no discount on a negative line": {Items: Set([]Item{item("5", "1", "0"), item("1", "-1", "0", "0")})},
		"all the digits there are":       {Items: Set([]Item{item("1", "999999999999.9999", "0")})},
		"reverse charge without tax":     {Items: Set([]Item{item("1", "1", "0")}), Detail: InvoiceDetailChange{ReverseCharge: Set(true)}},
		"no items":                       {Items: Set[[]Item](nil)},
		"meta of 64 KiB":                 {Meta: Set(json.RawMessage(`{"a":"` + strings.Repeat("x", 65536-8) + `"}`))},
	} {
		if changed, err := draft(t).Apply(c, noon); err != nil || len(changed) == 0 {
			t.Errorf("%s: %v, %v", name, changed, err)
		}
	}
}

func TestApplyTellsAllAtOnce(t *testing.T) {
	_, err := draft(t).Apply(InvoiceChange{
		Currency: Set("DEM"),
		Due:      Set(date("2020-01-01")),
		Items:    Set([]Item{item("-1", "1", "200"), item("1", "0.00001", "0")}),
		Meta:     Set(json.RawMessage("1")),
	}, noon)
	want := []string{"currency", "due", "items[0].quantity", "items[0].taxrate", "items[1].unitprice", "meta"}
	if got := paths(err); !slices.Equal(got, want) {
		t.Errorf("faults at %v, want %v", got, want)
	}
	_, err = draft(t).Apply(InvoiceChange{Items: Set(repeat(1000, item("-1", "1", "0")))}, noon)
	if got := paths(err); len(got) != maxFaults {
		t.Errorf("%d faults, want no more than %d", len(got), maxFaults)
	}
}
