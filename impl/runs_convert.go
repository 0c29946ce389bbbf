package impl

import (
	"fmt"
	"strconv"

	"github.com/oapi-codegen/runtime/types"

	"github.com/dunwell/dunwell/api/scalar"
	"github.com/dunwell/dunwell/gen/model"
	"github.com/dunwell/dunwell/internal/app"
	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

func fromRun(m model.DunningRunCreate) ar.Run {
	return ar.Run{
		Day:      or(m.AsOf, types.Date{}).Time,
		DryRun:   or(m.DryRun, false),
		Expected: or(m.Hash, ""),
		Invoices: or(m.Invoices, nil),
	}
}

func fromRunsParams(p model.ListDunningRunsParams) store.RunFilter {
	return store.RunFilter{DryRun: p.DryRun, Limit: ceiling(p.Limit), Offset: or(p.Offset, 0)}
}

func toRun(r ar.Run) model.DunningRun {
	run := model.DunningRun{
		Run:       strconv.FormatInt(r.Number, 10),
		AsOf:      types.Date{Time: r.Day},
		DryRun:    r.DryRun,
		Scheduled: r.Scheduled,
		State:     model.DunningRunState(r.State),
		Hash:      some(r.Plan),
		Notices:   r.Notices,
		Skipped:   r.Skipped,
		Issued:    r.Issued,
		Dropped:   r.Dropped,
		Reason:    some(r.Reason),
		Created:   scalar.NewTime(r.Created),
		Finished:  toTime(r.Finished),
	}
	if len(r.Invoices) > 0 {
		run.Invoices = &r.Invoices
	}
	return run
}

func toRunEntries(entries []app.RunEntry) ([]model.DunningRunEntry, error) {
	rows := make([]model.DunningRunEntry, 0, len(entries))
	for _, e := range entries {
		row, err := toRunEntry(e)
		if err != nil {
			return nil, fmt.Errorf("plan of invoice %s: %w", e.InvoiceID, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// toRunEntry fails if an amount is none: plans are files, and files are damaged.
func toRunEntry(e app.RunEntry) (row model.DunningRunEntry, err error) {
	row = model.DunningRunEntry{
		Invoice:      e.Invoice,
		Currency:     e.Currency,
		Level:        some(e.Level),
		DeliveryKind: some(model.DunningRunEntryDeliveryKind(e.Channel)),
		Handover:     some(e.Handover),
		Outcome:      model.DunningRunEntryOutcome(e.Outcome),
		Guard:        some(model.DunningRunEntryGuard(e.Guard)),
		Reason:       some(or(some(e.Dropped), e.Reason)),
	}
	if e.Notice != nil {
		row.Job = some(strconv.FormatInt(e.Notice.Job, 10))
	}
	for _, amount := range []struct {
		text string
		to   **scalar.Decimal
	}{{e.Asked, &row.Asked}, {e.Fee, &row.Fee}, {e.Lumpsum, &row.Lumpsum}, {e.Interest, &row.Interest}} {
		if amount.text == "" {
			continue
		}
		*amount.to = new(scalar.Decimal)
		if err := (*amount.to).UnmarshalText([]byte(amount.text)); err != nil {
			return row, err
		}
	}
	return row, nil
}
