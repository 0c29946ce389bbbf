package ar

import (
	"time"

	"github.com/shopspring/decimal"
)

// Hold keeps dunning back, of an invoice or of all invoices of a customer: a block, a promise to pay, or a dispute. It is never
// deleted; lifting it is written down.
type Hold struct {
	ID         string
	InvoiceID  string // of one of both
	IdentityID string
	Invoice    string // their references; follow, set by the store when it reads
	Identity   string
	Kind       HoldKind
	Reason     string           // for people, printed nowhere
	Amount     *decimal.Decimal // dispute of an invoice: only of that part of the principal; nil: of all
	From       time.Time        // the first day, midnight UTC
	Until      *time.Time       // the last day; nil: until it is lifted
	Lifted     *time.Time       // the moment somebody lifted it; nil: nobody did
	Created    time.Time
}

// HoldKind is why dunning is held back.
type HoldKind string

const (
	HoldBlock   HoldKind = "block"
	HoldPromise HoldKind = "promise" // of the debtor's, to pay until a day
	HoldDispute HoldKind = "dispute" // of the debtor's, who says that the debt is not owed, or not all of it
)
