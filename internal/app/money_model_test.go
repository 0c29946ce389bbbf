package app

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// modelInvoice is everything about an invoice that money changes, said in the plainest way.
type modelInvoice struct {
	total, unpaid, paid, credited, givenUp decimal.Decimal

	writtenOff map[string]decimal.Decimal // by hand, by the id of the booking
}

// pay takes what is owed of an amount, and gives back the rest.
func (m *modelInvoice) pay(amount decimal.Decimal, tolerance ar.Tolerance) (rest decimal.Decimal) {
	taken := decimal.Min(amount, m.unpaid)
	m.paid, m.unpaid = m.paid.Add(taken), m.unpaid.Sub(taken)
	small := m.unpaid.LessThanOrEqual(tolerance.Absolute) && m.unpaid.Mul(decimal.NewFromInt(100)).LessThanOrEqual(m.total.Mul(tolerance.Percent))
	if taken.IsPositive() && small {
		m.givenUp, m.unpaid = m.givenUp.Add(m.unpaid), decimal.Zero
	}
	return amount.Sub(taken)
}

// giveBack takes back what was paid of an amount, and gives the rest.
func (m *modelInvoice) giveBack(amount decimal.Decimal) (rest decimal.Decimal) {
	taken := decimal.Min(amount, m.paid)
	m.paid, m.unpaid = m.paid.Sub(taken), m.unpaid.Add(taken)
	if taken.IsPositive() {
		m.unpaid, m.givenUp = m.unpaid.Add(m.givenUp), decimal.Zero
	}
	return amount.Sub(taken)
}

// credit tells what of a credit note is left, if it is allowed.
func (m *modelInvoice) credit(amount decimal.Decimal, excess bool) (left decimal.Decimal, allowed bool) {
	if m.credited.Add(amount).GreaterThan(m.total) || amount.GreaterThan(m.unpaid) && !excess {
		return decimal.Zero, false
	}
	taken := decimal.Min(amount, m.unpaid)
	m.credited, m.unpaid = m.credited.Add(amount), m.unpaid.Sub(taken)
	return amount.Sub(taken), true
}

// writeOff tells whether as much may be given up by hand.
func (m *modelInvoice) writeOff(amount decimal.Decimal) bool {
	allowed := !amount.GreaterThan(m.unpaid)
	if allowed {
		m.unpaid = m.unpaid.Sub(amount)
	}
	return allowed
}

// Whatever comes, in whatever order: the server owes and is owed what the model says, after every step and on every way of
// reading it. A failure prints its seed.
func TestMoneyAgreesWithModel(t *testing.T) {
	each(t, func(b *bench) {
		b.draft() // for its customer
		tolerance := ar.Tolerance{Absolute: decimal.NewFromInt(1), Percent: decimal.NewFromInt(5)}
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Tolerance: tolerance}))
		run := 0
		rapid.Check(b.T, func(t *rapid.T) {
			run++
			w := &modelRun{bench: b, t: t, tolerance: tolerance, invoices: map[string]*modelInvoice{}, credits: map[string]decimal.Decimal{}}
			for n := range 2 {
				w.invoice(fmt.Sprintf("M%d-%d", run, n))
			}
			steps := []func(*rapid.T){w.pay, w.match, w.giveBack, w.credit, w.writeOff, w.takeBack, w.assign, w.assign}
			for range rapid.IntRange(1, 6).Draw(t, "steps") { // few: those that matter show in few, and each is a transaction
				steps[rapid.IntRange(0, len(steps)-1).Draw(t, "step")](t)
				w.agrees(t)
			}
		})
		b.verified()
	})
}

// modelRun is one history of two invoices.
type modelRun struct {
	*bench
	t         *rapid.T
	tolerance ar.Tolerance
	names     []string
	invoices  map[string]*modelInvoice
	credits   map[string]decimal.Decimal // what is unallocated of payments, by their ids
}

func (w *modelRun) amount(t *rapid.T) decimal.Decimal {
	return decimal.New(int64(rapid.SampledFrom([]int{1, 40, 100, 999, 1000, 1960, 2000, 2500, 5000}).Draw(t, "cents")), -2)
}

// invoice stores one of 10.00 to 30.00.
func (w *modelRun) invoice(ref string) {
	total := decimal.NewFromInt(int64(rapid.IntRange(1, 3).Draw(w.t, "total")) * 10)
	w.unprinted(ref, ar.InvoiceChange{Netbased: ar.Set(true), Items: items(total.String())})
	w.names = append(w.names, ref)
	w.invoices[ref] = &modelInvoice{total: total, unpaid: total, writtenOff: map[string]decimal.Decimal{}}
}

// unprinted stores a committed invoice of K1. Nothing is printed, which takes long.
func (b *bench) unprinted(ref string, c ar.InvoiceChange) {
	b.Helper()
	b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
		id, err := tx.Identity("K1")
		if err != nil {
			return err
		}
		inv, err := ar.NewInvoice(id, ar.KindInvoice, ref, c, tx.Now)
		if err != nil {
			return err
		}
		if err := tx.InsertInvoice(inv); err != nil {
			return err
		}
		if err := inv.Commit("N-"+ref, tx.Now); err != nil {
			return err
		}
		if err := tx.UpdateInvoice(inv); err != nil {
			return err
		}
		sealed, err := voucherEntry(inv)
		if err != nil {
			return err
		}
		if err := tx.AppendJournal(sealed); err != nil {
			return err
		}
		return tx.KeepPaymentKey(inv)
	}))
}

// move books a movement, and compares what stays unallocated.
func (w *modelRun) move(t *rapid.T, m ar.Transaction, assigned []ar.Assignment, rest decimal.Decimal) {
	m.Currency, m.Bookingdate, m.Valuedate = "EUR", w.clock.Now().Truncate(24*time.Hour), w.clock.Now().Truncate(24*time.Hour)
	made, err := w.CreateTransaction(w.Context(), by, m, assigned, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !made.Unallocated.Equal(rest) {
		t.Fatalf("unallocated %s, want %s", made.Unallocated, rest)
	}
	if !m.Returns() {
		w.credits[made.ID] = rest
	}
}

// pay assigns a payment to one invoice or to both, not always wholly.
func (w *modelRun) pay(t *rapid.T) {
	var assigned []ar.Assignment
	sum, rest := decimal.Zero, decimal.Zero
	for _, ref := range rapid.Permutation(w.names).Draw(t, "invoices")[:rapid.IntRange(1, 2).Draw(t, "n")] {
		amount := w.amount(t)
		assigned = append(assigned, ar.Assignment{Invoice: ref, Amount: amount})
		sum, rest = sum.Add(amount), rest.Add(w.invoices[ref].pay(amount, w.tolerance))
	}
	over := rapid.SampledFrom([]decimal.Decimal{decimal.Zero, decimal.NewFromInt(3)}).Draw(t, "over")
	w.move(t, ar.Transaction{Amount: sum.Add(over)}, assigned, rest.Add(over))
}

// match pays one invoice by its number.
func (w *modelRun) match(t *rapid.T) {
	ref, amount := rapid.SampledFrom(w.names).Draw(t, "invoice"), w.amount(t)
	w.move(t, ar.Transaction{Amount: amount, Label: "Rechnung N-" + ref}, nil, w.invoices[ref].pay(amount, w.tolerance))
}

func (w *modelRun) giveBack(t *rapid.T) {
	ref, amount := rapid.SampledFrom(w.names).Draw(t, "invoice"), w.amount(t)
	rest := w.invoices[ref].giveBack(amount)
	w.move(t, ar.Transaction{Amount: amount.Neg()}, []ar.Assignment{{Invoice: ref, Amount: amount.Neg()}}, rest.Neg())
}

func (w *modelRun) credit(t *rapid.T) {
	ref, amount, excess := rapid.SampledFrom(w.names).Draw(t, "invoice"), w.amount(t), rapid.Bool().Draw(t, "excess")
	left, allowed := w.invoices[ref].credit(amount, excess)
	note, err := w.CreateCreditnote(w.Context(), by, Credit{Customer: "K1", Invoice: ref, Excess: excess}, ar.InvoiceChange{Items: items(amount.String())}, nil)
	switch {
	case !allowed && ar.KindOf(err) != ar.Conflict, allowed && err != nil:
		t.Fatalf("credit of %s, allowed %v: %v", amount, allowed, err)
	case allowed && !note.Unpaid.Equal(left):
		t.Fatalf("left of the note are %s, want %s", note.Unpaid, left)
	}
}

func (w *modelRun) writeOff(t *rapid.T) {
	ref, amount := rapid.SampledFrom(w.names).Draw(t, "invoice"), w.amount(t)
	m := w.invoices[ref]
	allowed := m.writeOff(amount)
	made, err := w.Adjust(w.Context(), by, ref, ar.Adjustment{Kind: ar.BookWriteoff, Amount: &amount, Reason: "by hand"}, nil)
	if !allowed && ar.KindOf(err) != ar.Conflict || allowed && err != nil {
		t.Fatalf("write-off of %s, allowed %v: %v", amount, allowed, err)
	}
	if allowed {
		m.writtenOff[made.Bookings[0].ID] = amount
	}
}

// takeBack reverses what was written off by hand, and finds that it cannot be reversed twice.
func (w *modelRun) takeBack(t *rapid.T) {
	ref := rapid.SampledFrom(w.names).Draw(t, "invoice")
	m := w.invoices[ref]
	for id, amount := range m.writtenOff {
		for _, want := range []ar.Kind{ar.Internal, ar.Conflict} {
			_, err := w.Adjust(w.Context(), by, ref, ar.Adjustment{Kind: ar.BookReversal, Reverses: id, Reason: "by hand"}, nil)
			if ar.KindOf(err) != want || want == ar.Internal && err != nil {
				t.Fatalf("reversal of %s: %v", amount, err)
			}
		}
		m.unpaid = m.unpaid.Add(amount)
		delete(m.writtenOff, id)
	}
}

// assign sets credit off, if there is as much of it and if as much is owed.
func (w *modelRun) assign(t *rapid.T) {
	if len(w.credits) == 0 {
		return
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(w.credits))).Draw(t, "transaction")
	ref, amount := rapid.SampledFrom(w.names).Draw(t, "invoice"), w.amount(t)
	m := w.invoices[ref]
	allowed := !amount.GreaterThan(w.credits[id]) && !amount.GreaterThan(m.unpaid)
	set, err := w.AssignTransaction(w.Context(), by, id, []ar.Assignment{{Invoice: ref, Amount: amount}}, nil)
	if !allowed && ar.KindOf(err) != ar.Conflict || allowed && err != nil {
		t.Fatalf("%s of %s set off, allowed %v: %v", amount, w.credits[id], allowed, err)
	}
	if allowed {
		m.pay(amount, w.tolerance)
		w.credits[id] = w.credits[id].Sub(amount)
		if !set.Unallocated.Equal(w.credits[id]) {
			t.Fatalf("unallocated %s, want %s", set.Unallocated, w.credits[id])
		}
	}
}

// agrees compares every invoice with the model: what is stored, what its bookings come to, and what a list finds.
func (w *modelRun) agrees(t *rapid.T) {
	for ref, m := range w.invoices {
		inv, err := w.Invoice(w.Context(), by, ar.KindInvoice, ref)
		if err != nil {
			t.Fatal(err)
		}
		account, err := w.Account(w.Context(), by, ref)
		if err != nil {
			t.Fatal(err)
		}
		list, err := w.Invoices(w.Context(), by, ar.KindInvoice, ar.Page{Size: 2, Number: 1, Where: []ar.Condition{
			{Field: ar.FieldReference, Op: ar.Eq, Values: []any{ref}}, {Field: ar.FieldUnpaid, Op: ar.Eq, Values: []any{m.unpaid}}}})
		if err != nil {
			t.Fatal(err)
		}
		booked := ar.BalanceOf(inv.Totals.Gross, account.Bookings).Unpaid
		if !inv.Unpaid.Equal(m.unpaid) || !booked.Equal(m.unpaid) || len(list.Rows) != 1 || (inv.State() == ar.StatePaid) != m.unpaid.IsZero() {
			t.Fatalf("%s: unpaid %s, by its bookings %s, listed %d times; want %s", ref, inv.Unpaid, booked, len(list.Rows), m.unpaid)
		}
	}
}
