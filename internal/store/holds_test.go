package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// aHold has a value in every field that one of an invoice, or else of an identity, may have, but those of its end.
func aHold(of *ar.Invoice, identityID string) *ar.Hold {
	until := at("2026-04-30")
	h := &ar.Hold{Kind: ar.HoldPromise, Reason: "Promised „heute“.\nOn the phone.", From: at("2026-04-01"), Until: &until, Actor: "k"}
	if of == nil {
		h.IdentityID = identityID
		return h
	}
	part := dec("12.3456")
	h.InvoiceID, h.Invoice, h.Currency, h.Kind, h.Amount = of.ID, of.Reference, of.Currency, ar.HoldDispute, &part
	return h
}

// Holds come back as they were stored, with the references of what they hold, and are lifted once.
func TestHolds(t *testing.T) {
	ctx := context.Background()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := storetest.NewClock()
			db := storetest.OpenAt(t, engine, clock)
			withMerchants(t, db)
			who, other := insertIdentity(t, db, acme, "C1"), insertIdentity(t, db, acme, "C2")
			one, two := insertInvoice(t, db, acme, who, "RE1"), insertInvoice(t, db, acme, other, "RE2")
			endless := aHold(two, "")
			endless.Kind, endless.Amount, endless.Until, endless.From = ar.HoldBlock, nil, nil, at("2026-06-01")
			of := aHold(nil, who.ID)
			of.Identity = who.Reference
			want := []*ar.Hold{aHold(one, ""), of, endless}
			for _, h := range want {
				clock.Advance(time.Hour)
				update(t, db, acme, func(tx *store.Tx) error { return tx.InsertHold(h) })
			}
			view(t, db, acme, func(tx *store.Tx) error {
				for _, h := range want {
					got, err := tx.Hold(h.ID)
					if err != nil {
						return err
					}
					same(t, got, h)
				}
				_, err := tx.Hold("x")
				wantError(t, err, ar.NotFound, ar.CodeNotFound)
				return nil
			})

			lists(t, db, want)
			lift := *want[0]
			update(t, db, acme, func(tx *store.Tx) error { h := lift; err := tx.LiftHold(&h, "other"); *want[0] = h; return err })
			if err := db.Update(ctx, acme, func(tx *store.Tx) error { return tx.LiftHold(&lift, "third") }); ar.KindOf(err) != ar.Conflict || lift.Lifted != nil {
				t.Errorf("lifted twice: %v", err)
			}
			if want[0].Lifter != "other" || !want[0].Lifted.Equal(clock.Now()) {
				t.Errorf("lifted is %+v", want[0])
			}
			lists(t, db, want)
		})
	}
}

// lists compares every list of RE1 and C1, RE2 and C2 with what is there.
func lists(t *testing.T, db *store.DB, all []*ar.Hold) {
	t.Helper()
	pick := func(ok func(*ar.Hold) bool) (picked []ar.Hold) {
		for _, h := range all {
			if ok(h) {
				picked = append(picked, *h)
			}
		}
		return picked
	}
	newest := func(holds []ar.Hold) []ar.Hold { slices.Reverse(holds); return holds }
	yes, no := true, false
	view(t, db, acme, func(tx *store.Tx) error {
		wantHolds := func(name string, want []ar.Hold) func([]ar.Hold, error) {
			return func(got []ar.Hold, err error) {
				t.Helper()
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				same(t, got, want)
			}
		}
		standing := func(h *ar.Hold) bool { return h.Lifted == nil }
		wantHolds("of RE1, RE2 and C1", pick(standing))(tx.HoldsOf([]string{all[0].InvoiceID, all[2].InvoiceID}, []string{all[1].IdentityID}))
		wantHolds("of C1", pick(func(h *ar.Hold) bool { return h.IdentityID != "" }))(tx.HoldsOf(nil, []string{all[1].IdentityID, "x"}))
		wantHolds("of nothing", nil)(tx.HoldsOf(nil, nil))

		wantHolds("all", newest(pick(func(*ar.Hold) bool { return true })))(tx.Holds(store.HoldFilter{}))
		wantHolds("the second", newest(pick(func(*ar.Hold) bool { return true }))[1:2])(tx.Holds(store.HoldFilter{Limit: 1, Offset: 1}))
		wantHolds("by RE1", pick(func(h *ar.Hold) bool { return h.Invoice == "RE1" }))(tx.Holds(store.HoldFilter{Invoice: "RE1"}))
		wantHolds("by C1", pick(func(h *ar.Hold) bool { return h.Identity == "C1" }))(tx.Holds(store.HoldFilter{Identity: "C1"}))
		wantHolds("by C2, whose invoice is held", nil)(tx.Holds(store.HoldFilter{Identity: "C2"}))
		wantHolds("by what is not there", nil)(tx.Holds(store.HoldFilter{Invoice: "RE9"}))
		for _, on := range []time.Time{at("2026-04-01"), at("2026-04-30"), at("2026-05-01")} {
			active := func(h *ar.Hold) bool { return h.Lifted == nil && (h.Until == nil || !h.Until.Before(on)) }
			wantHolds("active", newest(pick(active)))(tx.Holds(store.HoldFilter{Active: &yes, Day: on}))
			wantHolds("not active", newest(pick(func(h *ar.Hold) bool { return !active(h) })))(tx.Holds(store.HoldFilter{Active: &no, Day: on}))
		}
		return nil
	})
}

// What makes no sense is not kept.
func TestHoldsThatMakeNoSense(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withMerchants(t, db)
		who := insertIdentity(t, db, acme, "C1")
		invoice := insertInvoice(t, db, acme, who, "RE1")
		before := at("2026-03-31")
		for name, change := range map[string]func(*ar.Hold){
			"of nothing":                 func(h *ar.Hold) { h.InvoiceID = "" },
			"of both":                    func(h *ar.Hold) { h.IdentityID = who.ID },
			"of an invoice that is none": func(h *ar.Hold) { h.InvoiceID = "x" },
			"of no kind":                 func(h *ar.Hold) { h.Kind = "wish" },
			"a block of a part":          func(h *ar.Hold) { h.Kind = ar.HoldBlock },
			"of a part of a customer":    func(h *ar.Hold) { h.InvoiceID, h.IdentityID = "", who.ID },
			"of less than nothing":       func(h *ar.Hold) { part := dec("0"); h.Amount = &part },
			"an endless promise":         func(h *ar.Hold) { h.Kind, h.Amount, h.Until = ar.HoldPromise, nil, nil },
			"over before it begins":      func(h *ar.Hold) { h.Until = &before },
			"lifted by nobody":           func(h *ar.Hold) { h.Lifted = &before },
			"lifted by somebody, never":  func(h *ar.Hold) { h.Lifter = "k" },
		} {
			h := aHold(invoice, "")
			change(h)
			if err := db.Update(context.Background(), acme, func(tx *store.Tx) error { return tx.InsertHold(h) }); err == nil {
				t.Errorf("a hold %s is kept", name)
			}
		}
	})
}
