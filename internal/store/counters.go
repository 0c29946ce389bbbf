package store

// Next draws the next number of a counter of the merchant's, from 1. When the transaction is rolled back the number is
// drawn again by the next one, so the numbers of a counter have no gaps. The price: on PostgreSQL the next who draws
// from it waits for the end of this transaction, so draw late.
func (tx *Tx) Next(counter string) (int64, error) {
	return tx.Skip(counter, 1)
}

// Skip draws the number that lies step beyond the last; those between are never drawn.
func (tx *Tx) Skip(counter string, step int64) (int64, error) {
	var n int64
	_, err := tx.first(`INSERT INTO counters (merchant, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (merchant, name) DO UPDATE SET value = counters.value + $3 RETURNING value`, []any{counter, step}, &n)
	return n, err
}
