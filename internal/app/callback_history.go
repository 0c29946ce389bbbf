package app

import (
	"context"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/store"
)

// CallbackHistory is a callback with its attempts, the oldest first.
type CallbackHistory struct {
	ar.Callback
	History []ar.CallbackAttempt
}

// Callbacks lists the merchant's callbacks, the newest first; in a state, unless it is empty.
func (a *App) Callbacks(ctx context.Context, by Caller, state ar.CallbackState, limit int) ([]CallbackHistory, error) {
	return view(ctx, a, by, func(tx *store.Tx) ([]CallbackHistory, error) {
		callbacks, err := tx.Callbacks(store.CallbackFilter{State: state}, limit)
		if err != nil {
			return nil, err
		}
		all, ids, at := make([]CallbackHistory, len(callbacks)), make([]string, len(callbacks)), map[string]int{}
		for i, c := range callbacks {
			all[i].Callback, ids[i], at[c.ID] = c, c.ID, i
		}
		attempts, err := tx.CallbackAttempts(ids...)
		for _, attempt := range attempts {
			c := &all[at[attempt.Callback]]
			c.History = append(c.History, attempt)
		}
		return all, err
	})
}

// ReplayCallback sends a callback again, whatever became of it: the same bytes under the same webhook-id, so that a
// receiver that has it already can tell. It is a Conflict when it would go to a webhook that is disabled, or no more the
// merchant's.
func (a *App) ReplayCallback(ctx context.Context, by Caller, id string) error {
	return a.db.Update(ctx, by.Merchant, func(tx *store.Tx) error {
		c, err := tx.Callback(id)
		if err != nil {
			return err
		}
		merchant, err := tx.Merchant()
		if err != nil {
			return err
		}
		if unwanted(merchant, c) {
			const text = "The webhook was taken away, or is disabled because it has answered 410."
			return ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{"id"}, Hint: "Set the webhook again first."})
		}
		generation := c.Generation
		c.Replay(a.elapsed())
		if err := tx.UpdateCallback(c, generation); err != nil {
			return err
		}
		return a.jobs.Add(tx, jobs.Nudge{Kind: nudgeCallback, Merchant: by.Merchant, ID: id})
	})
}
