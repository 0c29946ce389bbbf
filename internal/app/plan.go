package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/store"
)

// plan is what a run would do, written down: JSON lines of ar.PlanEntry in the order of invoices' ids. The same cases on the
// same day come to the same bytes, so its hash names it.
type plan struct {
	file             ar.File
	notices, skipped int64
}

const mediaPlan = "application/jsonl"

// writePlan plans a run, straight into the blob store: what is in memory is a page of cases, however many there are. alive
// is called after each page.
func (a *App) writePlan(ctx context.Context, by Caller, run *ar.Run, alive func() error) (plan, error) {
	r, w := io.Pipe()
	var p plan
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewWriterSize(w, 1<<16)
		err := a.planCases(ctx, by, run, func(e ar.PlanEntry) error { return p.add(lines, e) }, alive)
		w.CloseWithError(errors.Join(err, lines.Flush()))
	}()
	stored, err := a.files.Put(ctx, by.Merchant, r)
	_ = r.CloseWithError(errors.New("app: the plan is not wanted any more")) // ends the planning where Put gave up
	<-done
	p.file = ar.File{SHA256: stored.SHA256, Size: stored.Size, MediaType: mediaPlan}
	return p, err
}

func (p *plan) add(w io.Writer, e ar.PlanEntry) error {
	if e.Acts() {
		p.notices++
	} else {
		p.skipped++
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// planCases plans every case a run is about, page by page. Each page is a snapshot of its own: one for all would have to be
// kept by the database for as long as planning takes, and would promise nothing, because a plan says what would be done, and
// whoever does it looks at the case again under its lock.
func (a *App) planCases(ctx context.Context, by Caller, run *ar.Run, each func(ar.PlanEntry) error, alive func() error) error {
	merchant, err := a.Merchant(ctx, by.Merchant) // once: a plan is by one procedure
	if err != nil {
		return err
	}
	page := openCases
	if len(run.Invoices) > 0 {
		if page, err = a.namedCases(ctx, by, run.Invoices); err != nil {
			return err
		}
	}
	for after := ""; ; {
		cases, err := view(ctx, a, by, func(tx *store.Tx) ([]store.Case, error) { return page(tx, after) })
		if err != nil || len(cases) == 0 {
			return err
		}
		for i := range cases {
			if err := each(a.planCase(merchant, &cases[i], run.Day)); err != nil {
				return err
			}
		}
		after = cases[len(cases)-1].Invoice.ID
		if err := alive(); err != nil {
			return err
		}
	}
}

// planCase is what a run does with a case. What cannot be planned for a fault of ours is left alone, and said so: it must not keep
// all others from being dunned.
func (a *App) planCase(merchant *store.Merchant, c *store.Case, day time.Time) ar.PlanEntry {
	e, err := func() (e ar.PlanEntry, err error) {
		defer recovered(&err)
		return newDossier(merchant, c).plan(day)
	}()
	if err == nil {
		return e
	}
	a.log.Error("dunning run: case cannot be planned", "merchant", merchant.ID, "invoice", c.Invoice.Reference, "error", err)
	return ar.PlanEntry{InvoiceID: c.Invoice.ID, Invoice: c.Invoice.Reference, Currency: c.Invoice.Currency, Reason: internalFault}
}

// internalFault is what people are told of a fault of ours.
const internalFault = "An internal error; see the server's log."

// pager reads the page of cases after one, by its invoice's id.
type pager func(tx *store.Tx, after string) ([]store.Case, error)

func openCases(tx *store.Tx, after string) ([]store.Case, error) { return tx.OpenCases(after) }

// namedCases are those of some invoices: also ones that are not open any more, because somebody has asked for them.
func (a *App) namedCases(ctx context.Context, by Caller, references []string) (pager, error) {
	found, err := view(ctx, a, by, func(tx *store.Tx) (map[string]string, error) { return tx.InvoiceIDs(references) })
	ids := slices.Sorted(maps.Values(found))
	return func(tx *store.Tx, after string) ([]store.Case, error) {
		from, _ := slices.BinarySearch(ids, after+"\x00") // the first behind it
		return tx.CasesByID(ids[from:min(len(ids), from+store.MaxCases)])
	}, err
}

// plan is what a run does with a case on a day.
func (d *dossier) plan(day time.Time) (ar.PlanEntry, error) {
	e := ar.PlanEntry{InvoiceID: d.invoice.ID, Invoice: d.invoice.Reference, Currency: d.invoice.Currency}
	if due, next, obstacles := d.Handover(day); next {
		e.Guard, e.Reason = d.skipped(day, due, obstacles)
		e.Handover = e.Reason == ""
		return e, nil
	}
	step, obstacles, err := d.step(day)
	if err != nil {
		return e, err
	}
	due := day
	if step != nil {
		due = step.Date
	}
	if e.Guard, e.Reason = d.skipped(day, due, obstacles); e.Reason != "" {
		return e, nil
	}
	n, _, err := d.notice(step)
	if err != nil {
		return e, err
	}
	return n.Entry(d.invoice), nil
}

// skipped says why a case is left alone on a day, and is empty if it is not.
func (d *dossier) skipped(day, due time.Time, obstacles []ar.Obstacle) (guard, reason string) {
	switch {
	case len(obstacles) > 0:
		return obstacles[0].Guard, obstacles[0].Text
	case due.After(day):
		return d.Waits(day, due)
	}
	return "", ""
}

// proposal is an entry of the plan of a run, which acts on its day.
type proposal struct {
	run int64
	day time.Time
	ar.PlanEntry
}

// planReader reads a plan from a position on.
type planReader struct {
	content io.ReadCloser
	lines   *bufio.Reader
	at      int64 // of the next entry, in bytes
}

// openPlan opens a plan at the beginning of an entry.
func (a *App) openPlan(ctx context.Context, by Caller, hash string, at int64) (*planReader, error) {
	content, size, err := a.files.Open(ctx, by.Merchant, hash)
	if err != nil {
		return nil, err
	}
	p := &planReader{content: content, lines: bufio.NewReaderSize(content, 1<<16), at: at}
	if at == 0 {
		return p, nil
	}
	err = errNoEntry
	if at > 0 && at <= size {
		err = p.skip(at)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// errNoEntry means that no entry of a plan begins at a position.
var errNoEntry = errors.New("app: no entry of the plan begins there")

func (p *planReader) skip(at int64) error {
	if _, err := io.CopyN(io.Discard, p.lines, at-1); err != nil {
		return err
	}
	end, err := p.lines.ReadByte()
	if err == nil && end != '\n' {
		return errNoEntry
	}
	return err
}

// next reads an entry, and is io.EOF after the last.
func (p *planReader) next() (e ar.PlanEntry, err error) {
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		return e, err
	}
	p.at += int64(len(line))
	return e, json.Unmarshal(line, &e)
}

func (p *planReader) close() { _ = p.content.Close() } // it was only read

// unplanned is what a caller is told of a plan that is gone: that of a dry run is kept for some days only.
func unplanned(run *ar.Run, err error) error {
	if !run.DryRun || !errors.Is(err, blob.ErrNotFound) {
		return err
	}
	const text = "The plan of the dry run is not kept any more."
	return &ar.Error{Kind: ar.NotFound, Code: ar.CodeNotFound, Message: text,
		Details: []ar.Detail{{Error: text, Fields: []string{"run"}, Hint: "Plan again with dryRun."}}}
}

// unique are references, each once, in order.
func unique(references []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(references)))
}
