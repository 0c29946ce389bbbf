package store

import (
	"strconv"

	"github.com/dunwell/dunwell/internal/ar"
)

const transactionColumns = `i.id, i.identity_id, i.method, i.amount, i.unallocated, i.currency, i.bookingdate, i.valuedate, i.reference, i.label, i.peer, i.iban, i.matching, i.meta, i.created,
	(SELECT c.reference FROM identities AS c WHERE c.merchant = i.merchant AND c.id = i.identity_id)`

func scanTransaction(r row, t *ar.Transaction, more ...any) error {
	var id int64
	dest := append([]any{
		&id, text{&t.Identity}, &t.Method, amount{&t.Amount}, amount{&t.Unallocated}, &t.Currency, instant{&t.Bookingdate}, instant{&t.Valuedate},
		&t.Reference, &t.Label, &t.Peer, &t.IBAN, maybeParsed[ar.Matching]{&t.Matching}, maybeRaw{&t.Meta}, instant{&t.Created}, text{&t.IdentityReference},
	}, more...)
	err := r.Scan(dest...)
	t.ID = strconv.FormatInt(id, 10)
	return err
}

// transactionListing has numbers as ids, as they are shown.
var transactionListing = func() *listing {
	l := newListing("transactions", transactionColumns, ar.TransactionFields)
	l.id = ar.TypeNumber
	return l
}()

// transactionCounter is the counter that numbers transactions.
const transactionCounter = "transaction"

// NewTransactionID draws the id of a transaction that is about to be stored. It draws from a counter, so it comes after
// every lock of an invoice.
func (tx *Tx) NewTransactionID() (string, error) {
	n, err := tx.Next(transactionCounter)
	return strconv.FormatInt(n, 10), err
}

// InsertTransaction stores a movement of money under the id that was drawn for it. Created is set.
func (tx *Tx) InsertTransaction(t *ar.Transaction) error {
	t.Created = tx.Now
	sum, err := units(t.Amount)
	if err != nil {
		return err
	}
	id, unallocated, matching, err := setOffColumns(t)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO transactions (merchant, id, identity_id, method, amount, unallocated, currency, bookingdate, valuedate, reference, label, peer, iban, matching, meta, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`, id, orNull(t.Identity), t.Method, sum, unallocated, t.Currency,
		millis(t.Bookingdate), millis(t.Valuedate), t.Reference, t.Label, t.Peer, t.IBAN, matching, raw(t.Meta), millis(t.Created))
	return err
}

// SetOff stores what was booked of a movement of money since it was read: Unallocated, which shrinks, and with it Matching;
// and whose money it is, if that was not known. Nothing else ever changes.
func (tx *Tx) SetOff(t *ar.Transaction) error {
	id, unallocated, matching, err := setOffColumns(t)
	if err != nil {
		return err
	}
	_, err = tx.exec(`UPDATE transactions SET unallocated = $3, identity_id = $5, matching = CASE WHEN unallocated = $3 THEN matching ELSE $4 END WHERE merchant = $1 AND id = $2`,
		id, unallocated, matching, orNull(t.Identity))
	return err
}

// setOffColumns are the id of a movement of money, and what of its row SetOff may change.
func setOffColumns(t *ar.Transaction) (id, unallocated int64, matching any, err error) {
	if id, err = strconv.ParseInt(t.ID, 10, 64); err != nil {
		return 0, 0, nil, err
	}
	if unallocated, err = units(t.Unallocated); err != nil {
		return 0, 0, nil, err
	}
	matching, err = documentOrNull(t.Matching)
	return id, unallocated, matching, err
}

// Transaction reads a movement of money by its id. In an Update nobody else sets it off until the transaction ends. It is
// locked before any invoice.
func (tx *Tx) Transaction(id string) (*ar.Transaction, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, noTransaction(id)
	}
	var t *ar.Transaction
	err = tx.query(`SELECT `+transactionColumns+` FROM transactions AS i WHERE i.merchant = $1 AND i.id = $2`+tx.lock, []any{n}, func(r row) error {
		t = new(ar.Transaction)
		return scanTransaction(r, t)
	})
	if err == nil && t == nil {
		return nil, noTransaction(id)
	}
	return t, err
}

func noTransaction(id string) error { return ar.Missing("id", "transaction", id) }

// Transactions is one page of the merchant's movements of money.
func (tx *Tx) Transactions(page ar.Page) (*List[ar.Transaction], error) {
	return paged(tx, transactionListing, nil, page, scanTransaction)
}

// Unmatched are the ids of money that came in, was to be matched, and found no invoice: the latest, at most limit.
func (tx *Tx) Unmatched(limit int) (ids []string, err error) {
	err = tx.query(`SELECT id FROM transactions WHERE merchant = $1 AND unallocated >= amount AND unallocated + amount > 0 AND matching IS NOT NULL ORDER BY created DESC, id DESC LIMIT $2`, []any{int64(limit)}, func(r row) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, strconv.FormatInt(id, 10))
		return err
	})
	return ids, err
}

// Debtor is what of a customer decides about money, by its id. It is not locked: it is read when invoices are locked already,
// of several customers.
func (tx *Tx) Debtor(identityID string) (d ar.Debtor, kind ar.IdentityKind, err error) {
	found, err := tx.first(`SELECT id, reference, debtor, kind FROM identities WHERE merchant = $1 AND id = $2`,
		[]any{identityID}, &d.ID, &d.Reference, &d.Debtor, (*string)(&kind))
	if err == nil && !found {
		err = ar.Missing("id", "identity", identityID)
	}
	return d, kind, err
}
