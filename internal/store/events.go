package store

import (
	"strconv"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Event is an entry of the log of an invoice: who did what, and what changed. There is no way to change one.
type Event struct {
	Seq       int64 // from 1, per merchant, without gaps; also the id of a job
	InvoiceID string
	Actor     string   // id of the API key, or ActorSystem
	Kind      string   // what was done, such as created, updated, committed
	Fields    []string // paths of what changed
	Happened  time.Time
}

// ActorSystem is the actor of what nobody asked for: schedules and their jobs.
const ActorSystem = "system"

// eventCounter is the counter that numbers events.
const eventCounter = "event"

// AppendEvent adds an event. Seq and Happened are set. It draws from a counter, so it comes late in a transaction.
func (tx *Tx) AppendEvent(e *Event) error {
	seq, err := tx.Next(eventCounter)
	if err != nil {
		return err
	}
	fields, err := document(e.Fields)
	if err != nil {
		return err
	}
	e.Seq, e.Happened = seq, tx.Now
	_, err = tx.exec(`INSERT INTO events (merchant, seq, invoice_id, actor, kind, fields, happened) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.Seq, e.InvoiceID, e.Actor, e.Kind, fields, millis(e.Happened))
	return err
}

// Events are the log of an invoice, by its id, the oldest first.
func (tx *Tx) Events(invoiceID string) ([]Event, error) {
	return tx.events(`invoice_id = $2`, invoiceID)
}

// Event reads one event by its number.
func (tx *Tx) Event(seq int64) (*Event, error) {
	events, err := tx.events(`seq = $2`, seq)
	if err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, ar.Missing("seq", "event", strconv.FormatInt(seq, 10))
	}
	return &events[0], nil
}

func (tx *Tx) events(where string, value any) ([]Event, error) {
	var all []Event
	err := tx.query(`SELECT seq, invoice_id, actor, kind, fields, happened FROM events WHERE merchant = $1 AND `+where+` ORDER BY seq`, []any{value}, func(r row) error {
		var e Event
		err := r.Scan(&e.Seq, &e.InvoiceID, &e.Actor, &e.Kind, parsed{&e.Fields}, instant{&e.Happened})
		all = append(all, e)
		return err
	})
	return all, err
}
