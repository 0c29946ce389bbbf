package impl

import (
	"fmt"
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

func toDunningCase(d *app.Dunning) (model.DunningCase, error) {
	currency := d.Invoice.Currency
	cycles := convertAll(d.Cycles, toDunningCycle)
	slices.Reverse(cycles)
	notices := convertAll(d.Notices, func(n ar.Notice) model.DunningNotice { return toDunningNotice(n, currency) })
	slices.Reverse(notices)
	handover, err := toHandover(d.Handover)
	return model.DunningCase{
		Invoice:          d.Invoice.Reference,
		Currency:         currency,
		Level:            d.Invoice.Dunninglevel,
		StartDunningDate: toDay(d.Invoice.StartDunningDate),
		Notices:          notices,
		Cycles:           &cycles,
		Holds:            convertAll(d.Holds, toHold),
		Blocks:           append([]string{}, d.Blocks...),
		Next:             toDunningStep(d.Next, currency),
		Reason:           some(d.Reason),
		Handover:         handover,
	}, err
}

func toDunningNotice(n ar.Notice, currency string) model.DunningNotice {
	return model.DunningNotice{
		Cycle:         int(n.Cycle),
		Level:         n.Level,
		Issued:        types.Date{Time: n.Issued},
		PayBy:         types.Date{Time: n.PayBy},
		Asked:         toAmount(n.Asked(), currency),
		Fee:           toAmount(n.Fee, currency),
		Lumpsum:       toAmount(n.Lumpsum, currency),
		Interest:      toAmount(n.Interest, currency),
		DeliveryKind:  model.DunningNoticeDeliveryKind(n.DeliveryKind),
		Run:           strconv.FormatInt(n.Run, 10),
		Job:           strconv.FormatInt(n.Job, 10),
		Communication: some(n.Communication),
	}
}

// toHandover fails if what was claimed is no amount.
func toHandover(h *ar.Handover) (*model.DunningHandover, error) {
	if h == nil {
		return nil, nil
	}
	handover := &model.DunningHandover{
		Date:          types.Date{Time: h.Day},
		Target:        some(model.DunningHandoverTarget(h.Collector.Channel)),
		Run:           some(strconv.FormatInt(h.Run, 10)),
		Job:           some(strconv.FormatInt(h.Job, 10)),
		Communication: some(h.Communication),
	}
	if err := handover.Total.UnmarshalText([]byte(h.Claim.Total)); err != nil {
		return nil, fmt.Errorf("what was claimed of invoice %s: %w", h.InvoiceID, err)
	}
	return handover, nil
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
