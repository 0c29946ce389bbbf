package app

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// Account is what was booked on an invoice.
type Account struct {
	Currency string       // of all amounts
	Bookings []ar.Booking // the oldest first
}

// Account reads what was booked on an invoice.
func (a *App) Account(ctx context.Context, by Caller, ref string) (Account, error) {
	return view(ctx, a, by, func(tx *store.Tx) (Account, error) {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return Account{}, err
		}
		bookings, err := tx.Bookings(inv.ID)
		return Account{Currency: inv.Currency, Bookings: bookings}, err
	})
}

// ledger is an invoice that is about to be booked on, and what was booked on it before. Nobody else books on it until the
// transaction ends, because it is locked.
type ledger struct {
	invoice  *ar.Invoice
	bookings []ar.Booking
	before   int // how many of them there were when it was opened
	booked   bool
	moved    decimal.Decimal // by move
}

// openLedger reads what was booked on an invoice that was read in this transaction, if anything may be booked on it. The
// fields are those of the request that name the invoice, if any.
func openLedger(tx *store.Tx, inv *ar.Invoice, fields ...string) (*ledger, error) {
	if err := inv.Allow(ar.Book, fields...); err != nil {
		return nil, err
	}
	bookings, err := tx.Bookings(inv.ID)
	return &ledger{invoice: inv, bookings: bookings, before: len(bookings)}, err
}

// balance is what is open.
func (l *ledger) balance() ar.Balance { return ar.BalanceOf(l.invoice.Totals.Gross, l.bookings) }

// book adds bookings. They get their ids, by which later ones may refer to them.
func (l *ledger) book(tx *store.Tx, bookings ...ar.Booking) error {
	for _, b := range bookings {
		b.InvoiceID = l.invoice.ID
		if err := b.Check(); err != nil {
			return err
		}
		l.order(tx, &b)
		if err := tx.InsertBooking(&b); err != nil {
			return err
		}
		l.bookings, l.booked = append(l.bookings, b), true
	}
	return nil
}

// order gives a booking an id and a time that come after those of all before it. Alone they need not: a transaction that began
// earlier may have waited for the invoice, and servers have clocks of their own.
func (l *ledger) order(tx *store.Tx, b *ar.Booking) {
	b.ID, b.Created = tx.NewID(), tx.Now
	if len(l.bookings) == 0 {
		return
	}
	last := l.bookings[len(l.bookings)-1]
	if cmp.Or(b.Created.Compare(last.Created), strings.Compare(b.ID, last.ID)) < 0 {
		b.Created = last.Created.Add(time.Millisecond)
	}
}

// move books a part of a transaction; moved is what of it was booked. Interest is brought up to the day the money came in
// before, see ar.Invoice.Receive. What is left open by a payment and within the tolerance is given up, unless something is
// disputed.
func (l *ledger) move(tx *store.Tx, t *ar.Transaction, part ar.Assignment, merchant *store.Merchant) error {
	if t.Returns() {
		bookings := ar.Return(l.bookings, t, part.Payment, part.Amount.Neg())
		l.moved = moved(bookings)
		return l.book(tx, bookings...)
	}
	bookings, err := l.receive(tx, t, part.Amount, merchant)
	if err != nil || len(bookings) == 0 {
		return err
	}
	if err := l.book(tx, bookings...); err != nil {
		return err
	}
	l.moved = moved(bookings)
	return l.roundOff(tx, merchant)
}

// roundOff gives up what the payment that was booked last has left open, if it is so little. What is disputed is no slight
// underpayment: somebody has to decide about it.
func (l *ledger) roundOff(tx *store.Tx, merchant *store.Merchant) error {
	given := merchant.Settings.Tolerance.RoundOff(l.invoice.Totals.Gross, l.bookings, l.bookings[len(l.bookings)-1])
	if len(given) == 0 {
		return nil
	}
	holds, err := tx.HoldsOf([]string{l.invoice.ID}, []string{l.invoice.Identity.ID})
	if err != nil || ar.InDispute(holds, *today(merchant, tx.Now)) {
		return err
	}
	return l.book(tx, given...)
}

// receive gives the bookings of a payment, and of the interest that it is late for.
func (l *ledger) receive(tx *store.Tx, t *ar.Transaction, amount decimal.Decimal, merchant *store.Merchant) ([]ar.Booking, error) {
	if !l.invoice.InterestMatters(t.Valuedate, l.bookings) {
		return l.balance().Pay(t, amount), nil
	}
	arrears := ar.Arrears{Today: *today(merchant, tx.Now), Settings: merchant.Settings}
	var err error
	if _, arrears.Debtor, err = tx.Debtor(l.invoice.Identity.ID); err != nil {
		return nil, err
	}
	cycles, err := tx.DunningCycles(l.invoice.ID)
	if err != nil {
		return nil, err
	}
	arrears.Cycle = newest(cycles)
	if arrears.Notices, err = tx.Notices(l.invoice.ID); err != nil {
		return nil, err
	}
	return l.invoice.Receive(t, amount, l.bookings, arrears), nil
}

// moved is what bookings take of their transaction.
func moved(bookings []ar.Booking) decimal.Decimal {
	sum := decimal.Zero
	for _, b := range bookings {
		if b.Transaction != nil {
			sum = sum.Sub(b.Amount)
		}
	}
	return sum
}

// close brings what is unpaid up to date with all bookings, if there are new ones.
func (l *ledger) close(tx *store.Tx, by Caller, event string) error {
	if !l.booked {
		return nil
	}
	l.invoice.Unpaid = l.balance().Unpaid
	if err := tx.UpdateInvoice(l.invoice); err != nil {
		return err
	}
	booked := &store.Event{InvoiceID: l.invoice.ID, Actor: by.Actor, Kind: event, Fields: []string{"unpaid"}}
	if err := tx.AppendEvent(booked); err != nil {
		return err
	}
	return tellBooked(tx, l.invoice, l.bookings, l.before, booked)
}
