package app

import (
	"context"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

const (
	// statementPatience is how long a run waits for bank statements before it looks again a moment later.
	statementPatience = 10 * time.Second
	statementPause    = 20 * time.Millisecond
	statementAgain    = 5 * time.Second

	// maxUnmatched is how much money that nobody could tell the invoice of is matched again before a run: the latest. What is older is
	// for a person.
	maxUnmatched = 1000
)

// match books what is known before anything is proposed, also when the run turns out to differ then from the plan it was to
// execute. Statements that are being imported are waited for, and money of which nothing could be booked when it came is
// matched again: its invoice may have been committed since. What was left over of a payment is not touched; it is the
// customer's, and set off only when somebody asks for it.
func (s *shift) match(ctx context.Context) (again bool, err error) {
	if importing, err := s.awaitStatements(ctx); err != nil || importing {
		return importing, err
	}
	unmatched, err := view(ctx, s.App, s.by, func(tx *store.Tx) ([]string, error) { return tx.Unmatched(maxUnmatched) })
	if err != nil {
		return false, err
	}
	for _, id := range unmatched {
		switch err := s.matchAgain(ctx, id); {
		case ctx.Err() != nil || ar.KindOf(err) == ar.Unavailable:
			return false, err
		case err != nil: // of one is no reason to leave everybody undunned
			s.log.Error("dunning run: money not matched", "merchant", s.by.Merchant, "run", s.run.Number, "transaction", id, "error", err)
		}
		if err := s.breathe(ctx); err != nil {
			return false, err
		}
	}
	return false, nil
}

// matchAgain matches a transaction of which nothing was booked yet, unless the money went back, or somebody has said what it is
// for, or has been faster.
func (s *shift) matchAgain(ctx context.Context, id string) (err error) {
	defer recovered(&err)
	return s.db.Update(ctx, s.by.Merchant, func(tx *store.Tx) error {
		t, err := tx.Transaction(id)
		if err != nil || t.Matching == nil || !t.Unallocated.Equal(t.Amount) {
			return err
		}
		left, err := bookable(tx, t)
		if err != nil || left.IsZero() {
			return err
		}
		return matchAndMove(tx, s.by, t, left)
	})
}

// awaitStatements waits for statements that are under way, and tells whether there still are some.
func (s *shift) awaitStatements(ctx context.Context) (importing bool, err error) {
	for range statementPatience / statementPause {
		importing, err = view(ctx, s.App, s.by, func(tx *store.Tx) (bool, error) { return tx.Importing() })
		if err != nil || !importing {
			return false, err
		}
		if !wait(ctx, statementPause) {
			return true, ctx.Err()
		}
	}
	return true, s.keep(ctx, func(_ *store.Tx, run *ar.Run) error {
		run.Yield(s.elapsed().Add(statementAgain))
		return nil
	})
}
