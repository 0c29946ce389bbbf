package ar

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

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
