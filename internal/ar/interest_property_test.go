package ar

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// debt is a random debt with what was booked on it, in the order of the value dates.
type debt struct {
	principal  decimal.Decimal
	bookings   []Booking
	base, last time.Time
	terms      InterestTerms
}

var drawDebt = rapid.Custom(func(t *rapid.T) debt {
	d := debt{
		principal: cents(t, "principal", 0, 1e8),
		base:      day("2020-01-01").AddDate(0, 0, rapid.IntRange(0, 2500).Draw(t, "base")),
		terms:     german(rapid.SampledFrom([]IdentityKind{Individual, Incorporate}).Draw(t, "debtor"), rapid.SampledFrom([]DayCount{Act365, ActAct, Thirty360}).Draw(t, "days")),
	}
	d.last = d.base.AddDate(0, 0, rapid.IntRange(-10, 1000).Draw(t, "last"))
	for range rapid.IntRange(0, 5).Draw(t, "bookings") {
		b := Booking{Kind: BookPayment, Part: rapid.SampledFrom([]Part{PartPrincipal, PartPrincipal, PartCosts, PartInterest}).Draw(t, "part"), Amount: cents(t, "amount", -1e7, 1e7)}
		b.Valuedate = d.base.AddDate(0, 0, rapid.IntRange(-30, 1000).Draw(t, "value"))
		d.bookings = append(d.bookings, b)
	}
	slices.SortFunc(d.bookings, func(a, b Booking) int { return a.Valuedate.Compare(b.Valuedate) })
	return d
})

func cents(t *rapid.T, name string, least, most int64) decimal.Decimal {
	return decimal.New(rapid.Int64Range(least, most).Draw(t, name), -2)
}

func (d debt) accrue(t *rapid.T, base, last time.Time) accrual {
	t.Helper()
	a, err := accrue(d.principal, d.bookings, base, last, d.terms)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// rational is the interest without any rounding.
func (a *accrual) rational() *big.Rat {
	sum := new(big.Rat)
	for _, s := range a.shares {
		sum.Add(sum, s.Rat())
	}
	return sum.Quo(sum, a.denominator.Rat())
}

// The formula as it is written in the law: every day bears a part of a year's interest on what was open before it. Computed
// day by day, and with rationals, so that accrue is not tested against its own periods.
func TestInterestIsTheSumOfItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebt.Draw(t, "debt")
		want := new(big.Rat)
		for day := nextDay(d.base); !day.After(d.last); day = nextDay(day) {
			open := d.principal
			for _, b := range d.bookings {
				if b.Valuedate.Before(day) && b.Part == PartPrincipal {
					open = open.Add(b.Amount)
				}
			}
			if !open.IsPositive() {
				continue
			}
			var base decimal.Decimal
			for _, r := range rates["BGB"] {
				if !r.from.After(day) {
					base = r.percent
				}
			}
			want.Add(want, new(big.Rat).Mul(open.Mul(base.Add(d.terms.points)).Rat(), yearFraction(d.terms.DayCount, day)))
		}
		want.Quo(want, big.NewRat(100, 1))
		if a := d.accrue(t, d.base, d.last); a.rational().Cmp(want) != 0 {
			t.Fatalf("%s, want %s", a.rational().FloatString(6), want.FloatString(6))
		}
	})
}

// yearFraction is the part of a year that a day is.
func yearFraction(d DayCount, day time.Time) *big.Rat {
	switch {
	case d == Act365:
		return big.NewRat(1, 365)
	case d == ActAct:
		return big.NewRat(1, int64(time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()))
	case day.Day() == 31:
		return new(big.Rat)
	case day.Day() == 1 && day.Month() == time.March: // it brings what February lacks
		return big.NewRat(int64(31-day.AddDate(0, 0, -1).Day()), 360)
	}
	return big.NewRat(1, 360)
}

// I(a, c) = I(a, b) + I(b, c), to the last fraction: a later notice charges the difference, and nothing is lost between.
func TestInterestIsAdditive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebt.Draw(t, "debt")
		between := d.base.AddDate(0, 0, rapid.IntRange(0, max(0, int(d.last.Sub(d.base)/(24*time.Hour)))).Draw(t, "between"))
		whole, one, other := d.accrue(t, d.base, d.last), d.accrue(t, d.base, between), d.accrue(t, between, d.last)
		if sum := new(big.Rat).Add(one.rational(), other.rational()); d.last.After(d.base) && sum.Cmp(whole.rational()) != 0 {
			t.Fatalf("%s until %s, %s after: %s", one.rational(), between, other.rational(), whole.rational())
		}
	})
}

// It never falls with time, nor with what is owed.
func TestInterestIsMonotonous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebt.Draw(t, "debt")
		less := d.accrue(t, d.base, d.last)
		later := d.accrue(t, d.base, d.last.AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "later")))
		d.principal = d.principal.Add(cents(t, "more", 0, 1e6))
		more := d.accrue(t, d.base, d.last)
		if later.rational().Cmp(less.rational()) < 0 || more.rational().Cmp(less.rational()) < 0 || less.rational().Sign() < 0 {
			t.Fatalf("%s, later %s, on more %s", less.rational(), later.rational(), more.rational())
		}
	})
}

// The rows add up to the total, which is rounded once; each is less than a cent away from what it would be alone, says all that it
// is computed from, and follows the one before.
func TestInterestRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDebt.Draw(t, "debt")
		a := d.accrue(t, d.base, d.last)
		total, sum := a.round("EUR"), decimal.Zero
		if off := new(big.Rat).Sub(total.Rat(), a.rational()); off.Abs(off).Cmp(big.NewRat(1, 200)) > 0 {
			t.Fatalf("%s for %s", total, a.rational().FloatString(6))
		}
		before := d.base
		for _, p := range a.periods {
			sum = sum.Add(p.Amount)
			row := p.Principal.Mul(p.Rate).Mul(decimal.NewFromInt(int64(p.Days))).Rat()
			row.Quo(row, big.NewRat(100*d.terms.DayCount.year(p.From), 1))
			if row.Sub(row, p.Amount.Rat()); row.Abs(row).Cmp(big.NewRat(1, 100)) >= 0 {
				t.Fatalf("%+v is off by %s", p, row.FloatString(6))
			}
			if !p.From.After(before) || p.To.Before(p.From) || p.Days < 1 || !p.Rate.Equal(p.BaseRate.Add(p.Points)) {
				t.Fatalf("%+v after %s", p, before)
			}
			before = p.To
		}
		mustEqual(t, "sum of the rows", sum, total)
		if before.After(d.last) && len(a.periods) > 0 {
			t.Fatalf("the last row ends on %s", before)
		}
	})
}
