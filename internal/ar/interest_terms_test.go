package ar

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestInterestTerms(t *testing.T) {
	for _, c := range []struct {
		settings string
		debtor   IdentityKind
		basis    string
		days     DayCount
		rate     string // on 2025-08-01, base + points
	}{
		{`{}`, Individual, "§ 288 (1) BGB", Act365, "1.27 + 5"},
		{`{}`, Incorporate, "§ 288 (2) BGB", Act365, "1.27 + 9"},
		{`{"issuer": {"country": "AT"}}`, Incorporate, "§ 456 UGB", Act365, "1.53 + 9.2"},
		{`{"issuer": {"country": "AT"}}`, Individual, "§ 1000 (1) ABGB", Act365, "0 + 4"},
		{`{"issuer": {"country": "FR"}, "interest": {"country": "EU", "dayCount": "act/act"}}`, Incorporate, "Directive 2011/7/EU, Art. 2 (6)", ActAct, "2.15 + 8"},
		{`{"interest": {"points": {"incorporate": "11.5"}}}`, Incorporate, "agreed points, reference rate of § 288 (2) BGB", Act365, "1.27 + 11.5"},
		{`{"interest": {"points": {"incorporate": 11.5}}}`, Individual, "§ 288 (1) BGB", Act365, "1.27 + 5"},
		{`{"issuer": {"country": "FR"}, "interest": {"rate": {"individual": 3}, "dayCount": "30/360"}}`, Individual, "agreed rate", Thirty360, "0 + 3"},
	} {
		var s Settings
		if err := json.Unmarshal([]byte(c.settings), &s); err != nil || len(s.CheckInterest()) != 0 {
			t.Errorf("%s: %v, %v", c.settings, err, s.CheckInterest())
		}
		terms, err := s.InterestTerms(c.debtor, day("2025-01-01"))
		if err != nil {
			t.Errorf("%s: %v", c.settings, err)
			continue
		}
		r, err := terms.on(day("2025-08-01"))
		if got := r.percent.String() + " + " + terms.points.String(); err != nil || got != c.rate || terms.Basis != c.basis || terms.DayCount != c.days {
			t.Errorf("%s: %s by %s, %s, %v", c.settings, got, terms.Basis, terms.DayCount, err)
		}
	}
	for _, country := range []string{"FR", "EU"} {
		_, err := Settings{Issuer: Issuer{Country: country}}.InterestTerms(Individual, day("2025-01-01"))
		if KindOf(err) != Conflict || !strings.Contains(hintOf(err), "interest.rate") {
			t.Errorf("%s: %v", country, err)
		}
	}
}

func TestCheckInterest(t *testing.T) {
	for settings, want := range map[string]string{
		`{"interest": {"country": "FR"}}`:                                              "interest.country",
		`{"interest": {"dayCount": "act/360"}}`:                                        "interest.dayCount",
		`{"interest": {"unconfirmed": "ignore"}}`:                                      "interest.unconfirmed",
		`{"interest": {"points": {"company": 9}}}`:                                     "interest.points.company",
		`{"interest": {"rate": {"incorporate": -1}}}`:                                  "interest.rate.incorporate",
		`{"interest": {"rate": {"incorporate": "100.01"}}}`:                            "interest.rate.incorporate",
		`{"interest": {"rate": {"incorporate": "9.12345"}}}`:                           "interest.rate.incorporate",
		`{"interest": {"rate": {"individual": 9}, "points": {"individual": 9}}}`:       "interest.points.individual",
		`{"issuer": {"country": "AT"}, "interest": {"points": {"individual": "2"}}}`:   "interest.points.individual",
		`{"issuer": {"country": "FR"}}`:                                                "",
		`{"interest": {"unconfirmed": "refuse", "rate": {"incorporate": "9.1234"}}}`:   "",
		`{"issuer": {"country": "AT"}, "interest": {"points": {"incorporate": "12"}}}`: "",
	} {
		var s Settings
		if err := json.Unmarshal([]byte(settings), &s); err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, d := range s.CheckInterest() {
			fields = append(fields, d.Fields...)
			if d.Hint == "" {
				t.Errorf("%s has no hint", d.Error)
			}
		}
		if slices.Sort(fields); strings.Join(fields, " ") != want {
			t.Errorf("%s: %v, want %s", settings, fields, want)
		}
	}
}
