package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// KeepPaymentKey keeps what transfers may call an invoice that is being committed.
func (tx *Tx) KeepPaymentKey(i *ar.Invoice) error {
	_, err := tx.exec(`INSERT INTO payment_keys (merchant, key, invoice_id) VALUES ($1, $2, $3)`, ar.PaymentKey(i.Number), i.ID)
	return err
}

// keyBatch is how many keys are looked up at once.
const keyBatch = 500

// InvoicesNamed are the invoices that have one of some payment keys, by key.
func (tx *Tx) InvoicesNamed(keys []string) (map[string][]ar.OpenItem, error) {
	found := map[string][]ar.OpenItem{}
	for len(keys) > 0 {
		batch := keys[:min(len(keys), keyBatch)]
		keys = keys[len(batch):]
		var places []string
		var args []any
		for n, key := range batch {
			places = append(places, "$"+strconv.Itoa(n+2))
			args = append(args, key)
		}
		var key string
		err := tx.query(`SELECT `+openItemColumns+`, k.key FROM payment_keys AS k JOIN invoices AS i ON i.merchant = k.merchant AND i.id = k.invoice_id
			WHERE k.merchant = $1 AND k.key IN (`+strings.Join(places, ", ")+`) ORDER BY k.key, k.invoice_id`, args, func(r row) error {
			item, err := scanOpenItem(r, &key)
			found[key] = append(found[key], item)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// OpenInvoices are at most so many open invoices of a customer, by its id, the longest due first.
func (tx *Tx) OpenInvoices(identityID string, limit int) ([]ar.OpenItem, error) {
	return tx.openItems(`i.identity_id = $2 ORDER BY i.due, i.id`+atMost(limit), identityID)
}

// InvoicesOwing are at most so many open invoices of which exactly an amount is unpaid, whoever owes it.
func (tx *Tx) InvoicesOwing(amount decimal.Decimal, currency string, limit int) ([]ar.OpenItem, error) {
	sum, err := units(amount)
	if err != nil {
		return nil, err
	}
	return tx.openItems(`i.unpaid = $2 AND i.currency = $3 ORDER BY i.id`+atMost(limit), sum, currency)
}

// atMost limits a statement that is run often, and has few limits. SQLite looks at the value of one that is bound when it plans, so
// it would plan anew each time, which costs more than ten times what finding a row does.
func atMost(n int) string { return ` LIMIT ` + strconv.Itoa(n) }

func (tx *Tx) openItems(where string, args ...any) (all []ar.OpenItem, err error) {
	err = tx.query(`SELECT `+openItemColumns+` FROM invoices AS i
		WHERE i.merchant = $1 AND i.kind = 'invoice' AND i.state = 'none' AND i.committed IS NOT NULL AND `+where, args, func(r row) error {
		item, err := scanOpenItem(r)
		all = append(all, item)
		return err
	})
	return all, err
}

const openItemColumns = `i.reference, i.number, i.identity_id, i.identity, i.debtor, i.currency, i.state, i.due, i.total, i.unpaid`

// scanOpenItem reads a committed invoice.
func scanOpenItem(r row, more ...any) (i ar.OpenItem, err error) {
	var state string
	var due *time.Time
	err = r.Scan(append([]any{&i.Invoice, &i.Number, &i.Customer.ID, &i.Customer.Reference, &i.Customer.Debtor, &i.Currency, &state,
		maybeInstant{&due}, amount{&i.Total}, amount{&i.Unpaid}}, more...)...)
	if due != nil {
		i.Due = *due
	}
	i.Phase = map[ar.State]ar.Phase{ar.StateNone: ar.Open, ar.StatePaid: ar.Paid, ar.StateCanceled: ar.Canceled}[ar.State(state)]
	return i, err
}

// Booked is an invoice that was booked on, by its id, as matching sees it, and what was booked. It is not locked.
func (tx *Tx) Booked(id string) (item ar.OpenItem, bookings []ar.Booking, err error) {
	err = tx.query(`SELECT `+openItemColumns+` FROM invoices AS i WHERE i.merchant = $1 AND i.id = $2`, []any{id}, func(r row) (err error) {
		item, err = scanOpenItem(r)
		return err
	})
	if err == nil {
		bookings, err = tx.Bookings(id)
	}
	return item, bookings, err
}

// AccountHolders are the customers whose money has come from an account before, two at most: it is nobody's then.
func (tx *Tx) AccountHolders(iban string) (all []ar.Debtor, err error) {
	err = tx.query(`SELECT i.id, i.reference, i.debtor FROM (SELECT DISTINCT identity_id FROM transactions
			WHERE merchant = $1 AND iban = $2 AND iban <> '' AND identity_id IS NOT NULL ORDER BY identity_id LIMIT 2) AS t
		CROSS JOIN identities AS i WHERE i.merchant = $1 AND i.id = t.identity_id ORDER BY i.id`, []any{iban}, func(r row) error {
		var d ar.Debtor
		err := r.Scan(&d.ID, &d.Reference, &d.Debtor)
		all = append(all, d)
		return err
	})
	return all, err
}

// Payments are at most so many transactions of a reference, an amount and a currency, the latest first.
func (tx *Tx) Payments(reference string, sum decimal.Decimal, currency string, limit int) (all []ar.Transaction, err error) {
	n, err := units(sum)
	if err != nil {
		return nil, err
	}
	err = tx.query(`SELECT `+transactionColumns+` FROM transactions AS i WHERE i.merchant = $1 AND i.reference = $2 AND i.amount = $3 AND i.currency = $4 ORDER BY i.id DESC LIMIT $5`,
		[]any{reference, n, currency, int64(limit)}, func(r row) error {
			var t ar.Transaction
			err := scanTransaction(r, &t)
			all = append(all, t)
			return err
		})
	return all, err
}

// Alike are the transactions of the reference, the currency and the amount of one, of either sign, of which something is
// unallocated, the oldest first. They are locked as Transaction does it.
func (tx *Tx) Alike(t *ar.Transaction) (all []ar.Transaction, err error) {
	n, err := units(t.Amount)
	if err != nil {
		return nil, err
	}
	err = tx.query(`SELECT `+transactionColumns+` FROM transactions AS i WHERE i.merchant = $1 AND i.reference = $2 AND i.currency = $3 AND i.amount IN ($4, $5)
		AND i.unallocated <> 0`+tx.lock, []any{t.Reference, t.Currency, n, -n}, func(r row) error {
		var t ar.Transaction
		err := scanTransaction(r, &t)
		all = append(all, t)
		return err
	})
	slices.SortFunc(all, func(a, b ar.Transaction) int { // here, because for SQLite the order would be worth another index, of all there is
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// fillPaymentKeys keeps those of invoices that were committed before there were any.
func fillPaymentKeys(s session) error {
	merchant, id := "", ""
	for {
		var invoices [][3]string
		err := s.query(`SELECT merchant, id, number FROM invoices WHERE (merchant, id) > ($1, $2) AND kind = 'invoice' AND committed IS NOT NULL
			ORDER BY merchant, id LIMIT 500`, []any{merchant, id}, func(r row) error {
			var i [3]string
			err := r.Scan(&i[0], &i[1], &i[2])
			invoices = append(invoices, i)
			return err
		})
		if err != nil || len(invoices) == 0 {
			return err
		}
		for _, i := range invoices {
			merchant, id = i[0], i[1]
			if _, err := s.exec(`INSERT INTO payment_keys (merchant, key, invoice_id) VALUES ($1, $2, $3)`, []any{merchant, ar.PaymentKey(i[2]), id}); err != nil {
				return err
			}
		}
	}
}
