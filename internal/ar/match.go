package ar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// Rule is how a transaction was matched with invoices. They are tried in this order, and the first that says anything
// decides: two candidates that are equal are never booked.
type Rule string

const (
	MatchReference Rule = "reference" // it carries the creditor reference of an invoice (ISO 11649)
	MatchNumber    Rule = "number"    // its text names the number of an invoice
	MatchAmount    Rule = "amount"    // its account is a customer's, of whom one invoice is exactly as much
	MatchSubset    Rule = "subset"    // … of whom some invoices together are exactly as much, and no others
	MatchTolerance Rule = "tolerance" // … of whom one invoice is slightly more
	MatchReturn    Rule = "return"    // a payment went back
	MatchNone      Rule = "none"
)

// Matching says how a transaction found its invoices, or why it found none.
type Matching struct {
	Rule       Rule        `json:"rule"`
	Reason     string      `json:"reason"`
	Candidates []Candidate `json:"candidates,omitempty"` // what a person should look at
}

// Candidate is an invoice that a transaction may be for, and was not booked on.
type Candidate struct {
	Invoice string `json:"invoice"` // its reference
	Reason  string `json:"reason"`
}

// OpenItem is what has to be known of an invoice to match money with it.
type OpenItem struct {
	Invoice  string // its reference
	Number   string
	Customer Debtor
	Currency string
	Phase    Phase
	Due      time.Time
	Total    decimal.Decimal
	Unpaid   decimal.Decimal
}

// Evidence is everything that is known when a transaction is matched.
type Evidence struct {
	Named     map[string][]OpenItem // invoices, committed or canceled, by the keys of the transaction's Mentions
	Payer     *Debtor               // whose account the money came from; nil when it is not known, or is several customers'
	Open      []OpenItem            // open invoices of the payer
	Equal     []OpenItem            // open invoices of anybody, of exactly the amount: only ever candidates
	Payment   string                // the one that went back, by its id; empty when it is not known
	Returned  []Assignment          // what of it is on invoices
	Tolerance Tolerance
}

// Match is the result of matching.
type Match struct {
	Assigned []Assignment
	Payer    *Debtor // the customer whose money it is; nil when nobody knows
	Matching Matching
}

// maxCandidates bounds a list for people.
const maxCandidates = 10

// Match finds the invoices a transaction is for. The same evidence always gives the same match.
func (t *Transaction) Match(e Evidence) Match {
	m := &matcher{Transaction: t, Evidence: e}
	switch {
	case t.Returns():
		return m.takeBack()
	case t.Amount.IsZero():
		return m.none("There is no money to book.", nil, "")
	}
	for _, rule := range []func() (Match, bool){m.byName, m.byAmount, m.bySubset, m.byTolerance} {
		if match, decided := rule(); decided {
			return match
		}
	}
	if m.Payer != nil {
		return m.none(fmt.Sprintf("%s, of whose invoices none is of that amount.", m.whose()), m.Open, "Open invoice of the customer.")
	}
	return m.none("Neither a reference nor a number of an invoice is in the text, and the account is not known.", m.Equal, "Open with exactly this amount.")
}

type matcher struct {
	*Transaction
	Evidence
}

// none is a match with nothing.
func (m *matcher) none(reason string, candidates []OpenItem, why string) Match {
	match := Match{Payer: m.Payer, Matching: Matching{Rule: MatchNone, Reason: reason}}
	for _, c := range candidates[:min(len(candidates), maxCandidates)] {
		match.Matching.Candidates = append(match.Matching.Candidates, Candidate{Invoice: c.Invoice, Reason: why})
	}
	return match
}

// on is a match with open invoices: the money goes to those that are due, then the oldest (§ 366 (2) BGB), until it is
// gone.
func (m *matcher) on(items []OpenItem, rule Rule, reason string) Match {
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b OpenItem) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Invoice, b.Invoice)) })
	match := Match{Payer: m.Payer, Matching: Matching{Rule: rule, Reason: reason}}
	left := m.Amount
	for _, item := range items {
		if part := decimal.Min(left, item.Unpaid); part.IsPositive() {
			match.Assigned = append(match.Assigned, Assignment{Invoice: item.Invoice, Amount: part})
			left = left.Sub(part)
		}
	}
	return match
}

// byName decides if the transaction names an invoice.
func (m *matcher) byName() (Match, bool) {
	items, rule, ambiguous := m.namedItems()
	switch {
	case len(ambiguous) > 0:
		return m.none("Several invoices are called what the text names.", ambiguous, "Its number differs from that of the others in punctuation only."), true
	case len(items) == 0:
		return Match{}, false
	}
	if m.Payer == nil {
		m.Payer = customerOf(items)
	}
	open := m.openOf(items)
	if len(open) == 0 {
		return m.none(fmt.Sprintf("Nothing is owed on %s.", invoiceNames(items)), items, "Named in the text, and not open in this currency."), true
	}
	reason := map[Rule]string{MatchReference: "It carries the reference of %s.", MatchNumber: "Its text names %s."}[rule]
	if chosen, only := subset(open, m.Amount); only && len(chosen) < len(open) {
		return m.on(chosen, rule, fmt.Sprintf(reason+" Of these, it is exactly the sum of %s.", invoiceNames(open), invoiceNames(chosen))), true
	}
	return m.on(open, rule, fmt.Sprintf(reason, invoiceNames(open))), true
}

// namedItems are the invoices that the transaction names. A key that several invoices share is decided by the payer, else by
// the amount; else they are ambiguous. What may be anything counts only if payer or amount agree.
func (m *matcher) namedItems() (items []OpenItem, rule Rule, ambiguous []OpenItem) {
	rule = MatchReference
	for _, mention := range named(m.Mentions(), m.Named) {
		group := m.Named[mention.Key]
		for _, agrees := range []func(OpenItem) bool{m.ofPayer, m.exact} {
			if some := filter(group, agrees); len(group) > 1 && len(some) > 0 {
				group = some
			}
		}
		switch {
		case mention.weak() && !slices.ContainsFunc(group, m.ofPayer) && !slices.ContainsFunc(group, m.exact):
			continue
		case len(group) > 1:
			return nil, "", group
		case !mention.RF:
			rule = MatchNumber
		}
		items = append(items, group[0])
	}
	return items, rule, nil
}

// whose says who the payer is, and how that is known.
func (m *matcher) whose() string {
	if m.Identity != "" { // known before: a part was assigned, say
		return "The money is that of customer " + m.Payer.Reference
	}
	return "The account is that of customer " + m.Payer.Reference
}

func (m *matcher) ofPayer(i OpenItem) bool { return m.Payer != nil && i.Customer.ID == m.Payer.ID }
func (m *matcher) exact(i OpenItem) bool   { return i.Phase == Open && i.Unpaid.Equal(m.Amount) }
func (m *matcher) open(i OpenItem) bool    { return i.Phase == Open && i.Currency == m.Currency }

func (m *matcher) openOf(items []OpenItem) []OpenItem { return filter(items, m.open) }

// byAmount decides if the payer has invoices of exactly the amount.
func (m *matcher) byAmount() (Match, bool) {
	equal := filter(m.openOf(m.Open), m.exact)
	switch len(equal) {
	case 0:
		return Match{}, false
	case 1:
		return m.on(equal, MatchAmount, fmt.Sprintf("%s, and only %s is of that amount.", m.whose(), invoiceNames(equal))), true
	}
	return m.none(fmt.Sprintf("%s, and %d invoices are of that amount.", m.whose(), len(equal)), equal, "Open with exactly this amount."), true
}

// bySubset decides if some of the payer's invoices come to exactly the amount.
func (m *matcher) bySubset() (Match, bool) {
	open := m.openOf(m.Open)
	chosen, only := subset(open, m.Amount)
	switch {
	case only:
		return m.on(chosen, MatchSubset, fmt.Sprintf("%s, and only %s come to that amount.", m.whose(), invoiceNames(chosen))), true
	case len(chosen) > 0:
		return m.none(fmt.Sprintf("%s, of whose invoices several sums are of that amount.", m.whose()), open, "Open invoice of the customer."), true
	}
	return Match{}, false
}

// byTolerance decides if one of the payer's invoices is so little more that the rest is given up.
func (m *matcher) byTolerance() (Match, bool) {
	near := filter(m.openOf(m.Open), func(i OpenItem) bool { return m.Tolerance.covers(i.Unpaid.Sub(m.Amount), i.Total) })
	switch len(near) {
	case 0:
		return Match{}, false
	case 1:
		return m.on(near, MatchTolerance, fmt.Sprintf("%s, and %s is only %s more.",
			m.whose(), invoiceNames(near), money.Format(near[0].Unpaid.Sub(m.Amount), m.Currency))), true
	}
	return m.none(fmt.Sprintf("%s, and %d invoices are slightly more.", m.whose(), len(near)), near, "Open with slightly more."), true
}

// takeBack matches money that went back: with the payment of the same reference, else with the one invoice that is named.
func (m *matcher) takeBack() Match {
	if len(m.Returned) > 0 {
		return Match{Assigned: m.Returned, Payer: m.Payer, Matching: Matching{Rule: MatchReturn, Reason: "It has the reference of a payment of that amount."}}
	}
	items, _, ambiguous := m.namedItems()
	items = append(items, ambiguous...)
	if m.Payer == nil {
		m.Payer = customerOf(items)
	}
	if m.Payment != "" { // what the text names was paid by another
		return m.none(fmt.Sprintf("It has the reference and the amount of payment %s, of which nothing is on an invoice.", m.Payment), items, "Named in the text.")
	}
	if len(items) == 1 && items[0].Currency == m.Currency && (items[0].Phase == Open || items[0].Phase == Paid) {
		return Match{Payer: m.Payer, Assigned: []Assignment{{Invoice: items[0].Invoice, Amount: m.Amount}},
			Matching: Matching{Rule: MatchReturn, Reason: fmt.Sprintf("Its text names %s.", invoiceNames(items))}}
	}
	return m.none("It is not known which payment went back.", items, "Named in the text.")
}

// customerOf is the customer of all items, if it is one.
func customerOf(items []OpenItem) *Debtor {
	if len(items) == 0 || slices.ContainsFunc(items, func(i OpenItem) bool { return i.Customer.ID != items[0].Customer.ID }) {
		return nil
	}
	return &items[0].Customer
}

func filter(items []OpenItem, keep func(OpenItem) bool) []OpenItem {
	return slices.DeleteFunc(slices.Clone(items), func(i OpenItem) bool { return !keep(i) })
}

// invoiceNames lists the numbers of invoices for a reason.
func invoiceNames(items []OpenItem) string {
	var numbers []string
	for _, i := range items {
		numbers = append(numbers, i.Number)
	}
	return strings.Join(numbers, ", ")
}

const (
	maxSubsetItems = 24     // a customer with more open invoices is asked
	maxSubsetSteps = 100000 // of the search
)

// subset finds items that come to an amount. It is the only one if no other items do; with an item left out that is zero,
// or with too many items to look at all, none is found.
func subset(items []OpenItem, amount decimal.Decimal) (chosen []OpenItem, only bool) {
	if len(items) > maxSubsetItems || !amount.IsPositive() {
		return nil, false
	}
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b OpenItem) int { return b.Unpaid.Cmp(a.Unpaid) })
	rest := make([]decimal.Decimal, len(items)+1) // what the items from here on come to
	for i := len(items) - 1; i >= 0; i-- {
		rest[i] = rest[i+1].Add(items[i].Unpaid)
	}
	found, steps := 0, 0
	var pick []OpenItem
	var search func(at int, left decimal.Decimal)
	search = func(at int, left decimal.Decimal) {
		if steps++; found > 1 || steps > maxSubsetSteps || left.GreaterThan(rest[at]) {
			return
		}
		if left.IsZero() {
			found++
			chosen = slices.Clone(pick)
			return
		}
		if at == len(items) {
			return
		}
		if !items[at].Unpaid.GreaterThan(left) {
			pick = append(pick, items[at])
			search(at+1, left.Sub(items[at].Unpaid))
			pick = pick[:len(pick)-1]
		}
		search(at+1, left)
	}
	search(0, amount)
	if steps > maxSubsetSteps {
		return nil, false
	}
	return chosen, found == 1
}
