package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Once asks that a command be carried out once however often it is sent: its answer is kept under Key, in the
// transaction of its effect, and found again by whoever repeats the request. There is no moment in which the effect is
// there and its answer is not. Without a Key the command is carried out each time.
type Once[T any] struct {
	Key         string
	Fingerprint string // names the request: another one under the same Key is refused
	// Render makes the answer of what became of the command: of its result, or of the refusal that is an *ar.Error. It
	// may be called more than once.
	Render func(T, error) (store.Answer, error)

	Answer   *store.Answer // out: what was kept, now or by an earlier request; nil when nothing was
	Replayed bool          // out: the answer is an earlier request's, and nothing was done
}

// updateOnce is update for a command that may have been carried out before.
func updateOnce[T any](ctx context.Context, a *App, by Caller, once *Once[T], command func(*store.Tx) (T, error)) (T, error) {
	if once == nil || once.Key == "" {
		return update(ctx, a, by, command)
	}
	result, err := update(ctx, a, by, func(tx *store.Tx) (T, error) { return once.do(tx, command) })
	if err != nil {
		once.Answer, once.Replayed = nil, false // it was rolled back with everything else
	}
	return result, err
}

// extend completes the fingerprint with what came to be known later.
func (o *Once[T]) extend(parts ...string) {
	if o == nil {
		return
	}
	hash := sha256.New()
	for _, part := range append([]string{o.Fingerprint}, parts...) {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	o.Fingerprint = hex.EncodeToString(hash.Sum(nil))
}

// answered finds the answer that is kept already, if there is one: for commands that prepare something first.
func (o *Once[T]) answered(ctx context.Context, a *App, by Caller) (bool, error) {
	if o == nil || o.Key == "" {
		return false, nil
	}
	_, err := updateOnce(ctx, a, by, o, func(*store.Tx) (result T, err error) { return result, errFresh })
	if errors.Is(err, errFresh) {
		return false, nil
	}
	return err == nil, err
}

// errFresh takes back the claim of a key that nothing is kept under.
var errFresh = errors.New("app: no answer is kept")

// id is one that follows from the key and the request, for what is prepared before the command; empty without a key.
func (o *Once[T]) id() string {
	if o == nil || o.Key == "" {
		return ""
	}
	return store.IDOf(o.Key, o.Fingerprint)
}

// keeps tells whether a refusal is kept as the answer.
func (o *Once[T]) keeps(err error) bool { return o != nil && o.Key != "" && refusal(err) }

// do carries out the command under its key. A refusal takes back what the command did and is kept as its answer; a
// fault takes back the claim of the key as well, so that a retry runs.
func (o *Once[T]) do(tx *store.Tx, command func(*store.Tx) (T, error)) (result T, err error) {
	kept, err := tx.Idempotent(o.Key, o.Fingerprint)
	if o.Answer, o.Replayed = kept, kept != nil; err != nil || kept != nil {
		return result, err
	}
	err = tx.Savepoint(func() (err error) {
		result, err = command(tx)
		return err
	})
	if err != nil && !refusal(err) {
		return result, err
	}
	answer, err := o.Render(result, err)
	if err != nil {
		return result, err
	}
	o.Answer = &answer
	return result, tx.StoreAnswer(o.Key, answer)
}

// refusal tells the caller's mistakes, which stay mistakes when they are repeated, from faults that may pass.
func refusal(err error) bool {
	var e *ar.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Kind {
	case ar.Invalid, ar.NotFound, ar.Conflict, ar.Mismatch, ar.TooLarge:
		return true
	default:
		return false
	}
}
