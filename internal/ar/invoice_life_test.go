package ar

import (
	"reflect"
	"testing"
	"time"
)

func TestNewInvoiceTakesFromIdentity(t *testing.T) {
	id := &Identity{
		ID: "i1", Reference: "K1", Debtor: "10001", Currency: "CHF",
		Name:      Name{Firstname: "Erika", Lastname: "Muster"},
		Addresses: []Address{{City: "Bern"}, {Company: "Muster AG", City: "Basel"}},
	}
	inv, err := NewInvoice(id, KindInvoice, "RE1", InvoiceChange{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if inv.Identity != (Debtor{"i1", "K1", "10001"}) || inv.Currency != "CHF" || inv.Phase() != Draft || inv.Version != 1 ||
		inv.Reference != "RE1" || inv.Kind != KindInvoice || !inv.Totals.Gross.IsZero() {
		t.Errorf("%+v", inv)
	}
	want := []Address{{Firstname: "Erika", Lastname: "Muster", City: "Bern"}, {Company: "Muster AG", City: "Basel"}}
	if !reflect.DeepEqual(inv.Addresses, want) {
		t.Errorf("addresses %+v", inv.Addresses)
	}
	if id.Addresses[0].Lastname != "" {
		t.Error("the identity's own address changed")
	}
}

func TestNewInvoiceKeepsItsOwn(t *testing.T) {
	id := &Identity{Currency: "CHF", Name: Name{Company: "X"}, Addresses: []Address{home}}
	own := []Address{{City: "Wien"}}
	inv, err := NewInvoice(id, KindCreditnote, "GS1", InvoiceChange{Currency: Set("EUR"), Addresses: Set(own)}, noon)
	if err != nil || inv.Currency != "EUR" || !reflect.DeepEqual(inv.Addresses, own) || inv.Kind != KindCreditnote {
		t.Errorf("%+v, %v", inv, err)
	}
}

func TestNewInvoiceRefuses(t *testing.T) {
	for name, c := range map[string]InvoiceChange{"nothing": {}, "a label": {Label: Set("x")}} {
		inv, err := NewInvoice(&Identity{}, KindInvoice, "RE1", c, noon)
		expectFault(t, name, err, "currency", "")
		if inv != nil {
			t.Errorf("%s: an invoice with an error", name)
		}
	}
}

func TestCommit(t *testing.T) {
	inv := draft(t)
	inv.Issued, inv.Due = nil, nil
	// Half past eleven at night in Berlin is the day before in UTC: the merchant's day counts.
	berlin := time.FixedZone("CET", 3600)
	now := time.Date(2026, 3, 1, 0, 30, 0, 0, berlin)
	if err := inv.Commit("2026-1", now); err != nil {
		t.Fatal(err)
	}
	if inv.Number != "2026-1" || !inv.Committed.Equal(now) || !inv.Modified.Equal(now) || inv.Phase() != Open {
		t.Errorf("%+v", inv)
	}
	if !inv.Issued.Equal(*date("2026-03-01")) || !inv.Accountingdate.Equal(*inv.Issued) || !inv.Due.Equal(*date("2026-03-15")) {
		t.Errorf("issued %s, accounted %s, due %s", inv.Issued, inv.Accountingdate, inv.Due)
	}
	expectConflict(t, inv.Commit("2026-2", now), "once")
}

func TestCommitKeepsWhatIsGiven(t *testing.T) {
	inv := draft(t)
	inv.Number, inv.Accountingdate = "MINE", date("2026-02-28")
	if err := inv.Commit("2026-1", noon); err != nil {
		t.Fatal(err)
	}
	if inv.Number != "MINE" || !inv.Accountingdate.Equal(*date("2026-02-28")) || !inv.Issued.Equal(*date("2026-03-01")) {
		t.Errorf("%+v", inv)
	}
}

func TestCommitOfNothingIsPaid(t *testing.T) {
	inv := draft(t)
	if _, err := inv.Apply(InvoiceChange{Items: Set([]Item{item("1", "0", "19")})}, noon); err != nil {
		t.Fatal(err)
	}
	if err := inv.Commit("1", noon); err != nil || inv.State() != StatePaid {
		t.Errorf("%v, %s", err, inv.State())
	}
}

func TestCommitWantsACompleteInvoice(t *testing.T) {
	for _, c := range []struct {
		name   string
		spoil  func(*Invoice)
		hint   string
		fields []string
	}{
		{"no items", func(i *Invoice) { i.Items = nil }, "at least one", []string{"items"}},
		{"no address", func(i *Invoice) { i.Addresses = nil }, "billing", []string{"addresses"}},
		{"address without a name", func(i *Invoice) { i.Addresses = []Address{{City: "Bern"}} }, "name", []string{"addresses"}},
		{"address without a city", func(i *Invoice) { i.Addresses = []Address{{Lastname: "X"}} }, "city", []string{"addresses"}},
		{"due before today", func(i *Invoice) { i.Issued, i.Due = nil, date("2026-03-13") }, "later", []string{"due"}},
		{"canceled", func(i *Invoice) { i.Cancelationdate = &noon }, "final", nil},
	} {
		inv := draft(t)
		c.spoil(inv)
		before := *inv
		expectConflict(t, inv.Commit("1", noon), c.hint, c.fields...)
		if !reflect.DeepEqual(*inv, before) {
			t.Errorf("%s: changed although it failed", c.name)
		}
	}
	inv := draft(t)
	if err := inv.Commit("", noon); KindOf(err) != Internal || inv.Committed != nil {
		t.Errorf("without a number: %v", err)
	}
}
