package app

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// transactions checks that every movement of money is booked, or said to be unallocated, to the last cent, and in its own
// currency.
func (v *inspection) transactions(ctx context.Context) error {
	return walk(func(page ar.Page) (next string, err error) {
		err = v.page(ctx, func(tx *store.Tx) error {
			list, err := tx.Transactions(page)
			if err != nil {
				return err
			}
			next = list.Next
			for i := range list.Rows {
				if err := v.transaction(tx, &list.Rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
		return next, err
	})
}

// transaction checks one movement: the credit that it is to the customer is what its bookings have left of it.
func (v *inspection) transaction(tx *store.Tx, t *ar.Transaction) error {
	bookings, err := tx.BookingsBy(t.ID)
	if err != nil {
		return err
	}
	entries := [][2]ar.Leg{t.Legs()}
	for _, b := range bookings {
		entries = append(entries, b.Legs())
		inv, err := tx.InvoiceByID(b.InvoiceID)
		if err != nil {
			return err
		}
		if inv.Currency != t.Currency {
			v.found("transaction", t.ID, "It is in %s, and booked on an invoice in %s.", t.Currency, inv.Currency)
		}
	}
	if credit := creditOf(entries); !credit.Equal(t.Unallocated) {
		v.found("transaction", t.ID, "It says that %s are unallocated, its bookings leave %s.", t.Unallocated, credit)
	}
	return nil
}

// bookings checks what the bookings of an invoice refer to: the movement of money is there, and of what is taken back there
// was as much. The order in which they are listed does not matter: in what earlier versions have stored, a reversal may come
// before what it takes back.
func (v *inspection) bookings(tx *store.Tx, inv *ar.Invoice, bookings []ar.Booking) error {
	left := map[string]decimal.Decimal{}
	for _, b := range bookings {
		left[b.ID] = b.Amount
	}
	for _, b := range bookings {
		if b.Reverses != nil {
			was := left[*b.Reverses]
			now := was.Add(b.Amount)
			if left[*b.Reverses] = now; was.Sign()*b.Amount.Sign() >= 0 || was.Sign()*now.Sign() < 0 {
				v.found("voucher", inv.ID, "Its booking %s takes back %s, of which there are %s.", b.ID, b.Amount, was)
			}
		}
		if b.Transaction == nil {
			continue
		}
		if _, err := tx.Transaction(*b.Transaction); ar.KindOf(err) == ar.NotFound {
			v.found("voucher", inv.ID, "A booking is by transaction %s, which is not there.", *b.Transaction)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// creditnote checks a committed credit note the same way.
func (v *inspection) creditnote(tx *store.Tx, note *ar.Invoice) error {
	entries := [][2]ar.Leg{note.Legs()}
	if note.Corrects != "" {
		bookings, err := tx.Bookings(note.Corrects)
		if err != nil {
			return err
		}
		for _, b := range bookings {
			if b.Voucher != nil && *b.Voucher == note.Reference {
				entries = append(entries, b.Legs())
			}
		}
	}
	if credit := creditOf(entries); !credit.Equal(note.Unpaid) {
		v.found("voucher", note.ID, "It says that %s are unpaid, its bookings leave %s.", note.Unpaid, credit)
	}
	return nil
}

// creditOf is what entries leave to the customer.
func creditOf(entries [][2]ar.Leg) decimal.Decimal { return ar.Sum(ar.AccountCredit, entries...).Neg() }
