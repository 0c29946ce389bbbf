package ar

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func day(text string) time.Time { return mustDay(text) }

// The tables are data that people edit: half-years follow each other without a gap, and every row says where it is from.
func TestRatesTable(t *testing.T) {
	for row := range tableRows(ratesTable) {
		if len(row["source"]) < 10 || row["confirmed"] != "yes" && row["confirmed"] != "no" {
			t.Errorf("%v says too little", row)
		}
	}
	for series, table := range rates {
		for i, r := range table {
			if r.from.Day() != 1 || r.from.Month() != time.January && r.from.Month() != time.July {
				t.Errorf("%s: %s begins no half-year", series, r.from)
			}
			if i > 0 && !r.from.Equal(table[i-1].from.AddDate(0, 6, 0)) {
				t.Errorf("%s: %s follows %s", series, r.from, table[i-1].from)
			}
			if r.percent.Abs().GreaterThan(decimal.NewFromInt(10)) || r.percent.Exponent() < -2 {
				t.Errorf("%s: %s %% on %s", series, r.percent, r.from)
			}
		}
	}
	if len(rates) != 3 || len(rates["BGB"]) < 50 {
		t.Errorf("%d series", len(rates))
	}
}

func TestRateOn(t *testing.T) {
	for _, c := range []struct {
		series, day, percent string
		confirmed            bool
	}{
		{"BGB", "2002-01-01", "2.57", true}, {"BGB", "2022-12-31", "-0.88", true}, {"BGB", "2023-01-01", "1.62", true}, {"BGB", "2025-06-30", "2.27", true},
		{"BGB", "2025-07-01", "1.27", true}, {"BGB", "2026-06-30", "1.27", true}, {"BGB", "2026-07-01", "1.52", false}, {"BGB", "2099-01-01", "1.52", false},
		{"AT", "2022-07-01", "-0.62", true}, {"AT", "2024-07-01", "3.88", true}, {"ECB", "2024-02-29", "4.50", true},
	} {
		if r, ok := rateOn(c.series, day(c.day)); !ok || !r.percent.Equal(dec(c.percent)) || r.confirmed != c.confirmed {
			t.Errorf("%s on %s: %s, %t", c.series, c.day, r.percent, r.confirmed)
		}
	}
	if _, ok := rateOn("BGB", day("2001-12-31")); ok {
		t.Error("there was no base rate of § 247 BGB in 2001")
	}
	if last := lastConfirmed("BGB"); !last.Equal(day("2026-06-30")) {
		t.Errorf("confirmed until %s", last)
	}
}

// § 247 (1) BGB: the base rate moves by the points the rate of the European Central Bank has moved by. So a slip in either
// series shows.
func TestRatesMoveTogether(t *testing.T) {
	for _, ecb := range rates["ECB"] {
		if bgb, ok := rateOn("BGB", ecb.from); !ok || !bgb.percent.Add(dec("0.88")).Equal(ecb.percent) {
			t.Errorf("%s: %s and %s", ecb.from, bgb.percent, ecb.percent)
		}
	}
}

func TestPolicies(t *testing.T) {
	for row := range tableRows(policiesTable) {
		if _, err := decimal.NewFromString(row["lumpsum"]); err != nil || !strings.HasPrefix(row["source"], "https://") || len(row["basis"]) > 150 {
			t.Errorf("%v: %v", row, err)
		}
	}
	for i, p := range policies {
		if _, ok := rates[p.series]; !ok && p.series != "" {
			t.Errorf("%v names no series", p)
		}
		if !p.days.Known() || !p.points.IsPositive() || p.debtor != Individual && p.debtor != Incorporate {
			t.Errorf("%v", p)
		}
		if i > 0 && policies[i-1].country == p.country && policies[i-1].debtor == p.debtor && !p.from.After(policies[i-1].from) {
			t.Errorf("%v follows %v", p, policies[i-1])
		}
	}
	for _, c := range []struct {
		country string
		debtor  IdentityKind
		arose   string
		points  string
		basis   string
	}{
		{"DE", Individual, "2026-01-01", "5", "§ 288 (1) BGB"}, {"DE", Incorporate, "2026-01-01", "9", "§ 288 (2) BGB"}, {"DE", Incorporate, "2014-07-29", "9", "§ 288 (2) BGB"},
		{"DE", Incorporate, "2014-07-28", "8", "§ 288 (2) BGB before 29 July 2014"}, {"AT", Incorporate, "2026-01-01", "9.2", "§ 456 UGB"}, {"AT", Individual, "2026-01-01", "4", "§ 1000 (1) ABGB"},
		{"EU", Incorporate, "2026-01-01", "8", "Directive 2011/7/EU, Art. 2 (6)"},
	} {
		if p, ok := policyFor(c.country, c.debtor, day(c.arose)); !ok || !p.points.Equal(dec(c.points)) || p.basis != c.basis {
			t.Errorf("%v: %v", c, p)
		}
	}
	for _, none := range []struct {
		country string
		debtor  IdentityKind
		arose   string
	}{{"EU", Individual, "2026-01-01"}, {"AT", Incorporate, "2013-03-15"}, {"DE", Individual, "2001-12-31"}, {"FR", Incorporate, "2026-01-01"}} {
		if p, ok := policyFor(none.country, none.debtor, day(none.arose)); ok {
			t.Errorf("%v: %v", none, p)
		}
	}
}
