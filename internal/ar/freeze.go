package ar

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Freeze says when money that comes in late is charged the interest that has accrued until then. Interest that is not booked
// cannot be paid, so without the charge a payment that does not suffice would lower the principal instead, which § 367 (1) BGB
// has come last.
type Freeze string

const (
	// FreezeDunned charges once dunning has reached a level that charges interest. Nobody who is two days late and was never
	// reminded is left owing six cents.
	FreezeDunned Freeze = "dunned"
	FreezeAlways Freeze = "always" // charges whoever pays late
	FreezeNever  Freeze = "never"  // leaves it to notices
)

var freezes = []Freeze{FreezeDunned, FreezeAlways, FreezeNever}

// Arrears is what decides about interest when money comes in for an invoice.
type Arrears struct {
	Today    time.Time // for money that counts from a later day: until then nothing has accrued yet
	Debtor   IdentityKind
	Settings Settings
	Cycle    *DunningCycle // that the invoice is in; nil if there is none
	Notices  []Notice      // all that were issued for it
}

// InterestMatters tells whether a payment of a value date may have to do with interest: it is late, or interest was charged
// for days after it. Without, nobody needs to gather Arrears.
func (inv *Invoice) InterestMatters(valuedate time.Time, bookings []Booking) bool {
	return dayOf(valuedate).After(inv.InterestBase()) || !lastCharge(bookings).IsZero()
}

// Receive gives the bookings by which an amount of a transaction pays an invoice, as Balance.Pay does, after those that bring
// the interest up to its value date: a charge of what has accrued, or the reversal of what was charged for days on which the
// money was there already.
//
// Nothing is charged while a notice stands: whoever pays what it asks for by the day it gives has paid, in how many transfers
// ever. What accrues meanwhile is owed only if they do not, and is charged by the next notice or frozen by the next payment.
//
// Money is booked whatever happens: interest that cannot be computed, because a rate is not known, is not charged.
func (inv *Invoice) Receive(t *Transaction, amount decimal.Decimal, bookings []Booking, a Arrears) []Booking {
	balance := BalanceOf(inv.Totals.Gross, bookings)
	if !amount.IsPositive() || !balance.Unpaid.IsPositive() {
		return nil
	}
	terms, err := a.Settings.InterestTerms(a.Debtor, inv.Arose())
	if err != nil {
		return balance.Pay(t, amount)
	}
	before := inv.overcharge(t, amount, bookings, terms)
	if a.claims(dayOf(t.Valuedate), bookings) && balance.Principal.IsPositive() {
		before = append(before, inv.accrued(earlier(dayOf(t.Valuedate), dayOf(a.Today)), bookings, terms)...)
	}
	paid := BalanceOf(inv.Totals.Gross, slices.Concat(bookings, before)).Pay(t, amount)
	return append(before, paid...)
}

// claims tells whether interest that has accrued until a day is claimed of money that came in on it.
func (a Arrears) claims(day time.Time, bookings []Booking) bool {
	stands := func(n Notice) bool { return !day.Before(dayOf(n.Issued)) && !day.After(dayOf(n.PayBy)) }
	if slices.ContainsFunc(a.Notices, stands) {
		return false
	}
	switch a.Settings.Interest.Freeze {
	case FreezeAlways:
		return true
	case FreezeNever:
		return false
	}
	return !lastCharge(bookings).IsZero() || a.levelClaims()
}

// levelClaims tells whether dunning has reached a level that charges interest. That of the last notice counts as well: the
// cycle is only begun by hand.
func (a Arrears) levelClaims() bool {
	procedure, level := a.Settings.Procedure(), 0
	if a.Cycle != nil {
		level = a.Cycle.Level
		if a.Cycle.Procedure != nil {
			procedure = *a.Cycle.Procedure
		}
	}
	for _, n := range a.Notices {
		if (a.Cycle == nil || n.Cycle == a.Cycle.Number) && n.Level > level {
			procedure, level = n.Procedure, n.Level
		}
	}
	return slices.ContainsFunc(procedure.Levels[:min(level, len(procedure.Levels))], func(l ProcedureLevel) bool { return l.Interest })
}

// accrued charges the interest that has accrued until a day, less all that was charged, also for later days.
func (inv *Invoice) accrued(day time.Time, bookings []Booking, terms InterestTerms) []Booking {
	claim, err := inv.ClaimAsOf(day, bookings, terms)
	if err != nil {
		return nil
	}
	amount := claim.Interest.Add(claim.Settled).Sub(chargedInterest(bookings))
	if !amount.IsPositive() {
		return nil
	}
	return chargeInterest(bookings, amount, day)
}

// overcharge takes back what of the charged interest is for days on which the money of a payment was there already, as far as
// it is open. It counts from the day of the last charge.
//
// The less interest there is, the more of the payment lowers the principal, and the less interest that bears: so it is
// computed again until nothing changes, after two or three of a few rounds.
func (inv *Invoice) overcharge(t *Transaction, amount decimal.Decimal, bookings []Booking, terms InterestTerms) (back []Booking) {
	last := lastCharge(bookings)
	if !dayOf(t.Valuedate).Before(last) {
		return nil
	}
	open := BalanceOf(inv.Totals.Gross, bookings).Interest
	taken := decimal.Zero
	for range 10 {
		trial := slices.Concat(bookings, back)
		trial = append(trial, BalanceOf(inv.Totals.Gross, trial).Pay(t, amount)...)
		claim, err := inv.ClaimAsOf(last, trial, terms)
		if err != nil {
			return back
		}
		more := decimal.Min(open, taken.Sub(claim.Uncharged()))
		if !more.GreaterThan(taken) {
			return back
		}
		taken, back = more, chargeInterest(bookings, more.Neg(), last)
	}
	return back
}

// lastCharge is the last day for which interest was charged and not taken back; zero if none was.
func lastCharge(bookings []Booking) (last time.Time) {
	for _, b := range standing(bookings) {
		if b.Kind == BookInterest {
			last = later(last, dayOf(b.Valuedate))
		}
	}
	return last
}
