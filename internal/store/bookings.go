package store

import (
	"github.com/dunwell/dunwell/internal/ar"
)

// InsertBooking adds a booking; there is no way to change one. An empty ID is drawn and Created is set, unless it is said to be
// later than now. A second reversal of the same booking is a Conflict unless it is by another movement of money, and the
// transaction goes on.
func (tx *Tx) InsertBooking(b *ar.Booking) error {
	if b.ID == "" {
		b.ID = tx.NewID()
	}
	if b.Created.Before(tx.Now) {
		b.Created = tx.Now
	}
	sum, err := units(b.Amount)
	if err != nil {
		return err
	}
	n, err := tx.exec(`INSERT INTO bookings (merchant, id, invoice_id, kind, transaction_id, voucher, reverses, follows, part, amount, comment, valuedate, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (merchant, reverses, coalesce(transaction_id, '')) WHERE reverses IS NOT NULL DO NOTHING`,
		b.ID, b.InvoiceID, string(b.Kind), b.Transaction, b.Voucher, b.Reverses, b.Follows, string(b.Part), sum, b.Comment, millis(b.Valuedate), millis(b.Created))
	if err == nil && n == 0 {
		return ar.ConflictState("The booking is reversed already.")
	}
	return err
}

// Bookings are all bookings of an invoice, by its id, in the order they were made.
func (tx *Tx) Bookings(invoiceID string) ([]ar.Booking, error) {
	return tx.bookings(`invoice_id = $2`, invoiceID)
}

// BookingsBy are all bookings by a movement of money, by its id, in the order they were made.
func (tx *Tx) BookingsBy(transaction string) ([]ar.Booking, error) {
	return tx.bookings(`transaction_id = $2`, transaction)
}

func (tx *Tx) bookings(where string, values ...any) ([]ar.Booking, error) {
	var all []ar.Booking
	err := tx.query(`SELECT id, invoice_id, kind, transaction_id, voucher, reverses, follows, part, amount, comment, valuedate, created
		FROM bookings WHERE merchant = $1 AND `+where+` ORDER BY created, id`, values, func(r row) error {
		var b ar.Booking
		err := r.Scan(&b.ID, &b.InvoiceID, (*string)(&b.Kind), &b.Transaction, &b.Voucher, &b.Reverses, &b.Follows, (*string)(&b.Part),
			amount{&b.Amount}, &b.Comment, instant{&b.Valuedate}, instant{&b.Created})
		all = append(all, b)
		return err
	})
	return all, err
}
