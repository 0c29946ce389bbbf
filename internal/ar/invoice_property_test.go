package ar

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

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
