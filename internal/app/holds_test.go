package app

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// holds creates a hold, for a reason of no matter.
func (b *bench) holds(h ar.Hold) *ar.Hold {
	b.Helper()
	h.Reason = "They rang."
	made, err := b.CreateHold(b.Context(), by, h, nil)
	b.no(err)
	return made
}

func (b *bench) lift(h *ar.Hold) *ar.Hold {
	b.Helper()
	lifted, err := b.LiftHold(b.Context(), by, h.ID, nil)
	b.no(err)
	return lifted
}

// promise is one about RE1 until a day.
func promise(until string) ar.Hold {
	last := midnight(until)
	return ar.Hold{Invoice: "RE1", Kind: ar.HoldPromise, Until: &last}
}

// dispute is one of a part of RE1.
func dispute(amount string) ar.Hold {
	part := decimal.RequireFromString(amount)
	return ar.Hold{Invoice: "RE1", Kind: ar.HoldDispute, Amount: &part}
}

// stands fails unless getDunning says this of the next step, and shows so many holds and these blocks.
func (b *bench) stands(next string, holds int, blocks ...string) {
	b.Helper()
	d := b.dunning()
	got := d.Reason
	if d.Next != nil {
		got = fmt.Sprintf("level %d on %s", d.Next.Level, d.Next.Date.Format(time.DateOnly))
	}
	if got != next || len(d.Holds) != holds || strings.Join(d.Blocks, " ") != strings.Join(blocks, " ") {
		b.Errorf("%q, %d holds, blocks %q; want %q, %d, %q", got, len(d.Holds), d.Blocks, next, holds, blocks)
	}
}

// From the moment there is a hold, dunning is held back, and from the moment it is lifted it is not.
func TestHolds(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		b.stands("level 1 on 2026-06-04", 0)
		b.day("2026-06-10")
		b.stands("level 1 on 2026-06-10", 0)

		block := b.holds(ar.Hold{Identity: "K1", Kind: ar.HoldBlock})
		if block.ID == "" || block.From != midnight("2026-06-10") || block.Identity != "K1" || block.Invoice != "" || block.Actor != by.Actor {
			b.Errorf("%+v", block)
		}
		b.stands("Dunning of the customer is blocked: They rang.", 1, "Dunning of the customer is blocked: They rang.")
		b.holds(promise("2026-06-20"))
		b.stands("Dunning of the customer is blocked: They rang.", 2, "Dunning of the customer is blocked: They rang.",
			"The invoice is promised to be paid until 2026-06-20: They rang.")
		if lifted := b.lift(block); lifted.Lifted == nil || !lifted.Lifted.Equal(b.clock.Now()) || lifted.Lifter != by.Actor {
			b.Errorf("%+v", lifted)
		}
		b.stands("level 1 on 2026-06-21", 1, "The invoice is promised to be paid until 2026-06-20: They rang.")
		if e, _ := b.entry("RE1"); e.Guard != "G5" || e.Reason != "The invoice is promised to be paid until 2026-06-20: They rang." {
			b.Errorf("%+v", e)
		}

		b.day("2026-06-21") // the promise was broken
		b.stands("level 1 on 2026-06-21", 0)
		if n := b.dun(); n.Level != 1 {
			b.Errorf("%+v", n)
		}
		b.verified()
	})
}

// What is disputed is not asked for, bears fees and interest as before, and is asked for again when nobody disputes it any more.
func TestDisputeOfAPart(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		first := b.holds(dispute("100"))
		b.holds(dispute("0.5"))
		b.day("2026-06-04")
		if got := spoken(b.dun()); got != "level 1, 2026-06-04, pay by 2026-06-11, asks 899.50" {
			b.Error(got)
		}
		b.owesOf("RE1", "1000")
		b.attempt(b.lastJob())
		b.lift(first)
		b.day("2026-06-15")
		if got := spoken(b.dun()); got != "level 2, 2026-06-15, pay by 2026-06-22, asks 1043.72, lump sum 40.00, interest 4.22" {
			b.Error(got)
		}
		b.attempt(b.lastJob())
		b.no(b.pay("1043.72")) // all but what is disputed
		b.day("2026-06-26")
		b.stands("All principal that is open is disputed.", 1, "Of the invoice 0.50 EUR are disputed: They rang.")
		b.verified()
	})
}

// owesOf fails unless so much is unpaid on an invoice.
func (b *bench) owesOf(ref, want string) {
	b.Helper()
	if inv := b.voucher(ref); !inv.Unpaid.Equal(decimal.RequireFromString(want)) {
		b.Errorf("%s owes %s, want %s", ref, inv.Unpaid, want)
	}
}

// What cannot be held is refused, with the field that is wrong; and nothing is left of it.
func TestHoldsRefused(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		_, err := b.CreateInvoice(b.Context(), by, "K1", "DRAFT", ar.InvoiceChange{Items: items("1")}, nil)
		b.no(err)
		b.bill("K1", "GONE", "1")
		b.cancel("GONE")
		for _, c := range []struct {
			hold  ar.Hold
			kind  ar.Kind
			field string
		}{
			{ar.Hold{Kind: ar.HoldBlock}, ar.Invalid, "invoice"},
			{ar.Hold{Invoice: "RE1", Identity: "K1", Kind: ar.HoldBlock}, ar.Invalid, "invoice"},
			{ar.Hold{Invoice: "RE9", Kind: ar.HoldBlock}, ar.Conflict, "invoice"},
			{ar.Hold{Identity: "K9", Kind: ar.HoldBlock}, ar.Conflict, "identity"},
			{ar.Hold{Invoice: "DRAFT", Kind: ar.HoldBlock}, ar.Conflict, "invoice"},
			{ar.Hold{Invoice: "GONE", Kind: ar.HoldBlock}, ar.Conflict, "invoice"},
			{ar.Hold{Invoice: "RE1", Kind: ar.HoldPromise}, ar.Invalid, "until"},
			{dispute("1000.01"), ar.Invalid, "amount"},
		} {
			c.hold.Reason = "They rang."
			_, err := b.CreateHold(b.Context(), by, c.hold, nil)
			var refused *ar.Error
			if !errors.As(err, &refused) || refused.Kind != c.kind || refused.Details[0].Fields[0] != c.field || refused.Details[0].Hint == "" {
				b.Errorf("%+v: %v", c.hold, err)
			}
		}
		if all, err := b.Holds(b.Context(), by, store.HoldFilter{}); len(all) != 0 || err != nil {
			b.Errorf("%+v, %v", all, err)
		}
		if _, err := b.LiftHold(b.Context(), by, "x", nil); ar.KindOf(err) != ar.NotFound {
			b.Error(err)
		}
		b.no(b.pay("1000"))
		b.holds(ar.Hold{Invoice: "RE1", Kind: ar.HoldBlock}) // the money may go back
		_, err = b.moves("-1000", part("RE1", "-1000"))
		b.no(err)
		b.stands("Dunning of the invoice is blocked: They rang.", 1, "Dunning of the invoice is blocked: They rang.")
	})
}

// A hold is made once per key, and lifted once, however many ask for it; the log says who did.
func TestHoldsOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.overdue()
		once := func() *Once[*ar.Hold] {
			return &Once[*ar.Hold]{Key: "key", Fingerprint: "f", Render: func(h *ar.Hold, err error) (store.Answer, error) {
				return store.Answer{Status: 201, Body: []byte(h.ID)}, err
			}}
		}
		h := promise("2026-06-20")
		h.Reason = "They rang."
		var answers [2]string
		for n := range answers {
			o := once()
			_, err := b.CreateHold(b.Context(), by, h, o)
			b.no(err)
			answers[n] = string(o.Answer.Body)
		}
		all, err := b.Holds(b.Context(), by, store.HoldFilter{Invoice: "RE1"})
		b.no(err)
		if len(all) != 1 || answers[0] != answers[1] || answers[0] != all[0].ID {
			b.Fatalf("%q, %+v", answers, all)
		}

		var lifters sync.WaitGroup
		var lifted, refused int
		var counting sync.Mutex
		for range 8 {
			lifters.Go(func() {
				_, err := b.LiftHold(b.Context(), by, all[0].ID, nil)
				counting.Lock()
				defer counting.Unlock()
				switch {
				case err == nil:
					lifted++
				case ar.KindOf(err) == ar.Conflict:
					refused++
				default:
					b.Error(err)
				}
			})
		}
		lifters.Wait()
		if lifted != 1 || refused != 7 {
			b.Errorf("%d lifted, %d refused", lifted, refused)
		}
		b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
			events, err := tx.Events(all[0].InvoiceID)
			var kinds []string
			for _, e := range events {
				kinds = append(kinds, e.Kind)
			}
			if got := strings.Join(kinds, " "); !strings.HasSuffix(got, " dunningHeld dunningHoldLifted") {
				b.Errorf("events %s", got)
			}
			return err
		}))
	})
}

// What is active is asked of the merchant's day.
func TestActiveHolds(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		b.overdue()
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Timezone: "Europe/Berlin"}))
		b.day("2026-06-19")
		b.holds(promise("2026-06-20"))
		active := func() int {
			yes := true
			all, err := b.Holds(b.Context(), by, store.HoldFilter{Active: &yes})
			b.no(err)
			return len(all)
		}
		b.clock.Set(midnight("2026-06-20").Add(22*time.Hour - time.Minute))
		before := active()
		b.clock.Set(midnight("2026-06-20").Add(22 * time.Hour)) // midnight in Berlin
		if after := active(); before != 1 || after != 0 {
			b.Errorf("%d before midnight, %d after", before, after)
		}
	})
}

// A promise keeps a case from collection as it keeps a notice back: in the plan, and when a run that was planned before comes to it.
func TestHoldsKeepFromCollection(t *testing.T) {
	each(t, func(b *bench) {
		b.inVain(ar.CollectionSettings{Email: "inkasso@example.com"})
		if e, _ := b.entry("RE1"); !e.Handover {
			b.Fatalf("%+v", e)
		}
		until := b.clock.Now().AddDate(0, 0, 7).Truncate(24 * time.Hour)
		hold := b.holds(ar.Hold{Invoice: "RE1", Kind: ar.HoldPromise, Until: &until})
		reason := "The invoice is promised to be paid until " + until.Format(time.DateOnly) + ": They rang."
		if e, _ := b.entry("RE1"); e.Handover || e.Guard != "G5" || e.Reason != reason {
			b.Errorf("%+v", e)
		}
		run := b.aRun()
		if dropped := b.collected(run); dropped != "The case is not handed over before "+until.AddDate(0, 0, 1).Format(time.DateOnly)+"." || b.invoice().HandedOver != nil {
			b.Errorf("%q", dropped)
		}
		b.lift(hold)
		if dropped := b.collected(run); dropped != "" || b.invoice().HandedOver == nil {
			b.Errorf("not handed over once it is lifted: %q", dropped)
		}
	})
}
