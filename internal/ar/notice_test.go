package ar

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// spell writes bookings in one line.
func spell(bookings []Booking) string {
	var texts []string
	for _, b := range bookings {
		text := fmt.Sprint(b.Kind, " ", b.Part, " ", b.Amount)
		if b.Reverses != nil {
			text += " of " + *b.Reverses
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// charged are interest charges with the ids a, b, c …; those with a star were reversed.
func charged(amounts ...string) (bookings []Booking) {
	for i, text := range amounts {
		id, amount := string(rune('a'+i)), dec(strings.TrimSuffix(text, "*"))
		bookings = append(bookings, Booking{ID: id, Kind: BookInterest, Part: PartInterest, Amount: amount, Valuedate: day("2026-02-01")})
		if strings.HasSuffix(text, "*") {
			bookings = append(bookings, Booking{ID: id + "*", Kind: BookReversal, Reverses: &id, Part: PartInterest, Amount: amount.Neg(), Valuedate: day("2026-02-02")})
		}
	}
	return bookings
}

// Only the difference is charged. Too much is taken back from the latest charges, each of them wholly, and once.
func TestChargeInterest(t *testing.T) {
	for _, c := range []struct {
		before []Booking
		amount string
		want   string
	}{
		{nil, "0", ""},
		{nil, "4.22", "interest interest 4.22"},
		{charged("4.22"), "3.10", "interest interest 3.1"},
		{charged("4.22"), "-4.22", "reversal interest -4.22 of a"},
		{charged("4.22"), "-0.19", "reversal interest -4.22 of a, interest interest 4.03"},
		{charged("4.22", "3.10"), "-3.10", "reversal interest -3.1 of b"},
		{charged("4.22", "3.10"), "-3.29", "reversal interest -3.1 of b, reversal interest -4.22 of a, interest interest 4.03"},
		{charged("4.22", "3.10*"), "-0.01", "reversal interest -4.22 of a, interest interest 4.21"},
	} {
		amount, on := dec(c.amount), day("2026-03-01")
		got := chargeInterest(c.before, amount, on)
		if spell(got) != c.want {
			t.Errorf("%s after %s: %s, want %s", c.amount, spell(c.before), spell(got), c.want)
		}
		for _, b := range got {
			if b.Valuedate != on || b.Check() != nil {
				t.Errorf("%+v", b)
			}
		}
	}
}

// However often interest is charged and taken back, what is charged is what the last claim came to, and no charge is
// reversed twice.
func TestInterestIsWhatWasClaimedLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bookings []Booking
		for range rapid.IntRange(1, 8).Draw(t, "notices") {
			claimed := decimal.New(int64(rapid.IntRange(0, 1000).Draw(t, "claimed")), -2)
			for _, b := range chargeInterest(bookings, claimed.Sub(chargedInterest(bookings)), noon) {
				b.ID = fmt.Sprint(len(bookings))
				bookings = append(bookings, b)
			}
			if got := chargedInterest(bookings); !got.Equal(claimed) {
				t.Fatalf("%s are charged, %s are claimed: %s", got, claimed, spell(bookings))
			}
		}
		reversed := map[string]bool{}
		for _, b := range bookings {
			if b.Reverses != nil && reversed[*b.Reverses] {
				t.Fatalf("%s is reversed twice: %s", *b.Reverses, spell(bookings))
			} else if b.Reverses != nil {
				reversed[*b.Reverses] = true
			}
		}
	})
}

// A notice asks for what is open once its charges are booked, less what is disputed; money that came in with an earlier value
// date than was known lowers the interest.
func TestNotice(t *testing.T) {
	inv, debtor := dunnable(), &Identity{Kind: Incorporate}
	inv.Totals.Gross, inv.Unpaid, inv.Dunninglevel = dec("1000"), dec("1000"), 2
	payment := "T1"
	bookings := append(charged("8.44"), Booking{ID: "p", Kind: BookPayment, Transaction: &payment, Part: PartPrincipal, Amount: dec("-500"), Valuedate: day("2026-02-10")})
	c := inv.DunningCase(debtor, &DunningCycle{Level: 2, Since: day("2026-03-02"), Procedure: &DefaultProcedure}, nil, Settings{}, bookings)
	c.Holds = []Hold{{InvoiceID: "1", Kind: HoldDispute, Amount: new(dec("100")), From: day("2026-03-01")}}
	terms, err := (Settings{}).InterestTerms(Incorporate, inv.Arose())
	if err != nil {
		t.Fatal(err)
	}
	claim, err := inv.ClaimAsOf(day("2026-03-13"), bookings, terms) // 10 days of 1,000 and 31 of 500: 2.8137 + 4.3612
	if err != nil {
		t.Fatal(err)
	}
	before := *claim
	step := &DunningStep{Level: 3, Date: day("2026-03-13"), Fee: dec("2.50"), Lumpsum: dec("40"), Interest: claim.Uncharged(), DeliveryKind: DeliverEmail}
	n, charges := c.Notice(inv, step, claim, bookings)
	if got, want := spell(charges), "fee costs 2.5, lumpsum costs 40, reversal interest -8.44 of a, interest interest 7.17"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	entry := PlanEntry{InvoiceID: "1", Currency: "EUR", Level: 3, Asked: "449.67", Fee: "2.50", Lumpsum: "40.00", Interest: "-1.27", Channel: "email"}
	if got := n.Entry(inv); got != entry {
		t.Errorf("%+v", got)
	}
	if !n.Demand.Unpaid.Equal(dec("549.67")) || !n.Disputed.Equal(dec("100")) || n.PayBy != day("2026-03-20") || n.Final ||
		!n.Claim.Total.Equal(n.Demand.Unpaid) || !n.Claim.Booked.Equal(dec("7.17")) || !n.Claim.Costs.Equal(dec("42.50")) {
		t.Errorf("%+v, claim %+v", n, n.Claim)
	}
	if !reflect.DeepEqual(*claim, before) || inv.Dunninglevel != 2 {
		t.Error("the draft has changed what it was made of")
	}
}

// Hand-over is announced by the last notice of a procedure, long or short, and only where somebody takes the case over.
func TestFinalNotice(t *testing.T) {
	inv, debtor := dunnable(), &Identity{Kind: Incorporate}
	for _, c := range []struct {
		levels, level int
		collection    *CollectionSettings
		want          bool
	}{
		{5, 5, nil, false},
		{1, 1, nil, false},
		{5, 4, &CollectionSettings{Folder: "cases"}, false},
		{5, 5, &CollectionSettings{Folder: "cases"}, true},
		{1, 1, &CollectionSettings{Email: "cases@example.com"}, true},
	} {
		p := DefaultProcedure
		p.Levels = p.Levels[:c.levels]
		dunned := inv.DunningCase(debtor, nil, nil, Settings{Dunning: &p, Collection: c.collection}, nil)
		if n, _ := dunned.Notice(inv, &DunningStep{Level: c.level, Date: noon}, nil, nil); n.Final != c.want {
			t.Errorf("%+v: final is %v", c, n.Final)
		}
	}
}

// The notices of a cycle carry it on: what the next step counts from, and what the case keeps.
func TestRunningCycle(t *testing.T) {
	first, second := DefaultProcedure, with(0, ProcedureLevel{PayBy: 1})
	begun := &DunningCycle{InvoiceID: "1", Number: 1, Level: 1, Since: day("2026-02-01"), Procedure: &second, Actor: "k"}
	notice := Notice{Cycle: 0, Level: 2, Issued: day("2026-03-01"), Procedure: first}
	later := notice
	later.Cycle = 1
	for _, c := range []struct {
		name    string
		number  int64
		cycle   *DunningCycle
		notices []Notice
		want    *DunningCycle
	}{
		{"nothing has begun", 0, nil, nil, nil},
		{"by hand", 1, begun, nil, begun},
		{"by a notice", 0, nil, []Notice{notice}, &DunningCycle{InvoiceID: "1", Level: 2, Since: day("2026-03-01"), Procedure: &first}},
		{"by hand after a notice", 1, begun, []Notice{notice}, begun},
		{"by a notice after it was set by hand", 1, begun, []Notice{later, notice}, &DunningCycle{InvoiceID: "1", Number: 1, Level: 2, Since: day("2026-03-01"), Procedure: &first, Actor: "k"}},
	} {
		inv := dunnable()
		inv.DunningCycle = c.number
		if got := inv.RunningCycle(c.cycle, c.notices); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	if begun.Level != 1 {
		t.Error("the cycle was changed")
	}
}

// Who has paid and whose money went back is given the whole time again, from the day it did.
func TestReturnBeginsAnew(t *testing.T) {
	inv, debtor, back := dunnable(), &Identity{Kind: Individual}, "T2"
	returned := []Booking{
		{ID: "r", Kind: BookReversal, Transaction: &back, Reverses: new("p"), Part: PartPrincipal, Amount: dec("100"), Valuedate: day("2026-03-10")},
		{ID: "w", Kind: BookReversal, Reverses: new("x"), Part: PartCosts, Amount: dec("1"), Valuedate: day("2026-04-10")}, // no money
	}
	notices := []Notice{{Level: 1, Issued: day("2026-02-04"), PayBy: day("2026-02-11"), Procedure: DefaultProcedure}}
	for _, c := range []struct {
		name     string
		level    int
		bookings []Booking
		custom   map[string]int
		want     string
	}{
		{"nothing went back", 0, nil, nil, "2026-02-04"},
		{"before the reminder", 0, returned, nil, "2026-03-14"},
		{"nothing since the reminder", 1, nil, nil, "2026-02-15"},
		{"after the reminder", 1, returned, nil, "2026-03-14"},
		{"with a period of its own", 1, returned, map[string]int{"DUNNING1": 20}, "2026-03-30"},
	} {
		inv.Dunninglevel = c.level
		inv.Detail.Dunning = &Dunning{CustomPeriods: c.custom}
		k := inv.DunningCase(debtor, nil, notices[:c.level], Settings{}, c.bookings)
		k.Principal = dec("100")
		step, obstacles := k.NextStep(day("2026-01-01"))
		if len(obstacles) > 0 || step.Date != day(c.want) {
			t.Errorf("%s: %+v, %v, want %s", c.name, step, obstacles, c.want)
		}
	}
}

// Each level has its mail and its document, and whoever sees one of these knows the level.
func TestKindsOfNotices(t *testing.T) {
	var documents []CommunicationKind
	for level := 1; level <= MaxLevel; level++ {
		if kind := NoticeMail(level); kind.Level() != level || kind.Purpose() != ForDunning {
			t.Errorf("%d: %s is of level %d", level, kind, kind.Level())
		}
		documents = append(documents, NoticeDocument(level))
	}
	if !slices.Equal(documents, []CommunicationKind{CommReminder, CommDunning1, CommDunning2, CommDunning3, CommDunning4}) {
		t.Error(documents)
	}
	for _, kind := range []MailKind{"", MailInvoice, MailCreditnote} {
		if kind.Level() != 0 || kind.Purpose() != ForBilling {
			t.Errorf("%q is of level %d", kind, kind.Level())
		}
	}
	for kind, want := range map[CommunicationKind]bool{CommInvoice: true, CommCreditnote: true, CommDunning4: true, CommEmail: false, CommLetter: false, CommCollection: false, "": false} {
		if kind.Enclosed() != want {
			t.Errorf("%q: %v", kind, !want)
		}
	}
}

// What reminds of money does not leave any more once there is nothing to remind of; an invoice that somebody asks for does.
func TestWithheld(t *testing.T) {
	for _, c := range []struct {
		name            string
		change          func(*Invoice)
		notice, invoice string
	}{
		{"open", func(*Invoice) {}, "", ""},
		{"paid", func(i *Invoice) { i.Unpaid = dec("0") }, "The invoice was paid.", ""},
		{"canceled", func(i *Invoice) { i.Cancelationdate = &noon }, "The invoice was canceled.", "The invoice was canceled."},
		{"handed over", func(i *Invoice) { i.HandedOver = &noon }, "The invoice was handed over to collection.", ""},
	} {
		inv := dunnable()
		c.change(inv)
		for level := 1; level <= MaxLevel; level++ {
			if got := inv.Withheld(NoticeMail(level)); got != c.notice {
				t.Errorf("%s, level %d: %q", c.name, level, got)
			}
		}
		if got := inv.Withheld(MailInvoice); got != c.invoice {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
