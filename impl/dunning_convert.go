package impl

import (
	"slices"
	"strconv"
	"time"

	"github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
)

func fromDunningModification(m model.DunningModification) ar.DunningModification {
	to := ar.DunningModification{Level: m.Dunninglevel}
	if m.StartDunningDate != nil {
		to.Start = &m.StartDunningDate.Time
	}
	return to
}

func toDunningCase(d *app.Dunning) model.DunningCase {
	cycles := convertAll(d.Cycles, toDunningCycle)
	slices.Reverse(cycles)
	return model.DunningCase{
		Invoice:          d.Invoice.Reference,
		Level:            d.Invoice.Dunninglevel,
		StartDunningDate: toDay(d.Invoice.StartDunningDate),
		Currency:         d.Invoice.Currency,
		Notices:          []model.DunningNotice{},
		Holds:            []model.DunningHold{},
		Cycles:           &cycles,
		Blocks:           append([]string{}, d.Blocks...),
		Next:             toDunningStep(d.Next, d.Invoice.Currency),
		Reason:           some(d.Reason),
	}
}

func toDunningCycle(c ar.DunningCycle) model.DunningCycle {
	return model.DunningCycle{
		Cycle:            int(c.Number),
		Level:            c.Level,
		StartDunningDate: toDay(c.Start),
		Created:          scalar.NewTime(c.Created),
		Actor:            c.Actor,
		Job:              strconv.FormatInt(c.Event, 10),
	}
}

func toDunningStep(s *ar.DunningStep, currency string) *model.DunningStep {
	if s == nil {
		return nil
	}
	lumpsum, interest, kind := toAmount(s.Lumpsum, currency), toAmount(s.Interest, currency), model.DunningStepDeliveryKind(s.DeliveryKind)
	return &model.DunningStep{
		Level:        s.Level,
		Date:         types.Date{Time: s.Date},
		Fee:          toAmount(s.Fee, currency),
		Lumpsum:      &lumpsum,
		Interest:     &interest,
		DeliveryKind: &kind,
	}
}

func toDay(day *time.Time) *types.Date {
	if day == nil {
		return nil
	}
	return &types.Date{Time: *day}
}
