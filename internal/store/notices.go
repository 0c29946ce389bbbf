package store

import (
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// MaxNotices is how many notices of an invoice are read at once: the last ones.
const MaxNotices = 100

// InsertNotice stores a notice that was issued, with its procedure; there is no way to change one. Its run, job and letter are
// there before. An empty ID is drawn; Created is set. A second one of a level of a cycle is a Conflict, and the transaction
// goes on.
func (tx *Tx) InsertNotice(n *ar.Notice) error {
	if n.ID == "" {
		n.ID = tx.NewID()
	}
	n.Created = tx.Now
	version, err := tx.keepProcedure(&n.Procedure)
	if err != nil {
		return err
	}
	claim, err := documentOrNull(n.Claim)
	if err != nil {
		return err
	}
	charges, err := document(n.Charges)
	if err != nil {
		return err
	}
	bookings, err := document(n.Bookings)
	if err != nil {
		return err
	}
	amounts, err := manyUnits(n.Fee, n.Lumpsum, n.Interest, n.Demand.Principal, n.Demand.Costs, n.Demand.Interest, n.Disputed)
	if err != nil {
		return err
	}
	args := append([]any{n.ID, n.InvoiceID, n.Cycle, int64(n.Level), n.Run, millis(n.Issued), millis(n.PayBy), n.DeliveryKind, version}, amounts...)
	inserted, err := tx.exec(`INSERT INTO dunning_notices (merchant, id, invoice_id, cycle, level, run, issued, payby, deliverykind, version,
			fee, lumpsum, interest, principal, costs, openinterest, disputed, claim, final, charges, bookings, job, communication_id, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
		ON CONFLICT (merchant, invoice_id, cycle, level) DO NOTHING`,
		append(args, claim, bit(n.Final), charges, bookings, n.Job, n.Communication, millis(n.Created))...)
	if err == nil && inserted == 0 {
		return ar.ConflictState("The level was dunned already.")
	}
	return err
}

const (
	noticeColumns = `n.id, n.invoice_id, n.cycle, n.level, n.run, n.issued, n.payby, n.deliverykind, p.procedure,
		n.fee, n.lumpsum, n.interest, n.principal, n.costs, n.openinterest, n.disputed, n.claim, n.final, n.charges, n.bookings, n.job, n.communication_id, n.created`
	noticeFrom = ` FROM dunning_notices AS n JOIN procedures AS p ON p.merchant = n.merchant AND p.version = n.version WHERE n.merchant = $1`
)

func scanNotice(r row, n *ar.Notice) error {
	var level int64
	err := r.Scan(&n.ID, &n.InvoiceID, &n.Cycle, &level, &n.Run, instant{&n.Issued}, instant{&n.PayBy}, &n.DeliveryKind, parsed{&n.Procedure},
		amount{&n.Fee}, amount{&n.Lumpsum}, amount{&n.Interest}, amount{&n.Demand.Principal}, amount{&n.Demand.Costs}, amount{&n.Demand.Interest},
		amount{&n.Disputed}, maybeParsed[ar.Claim]{&n.Claim}, truth{&n.Final}, parsed{&n.Charges}, parsed{&n.Bookings}, &n.Job, &n.Communication, instant{&n.Created})
	n.Level = int(level)
	n.Demand.Unpaid = n.Demand.Principal.Add(n.Demand.Costs).Add(n.Demand.Interest)
	return err
}

// Notice reads a notice by its id.
func (tx *Tx) Notice(id string) (*ar.Notice, error) {
	n, err := tx.notice(` AND n.id = $2`, id)
	if err == nil && n == nil {
		return nil, ar.Missing("id", "notice", id)
	}
	return n, err
}

// NoticeByJob is the notice that a job delivers, nil if it delivers none.
func (tx *Tx) NoticeByJob(job int64) (*ar.Notice, error) { return tx.notice(` AND n.job = $2`, job) }

func (tx *Tx) notice(where string, value any) (*ar.Notice, error) {
	all, err := tx.notices(where, value)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Notices are the last notices of an invoice, by its id, the newest first.
func (tx *Tx) Notices(invoiceID string) ([]ar.Notice, error) {
	return tx.notices(` AND n.invoice_id = $2 ORDER BY n.cycle DESC, n.level DESC`+atMost(MaxNotices), invoiceID)
}

// NoticesOfRun are the notices that a run has issued of some invoices, by their ids, in the order of these. An invoice may have
// one.
func (tx *Tx) NoticesOfRun(run int64, invoiceIDs []string) ([]ar.Notice, error) {
	if len(invoiceIDs) == 0 {
		return nil, nil
	}
	return tx.notices(` AND n.run = $2 AND n.invoice_id IN (`+places(3, len(invoiceIDs))+`) ORDER BY n.invoice_id`, append([]any{run}, values(invoiceIDs)...)...)
}

func (tx *Tx) notices(where string, args ...any) ([]ar.Notice, error) {
	var all []ar.Notice
	err := tx.query(`SELECT `+noticeColumns+noticeFrom+where, args, func(r row) error {
		var n ar.Notice
		err := scanNotice(r, &n)
		all = append(all, n)
		return err
	})
	return all, err
}

// manyUnits is units of several amounts, as values of a statement.
func manyUnits(amounts ...decimal.Decimal) (values []any, err error) {
	for _, d := range amounts {
		n, err := units(d)
		if err != nil {
			return nil, err
		}
		values = append(values, n)
	}
	return values, nil
}
