// Package camt reads what banks say of an account, as ISO 20022 messages: statements (camt.053, versions 02 and 08) and
// notifications of single movements (camt.054, versions 02, 04 and 08).
//
// It streams: what is held is one movement, whatever the size of the file. Nothing of a file is trusted: there are bounds to
// its depth and to every text, and document types and entities, which could grow without bound, are refused.
//
// What a bank calls an entry may be several movements, of a batch; each is handed out on its own.
package camt

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/shopspring/decimal"
)

// Entry is one movement of money on an account. Texts are as the bank wrote them, without spaces around them.
type Entry struct {
	Line      int    // on which its entry begins
	Statement string // id of the statement or notification
	Number    int    // of the statement in the file, from 1
	Account   string // IBAN of the account it is about, else its number, without spaces
	Reference string // the bank's number of the entry within the statement (NtryRef)

	// BankReference is the bank's own reference (AcctSvcrRef) of the entry, and PartReference that of this movement of it.
	// Banks write the first into statement and notification alike.
	BankReference, PartReference string

	Skip     Skip            // why it is no movement to book; empty: it is
	Credit   bool            // it came in
	Reversal bool            // it takes back an earlier entry of the other direction
	Amount   decimal.Decimal // positive
	Currency string          // of the amount: that of the account
	Original decimal.Decimal // what was instructed, before charges, if it is of the same currency and known; else zero
	Charges  decimal.Decimal // what the bank kept of it or added to it, of the same currency

	Bookingdate time.Time // the bank's day, as midnight UTC
	Valuedate   time.Time // the same; the booking date where the bank names none

	Code        string // bank transaction code: domain, family and sub-family such as PMNT-RCDT-ESCT; may be empty
	Proprietary string // the bank's own code, in Germany such as NTRF+166+00931

	EndToEnd   string   // what the payer called it
	Mandate    string   // of a direct debit
	Remittance []string // lines of the text for the payee
	References []string // structured references for the payee: of a creditor (RF…), of invoices
	Text       string   // what else the bank says of it

	Debtor, Creditor Party

	Returned     bool   // it is a transfer or direct debit that went back
	ReturnReason string // why: a code such as AC04, and words
}

// Party is one side of a movement.
type Party struct {
	Name string
	IBAN string // without spaces; empty if the account has another number
}

// Skip is why an entry is no movement to book.
type Skip string

const (
	SkipPending    Skip = "pending"    // it is not booked, or for information only
	SkipUndetailed Skip = "undetailed" // a sum of several movements that are told elsewhere
	SkipMismatch   Skip = "mismatch"   // what is left of an entry when its movements come to another sum; Amount is that of the entry
)

// Summary is what was read, up to an error if there was one.
type Summary struct {
	Message    string // camt.053.001.08
	Statements int    // and notifications
}

// Error is what is wrong with a file, for those who have it.
type Error struct {
	Line int // where; 1 for the file as a whole
	Text string
	Hint string // what would be right
}

// Error is the text with its line.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Read hands out the movements of a file in their order. The entries before an error, which is an *Error if the file is to
// blame, were handed out. An error of each ends the reading and is returned as it is, as is one of r.
func Read(r io.Reader, each func(Entry) error) (Summary, error) {
	m := newReader(r, each)
	err := m.read()
	return m.summary, err
}

// Inspect reads as far as to the first statement, and says what is wrong up to there.
func Inspect(r io.Reader) error {
	m := newReader(r, nil)
	m.glance = true
	err := m.read()
	if errors.Is(err, errSeen) {
		return nil
	}
	return err
}

// errSeen ends an inspection.
var errSeen = errors.New("camt: it has a statement")
