package ar

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"
)

// Change is a new value for a field, or nothing. Its zero value leaves the field alone, which is what a field left out
// of a PUT means.
type Change[T any] struct {
	set   bool
	value T
}

// Set is a change to a value.
func Set[T any](value T) Change[T] { return Change[T]{set: true, value: value} }

// Get gives the new value, and whether there is one.
func (c Change[T]) Get() (T, bool) { return c.value, c.set }

// DunningChange changes dunning wishes.
type DunningChange struct {
	Clear         bool // forget all wishes before the others are taken
	Disabled      Change[bool]
	DelayedUntil  Change[string]
	DeliveryKind  Change[string]
	CustomPeriods Change[map[string]int] // the whole map: the periods of a case belong together
}

// edit collects the names of the fields that really change, in the API's words.
type edit struct{ changed []string }

// put takes over a change of a field.
func put[T comparable](e *edit, path string, field *T, c Change[T]) {
	putBy(e, path, field, c, func(a, b T) bool { return a == b })
}

// putBy is put for values that == does not compare.
func putBy[T any](e *edit, path string, field *T, c Change[T], same func(a, b T) bool) {
	if value, set := c.Get(); set && !same(*field, value) {
		*field = value
		e.changed = append(e.changed, path)
	}
}

// putTime takes over a change of a time, as it is kept.
func putTime(e *edit, path string, field **time.Time, c Change[*time.Time]) {
	if value, set := c.Get(); set && value != nil {
		at := instant(*value)
		c = Set(&at)
	}
	putBy(e, path, field, c, sameTime)
}

// putMeta takes over a change of meta. null clears it.
func putMeta(e *edit, field *json.RawMessage, c Change[json.RawMessage]) {
	if value, set := c.Get(); set && string(bytes.TrimSpace(value)) == "null" {
		c = Set[json.RawMessage](nil)
	}
	putBy(e, "meta", field, c, sameJSON)
}

// putDunning takes over a change of dunning wishes. It never writes through the old pointer, which the original of the
// copy that is edited still holds. No wishes are nil.
func putDunning(e *edit, field **Dunning, c DunningChange) {
	var before, after Dunning
	if *field != nil {
		before = **field
	}
	if !c.Clear {
		after = before
	}
	after.take(c)
	after.compare(e, before)
	*field = &after
	if after.none() {
		*field = nil
	}
}

func (d *Dunning) take(c DunningChange) {
	var e edit // what counts is the difference to before, not to what Clear left
	put(&e, "", &d.Disabled, c.Disabled)
	put(&e, "", &d.DelayedUntil, c.DelayedUntil)
	put(&e, "", &d.DeliveryKind, c.DeliveryKind)
	putBy(&e, "", &d.CustomPeriods, c.CustomPeriods, maps.Equal)
}

// compare names the wishes that differ from those before.
func (d *Dunning) compare(e *edit, before Dunning) {
	put(e, "detail.dunning.disabled", &before.Disabled, Set(d.Disabled))
	put(e, "detail.dunning.delayedUntil", &before.DelayedUntil, Set(d.DelayedUntil))
	put(e, "detail.dunning.deliveryKind", &before.DeliveryKind, Set(d.DeliveryKind))
	putBy(e, "detail.dunning.customPeriods", &before.CustomPeriods, Set(d.CustomPeriods), maps.Equal)
}

func (d *Dunning) none() bool {
	return !d.Disabled && d.DelayedUntil == "" && d.DeliveryKind == "" && len(d.CustomPeriods) == 0
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func sameItem(a, b Item) bool {
	return a.Label == b.Label && a.Unit == b.Unit && a.Account == b.Account && a.Costcenter == b.Costcenter &&
		a.Detail == b.Detail && a.Quantity.Equal(b.Quantity) && a.Unitprice.Equal(b.Unitprice) &&
		a.Taxrate.Equal(b.Taxrate) && sameDiscount(a, b)
}

func sameDiscount(a, b Item) bool {
	if a.Discount == nil || b.Discount == nil {
		return a.Discount == b.Discount
	}
	return a.Discount.Equal(*b.Discount)
}

func sameItems(a, b []Item) bool { return slices.EqualFunc(a, b, sameItem) }

// sameJSON compares what two texts say, not how: a client that sends back what it read has changed nothing, even if
// its encoder writes escapes and white space another way.
func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, okX := decodeJSON(a)
	y, okY := decodeJSON(b)
	return okX && okY && reflect.DeepEqual(x, y)
}

// decodeJSON keeps numbers as they are written. A Decoder alone would not see what follows the value.
func decodeJSON(text json.RawMessage) (value any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(&value)
	return value, err == nil && json.Valid(text)
}
