package ar

import (
	"cmp"
	"slices"
	"strings"
)

// Mention is a place in the text of a transfer that may name an invoice.
type Mention struct {
	Key string // see PaymentKey
	RF  bool   // by a creditor reference, whose check digits are right

	from, to int // the runs of letters and digits it consists of
}

const (
	maxRuns    = 300 // of letters and digits in a text
	maxPieces  = 8   // that a number is written in: RF18 5390 0754 7034, RE - 2026 - 00 01
	minMention = 3   // characters; a shorter number is no name among the other numbers of a text
)

// Mentions are all places in the reference and the text of a transfer that may name an invoice. Punctuation and spaces
// count for nothing: they are what people leave out, and where banks break lines.
func (t *Transaction) Mentions() []Mention {
	runs := strings.FieldsFunc(strings.ToUpper(t.Reference+" "+t.Label), func(r rune) bool { return !capitalOrDigit(r) })
	runs = runs[:min(len(runs), maxRuns)]
	var all []Mention
	for from := range runs {
		text := ""
		for to := from; to < min(from+maxPieces, len(runs)); to++ {
			if text += runs[to]; len(text) > 4+maxRF {
				break
			}
			if ValidRF(text) {
				all = append(all, Mention{Key: text[4:], RF: true, from: from, to: to})
			}
			if len(text) >= minMention && len(text) <= maxRF && strings.ContainsAny(text, "0123456789") {
				all = append(all, Mention{Key: text, from: from, to: to})
			}
		}
	}
	return all
}

// weak tells whether the mention may be anything: a year, a customer's number, a part of a date.
func (m Mention) weak() bool {
	return !m.RF && (len(m.Key) < 4 || len(m.Key) < 6 && strings.Trim(m.Key, "0123456789") == "")
}

// named are the mentions that do name invoices, in the order of the text. Of two that overlap it is the one by creditor
// reference, else the longer: RE-2026-0001 does not name an invoice 2026.
func named(mentions []Mention, invoices map[string][]OpenItem) []Mention {
	found := slices.DeleteFunc(slices.Clone(mentions), func(m Mention) bool { return len(invoices[m.Key]) == 0 })
	slices.SortStableFunc(found, func(a, b Mention) int {
		if a.RF != b.RF {
			return map[bool]int{true: -1, false: 1}[a.RF]
		}
		return cmp.Compare(len(b.Key), len(a.Key))
	})
	var kept []Mention
	for _, m := range found {
		if !slices.ContainsFunc(kept, func(k Mention) bool { return k.Key == m.Key || m.from <= k.to && k.from <= m.to }) {
			kept = append(kept, m)
		}
	}
	slices.SortFunc(kept, func(a, b Mention) int { return cmp.Compare(a.from, b.from) })
	return kept
}
