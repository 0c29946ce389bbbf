package letter

import (
	"strings"

	"github.com/dunwell/dunwell/internal/ar"
)

// phrase is a text in the languages of letters.
type phrase struct{ de, en string }

func (p phrase) in(w *words) string {
	if w.lang == "de" {
		return p.de
	}
	return p.en
}

// cite puts a rule in brackets behind what rests on it. What is not known to rest on any is left without.
func cite(rule string) string {
	if rule == "" {
		return ""
	}
	return " (" + rule + ")"
}

// law is what a letter says about the law of a debt.
type law struct {
	rule      phrase // that the rate of interest follows from
	reference phrase // rate that it follows; empty: it is fixed
	lumpsum   phrase // rule that gives the lump sum
	defaults  phrase // rule that says what puts a debtor in default
	agreed    bool   // what is above the reference rate, or the whole rate, was agreed
}

var (
	baseRate   = phrase{"Basiszinssatz (§\u00a0247 BGB)", "base rate (section\u00a0247 BGB)"}
	german288  = phrase{"§\u00a0288 Abs.\u00a05 BGB", "section\u00a0288 (5) BGB"}
	german286  = phrase{"§\u00a0286 BGB", "section\u00a0286 BGB"}
	austrian   = phrase{"Basiszinssatz der Oesterreichischen Nationalbank", "base rate of the Oesterreichische Nationalbank"}
	ofTheECB   = phrase{"Bezugszinssatz der Europäischen Zentralbank", "reference rate of the European Central Bank"}
	article6   = phrase{"Art.\u00a06 der Richtlinie 2011/7/EU", "Article\u00a06 of Directive 2011/7/EU"}
	article2no = phrase{"Art.\u00a02 Nr.\u00a06 der Richtlinie 2011/7/EU", "Article\u00a02 (6) of Directive 2011/7/EU"}
)

// laws are the rules of interest by the name that ar.InterestTerms.Basis has for them.
var laws = map[string]law{
	"§ 288 (1) BGB": {rule: phrase{"§\u00a0288 Abs.\u00a01 BGB", "section\u00a0288 (1) BGB"}, reference: baseRate, defaults: german286},
	"§ 288 (2) BGB": {rule: phrase{"§\u00a0288 Abs.\u00a02 BGB", "section\u00a0288 (2) BGB"}, reference: baseRate, lumpsum: german288, defaults: german286},
	"§ 288 (2) BGB before 29 July 2014": {
		rule:      phrase{"§\u00a0288 Abs.\u00a02 BGB in der Fassung vor dem 29.07.2014", "section\u00a0288 (2) BGB as before 29\u00a0July\u00a02014"},
		reference: baseRate, defaults: german286,
	},
	"§ 1000 (1) ABGB":                 {rule: phrase{"§\u00a01000 Abs.\u00a01 ABGB", "section\u00a01000 (1) ABGB"}},
	"§ 456 UGB":                       {rule: phrase{"§\u00a0456 UGB", "section\u00a0456 UGB"}, reference: austrian, lumpsum: phrase{"§\u00a0458 UGB", "section\u00a0458 UGB"}},
	"Directive 2011/7/EU, Art. 2 (6)": {rule: article2no, reference: ofTheECB, lumpsum: article6},
}

// How ar.InterestTerms.Basis names what was agreed.
const (
	agreedRate   = "agreed rate"
	agreedPoints = "agreed points, reference rate of "
)

// lawOf finds what to say about terms. Of a basis that is not known here, nothing is cited.
func lawOf(t ar.InterestTerms) law {
	if t.Basis == agreedRate {
		return law{agreed: true}
	}
	basis, agreed := strings.CutPrefix(t.Basis, agreedPoints)
	l, ok := laws[basis]
	if !ok {
		l.rule = phrase{basis, basis}
	}
	l.agreed = agreed
	return l
}
