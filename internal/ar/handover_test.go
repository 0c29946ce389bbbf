package ar

import (
	"strings"
	"testing"
	"time"
)

// endedCase is one whose last notice was issued on 1 March and asked to be paid by the 6th.
func endedCase() DunningCase {
	return DunningCase{
		Phase: Open, Level: 5, Procedure: DefaultProcedure, Currency: "EUR", Base: day("2026-01-01"), Principal: dec("100"),
		Last:       &LastNotice{Issued: day("2026-03-01"), PayBy: day("2026-03-06")},
		Collection: &CollectionSettings{After: 10, MinAmount: dec("50")},
	}
}

func TestHandover(t *testing.T) {
	hold := func(h Hold) func(*DunningCase) {
		h.From = day("2026-01-01")
		return func(c *DunningCase) { c.Holds = append(c.Holds, h) }
	}
	part, until := dec("10"), day("2026-04-10")
	for _, c := range []struct {
		name     string
		change   func(*DunningCase)
		due      string // empty: it is not next
		obstacle string
	}{
		{"the period after the day to pay by", func(*DunningCase) {}, "2026-03-17", ""},
		{"nobody takes over", func(c *DunningCase) { c.Collection = nil }, "", ""},
		{"a notice is to come", func(c *DunningCase) { c.Level = 4 }, "", ""},
		{"nothing has begun", func(c *DunningCase) { c.Last = nil }, "", ""},
		{"paid", func(c *DunningCase) { c.Phase = Paid }, "", ""},
		{"canceled", func(c *DunningCase) { c.Phase = Canceled }, "", ""},
		{"handed over already", func(c *DunningCase) { c.HandedOver = true }, "", ""},
		{"its own period", func(c *DunningCase) { c.OfInvoice.CustomPeriods = map[string]int{"COLLECTION": 30} }, "2026-03-31", ""},
		{"its own period, shorter than the day to pay by", func(c *DunningCase) { c.OfDebtor.CustomPeriods = map[string]int{"COLLECTION": 2} }, "2026-03-07", ""},
		{"periods belong together", func(c *DunningCase) {
			c.OfInvoice.CustomPeriods = map[string]int{"REMINDER": 30}
			c.OfDebtor.CustomPeriods = map[string]int{"COLLECTION": 2}
		}, "2026-03-17", ""},
		{"a payment went back", func(c *DunningCase) { c.Returned = day("2026-03-10") }, "2026-03-21", ""},
		{"delayed", func(c *DunningCase) { c.OfDebtor.DelayedUntil = "2026-05-01" }, "2026-05-01", ""},
		{"disabled", func(c *DunningCase) { c.OfInvoice.Disabled = true }, "2026-03-17", "disabled"},
		{"credit", func(c *DunningCase) { c.Credit = dec("50") }, "2026-03-17", "credit"},
		{"not reached", func(c *DunningCase) { c.LastMail = DeliveryRejected }, "2026-03-17", "did not arrive"},
		{"little", func(c *DunningCase) { c.Principal = dec("49.99") }, "2026-03-17", "less than"},
		{"little, in another currency", func(c *DunningCase) { c.Principal, c.Currency = dec("49.99"), "CHF" }, "2026-03-17", ""},
		{"only costs", func(c *DunningCase) { c.Principal = dec("0") }, "2026-03-17", "No principal"},
		{"disputed in part", hold(Hold{Kind: HoldDispute, Amount: &part}), "never", "disputed"},
		{"promised", hold(Hold{Kind: HoldPromise, Until: &until}), "2026-04-11", ""},
	} {
		of := endedCase()
		c.change(&of)
		due, next, obstacles := of.Handover(noon)
		switch {
		case next != (c.due != ""):
			t.Errorf("%s: next is %v", c.name, next)
		case c.due == "never":
			if due != never {
				t.Errorf("%s: due %s", c.name, due.Format(time.DateOnly))
			}
		case next && due != later(dayOf(noon), day(c.due)):
			t.Errorf("%s: due %s", c.name, due.Format(time.DateOnly))
		case (c.obstacle == "") != (len(obstacles) == 0) || len(obstacles) > 0 && !strings.Contains(obstacles[0].Text, c.obstacle):
			t.Errorf("%s: %v", c.name, obstacles)
		}
	}
}

// A case that is handed over is dunned by nobody, whatever else is true of it.
func TestHandedOverIsNotDunned(t *testing.T) {
	c := endedCase()
	c.Level, c.HandedOver = 2, true
	if step, obstacles := c.NextStep(noon); step != nil || len(obstacles) != 1 || obstacles[0].Guard != "G1" {
		t.Errorf("%+v, %v", step, obstacles)
	}
}

// Only level 0 recalls it.
func TestRecall(t *testing.T) {
	inv := dunnable()
	inv.HandedOver, inv.Dunninglevel = &noon, 5
	zero, one := 0, 1
	start := *inv.Due
	for _, m := range []DunningModification{{Level: &one}, {Start: &start}} {
		if _, err := inv.ModifyDunning(m, nil, DefaultProcedure, noon); KindOf(err) != Conflict {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if inv.DunningState() != "handedover" {
		t.Errorf("%s", inv.DunningState())
	}
	if _, err := inv.ModifyDunning(DunningModification{Level: &zero}, nil, DefaultProcedure, noon); err != nil || inv.HandedOver != nil || inv.DunningState() != "open" {
		t.Errorf("%v, %+v", err, inv)
	}
}

func TestCheckCollection(t *testing.T) {
	for _, c := range []struct {
		settings CollectionSettings
		path     string
	}{
		{CollectionSettings{Folder: "inkasso/neu"}, ""},
		{CollectionSettings{Email: "a@example.com", After: 365}, ""},
		{CollectionSettings{Webhook: "https://example.com"}, ""},
		{CollectionSettings{}, "collection"},
		{CollectionSettings{Folder: "a", Email: "a@example.com"}, "collection"},
		{CollectionSettings{Folder: "../a"}, "collection.folder"},
		{CollectionSettings{Folder: "/etc"}, "collection.folder"},
		{CollectionSettings{Folder: `a\b`}, "collection.folder"},
		{CollectionSettings{Folder: "a\x00"}, "collection.folder"},
		{CollectionSettings{Folder: "a", After: -1}, "collection.after"},
		{CollectionSettings{Folder: "a", MinAmount: dec("0.001")}, "collection.minAmount"},
	} {
		details := Settings{Collection: &c.settings}.CheckCollection()
		if c.path == "" && len(details) == 0 || len(details) == 1 && details[0].Fields[0] == c.path && details[0].Hint != "" {
			continue
		}
		t.Errorf("%+v: %+v", c.settings, details)
	}
}

// A message is tried again for days, and one that has ended stays as it is.
func TestCollectionMessage(t *testing.T) {
	m := &CollectionMessage{State: CollectionQueued, Next: &noon}
	now := noon
	for m.State == CollectionQueued {
		now = later(now, *m.Next)
		if err := m.Claim(now); err != nil {
			t.Fatal(err)
		}
		if m.Claim(now) == nil {
			t.Fatal("somebody else gets it too")
		}
		m.Settle("no disk", now, now)
	}
	if m.State != CollectionFailed || m.Finished == nil || now.Sub(noon) < 24*time.Hour || m.Attempts != len(collectionPauses)+1 {
		t.Errorf("%+v after %s", m, now.Sub(noon))
	}
	before := *m
	if m.Settle("", now, now); m.State != before.State || m.Reason != before.Reason || *m.Finished != *before.Finished {
		t.Errorf("%+v", m)
	}
	dead := &CollectionMessage{State: CollectionQueued, Next: &noon}
	if err := dead.Claim(noon); err != nil || dead.Claim(noon.Add(CollectionLease)) != nil || dead.Generation != 2 {
		t.Errorf("%+v", dead)
	}
}

// A statement adds up: of each part, what was charged less what went off it is open.
func TestStatement(t *testing.T) {
	inv := dunnable()
	transaction := "T1"
	bookings := []Booking{
		{Kind: BookFee, Amount: dec("5"), Valuedate: day("2026-02-10")},
		{Kind: BookPayment, Transaction: &transaction, Part: PartCosts, Amount: dec("-5"), Valuedate: day("2026-02-20")},
		{Kind: BookPayment, Transaction: &transaction, Part: PartPrincipal, Amount: dec("-25"), Valuedate: day("2026-02-20")},
		{Kind: BookLumpsum, Amount: dec("40"), Valuedate: day("2026-02-25")},
	}
	terms, err := Settings{}.InterestTerms(Incorporate, inv.Arose())
	if err != nil {
		t.Fatal(err)
	}
	claim, err := inv.ClaimAsOf(day("2026-03-31"), bookings, terms)
	if err != nil {
		t.Fatal(err)
	}
	inv.Addresses = []Address{{Company: "A"}}
	debtor := &Identity{Kind: Incorporate, Addresses: []Address{{Company: "A"}, {Company: "B"}}}
	notices := []Notice{{Level: 1, Issued: day("2026-02-10"), PayBy: day("2026-02-17"), Demand: Balance{Unpaid: dec("105")}, Job: 7}, {Level: 2, Job: 8}}
	s := inv.Statement(claim, Issuer{Name: "Acme"}, debtor, bookings, notices, map[int64]DeliveryState{8: DeliverySuppressed})
	if s.Principal.Charged != "100.00" || s.Principal.Settled != "25.00" || s.Principal.Open != "75.00" || len(s.Principal.Rows) != 1 {
		t.Errorf("principal %+v", s.Principal)
	}
	if s.Costs.Charged != "45.00" || s.Costs.Settled != "5.00" || s.Costs.Open != "40.00" || len(s.Costs.Rows) != 3 {
		t.Errorf("costs %+v", s.Costs)
	}
	if s.Interest.Open != claim.Interest.String() || s.Interest.Further.From != "2026-04-01" || s.Interest.Further.Principal != "75.00" || len(s.Interest.Periods) != 2 {
		t.Errorf("interest %+v", s.Interest)
	}
	if s.Total != claim.Total.StringFixed(2) || len(s.Debtor.Addresses) != 2 || s.Notices[0].Asked != "105.00" || s.Notices[0].Mail != "" || s.Notices[1].Mail != DeliverySuppressed {
		t.Errorf("%+v", s)
	}
}
