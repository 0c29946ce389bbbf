package blob

import (
	"context"
	"time"
)

// sweepBatch is how many hashes Known is asked about at once: one statement's worth.
const sweepBatch = 500

// Known says which of some hashes of a merchant are named by a row. It must see every row committed before the call.
type Known func(ctx context.Context, merchant string, sha256 []string) (map[string]bool, error)

// Sweep deletes the blobs that were put before a moment of the real (not the sandbox) clock and that no row names, and
// says how many. The moment must lie further back than the longest time between a Put and the commit of its row; a day
// is ample. Errors end the sweep; what was deleted until then counts.
//
// A Put of the same bytes while they are being swept wins on local files. In a bucket there is no such exclusion: there,
// bytes that lay unnamed for the whole grace time and are put again in the very milliseconds of their deletion can be
// lost, so sweep when little is going on.
func Sweep(ctx context.Context, s Store, before time.Time, known Known) (int, error) {
	w := sweeper{store: s, before: before, known: known}
	for object, err := range s.List(ctx) {
		if err != nil {
			return w.deleted, err
		}
		if !object.Put.Before(before) {
			continue
		}
		if len(w.batch) == sweepBatch || object.Merchant != w.merchant {
			if err := w.flush(ctx); err != nil {
				return w.deleted, err
			}
		}
		w.merchant = object.Merchant
		w.batch = append(w.batch, object.SHA256)
	}
	err := w.flush(ctx)
	return w.deleted, err
}

// sweeper gathers old blobs of one merchant until it is worth asking about them.
type sweeper struct {
	store    Store
	before   time.Time
	known    Known
	merchant string
	batch    []string
	deleted  int
}

func (w *sweeper) flush(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	known, err := w.known(ctx, w.merchant, w.batch)
	if err != nil {
		return err
	}
	for _, sha256 := range w.batch {
		if known[sha256] {
			continue
		}
		done, err := w.store.Delete(ctx, w.merchant, sha256, w.before)
		if done {
			w.deleted++
		}
		if err != nil {
			return err
		}
	}
	w.batch = w.batch[:0]
	return nil
}
