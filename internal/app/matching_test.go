package app

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// transferred books a transfer that says nothing but its text, from an account.
func (b *bench) transferred(amount, iban, reference, label string) *ar.Transaction {
	b.Helper()
	day := b.clock.Now().Truncate(24 * time.Hour)
	t, err := b.CreateTransaction(b.Context(), by, ar.Transaction{
		Amount: decimal.RequireFromString(amount), Currency: "EUR", Valuedate: day, Bookingdate: day, IBAN: iban, Reference: reference, Label: label}, nil, nil)
	b.no(err)
	kept, err := b.Transaction(b.Context(), by, t.ID)
	b.no(err)
	return kept
}

// matched fails unless a transfer was matched by a rule, and so much of it is booked nowhere.
func (b *bench) matched(t *ar.Transaction, rule ar.Rule, identity, unallocated string, candidates ...string) {
	b.Helper()
	var found []string
	for _, c := range t.Matching.Candidates {
		found = append(found, c.Invoice)
	}
	if t.Matching.Rule != rule || t.IdentityReference != identity || !t.Unallocated.Equal(decimal.RequireFromString(unallocated)) || strings.Join(found, " ") != strings.Join(candidates, " ") {
		b.Errorf("matched by %s, of %q, unallocated %s, candidates %q: %s", t.Matching.Rule, t.IdentityReference, t.Unallocated, found, t.Matching.Reason)
	}
}

// A customer pays as customers do, from the first transfer with the reference of the letter to those that say nothing.
func TestMatching(t *testing.T) {
	const account = "DE89370400440532013000"
	each(t, func(b *bench) {
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Tolerance: ar.Tolerance{Absolute: decimal.RequireFromString("0.50")}}))
		b.open() // RE-2026-0001 of 100
		b.bill("K1", "RE2", "40")
		b.bill("K1", "RE3", "60")
		b.bill("K1", "RE4", "40")
		b.bill("K1", "RE5", "25")

		b.matched(b.transferred("60", account, "", "Danke"), ar.MatchNone, "", "60", "RE3") // nobody knows the account
		b.matched(b.transferred("110", account, ar.RFReference("RE-2026-0001"), "Danke"), ar.MatchReference, "K1", "10")
		b.owes("0", ar.StatePaid)
		b.matched(b.transferred("100", account, "", "Rechnung RE-2026-0001"), ar.MatchNone, "K1", "100", "RE1") // twice
		b.matched(b.transferred("40", account, "", "Danke"), ar.MatchNone, "K1", "40", "RE2", "RE4")
		b.matched(b.transferred("59.60", account, "", "Danke"), ar.MatchTolerance, "K1", "0")
		b.matched(b.transferred("40", "", "E-1", "re 2026 0004"), ar.MatchNumber, "K1", "0")
		b.matched(b.transferred("65", account, "", "Danke"), ar.MatchSubset, "K1", "0")
		b.matched(b.transferred("-40", account, "E-1", "Rückgabe"), ar.MatchReturn, "K1", "0")
		b.matched(b.transferred("40", account, "", "Danke"), ar.MatchAmount, "K1", "0")
		b.matched(b.transferred("-12", account, "NOTPROVIDED", "Rückgabe"), ar.MatchNone, "K1", "-12")
		for ref, want := range map[string]string{
			"RE2": "payment principal -40 by 7", "RE5": "payment principal -25 by 7",
			"RE3": "payment principal -59.6 by 5, writeoff principal -0.4",
			"RE4": "payment principal -40 by 6, reversal principal 40 by 8, payment principal -40 by 9",
		} {
			if got := b.booked(ref); got != want {
				b.Errorf("%s: booked %s, want %s", ref, got, want)
			}
		}
		b.verified()
	})
}

// An account from which money of two customers has come is nobody's.
func TestMatchingOfSharedAccount(t *testing.T) {
	const account = "DE02120300000000202051"
	each(t, func(b *bench) {
		b.open()
		_, err := b.CreateIdentity(b.Context(), by, "K2", ar.IdentityChange{Addresses: ar.Set([]ar.Address{{Company: "Andere", City: "Bonn"}})}, nil)
		b.no(err)
		b.bill("K2", "RE2", "50")
		b.bill("K2", "RE3", "70")
		b.matched(b.transferred("100", account, "", "RE-2026-0001"), ar.MatchNumber, "K1", "0")
		b.matched(b.transferred("50", account, "", "RE-2026-0002"), ar.MatchNumber, "K2", "0")
		b.matched(b.transferred("70", account, "", "Danke"), ar.MatchNone, "", "70", "RE3")
		b.verified()
	})
}

// Those who pay one invoice at once, by its number, pay it once; the rest is their credit.
func TestMatchingConcurrently(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		var all sync.WaitGroup
		var mu sync.Mutex
		left := decimal.Zero
		for range 10 {
			all.Go(func() {
				t := b.transferred("30", "", "", "RE-2026-0001")
				mu.Lock()
				defer mu.Unlock()
				left = left.Add(t.Unallocated)
				if nothing := t.Unallocated.Equal(t.Amount); nothing != (t.Matching.Rule == ar.MatchNone) {
					b.Errorf("unallocated %s, and matched by %s: it was paid by others meanwhile", t.Unallocated, t.Matching.Rule)
				}
			})
		}
		all.Wait()
		if left.String() != "200" {
			b.Errorf("unallocated %s", left)
		}
		b.owes("0", ar.StatePaid)
		b.verified()
	})
}

// What was seen of an invoice before it was locked holds only if it is as it was.
func TestUnchanged(t *testing.T) {
	day := time.Unix(0, 0)
	l := &ledger{invoice: &ar.Invoice{Reference: "RE1", Committed: &day, Unpaid: decimal.NewFromInt(5)}}
	for _, c := range []struct {
		invoice string
		phase   ar.Phase
		unpaid  int64
		want    bool
	}{{"RE1", ar.Open, 5, true}, {"RE1", ar.Open, 6, false}, {"RE1", ar.Canceled, 5, false}, {"RE2", ar.Open, 6, true}} {
		if got := l.unchanged([]ar.OpenItem{{Invoice: c.invoice, Phase: c.phase, Unpaid: decimal.NewFromInt(c.unpaid)}}); got != c.want {
			t.Errorf("%+v is unchanged: %v", c, got)
		}
	}
}

// Money that names its invoice pays the interest too that it is late for, as far as it goes: only what is over is credit.
func TestMatchedMoneyPaysItsInterest(t *testing.T) {
	each(t, func(b *bench) {
		b.inArrears()
		b.atLevel(2)
		paid := b.transferred("1100", "", "", "Rechnung "+b.voucher("RE1").Number)
		if paid.Unallocated.String() != "86.56" { // 1,000.00, a fee of 5.00, and interest of 8.44
			b.Errorf("unallocated %s: %s", paid.Unallocated, b.booked("RE1"))
		}
		b.owes("0", ar.StatePaid)
		b.verified()
	})
}
