package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// insertCallback stores a job and a callback that tells of it, due at tick.
func insertCallback(t testing.TB, db *store.DB, merchant, invoiceID string, kind ar.CallbackKind) (c *ar.Callback) {
	t.Helper()
	update(t, db, merchant, func(tx *store.Tx) error {
		j, err := aJob(tx, invoiceID)
		if err != nil {
			return err
		}
		c = &ar.Callback{Kind: kind, Job: j.Number, InvoiceID: invoiceID, URL: "https://a.example/hook", Body: json.RawMessage(`{ "a":1.50}`), State: ar.CallbackQueued, Next: &tick}
		return tx.InsertCallback(c)
	})
	return c
}

// attempt claims a callback and settles it with a status, as a worker would.
func attempt(t testing.TB, db *store.DB, merchant, id string, now time.Time, status int) (c *ar.Callback) {
	t.Helper()
	for _, move := range []func(*ar.Callback) error{
		func(c *ar.Callback) error { return c.Claim(now) },
		func(c *ar.Callback) error { c.Settle(status, "why\x00\xff", 0, now, storetest.Start); return nil },
	} {
		update(t, db, merchant, func(tx *store.Tx) (err error) {
			if c, err = tx.Callback(id); err != nil {
				return err
			}
			generation := c.Generation
			if err := move(c); err != nil {
				return err
			}
			return tx.UpdateCallback(c, generation)
		})
	}
	update(t, db, merchant, func(tx *store.Tx) error {
		return tx.AppendCallbackAttempt(&ar.CallbackAttempt{Callback: id, Attempt: c.Attempts, At: now, Status: status, Error: "e\xff", Response: "r\x00", Millis: 7})
	})
	return c
}

func TestCallbacks(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		first, second := insertInvoice(t, db, acme, who, "RE1"), insertInvoice(t, db, acme, who, "RE2")
		want := insertCallback(t, db, acme, first.ID, ar.CallbackNotify)
		hook := insertCallback(t, db, acme, second.ID, ar.CallbackWorkflow)
		read := func(tx *store.Tx) error {
			c, err := tx.Callback(want.ID)
			same(t, c, want)
			if err == nil && string(c.Body) != `{ "a":1.50}` {
				t.Errorf("body is %s", c.Body)
			}
			return err
		}
		view(t, db, acme, read)
		update(t, db, acme, read)
		want = attempt(t, db, acme, want.ID, tick, 500)
		want.Reason = "why\uFFFD"
		view(t, db, acme, read)
		want = attempt(t, db, acme, want.ID, *want.Next, 200)
		view(t, db, acme, read)
		late := *want
		update(t, db, acme, func(tx *store.Tx) error {
			generation := want.Generation
			want.Replay(tick)
			return tx.UpdateCallback(want, generation)
		})
		err := db.Update(ctx, acme, func(tx *store.Tx) error {
			if err := tx.UpdateCallback(&late, late.Generation); !errors.Is(err, store.ErrFenced) {
				t.Errorf("a late worker gets %v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		want = attempt(t, db, acme, want.ID, tick, 410)
		want.Reason = "why\uFFFD"
		view(t, db, acme, read)
		other := ar.CallbackAttempt{Callback: hook.ID, Attempt: 1, At: tick, Status: 200}
		update(t, db, acme, func(tx *store.Tx) error { return tx.AppendCallbackAttempt(&other) })

		view(t, db, acme, func(tx *store.Tx) error {
			attempts, err := tx.CallbackAttempts(want.ID)
			try := func(attempt int, at time.Time, status int) ar.CallbackAttempt {
				return ar.CallbackAttempt{Callback: want.ID, Attempt: attempt, At: at, Status: status, Error: "e\uFFFD", Response: "r", Millis: 7}
			}
			all := []ar.CallbackAttempt{try(1, tick, 500), try(2, tick.Add(5*time.Second), 200), try(1, tick, 410)}
			same(t, attempts, all)
			none, err2 := tx.CallbackAttempts()
			same(t, none, []ar.CallbackAttempt(nil))
			both, err3 := tx.CallbackAttempts(other.Callback, "none", want.ID)
			same(t, both, append(all, other)) // which was made later
			return errors.Join(err, err2, err3)
		})
		for _, c := range []struct {
			filter store.CallbackFilter
			limit  int
			want   []string
		}{
			{store.CallbackFilter{}, 10, []string{hook.ID, want.ID}},
			{store.CallbackFilter{}, 1, []string{hook.ID}},
			{store.CallbackFilter{State: ar.CallbackGone}, 10, []string{want.ID}},
			{store.CallbackFilter{Kind: ar.CallbackWorkflow}, 10, []string{hook.ID}},
			{store.CallbackFilter{InvoiceID: first.ID, Kind: ar.CallbackNotify, State: ar.CallbackGone}, 10, []string{want.ID}},
			{store.CallbackFilter{InvoiceID: first.ID, Kind: ar.CallbackWorkflow}, 10, nil},
		} {
			view(t, db, acme, func(tx *store.Tx) error {
				all, err := tx.Callbacks(c.filter, c.limit)
				if got := callbackIDs(all); !slices.Equal(got, c.want) {
					t.Errorf("%+v: %q, want %q", c.filter, got, c.want)
				}
				return err
			})
		}
		view(t, db, acme, func(tx *store.Tx) error {
			all, err := tx.CallbacksOf(hook.Job)
			if got := callbackIDs(all); !slices.Equal(got, []string{hook.ID}) {
				t.Errorf("callbacks of the job are %q", got)
			}
			return err
		})
		err = db.Update(ctx, acme, func(tx *store.Tx) error { return tx.AppendCallbackAttempt(&ar.CallbackAttempt{Callback: "none"}) })
		wantError(t, err, ar.NotFound, ar.CodeNotFound)
	})
}

func callbackIDs(all []ar.Callback) (ids []string) {
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestDueCallbacks(t *testing.T) {
	ctx := context.Background()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		names := map[string]string{} // by id
		for _, merchant := range []string{acme, rival} {
			invoice := insertInvoice(t, db, merchant, insertIdentity(t, db, merchant, "C1"), "RE1")
			add := func(name string) *ar.Callback {
				c := insertCallback(t, db, merchant, invoice.ID, ar.CallbackNotify)
				names[c.ID] = merchant + " " + name
				return c
			}
			add("queued")
			sending := add("sending")
			if err := sending.Claim(tick); err != nil {
				t.Fatal(err)
			}
			update(t, db, merchant, func(tx *store.Tx) error { return tx.UpdateCallback(sending, 0) })
			for name, status := range map[string]int{"again": 500, "delivered": 200, "gone": 410} {
				attempt(t, db, merchant, add(name).ID, tick, status)
			}
		}
		for _, c := range []struct {
			after time.Duration
			limit int
			want  string
		}{
			{-1, 10, ""},
			{0, 10, "acme queued, rival queued"},
			{5 * time.Second, 10, "acme queued, rival queued, acme again, rival again"},
			{ar.CallbackLease, 10, "acme queued, rival queued, acme again, rival again, acme sending, rival sending"},
			{ar.CallbackLease, 3, "acme queued, rival queued, acme again"},
		} {
			due, err := db.DueCallbacks(ctx, tick.Add(c.after), c.limit)
			var got []string
			for _, d := range due {
				if !strings.HasPrefix(names[d.ID], d.Merchant) {
					t.Errorf("%s is not %s's", names[d.ID], d.Merchant)
				}
				got = append(got, names[d.ID])
			}
			if err != nil || strings.Join(got, ", ") != c.want {
				t.Errorf("after %s: %q, want %q, %v", c.after, got, c.want, err)
			}
		}
	})
}
