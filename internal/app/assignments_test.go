package app

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// inArrears makes RE1 of 1,000.00 that a business owes since 31 January: it is 2 March.
func (b *bench) inArrears() {
	b.Helper()
	address := []ar.Address{{Company: "Kunde", City: "Berlin"}}
	_, err := b.CreateIdentity(b.Context(), by, "K1", ar.IdentityChange{Kind: ar.Set(ar.Incorporate), Addresses: ar.Set(address)}, nil)
	b.no(err)
	issued, due := time.Date(2026, 1, 17, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	_, err = b.CreateInvoice(b.Context(), by, "K1", "RE1", ar.InvoiceChange{Netbased: ar.Set(true), Issued: ar.Set(&issued), Due: ar.Set(&due), Items: items("1000")}, nil)
	b.no(err)
	_, err = b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
	b.no(err)
}

// atLevel sets the level of RE1, and charges a fee of 5.00.
func (b *bench) atLevel(level int) {
	b.Helper()
	_, err := b.ModifyDunning(b.Context(), by, "RE1", ar.DunningModification{Level: &level}, nil)
	b.no(err)
	b.charge("RE1", ar.Booking{Kind: ar.BookFee, Amount: decimal.RequireFromString("5.00"), Valuedate: b.clock.Now()})
}

// The vector of § 367 BGB, and the claim at the end of March.
func TestInterestIsFrozen(t *testing.T) {
	for _, c := range []struct {
		name, label, booked, unpaid, claimed string
		level                                int
		freeze                               ar.Freeze
	}{
		{"lawful", "", "interest interest 8.44, payment costs -5 by 1, payment interest -8.44 by 1, payment principal -486.56 by 1", "513.44", "513.44 0 4.19", 2, ""},
		{"designated", "nur Hauptforderung", "interest interest 8.44, payment principal -500 by 1", "513.44", "500 5 12.52", 2, ""},
		{"only reminded", "", "payment costs -5 by 1, payment principal -495 by 1", "505", "505 0 12.56", 1, ""},
		{"always", "", "interest interest 8.44, payment costs -5 by 1, payment interest -8.44 by 1, payment principal -486.56 by 1", "513.44", "513.44 0 4.19", 0, ar.FreezeAlways},
		{"never", "", "payment costs -5 by 1, payment principal -495 by 1", "505", "505 0 12.56", 2, ar.FreezeNever},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(b *bench) {
				b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Interest: ar.InterestSettings{Freeze: c.freeze}}))
				b.inArrears()
				b.atLevel(c.level)
				day := b.clock.Now().Truncate(24 * time.Hour)
				paid := ar.Transaction{Amount: decimal.NewFromInt(500), Currency: "EUR", Label: c.label, Valuedate: day, Bookingdate: day}
				_, err := b.CreateTransaction(b.Context(), by, paid, []ar.Assignment{part("RE1", "500")}, nil)
				b.no(err)
				if got := b.booked("RE1"); got != "fee  5, "+c.booked {
					b.Errorf("booked %s, want %s", got, c.booked)
				}
				b.owes(c.unpaid, ar.StateNone)
				march := day.AddDate(0, 0, 29)
				claim, err := b.Claim(b.Context(), by, "RE1", &march)
				b.no(err)
				if got := claim.Principal.String() + " " + claim.Costs.String() + " " + claim.Interest.String(); got != c.claimed {
					b.Errorf("claimed %s, want %s", got, c.claimed)
				}
				b.verified()
			})
		})
	}
}

// unallocated is what is left of transaction 1.
func (b *bench) unallocated(want string) {
	b.Helper()
	kept, err := b.Transaction(b.Context(), by, "1")
	b.no(err)
	if kept.Unallocated.String() != want {
		b.Errorf("unallocated %s, want %s", kept.Unallocated, want)
	}
}

// Credit is set off when somebody says so, in parts, and never more of it than there is or than is owed.
func TestAssignTransaction(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		_, err := b.moves("130", part("RE1", "100"))
		b.no(err)
		b.bill("K1", "RE2", "20")
		b.bill("K1", "RE3", "50")
		if b.booked("RE2") != "" {
			b.Error("credit was set off unasked")
		}
		assign := func(assigned ...ar.Assignment) (*ar.Transaction, error) {
			return b.AssignTransaction(b.Context(), by, "1", assigned, nil)
		}
		for _, c := range []struct {
			name, says string
			assigned   []ar.Assignment
			kind       ar.Kind
		}{
			{"more than is left", "30.00 are unallocated", []ar.Assignment{part("RE2", "20"), part("RE3", "10.01")}, ar.Conflict},
			{"more than is owed", "'RE2' owes 20.00", []ar.Assignment{part("RE3", "9"), part("RE2", "20.01")}, ar.Conflict},
			{"a paid invoice", "'RE1' owes 0.00", []ar.Assignment{part("RE1", "1")}, ar.Conflict},
			{"no invoice", "no invoice 'RE9'", []ar.Assignment{part("RE9", "1")}, ar.Conflict},
			{"one twice", "named twice", []ar.Assignment{part("RE2", "1"), part("RE2", "1")}, ar.Invalid},
			{"less than nothing", "sign", []ar.Assignment{part("RE2", "-1")}, ar.Invalid},
		} {
			var e *ar.Error
			if _, err := assign(c.assigned...); !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(err.Error(), c.says) || e.Details[0].Hint == "" || len(e.Details[0].Fields) == 0 {
				b.Errorf("%s: %v", c.name, err)
			}
		}
		b.unallocated("30")
		set, err := assign(part("RE2", "20"))
		if b.no(err); set.Unallocated.String() != "10" || b.booked("RE2") != "payment principal -20 by 1" {
			b.Errorf("%+v, %s", set, b.booked("RE2"))
		}
		_, err = assign(part("RE3", "10"))
		b.no(err)
		b.unallocated("0")
		if _, err := assign(part("RE3", "1")); ar.KindOf(err) != ar.Conflict {
			b.Errorf("nothing is left: %v", err)
		}
		for _, id := range []string{"9", "x"} {
			if _, err := b.AssignTransaction(b.Context(), by, id, nil, nil); ar.KindOf(err) != ar.NotFound {
				b.Errorf("transaction %s: %v", id, err)
			}
		}
		b.verified()
	})
}

// What could not be matched is matched again when more is known: its invoice is there, or its customer.
func TestMatchedAgain(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		day := b.clock.Now().Truncate(24 * time.Hour)
		in, err := b.CreateTransaction(b.Context(), by, ar.Transaction{Amount: decimal.NewFromInt(20), Currency: "EUR", Label: "Rechnung RE-4711", Valuedate: day, Bookingdate: day}, nil, nil)
		b.no(err)
		again := func() *ar.Transaction {
			t, err := b.AssignTransaction(b.Context(), by, in.ID, nil, nil)
			b.no(err)
			return t
		}
		if t := again(); t.Matching.Rule != ar.MatchNone || t.Unallocated.String() != "20" {
			b.Errorf("%+v", t)
		}
		_, err = b.CreateInvoice(b.Context(), by, "K1", "RE2", ar.InvoiceChange{Number: ar.Set("RE-4711"), Netbased: ar.Set(true), Items: items("15")}, nil)
		b.no(err)
		_, err = b.CommitInvoice(b.Context(), by, "RE2", Commit{}, nil)
		b.no(err)
		if t := again(); t.Unallocated.String() != "5" || t.IdentityReference != "K1" || t.Matching.Rule != ar.MatchNumber {
			b.Errorf("%+v, %+v", t, t.Matching)
		}
		kept, err := b.Transaction(b.Context(), by, in.ID)
		if b.no(err); kept.Unallocated.String() != "5" || kept.IdentityReference != "K1" || kept.Matching.Rule != ar.MatchNumber {
			b.Errorf("kept is %+v, %+v", kept, kept.Matching)
		}
		if t := again(); t.Unallocated.String() != "5" || t.Matching.Rule != ar.MatchNone {
			b.Errorf("%+v, %+v", t, t.Matching)
		}
		b.verified()
	})
}

// Credit of a customer finds that customer's invoices, not those of others that are as much.
func TestCreditIsItsCustomers(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		_, err := b.CreateIdentity(b.Context(), by, "K2", ar.IdentityChange{Addresses: ar.Set([]ar.Address{{Company: "Andere", City: "Bonn"}})}, nil)
		b.no(err)
		_, err = b.moves("130", part("RE1", "100"))
		b.no(err)
		b.bill("K2", "RE2", "30")
		if t, err := b.AssignTransaction(b.Context(), by, "1", nil, nil); err != nil || t.Unallocated.String() != "30" {
			b.Errorf("%+v, %v", t, err)
		}
		b.bill("K1", "RE3", "30")
		set, err := b.AssignTransaction(b.Context(), by, "1", nil, nil)
		if b.no(err); !set.Unallocated.IsZero() || b.booked("RE3") != "payment principal -30 by 1" || set.Matching.Rule != ar.MatchAmount {
			b.Errorf("%+v, %s", set, b.booked("RE3"))
		}
		kept, err := b.Transaction(b.Context(), by, "1")
		if b.no(err); kept.Matching == nil || kept.Matching.Reason != set.Matching.Reason {
			b.Errorf("kept is %+v, not %+v", kept.Matching, set.Matching)
		}
		b.verified()
	})
}

// The same credit is set off on many invoices at once, while these are paid: nothing of it is booked twice.
func TestAssignConcurrently(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		_, err := b.moves("160", part("RE1", "100"))
		b.no(err)
		b.bill("K1", "RE2", "1000")
		var all sync.WaitGroup
		var mu sync.Mutex
		set := 0
		for range 10 {
			all.Go(func() {
				switch _, err := b.AssignTransaction(b.Context(), by, "1", []ar.Assignment{part("RE2", "10")}, nil); {
				case err == nil:
					mu.Lock()
					set++
					mu.Unlock()
				case ar.KindOf(err) != ar.Conflict:
					b.Error(err)
				}
			})
			all.Go(func() {
				if _, err := b.moves("1", part("RE2", "1")); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		if set != 6 {
			b.Errorf("of 60.00, 10.00 were set off %d times", set)
		}
		b.unallocated("0")
		b.verified()
	})
}

// Twice the same request sets off once.
func TestAssignOnce(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		_, err := b.moves("5")
		b.no(err)
		for range 2 {
			once := &Once[*ar.Transaction]{Key: "k", Fingerprint: "f", Render: func(*ar.Transaction, error) (store.Answer, error) { return store.Answer{Status: 200}, nil }}
			_, err := b.AssignTransaction(b.Context(), by, "1", []ar.Assignment{part("RE1", "2")}, once)
			b.no(err)
		}
		b.unallocated("3")
	})
}
