package ar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// InterestSettings is what a merchant charges who is paid late. Left empty, it is what the law of the issuer's country
// gives. Points and rates are in percent, by who owes: what may be agreed with a business is often void towards a
// consumer.
type InterestSettings struct {
	Country     string                           `json:"country,omitempty"`     // whose law: DE, AT or EU; the issuer's when empty, DE without one
	DayCount    DayCount                         `json:"dayCount,omitempty"`    // the usual one of the country when empty
	Points      map[IdentityKind]decimal.Decimal `json:"points,omitempty"`      // agreed points above the reference rate
	Rate        map[IdentityKind]decimal.Decimal `json:"rate,omitempty"`        // agreed rate, whatever the reference rate
	Unconfirmed Unconfirmed                      `json:"unconfirmed,omitempty"` // flag when empty
	Freeze      Freeze                           `json:"freeze,omitempty"`      // dunned when empty
}

// Unconfirmed is what becomes of a claim that needs a rate which is not confirmed, or not known yet.
type Unconfirmed string

const (
	UnconfirmedFlag   Unconfirmed = "flag"   // it is computed with the last rate, and says so
	UnconfirmedRefuse Unconfirmed = "refuse" // it is a conflict
)

// maxPercent bounds points and rates: more is a slip, as 0.09 written 9 or 900.
var maxPercent = decimal.NewFromInt(100)

// CheckInterest finds what makes no sense about the settings of interest. The paths begin with interest.
func (s Settings) CheckInterest() []Detail {
	var wrong faults
	i := s.Interest
	if countries := policyCountries(); i.Country != "" && !slices.Contains(countries, i.Country) {
		wrong.add("interest.country", fmt.Sprintf("The law of '%s' is not known here.", i.Country), "Send one of "+strings.Join(countries, ", ")+", or agree a rate.")
	}
	if i.DayCount != "" && !i.DayCount.Known() {
		wrong.add("interest.dayCount", fmt.Sprintf("The day count '%s' is not known.", i.DayCount), "Send act/365, act/act or 30/360.")
	}
	if i.Unconfirmed != "" && i.Unconfirmed != UnconfirmedFlag && i.Unconfirmed != UnconfirmedRefuse {
		wrong.add("interest.unconfirmed", fmt.Sprintf("'%s' is not known.", i.Unconfirmed), "Send flag or refuse.")
	}
	if i.Freeze != "" && !slices.Contains(freezes, i.Freeze) {
		wrong.add("interest.freeze", fmt.Sprintf("'%s' is not known.", i.Freeze), "Send dunned, always or never.")
	}
	checkPercents(&wrong, "interest.points", i.Points)
	checkPercents(&wrong, "interest.rate", i.Rate)
	for debtor := range i.Points {
		path := "interest.points." + string(debtor)
		if _, both := i.Rate[debtor]; both {
			wrong.add(path, "Points and a rate exclude each other.", "Leave one of them out.")
		} else if s.fixed(debtor) {
			wrong.add(path, "The law has a fixed rate, so there is nothing to add points to.", "Send the whole rate as interest.rate."+string(debtor)+".")
		}
	}
	return wrong
}

// fixed tells whether the law has a rate that follows no other.
func (s Settings) fixed(debtor IdentityKind) bool {
	return slices.ContainsFunc(policies, func(p policy) bool { return p.country == s.law() && p.debtor == debtor && p.series == "" })
}

func checkPercents(wrong *faults, path string, percents map[IdentityKind]decimal.Decimal) {
	for debtor, percent := range percents {
		path := path + "." + string(debtor)
		if debtor != Individual && debtor != Incorporate {
			wrong.add(path, "There is no such kind of debtor.", "Name individual or incorporate.")
		}
		if percent.IsNegative() || percent.GreaterThan(maxPercent) || !percent.Equal(percent.Truncate(4)) {
			wrong.add(path, "Value for field '"+path+"' is no percentage.", "Send 0 to 100 with at most four digits after the point, such as 9.2.")
		}
	}
}

// law is the country whose law gives the interest.
func (s Settings) law() string {
	switch {
	case s.Interest.Country != "":
		return s.Interest.Country
	case s.Issuer.Country != "":
		return s.Issuer.Country
	}
	return "DE"
}

// InterestTerms are how the interest on a debt is computed.
type InterestTerms struct {
	Basis    string // the rule the rate follows from
	DayCount DayCount

	series string // the reference rate; empty: points are the whole rate
	points decimal.Decimal
	refuse bool // a rate that is not confirmed
}

// InterestTerms are the terms of a debt that arose on a day: agreed ones, else those of the law. Without either it is a
// Conflict.
func (s Settings) InterestTerms(debtor IdentityKind, arose time.Time) (InterestTerms, error) {
	t := InterestTerms{DayCount: s.Interest.DayCount, refuse: s.Interest.Unconfirmed == UnconfirmedRefuse}
	p, known := policyFor(s.law(), debtor, arose)
	if t.DayCount == "" {
		t.DayCount = Act365
		if known {
			t.DayCount = p.days
		}
	}
	if agreed, ok := s.Interest.Rate[debtor]; ok {
		t.Basis, t.points = "agreed rate", agreed
		return t, nil
	}
	if !known {
		text := fmt.Sprintf("What an %s debtor owes by the law of %s for a debt of %s is not known here.", debtor, s.law(), arose.Format(time.DateOnly))
		return t, ConflictState("The rate of interest is not known.", Detail{Error: text,
			Hint: "Name a country in the merchant's settings, interest.country (" + strings.Join(policyCountries(), ", ") + "), or agree a rate, interest.rate."})
	}
	t.Basis, t.series, t.points = p.basis, p.series, p.points
	if agreed, ok := s.Interest.Points[debtor]; ok {
		t.Basis, t.points = "agreed points, reference rate of "+p.basis, agreed
	}
	return t, nil
}

// on is the reference rate on a day. Of a fixed rate it is zero.
func (t InterestTerms) on(day time.Time) (rate, error) {
	if t.series == "" {
		return rate{confirmed: true}, nil
	}
	r, ok := rateOn(t.series, day)
	if !ok {
		first := rates[t.series][0].from.Format(time.DateOnly)
		return r, ConflictState("The rate of interest is not known.", Detail{Error: "The reference rate of " + day.Format(time.DateOnly) + " is not known.",
			Hint: "Rates are known from " + first + " on. Agree a rate in the merchant's settings, interest.rate."})
	}
	if t.refuse && !r.confirmed {
		return r, ConflictState("The rate of interest is not confirmed.", Detail{Error: "The reference rate of " + day.Format(time.DateOnly) + " is not confirmed.", Fields: []string{"asOf"},
			Hint: "Ask for a day up to " + lastConfirmed(t.series).Format(time.DateOnly) + ", or set interest.unconfirmed to flag in the merchant's settings."})
	}
	return r, nil
}
