package ar

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// guard stands before every step. It has one of three: it is shut, for a reason that does not pass by waiting; it opens on a
// day; or it is held shut on some days and not on others.
type guard struct {
	name   string
	blocks bool                                // what it holds back is shown among the blocks, also when no step is due
	shut   func(DunningCase) string            // why, and empty if it is not
	opens  func(DunningCase) time.Time         // zero: always; asked only if there is a next level, unless it blocks
	held   func(DunningCase, time.Time) string // why it is shut on a day, and empty if it is not; changes with the holds only
}

// guards is the whole of what holds a step back, in the order reasons are given. Two more need no row: a level is never
// skipped (G8), because NextStep knows only the one that follows; and a case keeps its procedure (G9), because it is kept
// with its cycle.
var guards = []guard{
	{name: "G1", shut: notOpen},
	{name: "G1", shut: handedOver},
	{name: "G1", shut: noHigherLevel},
	{name: "G2", opens: afterGrace},
	{name: "G3", opens: afterInterval},
	{name: "G4", shut: tooLittle},
	{name: "G4", held: tooLittleUndisputed},
	{name: "G5", blocks: true, shut: disabledForInvoice},
	{name: "G5", blocks: true, shut: disabledForDebtor},
	{name: "G5", blocks: true, opens: delayed},
	{name: "G5", held: heldBack},
	{name: "G6", blocks: true, shut: hasCredit},
	{name: "G7", blocks: true, shut: notReached},
}

// notOpen gives the words of the table of states.
func notOpen(c DunningCase) string {
	if r := rules[ModifyDunning][c.Phase]; r != nil {
		return r.reason
	}
	return ""
}

func noHigherLevel(c DunningCase) string {
	if c.hasNext() {
		return ""
	}
	return "The last level of the procedure is reached."
}

// periodOf names the custom period before each level. Before the fifth there is none; COLLECTION comes after it.
var periodOf = [MaxLevel]string{"REMINDER", "DUNNING1", "DUNNING2", "DUNNING3"}

// afterGrace is the day after the grace period, which begins with the base date, or with the day the last notice asks to be
// paid by. A custom period begins where that notice was issued instead, and what it has asked for is still waited for.
// A payment that went back since lets both begin anew.
func afterGrace(c DunningCase) time.Time {
	from, waited := c.Base, c.Base
	if c.Last != nil {
		from, waited = c.Last.Issued, later(c.Base, c.Last.PayBy)
	}
	from, waited = later(from, c.Returned), later(waited, c.Returned)
	if days, custom := c.period(); custom {
		return later(from.AddDate(0, 0, days), nextDay(waited))
	}
	return nextDay(waited.AddDate(0, 0, c.next().Grace))
}

// period is the custom one before the next step. Those of a case belong together, so the customer's count only for an
// invoice that has none.
func (c DunningCase) period() (days int, custom bool) {
	periods := c.OfInvoice.CustomPeriods
	if len(periods) == 0 {
		periods = c.OfDebtor.CustomPeriods
	}
	days, custom = periods[periodOf[c.Level]]
	return days, custom
}

func afterInterval(c DunningCase) time.Time {
	if c.Last == nil {
		return time.Time{}
	}
	return c.Last.Issued.AddDate(0, 0, c.next().Interval)
}

// tooLittle looks at principal only: nobody is dunned for the cost of being dunned.
func tooLittle(c DunningCase) string {
	switch {
	case c.Phase != Open || !c.hasNext() || c.enough(c.Principal):
		return ""
	case !c.Principal.IsPositive():
		return "No principal is open."
	}
	return "The open principal of " + money.Format(c.Principal, c.Currency) + " " + c.Currency + " is less than the " +
		money.Format(c.next().MinAmount, c.Currency) + " that are dunned at this level."
}

// enough tells whether so much principal is dunned at the next level.
func (c DunningCase) enough(principal decimal.Decimal) bool {
	return principal.IsPositive() && (c.next().Always || c.Currency != c.Procedure.Currency || principal.GreaterThanOrEqual(c.next().MinAmount))
}

func disabledForInvoice(c DunningCase) string {
	if c.OfInvoice.Disabled {
		return "Dunning is disabled for the invoice."
	}
	return ""
}

func disabledForDebtor(c DunningCase) string {
	if c.OfDebtor.Disabled {
		return "Dunning is disabled for the customer."
	}
	return ""
}

// delayed is the later of what is wished for the invoice and for the customer.
func delayed(c DunningCase) time.Time {
	until, _ := time.Parse(time.DateOnly, max(c.OfInvoice.DelayedUntil, c.OfDebtor.DelayedUntil)) // zero without a date
	return until
}

// blocked is what the guards that block say on a day.
func (c DunningCase) blocked(day time.Time) (all []Obstacle) {
	for _, g := range guards {
		switch {
		case !g.blocks:
		case g.shut != nil:
			if text := g.shut(c); text != "" {
				all = append(all, Obstacle{g.name, text})
			}
		case g.opens(c).After(dayOf(day)):
			all = append(all, Obstacle{g.name, "Dunning is delayed until " + g.opens(c).Format(time.DateOnly) + "."})
		}
	}
	return all
}

// Withheld says why a notice of the case must not leave on a day, and is empty if it may. Whether the last mail has arrived (G7) is
// no reason: that may be the notice's own, which is tried again.
func (c DunningCase) Withheld(n *Notice, day time.Time) string {
	for _, o := range c.blocked(day) {
		if o.Guard != "G7" {
			return o.Text
		}
	}
	if Disputed(c.Holds, day).GreaterThan(n.Disputed) {
		return "The notice asks for what is disputed since."
	}
	return HeldBack(c.Holds, day)
}

// hasCredit finds money or credit notes of the customer's that nobody has set off: perhaps the debt is paid.
func hasCredit(c DunningCase) string {
	enough := c.Principal.Mul(c.Procedure.CreditPercent)
	if c.Procedure.IgnoreCredit || !c.Credit.IsPositive() || c.Credit.Mul(hundred).LessThan(enough) {
		return ""
	}
	return "The customer has a credit of " + money.Format(c.Credit, c.Currency) + " " + c.Currency + " that is not set off."
}

// notReached finds a debtor who may not have got what was sent last.
func notReached(c DunningCase) string {
	switch c.LastMail {
	case DeliveryRejected:
		return "The last mail about the invoice did not arrive."
	case DeliveryUnknown:
		return "Nobody knows whether the last mail about the invoice arrived."
	}
	return ""
}
