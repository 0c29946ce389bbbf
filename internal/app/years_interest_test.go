package app

import "sort"

// forever is a day on which everything that was booked counts.
const forever date = 1 << 30

// modelRates are § 247 BGB, in hundredths of a percent, from the first day of a half-year on.
var modelRates = []struct {
	from    string
	percent int64
}{
	{"2023-07-01", 312}, {"2024-01-01", 362}, {"2024-07-01", 337}, {"2025-01-01", 227}, {"2025-07-01", 127}, {"2026-07-01", 152},
}

// rate is what a debt bears on a day, in hundredths of a percent: five points above the base rate, and nine among businesses.
func (i *modelInvoice) rate(day date) (percent int64) {
	for _, r := range modelRates {
		if day >= dateOf(midnight(r.from)) {
			percent = r.percent
		}
	}
	if i.customer.business {
		return percent + 900
	}
	return percent + 500
}

// dayWeight is what a day is of 365 years of 366 days, by 30/360 of one of 360 days of 365 times 366.
func dayWeight(dayCount string, day date) int64 {
	t := day.time()
	switch year := int64(366); {
	case dayCount == "30/360":
		before := (day - 1).time()
		return int64(min(t.Day(), 30)-min(before.Day(), 30)+30*(int(t.Month())-int(before.Month()))+360*(t.Year()-before.Year())) * 365 * 366
	case dayCount == "act/act" && t.Year()%4 == 0: // none of the years in question is a century
		return 360 * 365
	default:
		return 360 * year
	}
}

// base is the day after which interest runs.
func (i *modelInvoice) base() date {
	if i.start != 0 {
		return i.start
	}
	return i.due
}

// accrued is all interest until a day, day by day on the principal that was open when the day began, and rounded once.
func (y *modelYear) accrued(i *modelInvoice, until date) cents {
	sum := int64(0)
	for day := i.base() + 1; day <= until; day++ {
		open := i.total
		for _, e := range i.entries {
			if e.part == principal && e.value < day {
				open += e.amount
			}
		}
		if open > 0 {
			sum += int64(open) * i.rate(day) * dayWeight(y.settings.dayCount, day)
		}
	}
	const one = 10000 * 360 * 365 * 366
	return cents((sum + one/2) / one)
}

// charged is the interest that was charged with a value date until a day, less what of it was taken back.
func (i *modelInvoice) charged(until date) (sum cents) {
	for _, e := range i.entries {
		charge := e.kind == interest || e.undoes > 0 && i.entries[e.undoes-1].kind == interest
		if charge && e.value <= until {
			sum += e.amount
		}
	}
	return sum
}

// waived is the interest that was given up with a value date until a day, less what of it was taken back.
func (i *modelInvoice) waived(until date) (sum cents) {
	for _, e := range i.entries {
		waiver := e.kind == "waiver" || e.undoes > 0 && i.entries[e.undoes-1].kind == "waiver"
		if waiver && e.part == interest && e.value <= until {
			sum -= e.amount
		}
	}
	return sum
}

// uncharged is the interest that the next charge is of. Less than nothing is taken back of what was not given up: of a charge that
// was given up as a whole, nothing is.
func (y *modelYear) uncharged(i *modelInvoice, day date) cents {
	stands := i.charged(forever) - i.waived(forever)
	return max(y.accrued(i, day)-i.charged(day), -stands)
}

// interestClaimed is what has accrued and was not given up, less what was paid of it.
func (y *modelYear) interestClaimed(i *modelInvoice, day date) cents {
	paid := i.charged(day) - i.waived(day) - i.claimed(interest, day)
	return max(0, y.accrued(i, day)-i.waived(day)) - paid
}

// lastCharge is the last day of interest that was charged and not taken back.
func (i *modelInvoice) lastCharge() (last date) {
	for _, n := range i.backwards(interest) {
		last = max(last, i.entries[n-1].value)
	}
	return last
}

// charge changes what was charged. Less is charged by taking the latest charges back and charging the rest of them anew.
func (i *modelInvoice) charge(amount cents, day date) {
	for _, n := range i.backwards(interest) {
		if amount < 0 {
			amount += i.entries[n-1].amount
			i.book(modelEntry{kind: reversal, part: interest, amount: -i.entries[n-1].amount, value: day, undoes: n})
		}
	}
	if amount > 0 {
		i.book(modelEntry{kind: interest, part: interest, amount: amount, value: day})
	}
}

// overcharged is what of the charged and open interest is for days on which money was there already: the least that leaves nothing too
// much, because what is not interest lowers the principal and so bears less.
func (y *modelYear) overcharged(i *modelInvoice, m *modelMovement, amount cents, last date) cents {
	open, charged := max(0, i.open(interest)), i.charged(last)
	least := sort.Search(int(open), func(back int) bool {
		trial := &modelInvoice{total: i.total, due: i.due, start: i.start, customer: i.customer, entries: append([]modelEntry(nil), i.entries...)}
		trial.charge(-cents(back), last)
		trial.allocate(m, amount)
		return charged-y.accrued(trial, last) <= cents(back)
	})
	return cents(least)
}

// claims tells whether money that is late is charged what has accrued until its day: not while a notice stands; else once dunning
// charges interest, or always, or never.
func (y *modelYear) claims(i *modelInvoice, day date) bool {
	for _, n := range i.notices {
		if n.issued <= day && day <= n.payBy {
			return false
		}
	}
	switch y.settings.freeze {
	case "always":
		return true
	case "never":
		return false
	}
	dunned := i.lastCharge() != 0
	for level := 0; i.procedure != nil && level < min(i.level, len(i.procedure.levels)); level++ {
		dunned = dunned || i.procedure.levels[level].interest
	}
	return dunned
}
