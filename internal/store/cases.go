package store

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// Case is an invoice with what is stored of everything that decides about its dunning.
type Case struct {
	Invoice  *ar.Invoice
	Debtor   *ar.Identity
	Cycle    *ar.DunningCycle // it is in; nil before the first
	Notices  []ar.Notice      // the one by which it reached its level; empty if it was none
	Bookings []ar.Booking     // in the order they were made
	Credit   decimal.Decimal  // of the customer, on no invoice, in the currency of this one
	LastMail *LastMail        // about the invoice; nil if there was none
	Holds    []ar.Hold        // of the invoice and of its customer, that nobody has lifted
}

// LastMail is what became of the last mail to the debtor about an invoice.
type LastMail struct {
	Ordered time.Time
	State   ar.DeliveryState
}

// MaxCases is how many cases are read at once.
const MaxCases = 200

// OpenCases are the open invoices after one, by its id, in the order of ids, at most MaxCases. They come with what decides
// about them, in as many queries as one of them takes.
func (tx *Tx) OpenCases(after string) ([]Case, error) {
	return tx.casesOf(`i.id > $2 AND i.kind = 'invoice' AND i.state = 'none' AND i.committed IS NOT NULL ORDER BY i.id LIMIT $3`, after, int64(MaxCases))
}

// CasesByID are invoices by their ids, at most MaxCases, in the order of ids and whatever their state.
func (tx *Tx) CasesByID(ids []string) ([]Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return tx.casesOf(`i.kind = 'invoice' AND i.id IN (`+places(2, len(ids))+`) ORDER BY i.id`, values(ids)...)
}

// InvoiceIDs are the ids of the invoices that have some references, by reference.
func (tx *Tx) InvoiceIDs(references []string) (map[string]string, error) {
	ids := map[string]string{}
	if len(references) == 0 {
		return ids, nil
	}
	err := tx.query(`SELECT reference, id FROM invoices WHERE merchant = $1 AND kind = 'invoice' AND reference IN (`+places(2, len(references))+`)`, values(references), func(r row) error {
		var reference, id string
		err := r.Scan(&reference, &id)
		ids[reference] = id
		return err
	})
	return ids, err
}

func (tx *Tx) casesOf(where string, args ...any) ([]Case, error) {
	var invoices []*ar.Invoice
	err := tx.query(`SELECT `+invoiceColumns+` FROM invoices AS i WHERE i.merchant = $1 AND `+where, args, func(r row) error {
		i := new(ar.Invoice)
		invoices = append(invoices, i)
		return scanInvoice(r, i)
	})
	if err != nil {
		return nil, err
	}
	return tx.Cases(invoices)
}

// Cases puts together what decides about invoices that were read in this transaction, at most MaxCases. In an Update,
// nobody else changes their customers until the transaction ends.
func (tx *Tx) Cases(invoices []*ar.Invoice) ([]Case, error) {
	if len(invoices) == 0 {
		return nil, nil
	}
	cases := &caseFile{tx: tx, all: make([]Case, len(invoices)), byInvoice: map[string]*Case{}, byDebtor: map[string][]*Case{}}
	for n, i := range invoices {
		c := &cases.all[n]
		c.Invoice = i
		cases.invoices, cases.byInvoice[i.ID] = append(cases.invoices, i.ID), c
		if cases.byDebtor[i.Identity.ID] == nil {
			cases.debtors = append(cases.debtors, i.Identity.ID)
		}
		cases.byDebtor[i.Identity.ID] = append(cases.byDebtor[i.Identity.ID], c)
	}
	for _, read := range []func() error{cases.readDebtors, cases.readCycles, cases.readNotices, cases.readBookings, cases.readMoney, cases.readNotes, cases.readMails, cases.readHolds} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return cases.all, nil
}

// caseFile is cases that are being put together.
type caseFile struct {
	tx        *Tx
	all       []Case
	invoices  []string // ids
	debtors   []string // ids, each once
	byInvoice map[string]*Case
	byDebtor  map[string][]*Case
}

func (f *caseFile) readDebtors() error {
	return f.tx.query(`SELECT `+identityColumns+` FROM identities AS i WHERE i.merchant = $1 AND i.id IN (`+places(2, len(f.debtors))+`) ORDER BY i.id`+f.tx.lock,
		values(f.debtors), func(r row) error {
			debtor := new(ar.Identity)
			err := scanIdentity(r, debtor)
			for _, c := range f.byDebtor[debtor.ID] {
				c.Debtor = debtor
			}
			return err
		})
}

// readCycles reads the cycle each invoice is in. A procedure is that of many, so it is read once.
func (f *caseFile) readCycles() error {
	var begun []string
	for _, id := range f.invoices {
		if f.byInvoice[id].Invoice.DunningCycle > 0 {
			begun = append(begun, id)
		}
	}
	if len(begun) == 0 {
		return nil
	}
	versions := map[string][]*ar.DunningCycle{}
	err := f.tx.query(`SELECT c.invoice_id, c.number, c.level, c.since, c.startdunningdate, c.version, c.event, e.actor, e.happened
		FROM invoices AS i JOIN dunning_cycles AS c ON c.merchant = i.merchant AND c.invoice_id = i.id AND c.number = i.dunningcycle
			JOIN events AS e ON e.merchant = c.merchant AND e.seq = c.event
		WHERE i.merchant = $1 AND i.id IN (`+places(2, len(begun))+`)`, values(begun), func(r row) error {
		c := new(ar.DunningCycle)
		var level int64
		var version string
		err := r.Scan(&c.InvoiceID, &c.Number, &level, instant{&c.Since}, maybeInstant{&c.Start}, text{&version}, &c.Event, &c.Actor, instant{&c.Created})
		if err != nil {
			return err
		}
		c.Level = int(level)
		f.byInvoice[c.InvoiceID].Cycle = c
		if version != "" {
			versions[version] = append(versions[version], c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.tx.procedures(versions)
}

// procedures reads those of some versions into the cycles that have them.
func (tx *Tx) procedures(versions map[string][]*ar.DunningCycle) error {
	if len(versions) == 0 {
		return nil
	}
	names := make([]string, 0, len(versions))
	for version := range versions {
		names = append(names, version)
	}
	slices.Sort(names) // the statement's arguments are in one order, whoever asks
	return tx.query(`SELECT version, procedure FROM procedures WHERE merchant = $1 AND version IN (`+places(2, len(names))+`)`, values(names), func(r row) error {
		var version string
		p := new(ar.Procedure)
		err := r.Scan(&version, parsed{p})
		for _, c := range versions[version] {
			c.Procedure = p
		}
		return err
	})
}

// readNotices reads the last notice of the cycle each invoice is in.
func (f *caseFile) readNotices() error {
	var dunned []string
	for _, id := range f.invoices {
		if f.byInvoice[id].Invoice.Dunninglevel > 0 {
			dunned = append(dunned, id)
		}
	}
	if len(dunned) == 0 {
		return nil
	}
	notices, err := f.tx.notices(` AND n.invoice_id IN (`+places(2, len(dunned))+`) AND EXISTS (SELECT 1 FROM invoices AS i
		WHERE i.merchant = n.merchant AND i.id = n.invoice_id AND i.dunningcycle = n.cycle AND i.dunninglevel = n.level)`, values(dunned)...)
	for _, n := range notices {
		c := f.byInvoice[n.InvoiceID]
		c.Notices = append(c.Notices, n)
	}
	return err
}

func (f *caseFile) readBookings() error {
	bookings, err := f.tx.bookings(`invoice_id IN (`+places(2, len(f.invoices))+`)`, values(f.invoices)...)
	for _, b := range bookings {
		c := f.byInvoice[b.InvoiceID]
		c.Bookings = append(c.Bookings, b)
	}
	return err
}

// readMoney adds what customers have paid and is on no invoice.
func (f *caseFile) readMoney() error {
	return f.readCredit(`SELECT identity_id, currency, CAST(sum(unallocated) AS BIGINT) FROM transactions
		WHERE merchant = $1 AND identity_id IN (` + places(2, len(f.debtors)) + `) AND unallocated <> 0 GROUP BY identity_id, currency`)
}

// readNotes adds what is left of their credit notes.
func (f *caseFile) readNotes() error {
	return f.readCredit(`SELECT identity_id, currency, CAST(sum(unpaid) AS BIGINT) FROM invoices
		WHERE merchant = $1 AND identity_id IN (` + places(2, len(f.debtors)) + `) AND kind = 'creditnote' AND unpaid <> 0
			AND committed IS NOT NULL AND cancelationdate IS NULL GROUP BY identity_id, currency`)
}

func (f *caseFile) readCredit(query string) error {
	return f.tx.query(query, values(f.debtors), func(r row) error {
		var debtor, currency string
		var sum decimal.Decimal
		err := r.Scan(&debtor, &currency, amount{&sum})
		for _, c := range f.byDebtor[debtor] {
			if c.Invoice.Currency == currency {
				c.Credit = c.Credit.Add(sum)
			}
		}
		return err
	})
}

// readMails reads the last mail to the debtor: those to whoever collects say nothing of what the debtor got.
func (f *caseFile) readMails() error {
	return f.tx.query(`SELECT d.invoice_id, d.created, d.state FROM invoices AS i JOIN deliveries AS d ON d.merchant = i.merchant AND d.id =
			(SELECT l.id FROM deliveries AS l WHERE l.merchant = i.merchant AND l.invoice_id = i.id
				AND l.kind NOT IN ('collection', 'collectionReport') ORDER BY l.created DESC, l.id DESC LIMIT 1)
		WHERE i.merchant = $1 AND i.id IN (`+places(2, len(f.invoices))+`)`, values(f.invoices), func(r row) error {
		var invoice string
		m := new(LastMail)
		err := r.Scan(&invoice, instant{&m.Ordered}, (*string)(&m.State))
		f.byInvoice[invoice].LastMail = m
		return err
	})
}

func (f *caseFile) readHolds() error {
	holds, err := f.tx.HoldsOf(f.invoices, f.debtors)
	for _, h := range holds {
		if c := f.byInvoice[h.InvoiceID]; c != nil {
			c.Holds = append(c.Holds, h)
		}
		for _, c := range f.byDebtor[h.IdentityID] {
			c.Holds = append(c.Holds, h)
		}
	}
	return err
}

// places are those of n arguments of a statement, from $from on.
func places(from, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(from+i)
	}
	return strings.Join(all, ", ")
}

// values are texts as arguments of a statement.
func values(texts []string) []any {
	all := make([]any, len(texts))
	for n, text := range texts {
		all[n] = text
	}
	return all
}
