package impl

import (
	"github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/ar"
)

func toClaim(c *ar.Claim) model.Claim {
	booked, settled := toAmount(c.Booked, c.Currency), toAmount(c.Settled, c.Currency)
	return model.Claim{
		AsOf:            types.Date{Time: c.AsOf},
		Currency:        c.Currency,
		Principal:       toAmount(c.Principal, c.Currency),
		Costs:           toAmount(c.Costs, c.Currency),
		Interest:        toAmount(c.Interest, c.Currency),
		Total:           toAmount(c.Total, c.Currency),
		InterestBooked:  &booked,
		InterestSettled: &settled,
		Periods:         convertAll(c.Periods, func(p ar.InterestPeriod) model.ClaimPeriod { return toClaimPeriod(p, c.Currency) }),
		Basis:           c.Terms.Basis,
		DayCount:        model.ClaimDayCount(c.Terms.DayCount),
		RateUnconfirmed: c.Unconfirmed,
	}
}

func toClaimPeriod(p ar.InterestPeriod, currency string) model.ClaimPeriod {
	return model.ClaimPeriod{
		From:      types.Date{Time: p.From},
		To:        types.Date{Time: p.To},
		Days:      p.Days,
		Principal: toAmount(p.Principal, currency),
		BaseRate:  toNumber(p.BaseRate),
		Points:    toNumber(p.Points),
		Rate:      toNumber(p.Rate),
		Amount:    toAmount(p.Amount, currency),
	}
}
