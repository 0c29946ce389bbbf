package ar

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// InterestPeriod is a run of days with one rate on one principal.
type InterestPeriod struct {
	From, To  time.Time // the first and the last day that bear interest, midnight UTC
	Days      int       // as the day count counts them
	Principal decimal.Decimal
	BaseRate  decimal.Decimal // percent; 0 where the rate is fixed
	Points    decimal.Decimal
	Rate      decimal.Decimal // BaseRate + Points
	Amount    decimal.Decimal // rounded so that the periods add up to the rounded interest
}

// accrual is the interest of a span of days, not rounded: each period has borne its share divided by the denominator.
type accrual struct {
	periods     []InterestPeriod // without Amount
	shares      []decimal.Decimal
	denominator decimal.Decimal
	confirmed   bool // every rate in it is
}

// accrue computes what a principal bears from the day after the base to the last day, both inclusive. The principal is what
// remains of it after what was booked on it with a value date before the day, so that the day money came in still bears
// interest on it. The bookings are ordered by value date. Nothing bears interest but principal: not fees, and not interest
// (§ 289 BGB).
func accrue(principal decimal.Decimal, bookings []Booking, base, last time.Time, terms InterestTerms) (accrual, error) {
	a := accrual{denominator: hundred.Mul(decimal.NewFromInt(terms.DayCount.common())), confirmed: true}
	for from := nextDay(base); !from.After(last); {
		due := slices.IndexFunc(bookings, func(b Booking) bool { return !dayOf(b.Valuedate).Before(from) })
		if due < 0 {
			due = len(bookings)
		}
		principal = BalanceOf(principal, bookings[:due]).Principal
		bookings = bookings[due:]
		to := endOfHalfYear(from)
		if len(bookings) > 0 {
			to = earlier(to, dayOf(bookings[0].Valuedate))
		}
		to = earlier(to, last)
		if principal.IsPositive() {
			if err := a.add(from, to, principal, terms); err != nil {
				return a, err
			}
		}
		from = nextDay(to)
	}
	a.share(terms.DayCount)
	return a, nil
}

// add adds days of one reference rate, to the last period if nothing has changed since.
func (a *accrual) add(from, to time.Time, principal decimal.Decimal, terms InterestTerms) error {
	r, err := terms.on(from)
	if err != nil {
		return err
	}
	a.confirmed = a.confirmed && r.confirmed
	if n := len(a.periods); n > 0 {
		last := &a.periods[n-1]
		// A period is in years of one length, so that a reader can compute it from what it says.
		if nextDay(last.To).Equal(from) && last.Principal.Equal(principal) && last.BaseRate.Equal(r.percent) && terms.DayCount.year(last.To) == terms.DayCount.year(from) {
			last.To = to
			return nil
		}
	}
	a.periods = append(a.periods, InterestPeriod{From: from, To: to, Principal: principal, BaseRate: r.percent, Points: terms.points, Rate: r.percent.Add(terms.points)})
	return nil
}

// share computes what each period bears. One without days, the 31st of a month of 30 days, is left out.
func (a *accrual) share(d DayCount) {
	a.periods = slices.DeleteFunc(a.periods, func(p InterestPeriod) bool { return d.days(p.From, p.To) == 0 })
	a.shares = make([]decimal.Decimal, len(a.periods))
	for i := range a.periods {
		p := &a.periods[i]
		p.Days = d.days(p.From, p.To)
		a.shares[i] = p.Principal.Mul(p.Rate).Mul(decimal.NewFromInt(int64(p.Days) * (d.common() / d.year(p.From))))
	}
}

// round rounds the interest, once and half away from zero, and distributes it over the periods.
func (a *accrual) round(currency string) decimal.Decimal {
	sum := decimal.Zero
	for _, s := range a.shares {
		sum = sum.Add(s)
	}
	total := sum.DivRound(a.denominator, money.Digits(currency))
	for i, amount := range money.Distribute(total, a.shares, a.denominator, currency) {
		a.periods[i].Amount = amount
	}
	return total
}

// endOfHalfYear is 30 June or 31 December.
func endOfHalfYear(day time.Time) time.Time {
	if day.Month() < time.July {
		return time.Date(day.Year(), time.June, 30, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(day.Year(), time.December, 31, 0, 0, 0, 0, time.UTC)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
