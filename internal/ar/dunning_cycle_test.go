package ar

import (
	"reflect"
	"strings"
	"testing"
)

// dunnable was issued on 17 and due on 31 January 2026.
func dunnable() *Invoice {
	issued, due, committed := day("2026-01-17"), day("2026-01-31"), noon
	return &Invoice{ID: "1", Kind: KindInvoice, Currency: "EUR", Issued: &issued, Due: &due, Committed: &committed, Unpaid: dec("100"), Totals: Totals{Gross: dec("100")}}
}

func start(text string) DunningModification { return DunningModification{Start: new(day(text))} }

// A case goes through modifications, one after the other.
func TestModifyDunning(t *testing.T) {
	inv, first, second := dunnable(), DefaultProcedure, with(0, ProcedureLevel{PayBy: 1})
	var cycle *DunningCycle
	for i, c := range []struct {
		name      string
		day       string
		m         DunningModification
		procedure Procedure

		level       int
		since, base string
		keeps       *Procedure
	}{
		{"a date, and nothing has begun", "2026-02-01", start("2026-02-10"), first, 0, "2026-02-01", "2026-02-10", nil},
		{"a level begins the case, and goes back to the due date", "2026-02-15", DunningModification{Level: new(2)}, first, 2, "2026-02-15", "2026-01-31", &first},
		{"a date changes nothing about when the level was reached", "2026-03-01", start("2026-03-05"), second, 2, "2026-02-15", "2026-03-05", &first},
		{"a running case keeps its procedure", "2026-03-02", DunningModification{Level: new(1), Start: new(day("2026-01-31"))}, second, 1, "2026-03-02", "2026-01-31", &first},
		{"the same again is another cycle", "2026-03-03", DunningModification{Level: new(1)}, second, 1, "2026-03-03", "2026-01-31", &first},
		{"level 0 ends it", "2026-03-04", DunningModification{Level: new(0)}, second, 0, "2026-03-04", "2026-01-31", nil},
		{"so the next begins with what the merchant does now", "2026-03-05", DunningModification{Level: new(5)}, second, 5, "2026-03-05", "2026-01-31", &second},
	} {
		next, err := inv.ModifyDunning(c.m, cycle, c.procedure, day(c.day))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if next.Number != int64(i+1) || inv.DunningCycle != next.Number || next.Level != c.level || inv.Dunninglevel != c.level ||
			next.Since != day(c.since) || inv.InterestBase() != day(c.base) || !reflect.DeepEqual(next.Procedure, c.keeps) {
			t.Errorf("%s: %+v, base %s", c.name, next, inv.InterestBase())
		}
		cycle = next
	}
}

func TestModifyDunningRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Invoice)
		m      DunningModification
		kind   Kind
		says   string
	}{
		{"a draft", func(i *Invoice) { i.Committed = nil }, DunningModification{Level: new(1)}, Conflict, "draft"},
		{"a paid one", func(i *Invoice) { i.Unpaid = dec("0") }, DunningModification{Level: new(1)}, Conflict, "paid"},
		{"a canceled one", func(i *Invoice) { i.Cancelationdate = &noon }, DunningModification{Level: new(1)}, Conflict, "canceled"},
		{"a credit note", func(i *Invoice) { i.Kind = KindCreditnote }, DunningModification{Level: new(1)}, Conflict, "not dunned"},
		{"before it was issued", func(*Invoice) {}, start("2026-01-16"), Invalid, "before the invoice was issued"},
		{"before it is due", func(*Invoice) {}, start("2026-01-30"), Invalid, "before there is default"},
	} {
		inv := dunnable()
		c.change(inv)
		before := *inv
		_, err := inv.ModifyDunning(c.m, nil, DefaultProcedure, noon)
		if KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) || hintOf(err) == "" {
			t.Errorf("%s: %v", c.name, err)
		}
		if !reflect.DeepEqual(*inv, before) {
			t.Errorf("%s: it was changed", c.name)
		}
	}
}

// The case of an invoice has what the cycle began with, and what was booked.
func TestDunningCase(t *testing.T) {
	inv, debtor := dunnable(), &Identity{Kind: Incorporate, Detail: IdentityDetail{Dunning: &Dunning{Disabled: true}}}
	inv.Detail.Dunning = &Dunning{DelayedUntil: "2026-05-01"}
	bookings := []Booking{{Kind: BookPayment, Part: PartPrincipal, Amount: dec("-30")}, {Kind: BookFee, Amount: dec("5")}}
	c := inv.DunningCase(debtor, nil, nil, Settings{}, bookings)
	if c.Phase != Open || c.Level != 0 || c.Last != nil || c.Base != day("2026-01-31") || !c.Principal.Equal(dec("70")) || !c.Lumpsum.Equal(dec("40")) ||
		!c.OfDebtor.Disabled || c.OfInvoice.DelayedUntil != "2026-05-01" || !reflect.DeepEqual(c.Procedure, DefaultProcedure) {
		t.Errorf("%+v", c)
	}

	kept := with(4, ProcedureLevel{PayBy: 21})
	cycle, err := inv.ModifyDunning(DunningModification{Level: new(5)}, nil, kept, day("2026-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	changed := Settings{Dunning: &Procedure{Currency: "EUR", Levels: []ProcedureLevel{{PayBy: 1}}}}
	c = inv.DunningCase(debtor, cycle, nil, changed, append(bookings, Booking{Kind: BookLumpsum, Amount: dec("40")}))
	if c.Level != 5 || *c.Last != (LastNotice{day("2026-03-01"), day("2026-03-22")}) || !reflect.DeepEqual(c.Procedure, kept) || !c.Lumpsum.IsZero() {
		t.Errorf("%+v", c)
	}

	short, err := inv.ModifyDunning(DunningModification{Level: new(4)}, nil, *changed.Dunning, day("2026-03-01")) // of a procedure of one level
	if err != nil {
		t.Fatal(err)
	}
	c = inv.DunningCase(debtor, short, nil, changed, nil)
	if _, obstacles := c.NextStep(noon); c.Last.PayBy != day("2026-03-02") || !strings.HasPrefix(names(obstacles), "G1") {
		t.Errorf("%+v, %v", c, obstacles)
	}
	inv.Committed, inv.Due = nil, nil
	if c = inv.DunningCase(debtor, nil, nil, changed, nil); c.Phase != Draft {
		t.Errorf("%+v", c)
	}
}

func TestLumpsum(t *testing.T) {
	for _, c := range []struct {
		country, issued, currency string
		debtor                    IdentityKind
		want                      string
	}{
		{"", "2026-01-17", "EUR", Incorporate, "40"},
		{"", "2026-01-17", "EUR", Individual, "0"},
		{"", "2026-01-17", "CHF", Incorporate, "0"},
		{"", "2014-07-28", "EUR", Incorporate, "0"},
		{"AT", "2026-01-17", "EUR", Incorporate, "40"},
		{"FR", "2026-01-17", "EUR", Incorporate, "0"},
	} {
		inv := dunnable()
		inv.Issued, inv.Currency = new(day(c.issued)), c.currency
		if got := (Settings{Issuer: Issuer{Country: c.country}}).Lumpsum(inv, c.debtor); !got.Equal(dec(c.want)) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestDunningState(t *testing.T) {
	for phase, want := range map[Phase]string{Draft: "", Open: "open", Paid: "settled", Canceled: "canceled"} {
		if got := in(phase, KindInvoice).DunningState(); got != want {
			t.Errorf("%s: %s", phase, got)
		}
		if got := in(phase, KindCreditnote).DunningState(); got != "" {
			t.Errorf("%s credit note: %s", phase, got)
		}
	}
}
