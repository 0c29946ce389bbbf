package ar

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// never is a day on which every hold has begun, and all have ended that have an end.
var never = lastDay.AddDate(0, 0, 1)

// opens is the first day from today on that no guard is waited for, and never if one is held shut for good.
func (c DunningCase) opens(today time.Time) time.Time {
	date := today
	for _, g := range guards {
		if g.opens != nil && c.Phase == Open && c.hasNext() {
			date = later(date, g.opens(c))
		}
	}
	return c.firstFree(date, func(day time.Time) bool {
		return !slices.ContainsFunc(guards, func(g guard) bool { return g.held != nil && g.held(c, day) != "" })
	})
}

// firstFree is the first day from a date on that is free of holds, and never if none is. Between the days on which holds end, days
// only cease to be free. So it is that date, or the day after the end of a hold.
func (c DunningCase) firstFree(date time.Time, free func(time.Time) bool) time.Time {
	days := []time.Time{date}
	for _, h := range c.Holds {
		if h.Until != nil && !h.Until.Before(date) {
			days = append(days, nextDay(*h.Until))
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	for _, day := range days {
		if free(day) {
			return day
		}
	}
	return later(date, never)
}

// obstacles are why there is no step on a day that opens.
func (c DunningCase) obstacles(day time.Time) (all []Obstacle) {
	for _, g := range guards {
		text := ""
		switch {
		case g.shut != nil:
			text = g.shut(c)
		case g.held != nil:
			text = g.held(c, day)
		}
		if text != "" {
			all = append(all, Obstacle{g.name, text})
		}
	}
	return all
}

// Undisputed is what of the open principal nobody disputes on a day: what is dunned. What has come in is for what is not disputed,
// so a part that is disputed is disputed until somebody agrees, or pays all.
func (c DunningCase) Undisputed(day time.Time) decimal.Decimal {
	if !c.Principal.IsPositive() {
		return c.Principal
	}
	return decimal.Max(decimal.Zero, c.Principal.Sub(Disputed(c.Holds, day)))
}

// Contested is what of the open principal is disputed on a day, and not asked for.
func (c DunningCase) Contested(day time.Time) decimal.Decimal {
	return c.Principal.Sub(c.Undisputed(day))
}

// tooLittleUndisputed is tooLittle for what is left beside disputes of parts.
func tooLittleUndisputed(c DunningCase, day time.Time) string {
	undisputed := c.Undisputed(day)
	switch {
	case c.Phase != Open || !c.hasNext() || undisputed.Equal(c.Principal) || !c.enough(c.Principal) || c.enough(undisputed):
		return ""
	case !undisputed.IsPositive():
		return "All principal that is open is disputed."
	}
	return "Of the open principal " + money.Format(undisputed, c.Currency) + " " + c.Currency + " are not disputed, less than the " +
		money.Format(c.next().MinAmount, c.Currency) + " that are dunned at this level."
}

func heldBack(c DunningCase, day time.Time) string { return HeldBack(c.Holds, day) }

// anyHold keeps a case from collection on a day, be it the dispute of a part only: what is handed over is said to be undisputed.
func (c DunningCase) anyHold(day time.Time) string {
	for _, h := range c.Holds {
		if h.Stands(day) {
			return h.text()
		}
	}
	return ""
}
