package ar

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// aCase is open at a level, was due on 31 January, and nothing holds it back. The notice of its level was issued on 1 March.
func aCase(level int) DunningCase {
	c := DunningCase{Phase: Open, Level: level, Procedure: DefaultProcedure, Debtor: Incorporate, Currency: "EUR",
		Base: day("2026-01-31"), Principal: dec("100"), Lumpsum: dec("40")}
	if level > 0 {
		c.Last = &LastNotice{Issued: day("2026-03-01"), PayBy: day("2026-03-08")}
	}
	return c
}

func names(obstacles []Obstacle) string {
	var all []string
	for _, o := range obstacles {
		all = append(all, o.Guard)
	}
	return strings.Join(all, " ")
}

// Every phase, at every level, with every combination of what holds a step back: there is a step exactly when nothing does,
// and otherwise every guard that is shut says why.
func TestEveryGuardInEveryState(t *testing.T) {
	closing := []struct {
		guard string
		shut  func(*DunningCase)
	}{
		{"G4", func(c *DunningCase) { c.Principal = dec("0") }},
		{"G4 held", func(c *DunningCase) { c.Holds = append(c.Holds, aHold(HoldDispute, "", "100")) }},
		{"G5", func(c *DunningCase) { c.OfInvoice.Disabled = true }},
		{"G5", func(c *DunningCase) { c.OfDebtor.Disabled = true }},
		{"G5 held", func(c *DunningCase) { c.Holds = append(c.Holds, aHold(HoldBlock, "", "")) }},
		{"G5 held", func(c *DunningCase) {
			h := aHold(HoldDispute, "", "")
			h.IdentityID = "K1"
			c.Holds = append(c.Holds, h)
		}},
		{"G6", func(c *DunningCase) { c.Credit = dec("10") }},
		{"G7", func(c *DunningCase) { c.LastMail = DeliveryRejected }},
	}
	for phase := Draft; phase <= Canceled; phase++ {
		for level := 0; level <= MaxLevel; level++ {
			for set := range 1 << len(closing) {
				c, want := aCase(level), []string(nil)
				if c.Phase = phase; phase != Open {
					want = append(want, "G1")
				}
				if level == MaxLevel {
					want = append(want, "G1")
				}
				blocks, kept, last := 0, false, ""
				for i, closed := range closing {
					if set&(1<<i) == 0 {
						continue
					}
					closed.shut(&c)
					guard, held := strings.CutSuffix(closed.guard, " held")
					if guard != "G4" || held {
						blocks++
						kept = kept || guard != "G7"
					}
					switch {
					case guard == "G4" && (phase != Open || level == MaxLevel): // nothing is to be dunned
					case closed.guard == "G4 held" && last == "G4": // of nothing, nothing is disputed
					case held && closed.guard == last: // two holds, and one guard
					default:
						want = append(want, guard)
					}
					last = closed.guard
				}
				name := fmt.Sprintf("%s, level %d, %05b", phase, level, set)
				step, obstacles := c.NextStep(day("2027-01-01"))
				if names(obstacles) != strings.Join(want, " ") || (step == nil) != (len(want) > 0) {
					t.Errorf("%s: %v, want %v", name, obstacles, want)
				}
				if step != nil && step.Level != level+1 {
					t.Errorf("%s: the next level is %d", name, step.Level)
				}
				if got := c.Blocks(day("2027-01-01")); len(got) != blocks {
					t.Errorf("%s: blocks %q", name, got)
				}
				if got := c.Withheld(&Notice{}, day("2027-01-01")); (got != "") != kept {
					t.Errorf("%s: a notice is withheld: %q", name, got)
				}
				for _, o := range obstacles {
					if !strings.HasSuffix(o.Text, ".") {
						t.Errorf("%s: %s gives no reason", name, o.Guard)
					}
				}
			}
		}
	}
}

func TestStepDates(t *testing.T) {
	for _, c := range []struct {
		name   string
		level  int
		change func(*DunningCase)
		want   string
	}{
		{"the reminder, after due and three days of grace", 0, func(*DunningCase) {}, "2026-02-04"},
		{"the reminder, after a base date that was moved", 0, func(c *DunningCase) { c.Base = day("2026-02-10") }, "2026-02-14"},
		{"after the day the last notice asks to be paid by", 1, func(*DunningCase) {}, "2026-03-12"},
		{"the base date is waited for at every level", 3, func(c *DunningCase) { c.Base = day("2026-04-01") }, "2026-04-05"},
		{"an interval that is longer", 1, func(c *DunningCase) { c.Procedure = with(1, ProcedureLevel{Grace: 3, PayBy: 7, Interval: 30}) }, "2026-03-31"},
		{"an interval is of no matter before the first notice", 0, func(c *DunningCase) { c.Procedure = with(0, ProcedureLevel{PayBy: 7, Interval: 30}) }, "2026-02-01"},
		{"a custom period from the base date", 0, func(c *DunningCase) { c.OfDebtor.CustomPeriods = map[string]int{"REMINDER": 14} }, "2026-02-14"},
		{"a custom period of none is the day after", 0, func(c *DunningCase) { c.OfDebtor.CustomPeriods = map[string]int{"REMINDER": 0} }, "2026-02-01"},
		{"a custom period from the last notice", 2, func(c *DunningCase) { c.OfInvoice.CustomPeriods = map[string]int{"DUNNING2": 28} }, "2026-03-29"},
		{"what the last notice has asked for is waited for", 2, func(c *DunningCase) { c.OfInvoice.CustomPeriods = map[string]int{"DUNNING2": 3} }, "2026-03-09"},
		{"the invoice's periods replace the customer's", 1, func(c *DunningCase) {
			c.OfInvoice.CustomPeriods, c.OfDebtor.CustomPeriods = map[string]int{"REMINDER": 1}, map[string]int{"DUNNING1": 100}
		}, "2026-03-12"},
		{"the last step has no custom period", 4, func(c *DunningCase) { c.OfInvoice.CustomPeriods = map[string]int{"COLLECTION": 100} }, "2026-03-12"},
		{"the later of two delays", 1, func(c *DunningCase) { c.OfInvoice.DelayedUntil, c.OfDebtor.DelayedUntil = "2026-05-01", "2026-06-01" }, "2026-06-01"},
		{"a delay that is over", 1, func(c *DunningCase) { c.OfInvoice.DelayedUntil = "2026-01-01" }, "2026-03-12"},
		{"beyond the calendar", 0, func(c *DunningCase) { c.Base = day("9999-12-30") }, ""},
	} {
		is := aCase(c.level)
		c.change(&is)
		step, obstacles := is.NextStep(day("2026-01-01"))
		switch {
		case c.want == "" && names(obstacles) != "G2":
			t.Errorf("%s: %v, %v", c.name, step, obstacles)
		case c.want != "" && (step == nil || step.Date != day(c.want)):
			t.Errorf("%s: %v, want %s, %v", c.name, step, c.want, obstacles)
		}
	}
	if step, _ := aCase(1).NextStep(time.Date(2026, 5, 2, 17, 0, 0, 0, time.UTC)); step.Date != day("2026-05-02") {
		t.Errorf("a step that is overdue is taken on %s", step.Date)
	}
	delayed := aCase(0)
	delayed.OfDebtor.DelayedUntil = "2026-06-01"
	for today, want := range map[string]int{"2026-05-31": 1, "2026-06-01": 0} {
		if got := delayed.Blocks(day(today)); len(got) != want {
			t.Errorf("on %s blocks are %q", today, got)
		}
	}
}

// with is the default procedure with another level.
func with(i int, level ProcedureLevel) Procedure {
	p := DefaultProcedure
	p.Levels = slices.Clone(p.Levels)
	p.Levels[i] = level
	return p
}

func TestStepAmounts(t *testing.T) {
	least := ProcedureLevel{PayBy: 7, MinAmount: dec("50")}
	always := least
	always.Always = true
	for _, c := range []struct {
		name   string
		level  int
		change func(*DunningCase)
		want   string // fee, lump sum, how; or the guard that is shut
	}{
		{"the reminder is free", 0, func(*DunningCase) {}, "0 0 email"},
		{"the lump sum is with dunning 1", 1, func(*DunningCase) {}, "0 40 email"},
		{"a fee", 2, func(*DunningCase) {}, "2.5 0 email"},
		{"no fee in another currency", 2, func(c *DunningCase) { c.Currency = "CHF" }, "0 0 email"},
		{"the level says how", 0, func(c *DunningCase) { c.Procedure = with(0, ProcedureLevel{PayBy: 1, DeliveryKind: DeliverLetter}) }, "0 0 letter"},
		{"the customer wants it otherwise", 0, func(c *DunningCase) { c.OfDebtor.DeliveryKind = DeliverLetter }, "0 0 letter"},
		{"and the invoice otherwise again", 0, func(c *DunningCase) { c.OfDebtor.DeliveryKind, c.OfInvoice.DeliveryKind = DeliverLetter, DeliverEmail }, "0 0 email"},

		{"just enough principal", 0, func(c *DunningCase) { c.Procedure, c.Principal = with(0, least), dec("50") }, "0 0 email"},
		{"a cent too little", 0, func(c *DunningCase) { c.Procedure, c.Principal = with(0, least), dec("49.99") }, "G4"},
		{"the next level asks for less", 1, func(c *DunningCase) { c.Procedure, c.Principal = with(0, least), dec("49.99") }, "0 40 email"},
		{"always", 0, func(c *DunningCase) { c.Procedure, c.Principal = with(0, always), dec("0.01") }, "0 0 email"},
		{"costs alone, always", 0, func(c *DunningCase) { c.Procedure, c.Principal = with(0, always), dec("0") }, "G4"},
		{"paid too much", 0, func(c *DunningCase) { c.Principal = dec("-1") }, "G4"},
		{"little in another currency", 0, func(c *DunningCase) { c.Procedure, c.Principal, c.Currency = with(0, least), dec("1"), "CHF" }, "0 0 email"},

		{"little credit", 0, func(c *DunningCase) { c.Credit = dec("9.99") }, "0 0 email"},
		{"credit", 0, func(c *DunningCase) { c.Credit = dec("10") }, "G6"},
		{"any credit", 0, func(c *DunningCase) { c.Procedure.CreditPercent, c.Credit = dec("0"), dec("0.01") }, "G6"},
		{"no credit, and any would do", 0, func(c *DunningCase) { c.Procedure.CreditPercent = dec("0") }, "0 0 email"},
		{"credit that does not matter", 0, func(c *DunningCase) { c.Procedure.IgnoreCredit, c.Credit = true, dec("1000") }, "0 0 email"},

		{"a mail that arrived", 0, func(c *DunningCase) { c.LastMail = DeliveryAccepted }, "0 0 email"},
		{"a mail that is tried again", 0, func(c *DunningCase) { c.LastMail = DeliveryDeferred }, "0 0 email"},
		{"a mail of which nobody knows", 0, func(c *DunningCase) { c.LastMail = DeliveryUnknown }, "G7"},
		{"a customer without an address", 0, func(c *DunningCase) { c.LastMail = DeliverySuppressed }, "0 0 email"},
	} {
		is := aCase(c.level)
		c.change(&is)
		step, obstacles := is.NextStep(day("2027-01-01"))
		got := names(obstacles)
		if step != nil {
			got = fmt.Sprint(step.Fee, step.Lumpsum, " ", step.DeliveryKind)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s; %v", c.name, got, c.want, obstacles)
		}
	}
}

var drawCase = rapid.Custom(func(t *rapid.T) DunningCase {
	date := func(name string) time.Time {
		return day("2026-01-01").AddDate(0, 0, rapid.IntRange(-100, 400).Draw(t, name))
	}
	wishes := func(name string) Dunning {
		d := Dunning{Disabled: rapid.IntRange(0, 9).Draw(t, name) == 0}
		if rapid.Bool().Draw(t, "delayed") {
			d.DelayedUntil = date("until").Format(time.DateOnly)
		}
		if rapid.Bool().Draw(t, "custom") {
			d.CustomPeriods = rapid.MapOf(rapid.SampledFrom(periodOf[:4]), rapid.IntRange(0, 365)).Draw(t, "periods")
		}
		return d
	}
	c := aCase(rapid.IntRange(0, MaxLevel).Draw(t, "level"))
	c.Base, c.OfInvoice, c.OfDebtor = date("base"), wishes("invoice"), wishes("debtor")
	for i := range DefaultProcedure.Levels {
		c.Procedure = with(i, ProcedureLevel{Grace: rapid.IntRange(0, 30).Draw(t, "grace"), PayBy: rapid.IntRange(1, 30).Draw(t, "payBy"),
			Interval: rapid.IntRange(0, 60).Draw(t, "interval")})
	}
	if c.Last != nil {
		issued := date("issued")
		c.Last = &LastNotice{issued, issued.AddDate(0, 0, rapid.IntRange(1, 30).Draw(t, "gives"))}
	}
	c.Principal, c.Credit = cents(t, "principal", -100, 10000), cents(t, "credit", -100, 2000)
	for range rapid.IntRange(0, 4).Draw(t, "holds") {
		c.Holds = append(c.Holds, drawHold(t))
	}
	return c
})

// Waiting never brings a step nearer than it was said to be, nor moves it before it is due; then it moves by holds only. And no
// level is skipped.
func TestStepsAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase.Draw(t, "case")
		today := day("2026-01-01").AddDate(0, 0, rapid.IntRange(-100, 400).Draw(t, "today"))
		later := today.AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "wait"))
		step, obstacles := c.NextStep(today)
		after, still := c.NextStep(later)
		taken := step != nil && after == nil
		for _, o := range obstacles {
			if !slices.Contains(still, o) {
				t.Fatalf("%v become %v", obstacles, still)
			}
		}
		if blocks, held := c.Blocks(later), len(standingHolds(c.Holds, later)); len(blocks)-held > len(c.Blocks(today))-len(standingHolds(c.Holds, today)) {
			t.Fatalf("%q become %q", c.Blocks(today), blocks)
		}
		if step == nil {
			return
		}
		if taken {
			if !later.After(step.Date) {
				t.Fatalf("a step on %s is none on %s: %v", step.Date, later, still)
			}
			return
		}
		if step.Level != c.Level+1 || after.Level != step.Level {
			t.Fatalf("from level %d to %d, later to %d", c.Level, step.Level, after.Level)
		}
		switch {
		case !later.After(step.Date) && after.Date != step.Date, later.After(step.Date) && after.Date.Before(later):
			t.Fatalf("%s on %s, and %s on %s", step.Date, today, after.Date, later)
		case len(c.Holds) == 0 && later.After(step.Date) && after.Date != later:
			t.Fatalf("%s on %s is overdue, and moves to %s on %s", step.Date, today, after.Date, later)
		}
		switch {
		case !step.Date.After(c.Base), c.Last != nil && !step.Date.After(c.Last.PayBy):
			t.Fatalf("%s is too early", step.Date)
		}
	})
}
