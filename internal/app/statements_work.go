package app

import (
	"context"
	"errors"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/camt"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

const (
	statementBatch = 50               // movements that are booked together, in one transaction
	statementPage  = 5000             // movements that may pass by until the row says so
	statementShift = 15 * time.Minute // after which a worker gives the import back: the queue takes a handler of half an hour for dead
)

// statementWork is an import that a worker looks at.
type statementWork struct {
	app     *App
	by      Caller
	claimed bool                // by this worker; else there is nothing to do for it
	on      *ar.StatementImport // as it is stored
	account string              // the merchant's; empty: not known
	till    time.Time           // when the worker gives it back

	ids   identifier
	at    int64      // movements of this reading that have come by
	batch []movement // that are to be booked
}

// errShift ends a worker's shift.
var errShift = errors.New("app: the worker gives the import back")

// readStatement works at an import: claims it, reads its file, and writes down how that ended. Between any two of its
// transactions the process may die, and another goes on where the row says.
func (a *App) readStatement(ctx context.Context, n jobs.Nudge) (again time.Duration, err error) {
	by := System(n.Merchant, store.ActorSystem)
	w, err := a.claimStatement(ctx, by, n.ID)
	switch {
	case err != nil:
		return 0, err
	case !w.claimed: // somebody who may be dead has it, or it has ended, or it waits for a time to which there is another nudge
		return a.until(w.on.Lease), nil
	}
	crash.At("statement.claimed")
	wrong, err := w.read(ctx)
	if errors.Is(err, store.ErrFenced) { // somebody else has it by now
		return 0, nil
	}
	crash.At("statement.read")
	return a.endStatement(ctx, w, wrong, err)
}

// claimStatement takes an import, unless there is nothing to do for it.
func (a *App) claimStatement(ctx context.Context, by Caller, id string) (*statementWork, error) {
	return update(ctx, a, by, func(tx *store.Tx) (*statementWork, error) {
		i, err := tx.StatementImport(id)
		if err != nil {
			return nil, err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		now, generation := a.elapsed(), i.Generation
		w := &statementWork{app: a, by: by, on: i, account: merchant.Settings.Issuer.IBAN, till: now.Add(statementShift)}
		if err := i.Claim(now); err != nil {
			return w, nil //nolint:nilerr // not due: somebody else has it, or it has ended; that is no failure
		}
		w.claimed = true
		return w, tx.UpdateStatementImport(i, generation)
	})
}

// endStatement writes down why a worker is through with an import: wrong is what is wrong with the file, err is what is wrong
// with us.
func (a *App) endStatement(ctx context.Context, w *statementWork, wrong *camt.Error, err error) (again time.Duration, _ error) {
	stopped := errors.Is(err, errShift) || errors.Is(ctx.Err(), context.Canceled)
	if err != nil && !stopped {
		a.log.Error("import of a bank statement", "merchant", w.by.Merchant, "import", w.on.ID, "position", w.on.Position, "error", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	failed := w.store(ctx, func(tx *store.Tx, i *ar.StatementImport) error {
		switch now := a.elapsed(); {
		case stopped:
			i.Yield(now)
		case err != nil:
			i.Fault(now, tx.Now)
		case wrong != nil:
			i.Fail(ar.StatementError{Error: wrong.Text, Hint: wrong.Hint, Line: int64(wrong.Line)}, tx.Now)
		default:
			i.Finish(tx.Now)
		}
		return nil
	})
	if failed != nil && !errors.Is(failed, store.ErrFenced) {
		return 0, failed
	}
	return a.until(w.on.Next), nil
}

// store changes the row of the import, which is locked first of all. It is ErrFenced if the worker has lost it.
func (w *statementWork) store(ctx context.Context, change func(*store.Tx, *ar.StatementImport) error) error {
	changed, err := update(ctx, w.app, w.by, func(tx *store.Tx) (*ar.StatementImport, error) {
		i, err := tx.StatementImport(w.on.ID)
		if err != nil {
			return nil, err
		}
		if i.Generation != w.on.Generation || i.State.Ended() {
			return nil, store.ErrFenced
		}
		if err := change(tx, i); err != nil {
			return nil, err
		}
		return i, tx.UpdateStatementImport(i, w.on.Generation)
	})
	if err == nil {
		w.on = changed
	}
	return err
}

// read reads the file from where the row says, to its end or to where it is wrong. A file that is wrong somewhere is read a
// second time too, up to there.
func (w *statementWork) read(ctx context.Context) (wrong *camt.Error, err error) {
	defer recovered(&err) // one that panics is given up in the end, and runs that wait for it go on
	for {
		wrong, err := w.readOnce(ctx)
		if err != nil || w.on.Returns {
			return wrong, err
		}
		crash.At("statement.turn")
		if err := w.store(ctx, func(_ *store.Tx, i *ar.StatementImport) error { i.Turn(); return nil }); err != nil {
			return nil, err
		}
	}
}

// readOnce is one reading.
func (w *statementWork) readOnce(ctx context.Context) (wrong *camt.Error, err error) {
	file, _, err := w.app.files.Open(ctx, w.by.Merchant, w.on.File.SHA256)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	w.ids, w.at, w.batch = identifier{}, 0, nil
	summary, err := camt.Read(file, func(e camt.Entry) error { return w.take(ctx, e) })
	if err != nil && !errors.As(err, &wrong) {
		return nil, err
	}
	if err := w.flush(ctx); err != nil || w.on.Returns {
		return wrong, err
	}
	return wrong, w.store(ctx, func(_ *store.Tx, i *ar.StatementImport) error {
		i.Statements = int64(summary.Statements)
		return nil
	})
}

// take looks at the next movement of the file.
func (w *statementWork) take(ctx context.Context, e camt.Entry) error {
	m := w.ids.identify(e)
	w.at++
	m.at = w.at
	if m.at <= w.on.Position { // dealt with, by an earlier worker
		return nil
	}
	if m.Credit != w.on.Returns { // what came in comes first, what went back is of the second reading
		w.batch = append(w.batch, m)
	}
	if len(w.batch) < statementBatch && w.at-w.on.Position < statementPage {
		return nil
	}
	return w.flush(ctx)
}

// flush books what has come by.
func (w *statementWork) flush(ctx context.Context) error {
	for w.on.Position < w.at {
		if err := w.book(ctx); err != nil {
			return err
		}
		crash.At("statement.booked")
		if !w.app.elapsed().Before(w.till) {
			return errShift
		}
	}
	return nil
}
