package app

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
)

// modelProcedures are those that merchants have: the default, one that is slow and lenient, and one that is short.
var modelProcedures = map[string]*modelProcedure{
	"default": {creditPercent: 10, levels: []modelLevel{
		{grace: 3, payBy: 7},
		{grace: 3, payBy: 7, lumpsum: true, interest: true},
		{grace: 3, payBy: 7, fee: 250, interest: true},
		{grace: 3, payBy: 7, fee: 250, interest: true},
		{grace: 3, payBy: 5, fee: 250, interest: true},
	}},
	"slow": {creditPercent: 50, levels: []modelLevel{
		{payBy: 3, interval: 30, least: 2000},
		{grace: 5, payBy: 10, interval: 21, least: 5000, fee: 500, free: true, interest: true},
		{grace: 1, payBy: 4, interval: 14, least: 9000, always: true, letter: true, lumpsum: true},
	}},
	"short": {ignoreCredit: true, levels: []modelLevel{
		{grace: 1, payBy: 1, interest: true, lumpsum: true},
		{payBy: 14, fee: 1000, interest: true, letter: true},
	}},
}

func drawProcedure(t *rapid.T) *modelProcedure {
	return modelProcedures[rapid.SampledFrom(slices.Sorted(maps.Keys(modelProcedures))).Draw(t, "procedure")]
}

func drawSettings(t *rapid.T) modelSettings {
	s := modelSettings{
		tolerance:        rapid.SampledFrom([]cents{0, 50, 100}).Draw(t, "tolerance"),
		tolerancePercent: rapid.SampledFrom([]cents{0, 1, 5}).Draw(t, "tolerance percent"),
		freeze:           rapid.SampledFrom([]string{"dunned", "always", "never"}).Draw(t, "freeze"),
		dayCount:         rapid.SampledFrom([]string{"act/365", "act/act", "30/360"}).Draw(t, "day count"),
		procedure:        drawProcedure(t),
	}
	if rapid.Bool().Draw(t, "collected") {
		s.collection = &modelCollection{after: rapid.IntRange(0, 5).Draw(t, "after"), least: 3000}
	}
	return s
}

// ar are the settings as the merchant sends them.
func (s modelSettings) ar() ar.Settings {
	settings := ar.Settings{
		Tolerance: ar.Tolerance{Absolute: s.tolerance.decimal(), Percent: decimal.NewFromInt(int64(s.tolerancePercent))},
		Interest:  ar.InterestSettings{Freeze: ar.Freeze(s.freeze), DayCount: ar.DayCount(s.dayCount)},
	}
	if s.procedure != modelProcedures["default"] {
		settings.Dunning = s.procedure.ar()
	}
	if c := s.collection; c != nil {
		settings.Collection = &ar.CollectionSettings{Folder: "collection", After: c.after, MinAmount: c.least.decimal()}
	}
	return settings
}

func (p *modelProcedure) ar() *ar.Procedure {
	procedure := &ar.Procedure{Currency: "EUR", IgnoreCredit: p.ignoreCredit, CreditPercent: decimal.NewFromInt(int64(p.creditPercent)), CostBasis: "Postage."}
	for _, l := range p.levels {
		level := ar.ProcedureLevel{Grace: l.grace, PayBy: l.payBy, Interval: l.interval, MinAmount: l.least.decimal(), Always: l.always, Lumpsum: l.lumpsum, Interest: l.interest}
		if l.letter {
			level.DeliveryKind = ar.DeliverLetter
		}
		if l.fee > 0 {
			level.Fee = map[ar.IdentityKind]decimal.Decimal{ar.Incorporate: l.fee.decimal()}
			if !l.free {
				level.Fee[ar.Individual] = l.fee.decimal()
			}
		}
		procedure.Levels = append(procedure.Levels, level)
	}
	return procedure
}

// ar is a wish as it is sent: all of it.
func (w modelWish) ar() ar.DunningChange {
	c := ar.DunningChange{Clear: true, Disabled: ar.Set(w.disabled)}
	if w.until != 0 {
		c.DelayedUntil = ar.Set(w.until.String())
	}
	if w.letter {
		c.DeliveryKind = ar.Set(ar.DeliverLetter)
	}
	if len(w.periods) > 0 {
		c.CustomPeriods = ar.Set(w.periods)
	}
	return c
}
