package store

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// MaxHolds is how many holds a list has at most.
const MaxHolds = 10_000

const holdQuery = `SELECT h.id, h.invoice_id, h.identity_id, v.reference, i.reference, h.kind, h.reason, h.amount, v.currency, h.since, h.until,
		h.actor, h.created, h.lifted, h.lifter
	FROM dunning_holds AS h
		LEFT JOIN invoices AS v ON v.merchant = h.merchant AND v.id = h.invoice_id
		LEFT JOIN identities AS i ON i.merchant = h.merchant AND i.id = h.identity_id
	WHERE h.merchant = $1 AND `

func scanHold(r row, h *ar.Hold) error {
	return r.Scan(&h.ID, text{&h.InvoiceID}, text{&h.IdentityID}, text{&h.Invoice}, text{&h.Identity}, (*string)(&h.Kind), &h.Reason,
		maybeAmount{&h.Amount}, text{&h.Currency}, instant{&h.From}, maybeInstant{&h.Until}, &h.Actor, instant{&h.Created}, maybeInstant{&h.Lifted}, text{&h.Lifter})
}

// InsertHold stores a hold of an invoice or of an identity, by its id. An empty ID is drawn and Created is set.
func (tx *Tx) InsertHold(h *ar.Hold) error {
	if h.ID == "" {
		h.ID = tx.NewID()
	}
	h.Created = tx.Now
	sum, err := unitsOrNull(h.Amount)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO dunning_holds (merchant, id, invoice_id, identity_id, kind, reason, amount, since, until, actor, created, lifted, lifter)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		h.ID, orNull(h.InvoiceID), orNull(h.IdentityID), string(h.Kind), h.Reason, sum, millis(h.From), millisOrNull(h.Until),
		h.Actor, millis(h.Created), millisOrNull(h.Lifted), orNull(h.Lifter))
	return err
}

// LiftHold ends a hold that was read before, now, whenever it would have ended by itself. Lifted and Lifter are set. Of two who
// lift it, the second gets a Conflict.
func (tx *Tx) LiftHold(h *ar.Hold, by string) error {
	n, err := tx.exec(`UPDATE dunning_holds SET lifted = $3, lifter = $4 WHERE merchant = $1 AND id = $2 AND lifted IS NULL`, h.ID, millis(tx.Now), by)
	if err != nil {
		return err
	}
	if n == 0 {
		const text = "The hold is lifted already."
		return ar.ConflictState(text, ar.Detail{Error: text, Fields: []string{"hold"}, Hint: "Create another hold if dunning shall be held back again."})
	}
	h.Lifted, h.Lifter = &tx.Now, by
	return nil
}

// Hold reads a hold by its id.
func (tx *Tx) Hold(id string) (*ar.Hold, error) {
	all, err := tx.holds(`h.id = $2`, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ar.Missing("hold", "hold", id)
	}
	return &all[0], nil
}

// HoldsOf are the holds of invoices and of identities, by their ids, that nobody has lifted: those that are over and those that
// have not begun too. The oldest are first.
func (tx *Tx) HoldsOf(invoiceIDs, identityIDs []string) (all []ar.Hold, err error) {
	for _, c := range []struct {
		column string
		ids    []string
	}{{"invoice_id", invoiceIDs}, {"identity_id", identityIDs}} {
		if len(c.ids) == 0 {
			continue
		}
		holds, err := tx.holds(`h.`+c.column+` IN (`+places(2, len(c.ids))+`) AND h.lifted IS NULL`, values(c.ids)...)
		if err != nil {
			return nil, err
		}
		all = append(all, holds...)
	}
	slices.SortFunc(all, func(a, b ar.Hold) int { return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID)) })
	return all, nil
}

// HoldFilter narrows a list of holds; what is empty does not.
type HoldFilter struct {
	Invoice  string // reference
	Identity string // reference; the holds of the identity itself, not those of its invoices
	Active   *bool  // neither lifted nor over on Day; one that has not begun yet is active
	Day      time.Time
	Limit    int // 0: MaxHolds
	Offset   int
}

// Holds are the merchant's holds, the newest first.
func (tx *Tx) Holds(f HoldFilter) ([]ar.Hold, error) {
	s := statement{where: "TRUE"}
	if f.Invoice != "" {
		s.and(`h.invoice_id = (SELECT id FROM invoices WHERE merchant = $1 AND kind = 'invoice' AND reference = ` + s.arg(f.Invoice) + `)`)
	}
	if f.Identity != "" {
		s.and(`h.identity_id = (SELECT id FROM identities WHERE merchant = $1 AND reference = ` + s.arg(f.Identity) + `)`)
	}
	if f.Active != nil {
		active := `(h.lifted IS NULL AND (h.until IS NULL OR h.until >= ` + s.arg(millis(f.Day)) + `))`
		if !*f.Active {
			active = `NOT ` + active
		}
		s.and(active)
	}
	limit := MaxHolds
	if f.Limit > 0 {
		limit = min(f.Limit, MaxHolds)
	}
	s.where += ` ORDER BY h.created DESC, h.id DESC LIMIT ` + s.arg(int64(limit)) + ` OFFSET ` + s.arg(int64(f.Offset))
	return tx.holds(s.where, s.args...)
}

func (tx *Tx) holds(where string, values ...any) ([]ar.Hold, error) {
	var all []ar.Hold
	err := tx.query(holdQuery+where, values, func(r row) error {
		var h ar.Hold
		err := scanHold(r, &h)
		all = append(all, h)
		return err
	})
	return all, err
}
