package ar

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
)

// german are the terms of the law of Germany as of 2014.
func german(debtor IdentityKind, days DayCount) InterestTerms {
	terms, err := Settings{Interest: InterestSettings{DayCount: days}}.InterestTerms(debtor, day("2020-01-01"))
	if err != nil {
		panic(err)
	}
	return terms
}

// exact is the interest to 4 digits, rounded only for the comparison.
func (a *accrual) exact() decimal.Decimal {
	sum := decimal.Zero
	for _, s := range a.shares {
		sum = sum.Add(s)
	}
	return sum.DivRound(a.denominator, 4)
}

// Figures that were computed elsewhere. The first day of interest is the one after the base.
func TestInterestVectors(t *testing.T) {
	for _, c := range []struct {
		name, principal string
		debtor          IdentityKind
		base, last      string
		days            DayCount
		exact, rounded  string // exact may be empty
	}{
		{"a half-year border", "1000", Incorporate, "2025-05-31", "2025-07-15", Act365, "13.4836", "13.48"},
		{"consumer", "1000", Individual, "2025-05-31", "2025-07-15", Act365, "", "8.55"},
		{"months of 30 days", "1000", Incorporate, "2025-05-31", "2025-07-15", Thirty360, "", "13.67"},
		{"an unconfirmed rate", "250", Incorporate, "2026-06-24", "2026-07-05", Act365, "0.7823", "0.78"},
		{"991 days", "10000", Incorporate, "2023-01-15", "2025-10-02", Act365, "3170.1836", "3170.18"},
		{"991 days, leap years counted", "10000", Incorporate, "2023-01-15", "2025-10-02", ActAct, "", "3166.76"},
		{"leap day", "5000", Individual, "2023-06-15", "2024-03-15", Act365, "", "306.83"},
		{"leap day, leap years counted", "5000", Individual, "2023-06-15", "2024-03-15", ActAct, "", "306.59"},
		{"negative to positive", "1000", Incorporate, "2022-11-30", "2023-01-31", Act365, "15.9162", "15.92"},
		{"rounded once", "100.99", Incorporate, "2025-06-19", "2026-07-10", Act365, "11.0058", "11.01"},
		{"30 June has the old rate", "119", Incorporate, "2026-06-29", "2026-06-30", Act365, "0.0335", "0.03"},
		{"1 July has the new one", "119", Incorporate, "2026-06-30", "2026-07-01", Act365, "0.0343", "0.03"},
		{"a credit balance bears none", "-119", Incorporate, "2026-01-31", "2026-03-01", Act365, "0", "0"},
		{"the base itself bears none", "1000", Incorporate, "2026-01-31", "2026-01-31", Act365, "0", "0"},
	} {
		a, err := accrue(dec(c.principal), nil, day(c.base), day(c.last), german(c.debtor, c.days))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := a.exact(); c.exact != "" && !got.Equal(dec(c.exact)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.exact)
		}
		if got := a.round("EUR"); !got.Equal(dec(c.rounded)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.rounded)
		}
	}
}

// What rounds every row on its own loses a cent; the rows here add up.
func TestInterestRowsAddUp(t *testing.T) {
	a, err := accrue(dec("100.99"), nil, day("2025-06-19"), day("2026-07-10"), german(Incorporate, Act365))
	if err != nil {
		t.Fatal(err)
	}
	total, sum, naive := a.round("EUR"), decimal.Zero, decimal.Zero
	for i, p := range a.periods {
		sum = sum.Add(p.Amount)
		naive = naive.Add(a.shares[i].DivRound(a.denominator, 2))
	}
	if !sum.Equal(total) || !naive.Equal(dec("11.00")) || len(a.periods) != 3 {
		t.Errorf("%s in rows of %s, %s when each is rounded: %v", total, sum, naive, a.periods)
	}
}

// A period ends where the reader would need another factor, and not before.
func TestInterestPeriods(t *testing.T) {
	fixed := german(Incorporate, Act365)
	fixed.series = ""
	for _, c := range []struct {
		name       string
		base, last string
		terms      InterestTerms
		bookings   []Booking
		want       []string
	}{
		{"one rate for years", "2018-01-31", "2021-01-31", german(Individual, Act365), nil, []string{"2018-02-01 2021-01-31 1096 1000"}},
		{"years of two lengths", "2019-11-30", "2020-01-31", german(Individual, ActAct), nil, []string{"2019-12-01 2019-12-31 31 1000", "2020-01-01 2020-01-31 31 1000"}},
		{"a fixed rate has no half-years", "1990-01-31", "2026-12-31", fixed, nil, []string{"1990-02-01 2026-12-31 13483 1000"}},
		{"the day money came in bears interest still", "2026-01-31", "2026-02-28", german(Individual, Act365), []Booking{paid("2026-02-10", "400")},
			[]string{"2026-02-01 2026-02-10 10 1000", "2026-02-11 2026-02-28 18 600"}},
		{"paid before it was due", "2026-01-31", "2026-02-28", german(Individual, Act365), []Booking{paid("2026-01-10", "400"), paid("2026-01-31", "100")},
			[]string{"2026-02-01 2026-02-28 28 500"}},
		{"paid, and gone back", "2026-01-31", "2026-03-10", german(Individual, Act365), []Booking{paid("2026-02-10", "1000"), paid("2026-03-05", "-1000")},
			[]string{"2026-02-01 2026-02-10 10 1000", "2026-03-06 2026-03-10 5 1000"}},
		{"a fee bears none", "2026-01-31", "2026-02-28", german(Individual, Act365), []Booking{{Kind: BookFee, Amount: dec("5"), Valuedate: day("2026-02-10")}},
			[]string{"2026-02-01 2026-02-28 28 1000"}},
		{"a 31st of a month of 30 days", "2026-07-29", "2026-07-31", german(Individual, Thirty360), []Booking{paid("2026-07-30", "400")}, []string{"2026-07-30 2026-07-30 1 1000"}},
		{"February of 30 days", "2026-02-27", "2026-03-01", german(Individual, Thirty360), nil, []string{"2026-02-28 2026-03-01 4 1000"}},
	} {
		a, err := accrue(dec("1000"), c.bookings, day(c.base), day(c.last), c.terms)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, p := range a.periods {
			got = append(got, p.From.Format("2006-01-02 ")+p.To.Format("2006-01-02 ")+decimal.NewFromInt(int64(p.Days)).String()+" "+p.Principal.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
