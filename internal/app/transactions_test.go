package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// part is an assignment.
func part(invoice, amount string) ar.Assignment {
	return ar.Assignment{Invoice: invoice, Amount: decimal.RequireFromString(amount)}
}

// bill makes a committed invoice of a customer that is there.
func (b *bench) bill(customer, ref, price string) {
	b.Helper()
	_, err := b.CreateInvoice(b.Context(), by, customer, ref, ar.InvoiceChange{Netbased: ar.Set(true), Items: items(price)}, nil)
	b.no(err)
	_, err = b.CommitInvoice(b.Context(), by, ref, Commit{}, nil)
	b.no(err)
}

// charge books something on an invoice that no operation does yet.
func (b *bench) charge(ref string, booking ar.Booking) {
	b.Helper()
	b.no(b.db.Update(b.Context(), by.Merchant, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return err
		}
		l, err := openLedger(tx, inv)
		if err != nil {
			return err
		}
		return errors.Join(l.book(tx, booking), l.close(tx, by, eventBooked))
	}))
}

// booked is what was booked on an invoice, as text.
func (b *bench) booked(ref string) string {
	b.Helper()
	account, err := b.Account(b.Context(), by, ref)
	b.no(err)
	var texts []string
	for _, booking := range account.Bookings {
		text := fmt.Sprint(booking.Kind, " ", booking.Part, " ", booking.Amount)
		if booking.Transaction != nil {
			text += " by " + *booking.Transaction
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// verified fails unless everything that is stored agrees with itself.
func (b *bench) verified() {
	b.Helper()
	_, err := b.Verify(b.Context(), by.Merchant, nil, func(f Finding) { b.Errorf("verify: %+v", f) })
	b.no(err)
}

// What is paid too much is the customer's, and what goes back makes the invoice owed again, costs included.
func TestOverpaymentAndReturn(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.charge("RE1", ar.Booking{Kind: ar.BookFee, Amount: decimal.RequireFromString("5.00"), Valuedate: b.clock.Now()})
		paid, err := b.moves("120", part("RE1", "120"))
		b.no(err)
		if paid.Unallocated.String() != "15" || paid.IdentityReference != "K1" || paid.ID != "1" {
			b.Errorf("%+v", paid)
		}
		b.owes("0", ar.StatePaid)
		more, err := b.moves("1", part("RE1", "1"))
		b.no(err)
		if more.Unallocated.String() != "1" {
			b.Errorf("nothing is owed, and unallocated is %s", more.Unallocated)
		}
		back, err := b.moves("-120", part("RE1", "-120"))
		b.no(err)
		if back.Unallocated.String() != "-15" || back.IdentityReference != "K1" {
			b.Errorf("%+v", back)
		}
		b.owes("105", ar.StateNone)
		const want = "fee  5, payment costs -5 by 1, payment principal -100 by 1, reversal principal 100 by 3, reversal costs 5 by 3"
		if got := b.booked("RE1"); got != want {
			b.Errorf("booked %s, want %s", got, want)
		}
		b.verified()
	})
}

// A transaction that began before another may book after it. Bookings are told in the order they were made all the same, a
// return takes back the latest, and what an earlier version has stored in another order is no damage.
func TestBookingsOfLateClocks(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		for _, amount := range []string{"30", "40", "-10"} {
			_, err := b.moves(amount, part("RE1", amount))
			b.no(err)
			b.clock.Advance(-3 * time.Millisecond)
		}
		const want = "payment principal -30 by 1, payment principal -40 by 2, reversal principal 10 by 3"
		if got := b.booked("RE1"); got != want {
			b.Errorf("booked %s, want %s", got, want)
		}
		account, err := b.Account(b.Context(), by, "RE1")
		b.no(err)
		if all := account.Bookings; *all[2].Reverses != all[1].ID {
			b.Error("the return takes back the first payment")
		}
		b.unguard()
		b.damage(`UPDATE bookings SET created = created - 1000 WHERE kind = 'reversal'`)
		if got := b.booked("RE1"); !strings.HasPrefix(got, "reversal") {
			b.Errorf("booked %s", got)
		}
		b.verified()
	})
}

// One movement for several invoices, one of which is another customer's.
func TestSeveralInvoices(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.bill("K1", "RE2", "50")
		moved, err := b.moves("150", part("RE2", "50"), part("RE1", "100"))
		b.no(err)
		if !moved.Unallocated.IsZero() || moved.IdentityReference != "K1" || b.booked("RE2") != "payment principal -50 by 1" {
			b.Errorf("%+v, %s", moved, b.booked("RE2"))
		}
		_, err = b.CreateIdentity(b.Context(), by, "K2", ar.IdentityChange{Addresses: ar.Set([]ar.Address{{Company: "Andere", City: "Bonn"}})}, nil)
		b.no(err)
		b.bill("K2", "RE3", "10")
		if moved, err = b.moves("20", part("RE3", "10"), part("RE1", "10")); err != nil || moved.IdentityReference != "" || moved.Unallocated.String() != "10" {
			b.Errorf("%+v, %v", moved, err)
		}
		b.verified()
	})
}

// A slight underpayment is written off, and owed again with everything else when the money goes back.
func TestTolerance(t *testing.T) {
	each(t, func(b *bench) {
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Tolerance: ar.Tolerance{Absolute: decimal.RequireFromString("0.50"), Percent: decimal.RequireFromString("1")}}))
		b.open()
		b.no(b.pay("99.49"))
		b.owes("0.51", ar.StateNone)
		b.no(b.pay("0.02"))
		b.owes("0", ar.StatePaid)
		_, err := b.moves("-99.49", part("RE1", "-99.49"))
		b.no(err)
		b.owes("99.98", ar.StateNone)
		const want = "payment principal -99.49 by 1, payment principal -0.02 by 2, writeoff principal -0.49, reversal principal 99.49 by 3, reversal principal 0.49"
		if got := b.booked("RE1"); got != want {
			b.Errorf("booked %s, want %s", got, want)
		}
		b.verified()
		err = b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Tolerance: ar.Tolerance{Percent: decimal.NewFromInt(-1)}})
		if ar.KindOf(err) != ar.Invalid {
			b.Errorf("a tolerance below zero: %v", err)
		}
	})
}

// What is left open of an invoice that is disputed, be it a part of it, is given up by nobody.
func TestToleranceOfWhatIsDisputed(t *testing.T) {
	each(t, func(b *bench) {
		b.no(b.SetSettings(b.Context(), by.Merchant, "", ar.Settings{Tolerance: ar.Tolerance{Absolute: decimal.RequireFromString("0.50")}}))
		b.open()
		part := decimal.NewFromInt(10)
		dispute, err := b.CreateHold(b.Context(), by, ar.Hold{Invoice: "RE1", Kind: ar.HoldDispute, Reason: "Broken", Amount: &part}, nil)
		b.no(err)
		b.no(b.pay("99.60"))
		b.owes("0.40", ar.StateNone)
		_, err = b.LiftHold(b.Context(), by, dispute.ID, nil)
		b.no(err)
		b.no(b.pay("0.10"))
		b.owes("0", ar.StatePaid)
		b.verified()
	})
}

// What is refused leaves nothing behind.
func TestTransactionsRefused(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		_, err := b.CreateInvoice(b.Context(), by, "K1", "RE2", ar.InvoiceChange{Items: items("1")}, nil)
		b.no(err)
		_, err = b.CreateInvoice(b.Context(), by, "K1", "RE3", ar.InvoiceChange{Currency: ar.Set("CHF"), Items: items("1")}, nil)
		b.no(err)
		before := b.written()
		for _, c := range []struct {
			assigned ar.Assignment
			kind     ar.Kind
		}{{part("RE2", "1"), ar.Conflict}, {part("RE3", "1"), ar.Conflict}, {part("RE9", "1"), ar.Conflict}, {part("RE1", "3"), ar.Invalid}} {
			_, err := b.moves("2", part("RE1", "1"), c.assigned)
			var e *ar.Error
			if !errors.As(err, &e) || e.Kind != c.kind || len(e.Details) == 0 || e.Details[0].Hint == "" || len(e.Details[0].Fields) == 0 {
				b.Errorf("%s: %v", c.assigned.Invoice, err)
			}
		}
		list, err := b.Transactions(b.Context(), by, ar.Page{Size: 10, Number: 1})
		if b.no(err); len(list.Rows) != 0 || b.written() != before {
			b.Errorf("something was booked: %+v", list.Rows)
		}
	})
}

// Money for the same invoices at once, in every order: all of it is booked, nothing twice, and nobody is refused.
func TestTransactionsConcurrently(t *testing.T) {
	each(t, func(b *bench) {
		b.open()
		b.bill("K1", "RE2", "100")
		var all sync.WaitGroup
		for n := range 10 {
			all.Go(func() {
				assigned := []ar.Assignment{part("RE1", "15"), part("RE2", "12")}
				if n%2 == 1 {
					slices.Reverse(assigned)
				}
				if _, err := b.moves("27", assigned...); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		b.owes("0", ar.StatePaid)
		list, err := b.Transactions(b.Context(), by, ar.Page{Size: 100, Number: 1, Sort: []ar.Order{{Field: ar.FieldCreated}}})
		b.no(err)
		left, ids := decimal.Zero, ""
		for _, t := range list.Rows {
			left, ids = left.Add(t.Unallocated), ids+" "+t.ID
		}
		if left.String() != "70" || ids != " 1 2 3 4 5 6 7 8 9 10" { // 270 less 200
			b.Errorf("unallocated %s, ids%s", left, ids)
		}
		b.verified()
	})
}
