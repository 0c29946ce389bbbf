package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// StartRun plans a dry run, which is done when it returns, or puts a real one in the queue. Of what a caller may say about a run
// there is Day (zero: today), DryRun, Expected and Invoices.
func (a *App) StartRun(ctx context.Context, by Caller, r ar.Run, once *Once[*ar.Run]) (*ar.Run, error) {
	if answered, err := once.answered(ctx, a, by); err != nil || answered {
		return nil, err
	}
	run := ar.Run{Day: r.Day, DryRun: r.DryRun, Expected: r.Expected, Invoices: unique(r.Invoices)}
	refused := a.checkRun(ctx, by, &run)
	if refused != nil && !refusal(refused) {
		return nil, refused
	}
	if refused == nil && run.DryRun {
		p, err := a.writePlan(ctx, by, &run, func() error { return nil })
		if err != nil {
			return nil, err
		}
		run.Plan, run.Notices, run.Skipped = p.file.SHA256, p.notices, p.skipped
	}
	return updateOnce(ctx, a, by, once, func(tx *store.Tx) (*ar.Run, error) {
		if refused != nil { // is kept as the answer too
			return nil, refused
		}
		started := run
		return &started, a.insertRun(tx, &started)
	})
}

// insertRun stores a run that is planned, or one that workers are nudged to.
func (a *App) insertRun(tx *store.Tx, run *ar.Run) error {
	if run.DryRun {
		run.End("", tx.Now)
		return tx.InsertRun(run)
	}
	now := a.elapsed()
	run.State, run.Next = ar.RunQueued, &now
	if err := tx.InsertRun(run); err != nil {
		return err
	}
	return a.jobs.Add(tx, jobs.Nudge{Kind: nudgeRun, Merchant: tx.MerchantID(), ID: strconv.FormatInt(run.Number, 10)})
}

// checkRun completes what is asked of a run, and refuses what makes no sense.
func (a *App) checkRun(ctx context.Context, by Caller, run *ar.Run) error {
	return a.db.View(ctx, by.Merchant, func(tx *store.Tx) error {
		merchant, err := tx.Merchant()
		if err != nil {
			return err
		}
		today := *today(merchant, tx.Now)
		if run.Day.IsZero() {
			run.Day = today
		}
		switch {
		case run.DryRun && run.Expected != "":
			return ar.InvalidField("hash", "A dry run plans, and executes no plan.", "Leave out either dryRun or hash.")
		case !run.DryRun && !run.Day.Equal(today):
			return ar.InvalidField("asOf", "Notices are issued today, not on another day.",
				"Leave it out, or send "+today.Format(time.DateOnly)+"; with dryRun it may be any day.")
		}
		if run.Expected != "" {
			if err := tx.CheckPlan(run.Expected); err != nil {
				return err
			}
		}
		return checkNamed(tx, run.Invoices)
	})
}

// checkNamed is a Conflict that names the invoices that there are not.
func checkNamed(tx *store.Tx, references []string) error {
	ids, err := tx.InvoiceIDs(references)
	if err != nil || len(ids) == len(references) {
		return err
	}
	var details []ar.Detail
	for _, reference := range references {
		if ids[reference] == "" {
			details = append(details, ar.Detail{Error: "There is no invoice '" + reference + "'.", Fields: []string{"invoices"}, Hint: "Check the spelling; upper and lower case count."})
		}
	}
	return ar.ConflictState("The run is limited to invoices that there are not.", details...)
}

// Run reads how a run stands.
func (a *App) Run(ctx context.Context, by Caller, number int64) (*ar.Run, error) {
	return view(ctx, a, by, func(tx *store.Tx) (*ar.Run, error) { return tx.Run(number) })
}

// Runs reads how runs stand, the newest first: those that the schedule began, whose numbers nobody was told, are found here.
func (a *App) Runs(ctx context.Context, by Caller, f store.RunFilter) ([]ar.Run, error) {
	return view(ctx, a, by, func(tx *store.Tx) ([]ar.Run, error) { return tx.Runs(f) })
}

// RunEntry is what a run does with an invoice, and what became of it.
type RunEntry struct {
	ar.PlanEntry
	Outcome string     // planned, issued, skipped, dropped or handedOver
	Notice  *ar.Notice // issued: with its Job
	Dropped string     // dropped: why, for people
}

// Outcomes of an entry.
const (
	OutcomePlanned    = "planned"    // nothing yet; nor ever, in a dry run or one that has failed
	OutcomeIssued     = "issued"     //
	OutcomeSkipped    = "skipped"    // as planned
	OutcomeDropped    = "dropped"    // planned, and impossible when it came to it
	OutcomeHandedOver = "handedOver" //
)

// RunEntries is a page of what a run does.
type RunEntries struct {
	Entries []RunEntry
	Next    string // cursor of the next page; empty on the last
}

// RunEntries reads what a run does with each invoice, in the order of its plan: limit entries at most behind a cursor, which
// is empty for the first page. A run that is not planned yet has none.
func (a *App) RunEntries(ctx context.Context, by Caller, number int64, after string, limit int) (*RunEntries, error) {
	at, err := entryAt(number, after)
	if err != nil {
		return nil, err
	}
	run, err := a.Run(ctx, by, number)
	if err != nil || run.Plan == "" {
		return &RunEntries{}, err
	}
	p, err := a.openPlan(ctx, by, run.Plan, at)
	if errors.Is(err, errNoEntry) {
		return nil, badEntry()
	} else if err != nil {
		return nil, unplanned(run, err)
	}
	defer p.close()
	page := &RunEntries{}
	var positions []int64
	for {
		position := p.at
		e, err := p.next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if len(page.Entries) == limit {
			page.Next = entryCursor(number, position)
			break
		}
		page.Entries, positions = append(page.Entries, RunEntry{PlanEntry: e, Outcome: OutcomePlanned}), append(positions, position)
	}
	return page, a.addOutcomes(ctx, by, number, page.Entries, positions)
}

// addOutcomes says what became of entries that begin at some positions of the plan.
func (a *App) addOutcomes(ctx context.Context, by Caller, number int64, entries []RunEntry, positions []int64) error {
	var acts []string
	for _, e := range entries {
		if e.Acts() {
			acts = append(acts, e.InvoiceID)
		}
	}
	return a.db.View(ctx, by.Merchant, func(tx *store.Tx) error {
		run, err := tx.Run(number) // again: in the snapshot of what it has done
		if err != nil {
			return err
		}
		notices, err := tx.NoticesOfRun(number, acts)
		if err != nil {
			return err
		}
		issued := map[string]*ar.Notice{}
		for i := range notices {
			issued[notices[i].InvoiceID] = &notices[i]
		}
		dropped, err := tx.Drops(number, acts)
		for i := range entries {
			entries[i].conclude(run, issued[entries[i].InvoiceID], dropped, positions[i])
		}
		return err
	})
}

// conclude says what became of the entry that begins at a position of the plan of a run.
func (e *RunEntry) conclude(run *ar.Run, notice *ar.Notice, dropped map[string]string, position int64) {
	reason, isDropped := dropped[e.InvoiceID]
	e.Outcome = OutcomePlanned
	switch {
	case !e.Acts():
		e.Outcome = OutcomeSkipped
	case notice != nil:
		e.Outcome, e.Notice = OutcomeIssued, notice
	case isDropped:
		e.Outcome, e.Dropped = OutcomeDropped, reason
	case e.Handover && position < run.Position:
		e.Outcome = OutcomeHandedOver
	}
}

// entryCursor stands for the entry that begins at a position of the plan of a run.
func entryCursor(run, position int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", run, position))
}

// entryAt is the position a cursor stands for.
func entryAt(run int64, cursor string) (position int64, err error) {
	if cursor == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return 0, badEntry()
	}
	var of int64
	if _, err := fmt.Sscanf(string(text), "%d.%d", &of, &position); err != nil || of != run || entryCursor(of, position) != cursor {
		return 0, badEntry()
	}
	return position, nil
}

func badEntry() error {
	return ar.InvalidField("after", "Cursor cannot be read, or belongs to another run.",
		"Use the value of 'next' of the page before; or leave it out to begin at the start.")
}
