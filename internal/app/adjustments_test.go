package app

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// A fee is waived, the rest is a bad debt, and the invoice is paid; taken back, it is open, and dunned again.
func TestAdjust(t *testing.T) {
	each(t, func(b *bench) {
		b.inArrears()
		b.atLevel(2)
		_, _, err := b.UpsertIdentity(b.Context(), by, "K1", ar.IdentityChange{Emails: ar.Set([]ar.Email{{Email: "dunned@example.com"}})}, Seen{})
		b.no(err)
		adjust := func(a ar.Adjustment) []ar.Booking {
			b.Helper()
			a.Reason = "Kulanz"
			made, err := b.Adjust(b.Context(), by, "RE1", a, nil)
			b.no(err)
			return made.Bookings
		}
		half := decimal.RequireFromString("2.50")
		adjust(ar.Adjustment{Kind: ar.BookWaiver, Part: ar.PartCosts, Amount: &half})
		b.owes("1002.5", ar.StateNone)
		adjust(ar.Adjustment{Kind: ar.BookWaiver})
		b.owes("1000", ar.StateNone)
		given := adjust(ar.Adjustment{Kind: ar.BookWriteoff})
		b.owes("0", ar.StatePaid)
		if len(given) != 1 || given[0].ID == "" || given[0].Comment != "Kulanz" || given[0].Amount.String() != "-1000" {
			b.Errorf("%+v", given)
		}
		dunning := func() string {
			d, err := b.Dunning(b.Context(), by, "RE1")
			b.no(err)
			return fmt.Sprint(d.Next != nil, " ", d.Invoice.DunningState())
		}
		if got := dunning(); got != "false settled" {
			b.Errorf("dunning of a bad debt: %s", got)
		}
		back := adjust(ar.Adjustment{Kind: ar.BookReversal, Reverses: given[0].ID})
		b.owes("1000", ar.StateNone)
		if got := dunning(); got != "true open" || *back[0].Reverses != given[0].ID {
			b.Errorf("dunning of what was taken back: %s, %+v", got, back)
		}
		var kinds []string
		b.no(b.db.View(b.Context(), by.Merchant, func(tx *store.Tx) error {
			kinds = nil
			inv, err := tx.Invoice(ar.KindInvoice, "RE1")
			if err != nil {
				return err
			}
			events, err := tx.Events(inv.ID)
			for _, e := range events {
				if e.Kind == eventAdjusted {
					kinds = append(kinds, fmt.Sprint(e.Actor, e.Fields))
				}
			}
			return err
		}))
		if fmt.Sprint(kinds) != "[system[unpaid] system[unpaid] system[unpaid] system[unpaid]]" {
			b.Errorf("events %v", kinds)
		}
		b.verified()
	})
}

// What is refused books nothing, and what is asked for twice under a key is booked once.
func TestAdjustRefused(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		_, err := b.CreateInvoice(b.Context(), by, "K1", "RE2", ar.InvoiceChange{Items: items("1")}, nil)
		b.no(err)
		b.bill("K1", "RE3", "1")
		now := b.clock.Now()
		_, err = b.UpdateInvoice(b.Context(), by, "RE3", ar.InvoiceChange{Cancelationdate: ar.Set(&now)}, Seen{})
		b.no(err)
		before := b.written()
		for _, c := range []struct {
			ref  string
			a    ar.Adjustment
			kind ar.Kind
		}{
			{"RE2", ar.Adjustment{Kind: ar.BookWriteoff, Reason: "x"}, ar.Conflict},
			{"RE3", ar.Adjustment{Kind: ar.BookWriteoff, Reason: "x"}, ar.Conflict},
			{"RE9", ar.Adjustment{Kind: ar.BookWriteoff, Reason: "x"}, ar.NotFound},
			{"RE1", ar.Adjustment{Kind: ar.BookWaiver, Reason: "x"}, ar.Conflict},
			{"RE1", ar.Adjustment{Kind: ar.BookReversal, Reverses: "x", Reason: "x"}, ar.Conflict},
			{"RE1", ar.Adjustment{Kind: ar.BookWriteoff}, ar.Invalid},
		} {
			if _, err := b.Adjust(b.Context(), by, c.ref, c.a, nil); ar.KindOf(err) != c.kind {
				b.Errorf("%s %+v: %v", c.ref, c.a, err)
			}
		}
		if after := b.written(); after != before {
			b.Errorf("%s became %s", before, after)
		}
		tenth := decimal.RequireFromString("10")
		for range 2 {
			once := &Once[Account]{Key: "k", Fingerprint: "f", Render: func(Account, error) (store.Answer, error) { return store.Answer{Status: 201}, nil }}
			_, err := b.Adjust(b.Context(), by, "RE1", ar.Adjustment{Kind: ar.BookWriteoff, Amount: &tenth, Reason: "x"}, once)
			b.no(err)
		}
		b.owes("90", ar.StateNone)
		b.verified()
	})
}

// A tolerance that gave up too much is taken back by hand, and not once more when the payment goes back.
func TestRoundedOffAndTakenBack(t *testing.T) {
	each(t, func(b *bench) {
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Tolerance: ar.Tolerance{Absolute: decimal.NewFromInt(1)}}))
		b.open()
		b.no(b.pay("99.50"))
		b.owes("0", ar.StatePaid)
		account, err := b.Account(b.Context(), by, "RE1")
		b.no(err)
		_, err = b.Adjust(b.Context(), by, "RE1", ar.Adjustment{Kind: ar.BookReversal, Reverses: account.Bookings[1].ID, Reason: "too much"}, nil)
		b.no(err)
		b.owes("0.5", ar.StateNone)
		_, err = b.moves("-99.50", part("RE1", "-99.50"))
		b.no(err)
		b.owes("100", ar.StateNone)
		b.verified()
	})
}

// Of 1,000.00, 4.22 of interest are charged and given up, and then 990.00 arrive that were there a fortnight before: 0.90 have
// accrued, less than was given up. That is given up no second time.
func TestAWaiverIsNotGivenBack(t *testing.T) {
	each(t, func(b *bench) {
		b.dunned()
		_, err := b.Adjust(b.Context(), by, "RE1", ar.Adjustment{Kind: ar.BookWaiver, Part: ar.PartInterest, Reason: "Kulanz"}, nil)
		b.no(err)
		b.attempt(b.lastJob())
		b.day("2026-06-17")
		b.no(b.paidOn("2026-06-02", "990"))
		b.owes("50", ar.StateNone)
		b.day("2026-06-26")
		if got := spoken(b.dun()); got != "level 3, 2026-06-26, pay by 2026-07-03, asks 52.50, fee 2.50" {
			b.Error(got)
		}
		b.sameEverywhere()
		b.no(b.pay("52.50"))
		b.owes("0", ar.StatePaid)
		b.verified()
	})
}

// Interest of 4.22 is paid, of which 3.32 turn out not to be owed: they count for the rest, and what is paid beside is credit.
func TestInterestThatWasPaidInVainCounts(t *testing.T) {
	each(t, func(b *bench) {
		b.dunned()
		b.attempt(b.lastJob())
		b.no(b.pay("44.22"))
		b.day("2026-06-17")
		b.no(b.paidOn("2026-06-02", "950"))
		b.day("2026-06-26")
		if got := spoken(b.dun()); got != "level 3, 2026-06-26, pay by 2026-07-03, asks 49.18, fee 2.50, interest -3.32" {
			b.Error(got)
		}
		b.sameEverywhere()
		fifty := ar.InvoiceChange{Netbased: ar.Set(true), Items: items("50")}
		if _, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", fifty); ar.KindOf(err) != ar.Conflict {
			b.Errorf("a note of more than is open: %v", err)
		}
		paid, err := b.moves("52.50", part("RE1", "52.50"))
		b.no(err)
		b.owes("0", ar.StatePaid)
		if paid.Unallocated.String() != "3.32" {
			b.Errorf("credit of %s", paid.Unallocated)
		}
		b.verified()
	})
}

// A direct debit comes back, at half past midnight of the 27th in Berlin, with the value date it was collected on: the next level
// waits for its grace from the day it came back. The notice asked for payment by 2026-06-11.
func TestAReturnCountsFromTheDayItIsTold(t *testing.T) {
	each(t, func(b *bench) {
		b.reminded()
		b.schedule()
		b.day("2026-06-05")
		b.no(b.pay("1000"))
		b.clock.Set(midnight("2026-06-26").Add(22*time.Hour + 30*time.Minute))
		back := ar.Transaction{Amount: decimal.NewFromInt(-1000), Currency: "EUR", Valuedate: midnight("2026-06-05"), Bookingdate: midnight("2026-06-26")}
		_, err := b.CreateTransaction(b.Context(), by, back, []ar.Assignment{part("RE1", "-1000")}, nil)
		b.no(err)
		if d := b.dunning(); d.Next == nil || !d.Next.Date.Equal(midnight("2026-07-01")) {
			b.Errorf("next %+v, %s", d.Next, d.Reason)
		}
		if e, _ := b.entry("RE1"); e.Guard != "G2" {
			b.Errorf("a run of today: %+v", e)
		}
	})
}

// paidOn pays RE1 money that counts from a day that is past.
func (b *bench) paidOn(value, amount string) error {
	t := ar.Transaction{Amount: decimal.RequireFromString(amount), Currency: "EUR", Valuedate: midnight(value), Bookingdate: midnight(value)}
	_, err := b.CreateTransaction(b.Context(), by, t, []ar.Assignment{part("RE1", amount)}, nil)
	return err
}
