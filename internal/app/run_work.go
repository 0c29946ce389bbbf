package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/blob"
	"github.com/dunwell/dunwell/internal/crash"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// nudgeRun is about a run, by its number.
const nudgeRun jobs.Kind = "run"

const (
	// runShift is how long a worker goes on with a run before it gives it back: less than the queue lets a handler take.
	runShift = 15 * time.Minute

	// runBatch is how many entries are acted on between two signs of life. Fewer cost a transaction each; more are looked at
	// again after a crash, which issues nothing twice, because a notice is there or it is not.
	runBatch = 20

	// faultWait is how long a run waits after a fault that is not an entry's own.
	faultWait = time.Minute
)

// shift is a worker's turn at a run.
type shift struct {
	*App
	by  Caller
	run *ar.Run   // as it is stored
	end time.Time // when somebody else may go on

	done    int64             // entries since the last sign of life that were issued or handed over,
	dropped map[string]string // and those that could not be, by invoice: why
}

// workRun works a run: claim it, match money and plan it unless an earlier worker has, and issue one notice after the other, each in a
// transaction of its own. Between any two of these the process may die, and another may come: the row says how far it came.
func (a *App) workRun(ctx context.Context, n jobs.Nudge) (again time.Duration, err error) {
	number, err := strconv.ParseInt(n.ID, 10, 64)
	if err != nil {
		return 0, err
	}
	by := System(n.Merchant, store.ActorSystem)
	run, claimed, err := a.claimRun(ctx, by, number)
	switch {
	case err != nil:
		return 0, err
	case !claimed && run.Lease != nil: // by somebody who may be dead
		return a.until(run.Lease), nil
	case !claimed: // it has ended, or waits for a time to which there is another nudge
		return 0, nil
	}
	crash.At("run.claimed")
	s := &shift{App: a, by: by, run: run, end: a.elapsed().Add(runShift), dropped: map[string]string{}}
	if err = s.work(ctx); err != nil {
		err = s.handBack(ctx, err)
	}
	if errors.Is(err, store.ErrFenced) { // somebody else has it by now
		return 0, nil
	}
	return a.until(s.run.Next), err
}

// claimRun takes a run, unless there is nothing to do for it, or its day is over.
func (a *App) claimRun(ctx context.Context, by Caller, number int64) (run *ar.Run, claimed bool, err error) {
	run, err = update(ctx, a, by, func(tx *store.Tx) (*ar.Run, error) {
		run, err := tx.Run(number)
		if err != nil {
			return nil, err
		}
		generation := run.Generation
		if claimed = run.Claim(a.elapsed()) == nil; !claimed {
			return run, nil
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return nil, err
		}
		if claimed = !run.Overdue(*today(merchant, tx.Now)); !claimed {
			run.End(fmt.Sprintf("The day of the run was over before it ended; %d of %d notices were issued. The next run issues what is still due.",
				run.Issued, run.Notices), tx.Now)
		}
		return run, tx.UpdateRun(run, generation)
	})
	return run, claimed, err
}

// work matches money, plans the run and issues its notices, or those there is time for.
func (s *shift) work(ctx context.Context) error {
	if s.run.Plan == "" {
		if again, err := s.match(ctx); err != nil || again {
			return err
		}
		crash.At("run.matched")
		if err := s.plan(ctx); err != nil || s.run.State.Ended() {
			return err
		}
	}
	return s.execute(ctx)
}

// plan plans the run, and ends it at once if the plan is another than was expected, or has nothing to do.
func (s *shift) plan(ctx context.Context) error {
	p, err := s.writePlan(ctx, s.by, s.run, func() error { return s.breathe(ctx) })
	if err != nil {
		return err
	}
	crash.At("run.planned")
	differs := ""
	if s.run.Expected != "" && s.run.Expected != p.file.SHA256 {
		if differs, err = s.difference(ctx, s.by, s.run.Expected, p.file.SHA256); err != nil {
			return err
		}
	}
	err = s.keep(ctx, func(tx *store.Tx, run *ar.Run) error {
		file := p.file // the closure may run twice
		if _, err := tx.KeepFile(&file); err != nil {
			return err
		}
		run.Planned(p.file.SHA256, p.notices, p.skipped, s.elapsed())
		switch {
		case differs != "":
			run.End(differs, tx.Now)
		case p.notices == 0:
			run.Position = p.file.Size
			run.End("", tx.Now)
		}
		return nil
	})
	crash.At("run.kept")
	return err
}

// execute acts on one entry of the plan after the other.
func (s *shift) execute(ctx context.Context) error {
	plan, err := s.openAhead(ctx, s.run.Position)
	if errors.Is(err, blob.ErrNotFound) { // and does not come back: other runs must not wait for this one
		s.log.Error("dunning run: the file of its plan is gone", "merchant", s.by.Merchant, "run", s.run.Number, "sha256", s.run.Plan)
		return s.keep(ctx, func(tx *store.Tx, run *ar.Run) error {
			run.End("The file of the plan is gone from the storage; the next run makes another.", tx.Now)
			return nil
		})
	}
	if err != nil {
		return err
	}
	defer plan.close()
	for {
		e, err := plan.next()
		switch {
		case errors.Is(err, io.EOF):
			return s.keep(ctx, func(tx *store.Tx, run *ar.Run) error {
				err := s.advance(tx, run, plan.reader.at)
				run.End("", tx.Now)
				return err
			})
		case err != nil:
			return err
		}
		if err := s.act(ctx, e); err != nil {
			if stop, err := s.fault(ctx, e, err); stop || err != nil {
				return err
			}
		}
		if stop, err := s.rest(ctx, e.to); stop || err != nil {
			return err
		}
	}
}

// act does what an entry says, or notes why that cannot be done any more.
func (s *shift) act(ctx context.Context, e *upcoming) (err error) {
	var dropped string
	switch {
	case !e.Acts():
		return nil
	case e.err != nil:
		return e.err
	case e.Handover:
		dropped, err = s.handOver(ctx, s.by, e.proposal)
	default:
		_, dropped, err = s.issue(ctx, s.by, e.proposal, e.printed)
	}
	switch {
	case err != nil:
		return err
	case dropped != "":
		s.dropped[e.InvoiceID] = dropped
	default:
		s.done++
	}
	crash.At("run.acted")
	return nil
}

// fault decides what becomes of a run when an entry has failed. A database that is away concerns all of them. Anything else
// may be the entry's own, such as a letter that cannot be written: then the run comes back to it a few times, and goes on without
// it in the end, because one invoice must not hold back all others.
func (s *shift) fault(ctx context.Context, e *upcoming, cause error) (stop bool, err error) {
	if ctx.Err() != nil || ar.KindOf(cause) == ar.Unavailable {
		return true, cause
	}
	s.log.Error("dunning run: entry failed", "merchant", s.by.Merchant, "run", s.run.Number, "invoice", e.Invoice, "error", cause)
	givenUp := false
	err = s.keep(ctx, func(tx *store.Tx, run *ar.Run) error {
		if err := s.advance(tx, run, e.from); err != nil {
			return err
		}
		givenUp = run.Fault(s.elapsed())
		return nil
	})
	if err == nil && givenUp {
		s.dropped[e.InvoiceID] = internalFault
	}
	return !givenUp, err
}

// rest gives a sign of life when it is time for one, and gives the run back when the shift is over.
func (s *shift) rest(ctx context.Context, at int64) (stop bool, err error) {
	now := s.elapsed()
	over := !now.Before(s.end)
	if !over && s.done+int64(len(s.dropped)) < runBatch && s.fresh() {
		return false, nil
	}
	err = s.keep(ctx, func(tx *store.Tx, run *ar.Run) error {
		err := s.advance(tx, run, at)
		if over {
			run.Yield(now)
		}
		return err
	})
	crash.At("run.advanced")
	return over, err
}

// advance writes down what was done with the entries before a position of the plan.
func (s *shift) advance(tx *store.Tx, run *ar.Run, position int64) error {
	run.Advance(position, s.done, int64(len(s.dropped)), s.elapsed())
	return tx.InsertDrops(run.Number, s.dropped)
}

// breathe gives a sign of life if the last one was a while ago.
func (s *shift) breathe(ctx context.Context) error {
	if s.fresh() {
		return nil
	}
	return s.keep(ctx, func(tx *store.Tx, run *ar.Run) error { return s.advance(tx, run, run.Position) })
}

// fresh tells whether half of the lease is left.
func (s *shift) fresh() bool { return s.elapsed().Add(ar.RunLease / 2).Before(*s.run.Lease) }

// keep stores what has changed of the run, and counts from zero what is done after that.
func (s *shift) keep(ctx context.Context, change func(*store.Tx, *ar.Run) error) error {
	run, err := update(ctx, s.App, s.by, func(tx *store.Tx) (*ar.Run, error) {
		run := *s.run // the closure may run twice
		if err := change(tx, &run); err != nil {
			return nil, err
		}
		return &run, tx.UpdateRun(&run, run.Generation)
	})
	if err != nil {
		return err
	}
	s.run, s.done, s.dropped = run, 0, map[string]string{}
	return nil
}

// handBack gives a run back that was interrupted: the server was stopped, or there was a fault, and then it waits for a while.
func (s *shift) handBack(ctx context.Context, cause error) error {
	if errors.Is(cause, store.ErrFenced) || s.run.Lease == nil {
		return cause
	}
	next := s.elapsed()
	if !errors.Is(ctx.Err(), context.Canceled) {
		next = next.Add(faultWait)
		s.log.Error("dunning run interrupted", "merchant", s.by.Merchant, "run", s.run.Number, "error", cause)
		cause = nil // the run comes back by itself
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	err := s.keep(ctx, func(_ *store.Tx, run *ar.Run) error {
		run.Yield(next)
		return nil
	})
	return errors.Join(cause, err)
}
