package store

import (
	"github.com/dunwell/dunwell/internal/ar"
)

// MaxDunningCycles is how many cycles of an invoice are read: the last ones.
const MaxDunningCycles = 100

// InsertDunningCycle stores a cycle with its procedure; there is no way to change one. Its event and the invoice are there
// before. Created is set.
func (tx *Tx) InsertDunningCycle(c *ar.DunningCycle) error {
	version, err := tx.keepProcedure(c.Procedure)
	if err != nil {
		return err
	}
	c.Created = tx.Now
	_, err = tx.exec(`INSERT INTO dunning_cycles (merchant, invoice_id, number, level, since, startdunningdate, version, event)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.InvoiceID, c.Number, int64(c.Level), millis(c.Since), millisOrNull(c.Start), orNull(version), c.Event)
	return err
}

// keepProcedure stores a procedure once, and gives its version; none has an empty one.
func (tx *Tx) keepProcedure(p *ar.Procedure) (version string, err error) {
	if p == nil {
		return "", nil
	}
	if version, err = p.Version(); err != nil {
		return "", err
	}
	text, err := document(p)
	if err != nil {
		return "", err
	}
	_, err = tx.exec(`INSERT INTO procedures (merchant, version, procedure, created) VALUES ($1, $2, $3, $4) ON CONFLICT (merchant, version) DO NOTHING`,
		version, text, millis(tx.Now))
	return version, err
}

// DunningCycles are the last cycles of an invoice, by its id, the newest first.
func (tx *Tx) DunningCycles(invoiceID string) ([]ar.DunningCycle, error) {
	var all []ar.DunningCycle
	err := tx.query(`SELECT c.number, c.level, c.since, c.startdunningdate, p.procedure, c.event, e.actor, e.happened
		FROM dunning_cycles AS c
			JOIN events AS e ON e.merchant = c.merchant AND e.seq = c.event
			LEFT JOIN procedures AS p ON p.merchant = c.merchant AND p.version = c.version
		WHERE c.merchant = $1 AND c.invoice_id = $2 ORDER BY c.number DESC`+atMost(MaxDunningCycles), []any{invoiceID}, func(r row) error {
		c := ar.DunningCycle{InvoiceID: invoiceID}
		var level int64
		err := r.Scan(&c.Number, &level, instant{&c.Since}, maybeInstant{&c.Start}, maybeParsed[ar.Procedure]{&c.Procedure}, &c.Event, &c.Actor, instant{&c.Created})
		c.Level = int(level)
		all = append(all, c)
		return err
	})
	return all, err
}
