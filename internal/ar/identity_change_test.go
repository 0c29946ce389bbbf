package ar

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"
)

func customer(t *testing.T) *Identity {
	t.Helper()
	id, err := NewIdentity("K1", IdentityChange{
		Currency: Set("EUR"),
		Name:     NameChange{Firstname: Set("Erika"), Lastname: Set("Muster")},
		Emails:   Set([]Email{{Kind: ForDefault, Email: "e@example.com"}}),
		Meta:     Set(json.RawMessage(`{"a":1}`)),
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestNewIdentity(t *testing.T) {
	id := customer(t)
	if id.Reference != "K1" || id.Kind != Individual || id.Version != 1 || !id.Created.Equal(noon) || !id.Modified.Equal(noon) || id.Name.Lastname != "Muster" {
		t.Errorf("%+v", id)
	}
	if id, err := NewIdentity("K2", IdentityChange{}, noon); err != nil || id.Currency != "" {
		t.Errorf("nothing but a reference: %+v, %v", id, err)
	}
	id, err := NewIdentity("K3", IdentityChange{Currency: Set("EURO")}, noon)
	expectFault(t, "currency", err, "currency", "ISO 4217")
	if id != nil {
		t.Error("an identity with an error")
	}
}

func TestIdentityApply(t *testing.T) {
	id := customer(t)
	later := noon.Add(time.Hour)
	changed, err := id.Apply(IdentityChange{
		Number:   Set("7"),
		Kind:     Set(Incorporate),
		Currency: Set("EUR"),
		Name:     NameChange{Company: Set("Muster GmbH"), Lastname: Set("Muster")},
		Emails:   Set([]Email{}),
		Phones:   Set([]Phone{{Phone: "030"}}),
		Detail:   IdentityDetailChange{VatID: Set("DE1"), Dunning: DunningChange{DeliveryKind: Set("letter")}},
	}, later)
	want := []string{"number", "kind", "name.company", "emails", "phones", "detail.vatId", "detail.dunning.deliveryKind"}
	if err != nil || !slices.Equal(changed, want) || !id.Modified.Equal(later) {
		t.Errorf("changed %v, %v, want %v", changed, err, want)
	}
	if again, err := id.Apply(IdentityChange{Number: Set("7"), Emails: Set[[]Email](nil), Meta: Set(json.RawMessage(`{"a": 1}`))}, noon); err != nil || again != nil {
		t.Errorf("the same again: %v, %v", again, err)
	}
}

func TestIdentityApplyIsAllOrNothing(t *testing.T) {
	id := customer(t)
	before := *id
	changed, err := id.Apply(IdentityChange{
		Number:   Set("7"),
		Currency: Set("DEM"),
		Meta:     Set(json.RawMessage(`[]`)),
		Detail:   IdentityDetailChange{Dunning: DunningChange{Disabled: Set(true)}},
	}, noon.Add(time.Hour))
	if got := paths(err); KindOf(err) != Invalid || !slices.Equal(got, []string{"currency", "meta"}) {
		t.Errorf("%v", err)
	}
	if changed != nil || !reflect.DeepEqual(*id, before) {
		t.Errorf("changed %v although it failed", changed)
	}
}
