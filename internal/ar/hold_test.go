package ar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// aHold begins on 1 January 2026; until and amount may be empty.
func aHold(kind HoldKind, until, amount string) Hold {
	h := Hold{InvoiceID: "RE1", Currency: "EUR", Kind: kind, Reason: "They rang.", From: day("2026-01-01")}
	if until != "" {
		last := day(until)
		h.Until = &last
	}
	if amount != "" {
		part := dec(amount)
		h.Amount = &part
	}
	return h
}

// from is the hold, beginning on another day.
func (h Hold) from(first string) Hold {
	h.From = day(first)
	return h
}

func standingHolds(holds []Hold, on time.Time) (all []Hold) {
	for _, h := range holds {
		if h.Stands(on) {
			all = append(all, h)
		}
	}
	return all
}

// drawHold draws one that begins and ends somewhere in the days that drawCase draws.
func drawHold(t *rapid.T) Hold {
	h := Hold{Kind: rapid.SampledFrom([]HoldKind{HoldBlock, HoldPromise, HoldDispute}).Draw(t, "kind"), Reason: "They rang.",
		From: day("2026-01-01").AddDate(0, 0, rapid.IntRange(-100, 400).Draw(t, "from"))}
	if h.Kind == HoldPromise || rapid.IntRange(0, 3).Draw(t, "ends") > 0 {
		until := h.From.AddDate(0, 0, rapid.IntRange(0, 100).Draw(t, "until"))
		h.Until = &until
	}
	if h.Kind == HoldDispute && rapid.Bool().Draw(t, "part") {
		part := cents(t, "amount", 1, 10000)
		h.Amount = &part
	}
	if rapid.IntRange(0, 9).Draw(t, "lifted") == 0 {
		h.Lifted = &noon
	}
	return h
}

func TestHoldCheck(t *testing.T) {
	today := time.Date(2026, 3, 14, 17, 0, 0, 0, time.UTC)
	invoice := in(Open, KindInvoice)
	invoice.Totals.Gross, invoice.Currency = dec("100"), "EUR"
	for _, c := range []struct {
		name string
		hold Hold
		inv  *Invoice
		want string // the fields that are wrong; of a conflict, its message
	}{
		{"a block", aHold(HoldBlock, "", ""), invoice, ""},
		{"a block of a customer until today", aHold(HoldBlock, "2026-03-14", ""), nil, ""},
		{"a promise", aHold(HoldPromise, "2026-03-31", ""), invoice, ""},
		{"a promise without a day", aHold(HoldPromise, "", ""), invoice, "until"},
		{"a promise that is broken already", aHold(HoldPromise, "2026-03-13", ""), invoice, "until"},
		{"a block that is over", aHold(HoldBlock, "2026-03-13", ""), invoice, "until"},
		{"a block of no day", aHold(HoldBlock, "2026-04-30", "").from("2026-05-01"), invoice, "until"},
		{"a block of one day", aHold(HoldBlock, "2026-05-01", "").from("2026-05-01"), invoice, ""},
		{"ten years", aHold(HoldBlock, "2036-03-14", ""), invoice, ""},
		{"a day more", aHold(HoldBlock, "2036-03-15", ""), invoice, "until"},
		{"a block in ten years", aHold(HoldBlock, "", "").from("2036-03-14"), invoice, ""},
		{"a day later", aHold(HoldBlock, "", "").from("2036-03-15"), invoice, "from"},
		{"a day more than ten years ago", aHold(HoldBlock, "", "").from("2016-03-13"), invoice, "from"},
		{"a dispute", aHold(HoldDispute, "", ""), invoice, ""},
		{"a dispute of a part", aHold(HoldDispute, "", "0.01"), invoice, ""},
		{"a dispute of all", aHold(HoldDispute, "", "100"), invoice, ""},
		{"a dispute of more", aHold(HoldDispute, "", "100.01"), invoice, "amount"},
		{"a dispute of nothing", aHold(HoldDispute, "", "0"), invoice, "amount"},
		{"a dispute of less", aHold(HoldDispute, "", "-1"), invoice, "amount"},
		{"a dispute of less than a cent", aHold(HoldDispute, "", "1.001"), invoice, "amount"},
		{"a dispute of a part of a customer", aHold(HoldDispute, "", "1"), nil, "amount"},
		{"a block of a part", aHold(HoldBlock, "", "1"), invoice, "amount"},
		{"all of it", Hold{Kind: "wish", Reason: " \n", From: day("2050-01-01"), Until: &noon, Amount: &invoice.Unpaid}, nil, "kind reason from until amount"},
		{"of a draft", aHold(HoldBlock, "", ""), in(Draft, KindInvoice), "The invoice is a draft."},
		{"of a paid invoice", aHold(HoldBlock, "", ""), in(Paid, KindInvoice), ""},
		{"of a canceled invoice", aHold(HoldBlock, "", ""), in(Canceled, KindInvoice), "The invoice is canceled."},
	} {
		err := c.hold.Check(c.inv, today)
		var wrong *Error
		got := ""
		switch {
		case !errors.As(err, &wrong):
		case wrong.Kind == Conflict:
			got = wrong.Message
		default:
			var fields []string
			for _, d := range wrong.Details {
				fields = append(fields, d.Fields...)
				if d.Hint == "" {
					t.Errorf("%s: there is no hint to %s", c.name, d.Error)
				}
			}
			got = strings.Join(fields, " ")
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q; %v", c.name, got, c.want, err)
		}
	}
	for subject, ok := range map[Hold]bool{{}: false, {Invoice: "RE1"}: true, {Identity: "K1"}: true, {Invoice: "RE1", Identity: "K1"}: false} {
		if err := subject.CheckSubject(); (err == nil) != ok {
			t.Errorf("%q, %q: %v", subject.Invoice, subject.Identity, err)
		}
	}
}

func TestHeldBack(t *testing.T) {
	block, promise, part := aHold(HoldBlock, "", "").from("2026-03-10"), aHold(HoldPromise, "2026-03-20", ""), aHold(HoldDispute, "", "12.5")
	lifted, customer := block, aHold(HoldBlock, "2026-03-15", "")
	lifted.Lifted = &noon
	customer.IdentityID, customer.InvoiceID = "K1", ""
	disputed := customer
	disputed.Kind, disputed.Reason = HoldDispute, "Our lawyers talk..."
	promised := customer
	promised.Kind = HoldPromise
	for _, c := range []struct {
		holds []Hold
		on    string
		want  string
	}{
		{nil, "2026-03-14", ""},
		{[]Hold{part, lifted}, "2026-03-14", ""},
		{[]Hold{block}, "2026-03-09", ""},
		{[]Hold{block, promise}, "2026-03-10", "Dunning of the invoice is blocked: They rang."},
		{[]Hold{block, promise}, "2026-03-09", "The invoice is promised to be paid until 2026-03-20: They rang."},
		{[]Hold{promise}, "2026-03-20", "The invoice is promised to be paid until 2026-03-20: They rang."},
		{[]Hold{promise}, "2026-03-21", ""},
		{[]Hold{customer}, "2026-03-15", "Dunning of the customer is blocked until 2026-03-15: They rang."},
		{[]Hold{disputed}, "2026-03-15", "All that the customer owes is disputed until 2026-03-15: Our lawyers talk."},
		{[]Hold{promised}, "2026-03-15", "All that the customer owes is promised to be paid until 2026-03-15: They rang."},
		{[]Hold{aHold(HoldDispute, "", "")}, "2026-03-15", "The invoice is disputed: They rang."},
	} {
		if got := HeldBack(c.holds, day(c.on)); got != c.want {
			t.Errorf("%+v on %s: %q, want %q", c.holds, c.on, got, c.want)
		}
	}
	c := aCase(0)
	c.Holds = []Hold{part, part}
	if got := c.Blocks(day("2026-03-14")); len(got) != 2 || got[0] != "Of the invoice 12.50 EUR are disputed: They rang." {
		t.Errorf("blocks %q", got)
	}
}

// The notice of the first level may be issued from 4 February on.
func TestStepsMoveBehindHolds(t *testing.T) {
	least := with(0, ProcedureLevel{Grace: 3, PayBy: 7, MinAmount: dec("50")})
	for _, c := range []struct {
		name  string
		holds []Hold
		want  string // date, or the guard
	}{
		{"a promise", []Hold{aHold(HoldPromise, "2026-02-20", "")}, "2026-02-21"},
		{"a promise that ends before", []Hold{aHold(HoldPromise, "2026-02-03", "")}, "2026-02-04"},
		{"a block that begins after", []Hold{aHold(HoldBlock, "", "").from("2026-02-05")}, "2026-02-04"},
		{"a block that begins that day", []Hold{aHold(HoldBlock, "", "").from("2026-02-04")}, "G5"},
		{"a block of that day", []Hold{aHold(HoldBlock, "2026-02-04", "").from("2026-02-04")}, "2026-02-05"},
		{"one after the other", []Hold{aHold(HoldPromise, "2026-02-20", "").from("2026-02-10"), aHold(HoldBlock, "2026-02-09", "")}, "2026-02-21"},
		{"one in the other", []Hold{aHold(HoldPromise, "2026-02-20", ""), aHold(HoldBlock, "2026-02-09", "")}, "2026-02-21"},
		{"a day between two", []Hold{aHold(HoldPromise, "2026-02-20", ""), aHold(HoldBlock, "", "").from("2026-02-22")}, "2026-02-21"},
		{"no day between two", []Hold{aHold(HoldPromise, "2026-02-20", ""), aHold(HoldBlock, "", "").from("2026-02-21")}, "G5"},
		{"a part", []Hold{aHold(HoldDispute, "", "50")}, "2026-02-04"},
		{"too much of it", []Hold{aHold(HoldDispute, "", "50.01")}, "G4"},
		{"two parts", []Hold{aHold(HoldDispute, "", "25"), aHold(HoldDispute, "", "25.01")}, "G4"},
		{"two parts, one for some days", []Hold{aHold(HoldDispute, "", "25"), aHold(HoldDispute, "2026-02-10", "25.01")}, "2026-02-11"},
		{"more than all of it", []Hold{aHold(HoldDispute, "", "60"), aHold(HoldDispute, "", "60")}, "G4"},
		{"a part, and a block", []Hold{aHold(HoldDispute, "", "60"), aHold(HoldBlock, "", "")}, "G4 G5"},
	} {
		is := aCase(0)
		is.Procedure, is.Holds = least, c.holds
		step, obstacles := is.NextStep(day("2026-01-15"))
		got := names(obstacles)
		if step != nil {
			got = step.Date.Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s; %v", c.name, got, c.want, obstacles)
		}
		for n, h := range is.Holds { // lifted, they are of no matter
			h.Lifted = &noon
			is.Holds[n] = h
		}
		if step, _ := is.NextStep(day("2026-01-15")); step == nil || step.Date != day("2026-02-04") {
			t.Errorf("%s, lifted: %v", c.name, step)
		}
	}
}

// The reason of a step that is never taken is one that does not pass, and each is given once.
func TestReasonsOfHolds(t *testing.T) {
	promise, block := aHold(HoldPromise, "2026-02-20", ""), aHold(HoldBlock, "", "").from("2026-02-21")
	little := aCase(0)
	little.Procedure = with(0, ProcedureLevel{PayBy: 7, MinAmount: dec("100.01")})
	for name, c := range map[string]struct {
		is   DunningCase
		held []Hold
		want string
	}{
		"a promise, then a block":      {aCase(0), []Hold{promise, block}, "[{G5 Dunning of the invoice is blocked: They rang.}]"},
		"all that is open":             {aCase(0), []Hold{aHold(HoldDispute, "", "100")}, "[{G4 All principal that is open is disputed.}]"},
		"too little, and a part of it": {little, []Hold{aHold(HoldDispute, "", "1")}, "[{G4 The open principal of 100.00 EUR is less than the 100.01 that are dunned at this level.}]"},
		"too little beside what is disputed": {func() DunningCase { c := little; c.Principal = dec("101"); return c }(), []Hold{aHold(HoldDispute, "", "1")},
			"[{G4 Of the open principal 100.00 EUR are not disputed, less than the 100.01 that are dunned at this level.}]"},
	} {
		c.is.Holds = c.held
		if step, obstacles := c.is.NextStep(day("2026-02-15")); step != nil || fmt.Sprint(obstacles) != c.want {
			t.Errorf("%s: %v", name, obstacles)
		}
	}
}

// After the last level, any hold keeps a case from collection, which would be from 31 March on.
func TestHoldsKeepFromCollection(t *testing.T) {
	for _, c := range []struct {
		name  string
		holds []Hold
		want  string // the day, or the guard
		waits string // as of 15 March
	}{
		{"nothing", nil, "2026-03-31", "G2"},
		{"a promise", []Hold{aHold(HoldPromise, "2026-04-20", "")}, "2026-04-21", "G5"},
		{"a promise that ends before", []Hold{aHold(HoldPromise, "2026-03-30", "")}, "2026-03-31", "G5"},
		{"a promise that was broken", []Hold{aHold(HoldPromise, "2026-03-14", "")}, "2026-03-31", "G2"},
		{"a block", []Hold{aHold(HoldBlock, "", "").from("2026-03-31")}, "G5", ""},
		{"a block that begins after", []Hold{aHold(HoldBlock, "", "").from("2026-04-01")}, "2026-03-31", "G2"},
		{"a dispute", []Hold{aHold(HoldDispute, "", "")}, "G5", ""},
		{"a dispute of a part", []Hold{aHold(HoldDispute, "", "0.01")}, "G5", ""},
		{"a dispute of a part for some days", []Hold{aHold(HoldDispute, "2026-04-20", "0.01")}, "2026-04-21", "G5"},
	} {
		is := aCase(MaxLevel)
		is.Collection, is.Holds = &CollectionSettings{Folder: "x", After: 22}, c.holds
		due, next, obstacles := is.Handover(day("2026-03-15"))
		got, waits := names(obstacles), ""
		if len(obstacles) == 0 {
			got = due.Format(time.DateOnly)
			waits, _ = is.Waits(day("2026-03-15"), due)
		}
		if !next || got != c.want || waits != c.waits {
			t.Errorf("%s: %s, want %s; waits for %q, want %q", c.name, got, c.want, waits, c.waits)
		}
	}
}

// What is disputed and what is dunned of it are all that is open; and somebody who walks through the calendar day by day comes to
// the same step.
func TestHoldsDayByDay(t *testing.T) {
	const years = 3 // after which all holds that end have ended
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase.Draw(t, "case")
		today := day("2026-01-01").AddDate(0, 0, rapid.IntRange(-100, 400).Draw(t, "today"))
		free := c
		free.Holds = nil
		step, others := free.NextStep(today)
		got, obstacles := c.NextStep(today)
		if len(others) > 0 {
			for n, o := range others {
				if !strings.Contains(fmt.Sprint(obstacles), fmt.Sprint(o)) {
					t.Fatalf("%d: %v is lost among %v", n, o, obstacles)
				}
			}
			return
		}
		for on := step.Date; on.Before(today.AddDate(years, 0, 0)); on = on.AddDate(0, 0, 1) {
			undisputed := c.Undisputed(on)
			if undisputed.IsNegative() || undisputed.GreaterThan(c.Principal) || !undisputed.Add(Disputed(c.Holds, on)).GreaterThanOrEqual(c.Principal) {
				t.Fatalf("of %s %s are not disputed", c.Principal, undisputed)
			}
			if undisputed.IsPositive() && HeldBack(c.Holds, on) == "" {
				if got == nil || got.Date != on {
					t.Fatalf("%v, want %s; %v", got, on, obstacles)
				}
				return
			}
		}
		if got != nil || len(obstacles) == 0 {
			t.Fatalf("there is a step on %v", got)
		}
	})
}
