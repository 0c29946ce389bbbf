package app

import (
	"fmt"
	rational "math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
)

// modelDebt is a debt in arrears, computed a day at a time with rationals: every day bears a part of a year's interest on what is
// open of the principal when it begins.
type modelDebt struct {
	principal, costs, interest decimal.Decimal
	accrued                    *rational.Rat
	charged                    decimal.Decimal
}

// rate is what a business owes in the first half of 2026: 1.27 and 9 points.
var rate = rational.NewRat(1027, 10000)

func (m *modelDebt) day() {
	m.accrued.Add(m.accrued, new(rational.Rat).Quo(new(rational.Rat).Mul(m.principal.Rat(), rate), rational.NewRat(365, 1)))
}

// freeze charges what has accrued, to the cent.
func (m *modelDebt) freeze() {
	cents, _ := decimal.NewFromString(m.accrued.FloatString(2)) // rounds half away from zero
	if more := cents.Sub(m.charged); more.IsPositive() && m.principal.IsPositive() {
		m.charged, m.interest = m.charged.Add(more), m.interest.Add(more)
	}
}

// pay sets an amount off, in the order of the law or in that of the debtor.
func (m *modelDebt) pay(amount decimal.Decimal, designated bool) (rest decimal.Decimal) {
	order := []*decimal.Decimal{&m.costs, &m.interest, &m.principal}
	if designated {
		order = []*decimal.Decimal{&m.principal, &m.costs, &m.interest}
	}
	for _, part := range order {
		taken := decimal.Min(amount, *part)
		*part, amount = part.Sub(taken), amount.Sub(taken)
	}
	return amount
}

func (m *modelDebt) String() string { return fmt.Sprint(m.principal, " ", m.costs, " ", m.interest) }

// However a debt in arrears is paid, part by part: the server freezes and sets off what the model says, and claims as much.
// A failure prints its seed.
func TestFrozenInterestAgreesWithModel(t *testing.T) {
	each(t, func(b *bench) {
		b.inArrears() // for its customer
		b.clock.Set(time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC))
		due, run := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), 0
		rapid.Check(b.T, func(t *rapid.T) {
			run++
			ref := fmt.Sprint("F", run)
			b.unprinted(ref, ar.InvoiceChange{Netbased: ar.Set(true), Issued: ar.Set(&due), Due: ar.Set(&due), Items: items("1000")})
			level := rapid.SampledFrom([]int{0, 1, 2, 5}).Draw(t, "level")
			_, err := b.ModifyDunning(b.Context(), by, ref, ar.DunningModification{Level: &level}, nil)
			b.no(err)
			b.charge(ref, ar.Booking{Kind: ar.BookFee, Amount: decimal.NewFromInt(5), Valuedate: b.clock.Now()})
			m := &modelDebt{principal: decimal.NewFromInt(1000), costs: decimal.NewFromInt(5), accrued: new(rational.Rat)}
			day := due
			for range rapid.IntRange(1, 4).Draw(t, "payments") {
				for range rapid.IntRange(0, 35).Draw(t, "days") {
					day = day.AddDate(0, 0, 1)
					m.day()
				}
				amount, designated := decimal.New(int64(rapid.IntRange(1, 60000).Draw(t, "cents")), -2), rapid.Bool().Draw(t, "designated")
				if level >= 2 {
					m.freeze()
				}
				rest, label := m.pay(amount, designated), ""
				if designated {
					label = "nur Hauptforderung"
				}
				made, err := b.CreateTransaction(b.Context(), by, ar.Transaction{Amount: amount, Currency: "EUR", Label: label, Valuedate: day, Bookingdate: day}, []ar.Assignment{{Invoice: ref, Amount: amount}}, nil)
				if err != nil || !made.Unallocated.Equal(rest) {
					t.Fatalf("%+v, %v; want %s left", made, err, rest)
				}
				b.owing(t, ref, day, m)
			}
		})
		b.verified()
	})
}

// owing compares what is booked, what is unpaid, and what is claimed.
func (b *bench) owing(t *rapid.T, ref string, day time.Time, m *modelDebt) {
	inv, err := b.Invoice(b.Context(), by, ar.KindInvoice, ref)
	b.no(err)
	account, err := b.Account(b.Context(), by, ref)
	b.no(err)
	is := ar.BalanceOf(inv.Totals.Gross, account.Bookings)
	if got := fmt.Sprint(is.Principal, " ", is.Costs, " ", is.Interest); got != m.String() || !inv.Unpaid.Equal(is.Unpaid) {
		t.Fatalf("%s owes %s, and says %s; want %s", ref, got, inv.Unpaid, m)
	}
	claim, err := b.Claim(b.Context(), by, ref, &day)
	b.no(err)
	cents, _ := decimal.NewFromString(m.accrued.FloatString(2))
	if want := m.interest.Add(cents).Sub(m.charged); !claim.Interest.Equal(want) {
		t.Fatalf("%s: claimed is interest of %s, want %s", ref, claim.Interest, want)
	}
}
