package ar

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
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

func TestCancel(t *testing.T) {
	at := date("2026-03-10T08:00:00Z")
	for _, c := range []struct {
		name   string
		change InvoiceChange
		want   *time.Time
	}{
		{"date and state", InvoiceChange{Cancelationdate: Set(at), State: Set(StateCanceled)}, at},
		{"date alone", InvoiceChange{Cancelationdate: Set(at)}, at},
		{"state alone is now", InvoiceChange{State: Set(StateCanceled)}, &noon},
		{"state and no date is now", InvoiceChange{Cancelationdate: Set[*time.Time](nil), State: Set(StateCanceled)}, &noon},
	} {
		for _, inv := range []*Invoice{draft(t), open(t)} {
			changed, err := inv.Apply(c.change, noon)
			if err != nil || !slices.Equal(changed, []string{"cancelationdate", "state"}) || !inv.Cancelationdate.Equal(*c.want) {
				t.Errorf("%s: changed %v, %v; canceled %v", c.name, changed, err, inv.Cancelationdate)
			}
			again, err := inv.Apply(c.change, inv.Cancelationdate.Add(time.Millisecond))
			if err != nil || again != nil {
				t.Errorf("%s again: changed %v, %v", c.name, again, err)
			}
		}
	}
}

func TestCancelationIsFinal(t *testing.T) {
	inv := open(t)
	if _, err := inv.Apply(InvoiceChange{State: Set(StateCanceled)}, noon); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change InvoiceChange
		fields []string
	}{
		{InvoiceChange{Cancelationdate: Set[*time.Time](nil)}, []string{"cancelationdate", "state"}},
		{InvoiceChange{Cancelationdate: Set(date("2026-01-01"))}, []string{"cancelationdate"}},
		{InvoiceChange{State: Set(StateNone)}, []string{"state"}},
		{InvoiceChange{State: Set(StatePaid), Cancelationdate: Set[*time.Time](nil)}, []string{"state"}},
		{InvoiceChange{Label: Set("x")}, []string{"label"}},
	} {
		_, err := inv.Apply(c.change, noon)
		expectConflict(t, err, "final", c.fields...)
	}
	if changed, err := inv.Apply(InvoiceChange{Meta: Set(json.RawMessage(`{}`))}, noon); err != nil || !slices.Equal(changed, []string{"meta"}) {
		t.Errorf("meta: %v, %v", changed, err)
	}
}

func TestPaidIsNotCanceled(t *testing.T) {
	inv := open(t)
	inv.Unpaid = dec("0")
	_, err := inv.Apply(InvoiceChange{State: Set(StateCanceled)}, noon)
	expectConflict(t, err, "credit note", "cancelationdate", "state")
	if changed, err := inv.Apply(InvoiceChange{State: Set(StatePaid)}, noon); err != nil || changed != nil {
		t.Errorf("the state it has: %v, %v", changed, err)
	}
}

func TestStateCannotBeWished(t *testing.T) {
	for _, c := range []InvoiceChange{
		{State: Set(StatePaid)},
		{State: Set(State("open"))},
		{State: Set(StateNone), Cancelationdate: Set(&noon)},
	} {
		_, err := draft(t).Apply(c, noon)
		expectFault(t, "state", err, "state", "canceled")
	}
}

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
		{"rate too fine", items(item("1", "1", "7.00001")), "items[0].taxrate", "4 after"},
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
		{"meta is too large", InvoiceChange{Meta: Set(json.RawMessage(`{"a":"` + strings.Repeat("x", MaxMeta-7) + `"}`))}, "meta", "64 KiB"},
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
		"meta of 64 KiB":                 {Meta: Set(json.RawMessage(`{"a":"` + strings.Repeat("x", MaxMeta-8) + `"}`))},
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

// Whatever is asked in whatever phase: an error leaves the invoice as it was, no change leaves it as it was, and a
// change is named, stays if it is asked for again, and leaves totals that follow from the items.
func TestApplyIsAllOrNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		inv := draft(t)
		phase := rapid.SampledFrom([]Phase{Draft, Open, Paid, Canceled}).Draw(r, "phase")
		enter(t, inv, phase)
		before := copyOf(*inv)
		c := drawChange(r)

		changed, err := inv.Apply(c, noon.Add(time.Hour))
		if err != nil || len(changed) == 0 {
			if !reflect.DeepEqual(*inv, before) {
				r.Fatalf("changed %v with error %v", changed, err)
			}
			if err != nil && (len(changed) > 0 || KindOf(err) != Invalid && KindOf(err) != Conflict || len(paths(err)) == 0) {
				r.Fatalf("changed %v with error %v", changed, err)
			}
			return
		}
		for _, path := range changed {
			if (&before).Allow(actionFor(path)) != nil {
				r.Fatalf("%s changed a %s invoice", path, before.Phase())
			}
		}
		if want := Total(inv.Items, inv.Netbased, inv.Currency); !reflect.DeepEqual(inv.Totals, want) {
			r.Fatalf("totals %v, want %v", inv.Totals, want)
		}
		if again, err := inv.Apply(c, noon.Add(2*time.Hour)); err != nil || len(again) > 0 {
			r.Fatalf("again: %v, %v", again, err)
		}
	})
}

func enter(t *testing.T, inv *Invoice, phase Phase) {
	if phase == Open || phase == Paid {
		if err := inv.Commit("1", noon); err != nil {
			t.Fatal(err)
		}
	}
	if phase == Paid {
		inv.Unpaid = dec("0")
	}
	if phase == Canceled {
		inv.Cancelationdate = &noon
	}
}

// copyOf copies what Apply must not write through.
func copyOf(inv Invoice) Invoice {
	inv.Items, inv.Addresses, inv.Meta = slices.Clone(inv.Items), slices.Clone(inv.Addresses), slices.Clone(inv.Meta)
	if d := inv.Detail.Dunning; d != nil {
		clone := *d
		inv.Detail.Dunning = &clone
	}
	return inv
}

func drawChange(r *rapid.T) (c InvoiceChange) {
	maybe := func(name string) bool { return rapid.IntRange(0, 3).Draw(r, name) == 0 }
	if maybe("label") {
		c.Label = Set(rapid.SampledFrom([]string{"", "x"}).Draw(r, "label"))
	}
	if maybe("currency") {
		c.Currency = Set(rapid.SampledFrom([]string{"EUR", "JPY", "XXX"}).Draw(r, "currency"))
	}
	if maybe("netbased") {
		c.Netbased = Set(rapid.Bool().Draw(r, "netbased"))
	}
	if maybe("items") {
		c.Items = Set(rapid.SliceOfN(drawItem, 0, 3).Draw(r, "items"))
	}
	if maybe("due") {
		c.Due = Set(rapid.SampledFrom([]*time.Time{nil, date("2026-03-15"), date("2026-02-01")}).Draw(r, "due"))
	}
	if maybe("cancelationdate") {
		c.Cancelationdate = Set(rapid.SampledFrom([]*time.Time{nil, &noon, date("2026-05-05")}).Draw(r, "cancelationdate"))
	}
	if maybe("state") {
		c.State = Set(rapid.SampledFrom([]State{StateNone, StatePaid, StateCanceled}).Draw(r, "state"))
	}
	if maybe("meta") {
		c.Meta = Set(json.RawMessage(rapid.SampledFrom([]string{"null", "{}", `{"a":1.0}`, "7"}).Draw(r, "meta")))
	}
	if maybe("disabled") {
		c.Detail.Dunning.Disabled = Set(rapid.Bool().Draw(r, "disabled"))
	}
	c.Detail.Dunning.Clear = maybe("clear")
	if maybe("reverse") {
		c.Detail.ReverseCharge = Set(rapid.Bool().Draw(r, "reverse"))
	}
	return c
}

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
