package store

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// invoiceDocument is what of a voucher is never searched. Once the voucher is committed its text never changes, so a field
// that is added later must leave no trace where it is empty: omitempty or omitzero. Detail.Dunning does change, and has a
// column of its own.
type invoiceDocument struct {
	Label     string           `json:"label"`
	Netbased  bool             `json:"netbased"`
	Addresses []ar.Address     `json:"addresses"`
	Items     []ar.Item        `json:"items"`
	Detail    ar.InvoiceDetail `json:"detail"`
	Totals    ar.Totals        `json:"totals"`
}

const invoiceColumns = `i.id, i.reference, i.number, i.kind, i.corrects, i.identity_id, i.identity, i.debtor, i.currency, i.paymentkind, i.ordernumber,
	i.accountingdate, i.issued, i.due, i.orderdate, i.cancelationdate, i.committed, i.dunninglevel, i.unpaid, i.created, i.modified, i.version, i.document, i.dunning, i.meta, i.startdunningdate, i.dunningcycle, i.handedover,
	(SELECT c.reference FROM invoices AS c WHERE c.merchant = i.merchant AND c.id = i.corrects)`

func scanInvoice(r row, i *ar.Invoice, more ...any) error {
	var d invoiceDocument
	var level int64
	dest := append([]any{
		&i.ID, &i.Reference, &i.Number, (*string)(&i.Kind), text{&i.Corrects}, &i.Identity.ID, &i.Identity.Reference, &i.Identity.Debtor,
		&i.Currency, &i.Paymentkind, &i.Ordernumber,
		maybeInstant{&i.Accountingdate}, maybeInstant{&i.Issued}, maybeInstant{&i.Due}, maybeInstant{&i.Orderdate},
		maybeInstant{&i.Cancelationdate}, maybeInstant{&i.Committed},
		&level, amount{&i.Unpaid}, instant{&i.Created}, instant{&i.Modified}, &i.Version, parsed{&d}, maybeParsed[ar.Dunning]{&d.Detail.Dunning}, maybeRaw{&i.Meta},
		maybeInstant{&i.StartDunningDate}, &i.DunningCycle, maybeInstant{&i.HandedOver}, text{&i.CorrectsReference},
	}, more...)
	err := r.Scan(dest...)
	i.Dunninglevel = int(level)
	i.Label, i.Netbased, i.Addresses, i.Items, i.Detail, i.Totals = d.Label, d.Netbased, d.Addresses, d.Items, d.Detail, d.Totals
	return err
}

// invoiceValues are the columns that an update may change, from number on, in the order of both statements.
func invoiceValues(i *ar.Invoice) ([]any, error) {
	total, err := units(i.Totals.Gross)
	if err != nil {
		return nil, err
	}
	unpaid, err := units(i.Unpaid)
	if err != nil {
		return nil, err
	}
	detail := i.Detail
	detail.Dunning = nil
	d, err := document(invoiceDocument{i.Label, i.Netbased, i.Addresses, i.Items, detail, i.Totals})
	if err != nil {
		return nil, err
	}
	dunning, err := documentOrNull(i.Detail.Dunning)
	if err != nil {
		return nil, err
	}
	return []any{
		i.Number, orNull(i.Corrects), i.Identity.Debtor, string(i.State()), i.Currency, i.Paymentkind, i.Ordernumber,
		millisOrNull(i.Accountingdate), millisOrNull(i.Issued), millisOrNull(i.Due), millisOrNull(i.Orderdate),
		millisOrNull(i.Cancelationdate), millisOrNull(i.Committed), int64(i.Dunninglevel), total, unpaid, d, dunning, raw(i.Meta), millisOrNull(i.StartDunningDate), i.DunningCycle, millisOrNull(i.HandedOver),
	}, nil
}

// InsertInvoice stores a new invoice or credit note. An empty ID is drawn; Created, Modified and Version are set. A
// reference that exists, of whichever kind, is a Conflict, and the transaction goes on.
func (tx *Tx) InsertInvoice(i *ar.Invoice) error {
	if i.ID == "" {
		i.ID = tx.NewID()
	}
	i.Created, i.Modified, i.Version = tx.Now, tx.Now, 1
	values, err := invoiceValues(i)
	if err != nil {
		return err
	}
	args := append([]any{i.ID, i.Reference, string(i.Kind), i.Identity.ID, i.Identity.Reference, millis(tx.Now)}, values...)
	n, err := tx.exec(`INSERT INTO invoices (merchant, id, reference, kind, identity_id, identity, created, modified, version,
			number, corrects, debtor, state, currency, paymentkind, ordernumber,
			accountingdate, issued, due, orderdate, cancelationdate, committed, dunninglevel, total, unpaid, document, dunning, meta, startdunningdate, dunningcycle, handedover)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
		ON CONFLICT (merchant, reference) DO NOTHING`, args...)
	if err == nil && n == 0 {
		return referenceExists(noun(i.Kind), i.Reference)
	}
	return tx.numberTaken(i, err)
}

// UpdateInvoice stores everything but ID, Reference, Kind, Created and the identity of a voucher that was read before.
// When its Version is not the stored one any more, it is a Mismatch. Modified and Version are set. What a committed
// invoice may still change is decided by ar.Invoice.Allow; the triggers refuse the rest.
func (tx *Tx) UpdateInvoice(i *ar.Invoice) error {
	values, err := invoiceValues(i)
	if err != nil {
		return err
	}
	args := append([]any{i.ID, i.Version, millis(tx.Now)}, values...)
	n, err := tx.exec(`UPDATE invoices SET modified = $4, version = version + 1,
			number = $5, corrects = $6, debtor = $7, state = $8, currency = $9, paymentkind = $10, ordernumber = $11,
			accountingdate = $12, issued = $13, due = $14, orderdate = $15, cancelationdate = $16, committed = $17,
			dunninglevel = $18, total = $19, unpaid = $20, document = $21, dunning = $22, meta = $23, startdunningdate = $24, dunningcycle = $25, handedover = $26
		WHERE merchant = $1 AND id = $2 AND version = $3`, args...)
	if err != nil {
		return tx.numberTaken(i, err)
	}
	if n == 0 {
		return changedMeanwhile(noun(i.Kind), i.Reference)
	}
	i.Modified, i.Version = tx.Now, i.Version+1
	return nil
}

// numberTaken names the only key of an invoice that is left to be violated: the printed number of a committed one. The
// statement has failed, so a caller who wants to go on needs a Savepoint around it.
func (tx *Tx) numberTaken(i *ar.Invoice, err error) error {
	if err == nil || tx.dialect.fault(err) != faultUnique {
		return err
	}
	e := numberExists(i)
	e.Cause = err
	return e
}

func numberExists(i *ar.Invoice) *ar.Error {
	return ar.UniqueViolation("number", fmt.Sprintf("There is a committed %s with number '%s' already.", noun(i.Kind), i.Number),
		"Choose another number, or leave it out to have one drawn.")
}

// NumberFree is a Conflict when another committed voucher of the kind has the number. It is asked before work that would be
// in vain; the key decides in the end.
func (tx *Tx) NumberFree(i *ar.Invoice) error {
	var other string
	taken, err := tx.first(`SELECT id FROM invoices WHERE merchant = $1 AND kind = $2 AND number = $3 AND committed IS NOT NULL AND id <> $4`,
		[]any{string(i.Kind), i.Number, i.ID}, &other)
	if err == nil && taken {
		return numberExists(i)
	}
	return err
}

// Listed is how lists see a voucher, by its id: its total and state are in columns of their own, which repeat what the
// voucher says of itself.
func (tx *Tx) Listed(id string) (total decimal.Decimal, state ar.State, err error) {
	found, err := tx.first(`SELECT i.total, i.state FROM invoices AS i WHERE i.merchant = $1 AND i.id = $2`, []any{id}, amount{&total}, (*string)(&state))
	if err == nil && !found {
		err = ar.Missing("id", "voucher", id)
	}
	return total, state, err
}

// noun is what messages call a voucher.
func noun(kind ar.VoucherKind) string {
	if kind == ar.KindCreditnote {
		return "credit note"
	}
	return "invoice"
}

// Invoice reads a voucher of a kind by its reference. In an Update nobody else changes it until the transaction ends.
func (tx *Tx) Invoice(kind ar.VoucherKind, reference string) (*ar.Invoice, error) {
	i, err := tx.invoice(`i.reference = $2 AND i.kind = $3`, reference, string(kind))
	if err == nil && i == nil {
		return nil, ar.Missing(string(kind)+"Reference", noun(kind), reference)
	}
	return i, err
}

// InvoiceByID reads a voucher of either kind by its id, with the same lock.
func (tx *Tx) InvoiceByID(id string) (*ar.Invoice, error) {
	i, err := tx.invoice(`i.id = $2`, id)
	if err == nil && i == nil {
		return nil, ar.Missing("id", "voucher", id)
	}
	return i, err
}

func (tx *Tx) invoice(where string, values ...any) (*ar.Invoice, error) {
	var i *ar.Invoice
	err := tx.query(`SELECT `+invoiceColumns+` FROM invoices AS i WHERE i.merchant = $1 AND `+where+tx.lock, values, func(r row) error {
		i = new(ar.Invoice)
		return scanInvoice(r, i)
	})
	return i, err
}

// Invoices is one page of the merchant's invoices or credit notes.
func (tx *Tx) Invoices(kind ar.VoucherKind, page ar.Page) (*List[ar.Invoice], error) {
	return paged(tx, invoiceListing, fixed{{"kind", string(kind)}}, page, scanInvoice)
}

// InvoicesOf are the invoices or credit notes of an identity, by its id.
func (tx *Tx) InvoicesOf(identityID string, kind ar.VoucherKind, span Span) ([]ar.Invoice, error) {
	return spanned(tx, invoiceListing, fixed{{"identity_id", identityID}, {"kind", string(kind)}}, span, scanInvoice)
}

// Creditnotes are the credit notes that correct an invoice, by its id, the oldest first.
func (tx *Tx) Creditnotes(invoiceID string) ([]ar.Invoice, error) {
	return spanned(tx, invoiceListing, fixed{{"corrects", invoiceID}}, Span{Sort: []ar.Order{{Field: ar.FieldCreated}}}, scanInvoice)
}
