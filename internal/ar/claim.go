package ar

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Claim is what is claimed for an invoice as of a day: what is booked, and the interest that has accrued whether it is
// booked or not.
type Claim struct {
	AsOf      time.Time // the last day that counts, midnight UTC
	Currency  string
	Principal decimal.Decimal
	Costs     decimal.Decimal
	Interest  decimal.Decimal // accrued, less Settled
	Total     decimal.Decimal // the sum of the three

	Periods     []InterestPeriod // they add up to all interest that has accrued: Interest and Settled
	Booked      decimal.Decimal  // interest that was charged already; the next charge is for the rest
	Settled     decimal.Decimal  // interest that was paid, or given up as far as it has accrued
	Terms       InterestTerms
	Unconfirmed bool // a period has a rate that is not confirmed

	ahead decimal.Decimal // interest that was charged as of a later day
	kept  decimal.Decimal // interest that was charged as of any day and not given up
}

// maxYears bounds how far a claim reaches.
const maxYears = 100

// InterestBase is the day after which an invoice bears interest and is dunned: its due date, unless modifyDunning has named a
// later one. The day itself counts for the debtor (§ 187 (1) BGB by analogy), who may still pay on it.
func (inv *Invoice) InterestBase() time.Time {
	if inv.StartDunningDate != nil {
		return dayOf(*inv.StartDunningDate)
	}
	return dayOf(*inv.Due)
}

// Arose is the day the debt arose: when the goods were ordered, as far as is known, and never after they were due. It decides
// which law the interest follows.
func (inv *Invoice) Arose() time.Time {
	arose := dayOf(*inv.Issued)
	if inv.Orderdate != nil {
		arose = dayOf(*inv.Orderdate)
	}
	return earlier(arose, dayOf(*inv.Due))
}

// ClaimAsOf computes what is claimed for a committed invoice as of a day, past or future, from all that was booked on it: what
// has a later value date does not count yet. It rounds in one place, the sum of the interest.
//
// The currency changes nothing about the rate, which follows from the law of the debt and not from what it is to be paid
// in.
func (inv *Invoice) ClaimAsOf(asOf time.Time, bookings []Booking, terms InterestTerms) (*Claim, error) {
	asOf = dayOf(asOf)
	if latest := inv.InterestBase().AddDate(maxYears, 0, 0); asOf.After(latest) {
		return nil, InvalidField("asOf", "The day is more than a hundred years after the due date.", "Send a day up to "+latest.Format(time.DateOnly)+".")
	}
	charged := chargedInterest(bookings)
	kept := charged.Sub(waivedInterest(bookings))
	bookings = valuedUntil(asOf, bookings)
	accrued, err := accrue(inv.Totals.Gross, bookings, inv.InterestBase(), asOf, terms)
	if err != nil {
		return nil, err
	}
	balance, booked := BalanceOf(inv.Totals.Gross, bookings), chargedInterest(bookings)
	c := &Claim{
		AsOf: asOf, Currency: inv.Currency, Principal: balance.Principal, Costs: balance.Costs,
		Booked: booked, Settled: booked.Sub(balance.Interest), Terms: terms, Unconfirmed: !accrued.confirmed,
		ahead: charged.Sub(booked), kept: kept,
	}
	sum := accrued.round(inv.Currency)
	if beyond := waivedInterest(bookings).Sub(sum); beyond.IsPositive() { // nobody owed that, so nobody gets it back
		c.Settled = c.Settled.Sub(beyond)
	}
	c.Interest = sum.Sub(c.Settled)
	c.Total = c.Principal.Add(c.Costs).Add(c.Interest)
	c.Periods = accrued.periods
	return c, nil
}

// Uncharged is the interest that has accrued and was not charged yet. It is negative if too much was: money may be booked
// with a value date before the charge. What was given up is not taken back once more, whether it had accrued or not. What was
// charged as of a later day is not charged again: a run that ends after midnight is of the day before, and a payment of the new
// day has been charged more.
func (c *Claim) Uncharged() decimal.Decimal {
	more := c.Interest.Add(c.Settled).Sub(c.Booked)
	if more.IsPositive() && c.ahead.IsPositive() {
		more = decimal.Max(decimal.Zero, more.Sub(c.ahead))
	}
	return decimal.Max(more, c.kept.Neg())
}

// valuedUntil are the bookings that count on a day, ordered by value date.
func valuedUntil(day time.Time, bookings []Booking) []Booking {
	valued := slices.DeleteFunc(slices.Clone(bookings), func(b Booking) bool { return dayOf(b.Valuedate).After(day) })
	slices.SortStableFunc(valued, func(a, b Booking) int { return dayOf(a.Valuedate).Compare(dayOf(b.Valuedate)) })
	return valued
}

// chargedInterest is the interest that was charged, less what of the charges was taken back. A payment that was taken back
// is no charge.
func chargedInterest(bookings []Booking) decimal.Decimal {
	sum, charges := decimal.Zero, map[string]bool{}
	for _, b := range bookings {
		if b.Kind == BookInterest {
			charges[b.ID] = true
			sum = sum.Add(b.Amount)
		}
	}
	for _, b := range bookings {
		if b.Reverses != nil && charges[*b.Reverses] {
			sum = sum.Add(b.Amount)
		}
	}
	return sum
}

// waivedInterest is the interest that was given up, less what of it was taken back.
func waivedInterest(bookings []Booking) decimal.Decimal {
	sum := decimal.Zero
	for _, b := range standing(bookings) {
		if b.Kind == BookWaiver && b.part() == PartInterest {
			sum = sum.Sub(b.Amount)
		}
	}
	return sum
}
