package impl

import (
	"github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

func fromHold(m model.DunningHoldCreate) ar.Hold {
	h := ar.Hold{
		Invoice:  or(m.Invoice, ""),
		Identity: or(m.Identity, ""),
		Kind:     ar.HoldKind(m.Kind),
		Reason:   m.Reason,
		From:     or(m.From, types.Date{}).Time,
	}
	if m.Amount != nil {
		h.Amount = &m.Amount.Decimal
	}
	if m.Until != nil {
		h.Until = &m.Until.Time
	}
	return h
}

func toHold(h ar.Hold) model.DunningHold {
	hold := model.DunningHold{
		ID:       h.ID,
		Invoice:  some(h.Invoice),
		Identity: some(h.Identity),
		Kind:     model.DunningHoldKind(h.Kind),
		Reason:   h.Reason,
		From:     types.Date{Time: h.From},
		Until:    toDay(h.Until),
		Lifted:   toTime(h.Lifted),
		Created:  scalar.NewTime(h.Created),
	}
	if h.Amount != nil {
		amount := toAmount(*h.Amount, h.Currency)
		hold.Amount = &amount
	}
	return hold
}

func fromHoldsParams(p model.ListDunningHoldsParams) store.HoldFilter {
	return store.HoldFilter{
		Invoice:  or(p.Invoice, ""),
		Identity: or(p.Identity, ""),
		Active:   p.Active,
		Limit:    ceiling(p.Limit),
		Offset:   or(p.Offset, 0),
	}
}
