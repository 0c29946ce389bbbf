package store

import (
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Number is a number that was drawn for a voucher, and stays on record whatever becomes of it.
type Number struct {
	Kind      ar.VoucherKind
	Number    string
	InvoiceID string
	Drawn     time.Time
}

// ReserveNumber keeps a number for a voucher, by its id, before the voucher is committed with it, or is there at all. It
// reports false, and changes nothing, when the number is not free: reserved for another voucher, or already another's, even if that is a
// draft and the number no more than a wish. Whoever reserves holds the voucher's lock, and asks ReservedNumber first.
func (tx *Tx) ReserveNumber(kind ar.VoucherKind, invoiceID, number string) (free bool, err error) {
	n, err := tx.exec(`INSERT INTO numbers (merchant, kind, number, invoice_id, drawn)
		SELECT $1, $2, $3, $4, CAST($5 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM invoices WHERE merchant = $1 AND kind = $2 AND number = $3 AND id <> $4)
		ON CONFLICT (merchant, kind, number) DO NOTHING`, string(kind), number, invoiceID, millis(tx.Now))
	return n == 1, err
}

// ReservedNumber is the number that is kept for a voucher, by its id, if there is one. One that another voucher was
// committed with meanwhile, because somebody gave it that number by hand, is not kept any more.
func (tx *Tx) ReservedNumber(invoiceID string) (number string, ok bool, err error) {
	ok, err = tx.first(`SELECT n.number FROM numbers AS n WHERE n.merchant = $1 AND n.invoice_id = $2 AND NOT EXISTS
		(SELECT 1 FROM invoices AS i WHERE i.merchant = $1 AND i.kind = n.kind AND i.number = n.number AND i.committed IS NOT NULL AND i.id <> $2)
		ORDER BY n.drawn DESC, n.number DESC LIMIT 1`, []any{invoiceID}, &number)
	return number, ok, err
}

// NumberGaps are the numbers of a kind of voucher that were drawn and that no committed voucher has, in the order they
// were drawn: for the books. One that was drawn a moment ago may be about to be used.
func (tx *Tx) NumberGaps(kind ar.VoucherKind) ([]Number, error) {
	var all []Number
	err := tx.query(`SELECT n.number, n.invoice_id, n.drawn FROM numbers AS n WHERE n.merchant = $1 AND n.kind = $2 AND NOT EXISTS
		(SELECT 1 FROM invoices AS i WHERE i.merchant = $1 AND i.kind = $2 AND i.number = n.number AND i.committed IS NOT NULL)
		ORDER BY n.drawn, n.number`, []any{string(kind)}, func(r row) error {
		n := Number{Kind: kind}
		err := r.Scan(&n.Number, &n.InvoiceID, instant{&n.Drawn})
		all = append(all, n)
		return err
	})
	return all, err
}
