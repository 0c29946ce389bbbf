package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

const runColumns = `number, day, dryrun, scheduled, invoices, expected, state, plan, notices, skipped, issued, dropped, position, faults, reason,
	generation, lease, next, created, finished`

func scanRun(r row) (*ar.Run, error) {
	run := new(ar.Run)
	var faults int64
	err := r.Scan(&run.Number, instant{&run.Day}, truth{&run.DryRun}, truth{&run.Scheduled}, parsed{&run.Invoices}, &run.Expected,
		(*string)(&run.State), &run.Plan, &run.Notices, &run.Skipped, &run.Issued, &run.Dropped, &run.Position, &faults, &run.Reason,
		&run.Generation, maybeInstant{&run.Lease}, maybeInstant{&run.Next}, instant{&run.Created}, maybeInstant{&run.Finished})
	run.Faults = int(faults)
	return run, err
}

// InsertRun stores a run, draws its number and sets Created. While another one of the merchant's is under way, and when the
// schedule has had its run of the day, it is a Conflict; the transaction goes on, but for the number that is lost.
func (tx *Tx) InsertRun(run *ar.Run) (err error) {
	if run.Number, err = tx.Next("dunningrun"); err != nil {
		return err
	}
	run.Created = tx.Now
	invoices, err := document(run.Invoices)
	if err != nil {
		return err
	}
	n, err := tx.exec(`INSERT INTO dunning_runs (merchant, number, day, dryrun, scheduled, invoices, expected, state, plan, notices, skipped, issued, dropped,
			position, faults, reason, generation, lease, next, created, finished)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) ON CONFLICT DO NOTHING`,
		run.Number, millis(run.Day), bit(run.DryRun), bit(run.Scheduled), invoices, run.Expected, string(run.State), run.Plan,
		run.Notices, run.Skipped, run.Issued, run.Dropped, run.Position, int64(run.Faults), legible(run.Reason),
		run.Generation, millisOrNull(run.Lease), millisOrNull(run.Next), millis(run.Created), millisOrNull(run.Finished))
	if err == nil && n == 0 {
		return tx.runStands(run)
	}
	return err
}

// runStands says which run is in the way of another.
func (tx *Tx) runStands(run *ar.Run) error {
	other, err := tx.runWhere(`finished IS NULL`)
	if err != nil {
		return err
	}
	if other == nil {
		text := "There was a scheduled run on " + run.Day.Format(time.DateOnly) + " already."
		return ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{}})
	}
	text := fmt.Sprintf("Run %d is under way.", other.Number)
	return ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{}, Hint: "There is one at a time. Read it until its state is done or failed, then ask again."})
}

// UpdateRun stores how far a run has come: everything from State on but Created. generation is the one it had when it was
// read; when another is stored by now, or when the run has ended, the answer is ErrFenced.
func (tx *Tx) UpdateRun(run *ar.Run, generation int64) error {
	n, err := tx.exec(`UPDATE dunning_runs SET state = $4, plan = $5, notices = $6, skipped = $7, issued = $8, dropped = $9, position = $10, faults = $11,
			reason = $12, generation = $13, lease = $14, next = $15, finished = $16
		WHERE merchant = $1 AND number = $2 AND generation = $3 AND finished IS NULL`,
		run.Number, generation, string(run.State), run.Plan, run.Notices, run.Skipped, run.Issued, run.Dropped, run.Position, int64(run.Faults),
		legible(run.Reason), run.Generation, millisOrNull(run.Lease), millisOrNull(run.Next), millisOrNull(run.Finished))
	if err == nil && n == 0 {
		return ErrFenced
	}
	return err
}

// Run reads a run by its number. In an Update nobody else changes it until the transaction ends.
func (tx *Tx) Run(number int64) (*ar.Run, error) {
	run, err := tx.runWhere(`number = $2`, number)
	if err == nil && run == nil {
		return nil, ar.Missing("run", "dunning run", strconv.FormatInt(number, 10))
	}
	return run, err
}

// RunFilter narrows a list of runs; what is empty does not.
type RunFilter struct {
	DryRun *bool
	Limit  int // 0: maxRuns
	Offset int
}

// maxRuns is how many runs a list has at most.
const maxRuns = 10_000

// Runs are the merchant's runs, the newest first.
func (tx *Tx) Runs(f RunFilter) (runs []ar.Run, err error) {
	s := statement{where: "TRUE"}
	if f.DryRun != nil {
		s.and(`dryrun = ` + s.arg(bit(*f.DryRun)))
	}
	limit := maxRuns
	if f.Limit > 0 {
		limit = min(f.Limit, maxRuns)
	}
	s.where += ` ORDER BY number DESC LIMIT ` + s.arg(int64(limit)) + ` OFFSET ` + s.arg(int64(f.Offset))
	err = tx.query(`SELECT `+runColumns+` FROM dunning_runs WHERE merchant = $1 AND `+s.where, s.args, func(r row) error {
		run, err := scanRun(r)
		runs = append(runs, *run)
		return err
	})
	return runs, err
}

func (tx *Tx) runWhere(where string, args ...any) (run *ar.Run, err error) {
	err = tx.query(`SELECT `+runColumns+` FROM dunning_runs WHERE merchant = $1 AND `+where+tx.lock, args, func(r row) error {
		run, err = scanRun(r)
		return err
	})
	return run, err
}

// Scheduled tells whether the schedule has had its run of a day.
func (tx *Tx) Scheduled(day time.Time) (bool, error) {
	var number int64
	return tx.first(`SELECT number FROM dunning_runs WHERE merchant = $1 AND day = $2 AND scheduled = 1`, []any{millis(day)}, &number)
}

// CheckPlan is Invalid if a hash is that of no plan.
func (tx *Tx) CheckPlan(sha256 string) error {
	var number int64
	found, err := tx.first(`SELECT number FROM dunning_runs WHERE merchant = $1 AND plan = $2 AND plan <> '' LIMIT 1`, []any{sha256}, &number)
	if err == nil && !found {
		return ar.InvalidField("hash", "There is no plan with this hash.", "Send the hash of a dry run.")
	}
	return err
}

// Planned tells which of some hashes are those of plans. The plan of a dry run has no file of its own: it is nobody's paper,
// and its bytes may go once it is old.
func (db *DB) Planned(ctx context.Context, merchant string, sha256 []string) (map[string]bool, error) {
	planned := map[string]bool{}
	if len(sha256) == 0 {
		return planned, nil
	}
	err := db.View(ctx, merchant, func(tx *Tx) error {
		return tx.query(`SELECT plan FROM dunning_runs WHERE merchant = $1 AND plan <> '' AND plan IN (`+places(2, len(sha256))+`)`, values(sha256), func(r row) error {
			var hash string
			err := r.Scan(&hash)
			planned[hash] = true
			return err
		})
	})
	return planned, err
}

// InsertDrops writes down why invoices, by their ids, could not be dunned by a run as it was planned. What was written down before
// stays.
func (tx *Tx) InsertDrops(run int64, reasons map[string]string) error {
	if len(reasons) == 0 {
		return nil
	}
	var rows []string
	args := []any{run}
	for invoice, reason := range reasons {
		rows = append(rows, fmt.Sprintf("($1, $2, $%d, $%d)", len(args)+2, len(args)+3))
		args = append(args, invoice, legible(reason))
	}
	_, err := tx.exec(`INSERT INTO dunning_drops (merchant, run, invoice_id, reason) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT (merchant, run, invoice_id) DO NOTHING`, args...)
	return err
}

// Drops are the reasons why some invoices, by their ids, were dropped by a run.
func (tx *Tx) Drops(run int64, invoices []string) (map[string]string, error) {
	reasons := map[string]string{}
	if len(invoices) == 0 {
		return reasons, nil
	}
	err := tx.query(`SELECT invoice_id, reason FROM dunning_drops WHERE merchant = $1 AND run = $2 AND invoice_id IN (`+places(3, len(invoices))+`)`,
		append([]any{run}, values(invoices)...), func(r row) error {
			var invoice, reason string
			err := r.Scan(&invoice, &reason)
			reasons[invoice] = reason
			return err
		})
	return reasons, err
}

// dueRuns reads one partial index, however many runs there were.
const dueRuns = `SELECT merchant, CAST(number AS TEXT) FROM dunning_runs WHERE coalesce(lease, next) IS NOT NULL AND coalesce(lease, next) <= $1
	ORDER BY coalesce(lease, next), merchant, number LIMIT $2`

// DueRuns are runs of all merchants that are to be worked by now, or whose worker has let its lease end, like DueDeliveries.
// Their ID is the number.
func (db *DB) DueRuns(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	return db.due(ctx, dueRuns, now, limit)
}
