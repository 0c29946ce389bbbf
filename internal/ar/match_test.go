package ar

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// owed is an open invoice; its number is its reference.
func owed(number, customer, unpaid string) OpenItem {
	return OpenItem{Invoice: number, Number: number, Customer: Debtor{ID: "id" + customer, Reference: customer}, Currency: "EUR", Phase: Open, Total: dec("119"), Unpaid: dec(unpaid)}
}

// book is the evidence of invoices that are there; those of the payer are its open ones.
func book(payer string, items ...OpenItem) Evidence {
	e := Evidence{Named: map[string][]OpenItem{}, Tolerance: Tolerance{Absolute: dec("0.50")}}
	for _, i := range items {
		e.Named[PaymentKey(i.Number)] = append(e.Named[PaymentKey(i.Number)], i)
		if payer == i.Customer.Reference {
			e.Payer = &Debtor{ID: "id" + payer, Reference: payer}
			e.Open = append(e.Open, i)
		}
	}
	return e
}

func TestMatch(t *testing.T) {
	first, second := owed("RE-2026-0001", "K1", "119"), owed("RE-2026-0002", "K1", "59.50")
	foreign, francs := owed("RE-2026-0003", "K2", "119"), owed("RE-2026-0004", "K1", "119")
	francs.Currency = "CHF"
	paid := owed("RE-2026-0005", "K1", "0")
	paid.Phase = Paid
	first.Due, second.Due = time.Unix(2, 0), time.Unix(1, 0)
	twin := owed("RE-20-260001", "K2", "10") // the same but for punctuation
	year := owed("2026", "K3", "100")
	all := []OpenItem{first, second, foreign, francs, paid}
	rf := RFReference("RE-2026-0001")
	for _, c := range []struct {
		name, amount, reference, label string
		evidence                       Evidence
		rule                           Rule
		assigned, payer                string
		candidates                     string
	}{
		{"reference", "119", rf, "", book("", all...), MatchReference, "RE-2026-0001 119", "K1", ""},
		{"reference in the text, in groups of four", "50", "", "Danke! " + rf[:4] + " " + rf[4:8] + " " + rf[8:12] + " " + rf[12:], book("", all...), MatchReference, "RE-2026-0001 50", "K1", ""},
		{"reference of somebody else's", "119", "RF18539007547034", "", book("", all...), MatchNone, "", "", ""},
		{"number", "119", "", "Rechnung re 2026/0001 vom 02.02.2026", book("", all...), MatchNumber, "RE-2026-0001 119", "K1", ""},
		{"number that a bank has broken", "119", "", "RE-2026-00\n01", book("", all...), MatchNumber, "RE-2026-0001 119", "K1", ""},
		{"the oldest first", "100", "", "RE-2026-0001 RE-2026-0002", book("", all...), MatchNumber, "RE-2026-0002 59.5, RE-2026-0001 40.5", "K1", ""},
		{"more than both", "200", "", "RE-2026-0001 und RE-2026-0002", book("", all...), MatchNumber, "RE-2026-0002 59.5, RE-2026-0001 119", "K1", ""},
		{"exactly one of both", "119", "", "RE-2026-0001, RE-2026-0002", book("", all...), MatchNumber, "RE-2026-0001 119", "K1", ""},
		{"of two customers", "238", "", "RE-2026-0001 RE-2026-0003", book("", all...), MatchNumber, "RE-2026-0003 119, RE-2026-0001 119", "", ""},
		{"of another currency", "119", "", "RE-2026-0004", book("", all...), MatchNone, "", "K1", "RE-2026-0004"},
		{"paid already", "119", "", "RE-2026-0005", book("K1", all...), MatchNone, "", "K1", "RE-2026-0005"},
		{"two of one name", "50", "", "RE-2026-0001", book("", first, twin), MatchNone, "", "", "RE-2026-0001 RE-20-260001"},
		{"two of one name, one of the amount", "10", "", "RE-2026-0001", book("", first, twin), MatchNumber, "RE-20-260001 10", "K2", ""},
		{"two of one name, one of the payer", "50", "", "RE-2026-0001", book("K1", first, twin), MatchNumber, "RE-2026-0001 50", "K1", ""},
		{"what is called as a year", "50", "", "Beitrag 2026", book("", year), MatchNone, "", "", ""},
		{"what is called as a year, and as much", "100", "", "Beitrag 2026", book("", year), MatchNumber, "2026 100", "K3", ""},
		{"what is called as a year, of the payer", "50", "", "Beitrag 2026", book("K3", year), MatchNumber, "2026 50", "K3", ""},
		{"a longer name", "119", "", "RE-2026-0001", book("", first, year), MatchNumber, "RE-2026-0001 119", "K1", ""},
		{"a longer name that begins with a shorter", "30", "", "RE-2026-0001", book("", first, owed("RE-2026", "K4", "30")), MatchNumber, "RE-2026-0001 30", "K1", ""},
		{"amount", "59.50", "", "Danke", book("K1", all...), MatchAmount, "RE-2026-0002 59.5", "K1", ""},
		{"two of the amount", "119", "", "Danke", book("K1", first, owed("RE-9", "K1", "119")), MatchNone, "", "K1", "RE-2026-0001 RE-9"},
		{"subset", "178.50", "", "Danke", book("K1", all...), MatchSubset, "RE-2026-0002 59.5, RE-2026-0001 119", "K1", ""},
		{"two subsets", "119", "", "Danke", book("K1", owed("RE-7", "K1", "59.50"), second, owed("RE-8", "K1", "59.50")), MatchNone, "", "K1", "RE-7 RE-2026-0002 RE-8"},
		{"slightly less", "118.50", "", "Danke", book("K1", first), MatchTolerance, "RE-2026-0001 118.5", "K1", ""},
		{"slightly less than two", "118.50", "", "Danke", book("K1", first, owed("RE-9", "K1", "118.70")), MatchNone, "", "K1", "RE-2026-0001 RE-9"},
		{"less", "118.49", "", "Danke", book("K1", first), MatchNone, "", "K1", "RE-2026-0001"},
		{"nothing open", "10", "", "Danke", book("K1", paid), MatchNone, "", "K1", "RE-2026-0005"},
		{"unknown", "119", "", "Danke", Evidence{Equal: []OpenItem{first, foreign}}, MatchNone, "", "", "RE-2026-0001 RE-2026-0003"},
		{"nothing", "0", rf, "", book("", all...), MatchNone, "", "", ""},
		{"return of a known payment", "-119", "E1", "", Evidence{Payment: "7", Returned: []Assignment{{"RE-1", dec("-119"), "7"}}}, MatchReturn, "RE-1 -119", "", ""},
		{"return of a payment that is on no invoice", "-119", "E1", "RE-2026-0005", Evidence{Payment: "7", Named: book("", paid).Named}, MatchNone, "", "K1", "RE-2026-0005"},
		{"return by number", "-119", "", "Rücklastschrift RE-2026-0005", book("", all...), MatchReturn, "RE-2026-0005 -119", "K1", ""},
		{"return of two", "-119", "", "RE-2026-0005 RE-2026-0001", book("", all...), MatchNone, "", "K1", "RE-2026-0005 RE-2026-0001"},
		{"return of what nobody knows", "-119", "", "", book("", all...), MatchNone, "", "", ""},
	} {
		m := (&Transaction{Amount: dec(c.amount), Currency: "EUR", Reference: c.reference, Label: c.label}).Match(c.evidence)
		var assigned, candidates []string
		for _, a := range m.Assigned {
			assigned = append(assigned, a.Invoice+" "+a.Amount.String())
		}
		for _, a := range m.Matching.Candidates {
			candidates = append(candidates, a.Invoice)
		}
		payer := ""
		if m.Payer != nil {
			payer = m.Payer.Reference
		}
		if m.Matching.Rule != c.rule || strings.Join(assigned, ", ") != c.assigned || payer != c.payer || strings.Join(candidates, " ") != c.candidates || m.Matching.Reason == "" {
			t.Errorf("%s: %q by %s, of %q, candidates %q: %s", c.name, assigned, m.Matching.Rule, payer, candidates, m.Matching.Reason)
		}
	}
}

// The reason is what a person reads.
func TestMatchReasons(t *testing.T) {
	first, second := owed("RE-2026-0001", "K1", "119"), owed("RE-2026-0002", "K1", "59.50")
	for _, c := range []struct{ amount, label, want string }{ // the account is known
		{"119", RFReference("RE-2026-0001"), "It carries the reference of RE-2026-0001."},
		{"119", "RE-2026-0002, RE-2026-0001", "Its text names RE-2026-0002, RE-2026-0001. Of these, it is exactly the sum of RE-2026-0001."},
		{"59.50", "", "The account is that of customer K1, and only RE-2026-0002 is of that amount."},
		{"59.20", "", "The account is that of customer K1, and RE-2026-0002 is only 0.30 more."},
		{"1", "", "The account is that of customer K1, of whose invoices none is of that amount."},
	} {
		m := (&Transaction{Amount: dec(c.amount), Currency: "EUR", Label: c.label}).Match(book("K1", first, second))
		if m.Matching.Reason != c.want {
			t.Errorf("%s %q: %s", c.amount, c.label, m.Matching.Reason)
		}
	}
	m := (&Transaction{Amount: dec("59.50"), Currency: "EUR", Identity: "idK1"}).Match(book("K1", first, second)) // a part was assigned before
	if want := "The money is that of customer K1, and only RE-2026-0002 is of that amount."; m.Matching.Reason != want {
		t.Errorf("of a customer's own: %s", m.Matching.Reason)
	}
}

// Whatever is known: no more is assigned than there is, nor than is open, and each invoice once; and the order in which the
// evidence was found says nothing.
func TestMatchProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []OpenItem
		for n := range rapid.IntRange(0, 6).Draw(t, "invoices") {
			i := owed(fmt.Sprintf("RE-%d", 100+n), rapid.SampledFrom([]string{"K1", "K2"}).Draw(t, "customer"), "0")
			i.Unpaid = decimal.NewFromInt(int64(rapid.IntRange(1, 5).Draw(t, "unpaid")))
			i.Due = time.Unix(int64(rapid.IntRange(0, 2).Draw(t, "due")), 0)
			items = append(items, i)
		}
		m := &Transaction{Currency: "EUR", Amount: decimal.NewFromInt(int64(rapid.IntRange(1, 12).Draw(t, "amount"))),
			Label: strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"RE", "100", "RE-101", "102", "RE-10", "3"}), 0, 4).Draw(t, "words"), " ")}
		payer := rapid.SampledFrom([]string{"", "K1"}).Draw(t, "payer")
		match := m.Match(book(payer, items...))
		left := m.Amount
		seen := map[string]bool{}
		for _, a := range match.Assigned {
			at := slices.IndexFunc(items, func(i OpenItem) bool { return i.Invoice == a.Invoice })
			if seen[a.Invoice] || at < 0 || !a.Amount.IsPositive() || a.Amount.GreaterThan(items[at].Unpaid) {
				t.Errorf("assigned %v of %+v", a, items)
			}
			seen[a.Invoice], left = true, left.Sub(a.Amount)
		}
		if left.IsNegative() || m.Check(match.Assigned) != nil || (len(match.Assigned) == 0) != (match.Matching.Rule == MatchNone) {
			t.Errorf("%s is left by %+v", left, match)
		}
		rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		again := m.Match(book(payer, items...))
		if fmt.Sprint(again.Assigned) != fmt.Sprint(match.Assigned) || again.Matching.Rule != match.Matching.Rule {
			t.Errorf("%v in one order, %v in another", match, again)
		}
	})
}

// A subset is found if and only if there is one, and it is the only one if and only if there is no other.
func TestSubset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []OpenItem
		for n := range rapid.IntRange(0, 8).Draw(t, "n") {
			items = append(items, owed(fmt.Sprint(n), "K", fmt.Sprint(rapid.IntRange(1, 12).Draw(t, "unpaid"))))
		}
		amount := decimal.NewFromInt(int64(rapid.IntRange(1, 30).Draw(t, "amount")))
		count := 0
		for mask := 1; mask < 1<<len(items); mask++ {
			sum := decimal.Zero
			for n, i := range items {
				if mask>>n&1 == 1 {
					sum = sum.Add(i.Unpaid)
				}
			}
			if sum.Equal(amount) {
				count++
			}
		}
		chosen, only := subset(items, amount)
		sum := decimal.Zero
		for _, i := range chosen {
			sum = sum.Add(i.Unpaid)
		}
		if only != (count == 1) || (len(chosen) > 0) != (count > 0) || count > 0 && !sum.Equal(amount) {
			t.Errorf("%d subsets of %v come to %s; found %v, %v", count, items, amount, chosen, only)
		}
	})
	var many []OpenItem // nothing comes to the amount, and that takes long to see
	for n := range maxSubsetItems {
		many = append(many, owed(fmt.Sprint(n), "K", fmt.Sprint(1000+2*n)))
	}
	if chosen, _ := subset(many, dec("12345")); chosen != nil {
		t.Errorf("found %v", chosen)
	}
	if chosen, _ := subset(append(many, many[0]), dec("1000")); chosen != nil {
		t.Errorf("of too many, found %v", chosen)
	}
}

func TestMentions(t *testing.T) {
	rf := RFReference("RE-2026-0001")
	for text, want := range map[string][]string{
		"":            nil,
		"Danke":       nil,
		"12":          nil,
		"RE-1":        {"RE1"},
		"Größe 40/41": {"GRE40", "GRE4041", "E40", "E4041", "4041"}, // no ö is in a number
		rf:            {"RF RE20260001", rf},
		"rf40 re20":   {"RF40", "RF40RE20", "RE20"}, // whose check digits are wrong
	} {
		var got []string
		for _, m := range (&Transaction{Label: text}).Mentions() {
			name := m.Key
			if m.RF {
				name = "RF " + name
			}
			got = append(got, name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q mentions %q, want %q", text, got, want)
		}
	}
	long := (&Transaction{Reference: strings.Repeat("1 ", 50), Label: strings.Repeat("a1 ", 166)}).Mentions()
	if len(long) > maxRuns*maxPieces*2 {
		t.Errorf("%d mentions", len(long))
	}
}

// Nobody's transfer can be a text that takes long, or breaks anything.
func FuzzMentions(f *testing.F) {
	f.Add("RF18 5390 0754 7034", "RE-2026-0001")
	f.Fuzz(func(t *testing.T, reference, label string) {
		for _, m := range (&Transaction{Reference: reference, Label: label}).Mentions() {
			if len(m.Key) == 0 || len(m.Key) > maxRF || m.RF && !ValidRF(RFReference(m.Key)) || m.to < m.from || m.to-m.from >= maxPieces {
				t.Errorf("%+v", m)
			}
		}
	})
}
