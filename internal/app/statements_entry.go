package app

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/camt"
	"github.com/dunwell/dunwell/internal/money"
)

// Bounds of what a transaction shows, in characters, as in the contract.
const (
	maxMovementReference = 100
	maxMovementLabel     = 500
	maxMovementPeer      = 200
)

// movement is an entry of a statement that may become a transaction.
type movement struct {
	camt.Entry
	at      int64  // which one of the file it is, from 1
	id      string // what tells it from all others of its account
	former  string // what earlier versions took for that, if it was another: what they have booked is known by it
	refused error  // by the domain
}

// identifier tells the movements of a statement apart, the same way whenever and in whatever file they come.
//
// A bank writes its own reference into statement and notification alike, so with one it counts what both are sure to say: day,
// direction, amount and the payer's reference. Without, that is all there is, with the account of the payer: others may have the
// same reference. Without the payer's reference too, a movement is one of its statement, and all its texts count. Movements of a
// statement that are alike even so are numbered.
type identifier struct {
	statement string
	seen      map[uint64]uint32 // how many were alike; the keys are hashes
}

// refers tells whether a reference of the payer's says anything: not what banks and forms fill in.
func refers(reference string) bool {
	return ar.IsReference(strings.ToUpper(reference)) && strings.Trim(reference, "0-./ ") != ""
}

// identify gives the movement its id. All movements of a file have to come by, in their order.
func (i *identifier) identify(e camt.Entry) movement {
	if scope := e.Account + "\n" + e.Statement; scope != i.statement || i.seen == nil {
		i.statement, i.seen = scope, map[uint64]uint32{}
	}
	m := movement{Entry: e}
	parts := []string{e.Valuedate.Format(time.DateOnly), direction(e), e.Amount.String(), e.Currency, e.EndToEnd}
	switch {
	case ar.IsReference(e.BankReference):
		m.id = i.number(append(parts, "bank", e.BankReference))
	case ar.IsReference(e.PartReference):
		m.id = i.number(append(parts, "part", e.PartReference))
	default:
		texts := append(slices.Clip(parts), "statement", e.Statement, e.Reference, e.Bookingdate.Format(time.DateOnly), e.Mandate,
			e.Debtor.Name, e.Debtor.IBAN, e.Creditor.Name, e.Creditor.IBAN, e.ReturnReason)
		m.id = i.number(append(append(texts, e.Remittance...), e.References...))
		if e.Skip == "" && refers(e.EndToEnd) { // what is not booked, such as what is pending yet, must not be counted
			m.former, m.id = m.id, i.number(append(parts, "payer", m.payer()))
		}
	}
	return m
}

// number is an id of what tells a movement from others, with how many were alike before.
func (i *identifier) number(parts []string) string {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	sum := hash.Sum(nil)
	alike := binary.BigEndian.Uint64(sum)
	n := i.seen[alike]
	i.seen[alike] = n + 1
	return fmt.Sprintf("%s-%d", hex.EncodeToString(sum[:16]), n)
}

// payer is the account that money came from, if it is named. Of what went out banks do not agree which side is which.
func (m *movement) payer() string {
	if peer := m.peer(); m.Credit && ar.ValidIBAN(peer.IBAN) {
		return peer.IBAN
	}
	return ""
}

func direction(e camt.Entry) string {
	if e.Credit {
		return "in"
	}
	return "out"
}

// goneBack are families and sub-families of bank transaction codes (ISO 20022 external code list) of what came back: returned,
// rejected or unpaid transfers and direct debits.
var goneBack = map[string]bool{"RRTN": true, "UPDD": true, "PRDD": true, "ARET": true, "URCQ": true, "RPCR": true, "RCDD": true}

// goneBackInGermany are business transaction codes (GVC) of returned direct debits and transfers, the second part of
// NTRF+109+00931.
var goneBackInGermany = map[string]bool{"108": true, "109": true, "159": true}

// reverses tells whether the bank says that the movement takes back another.
func (m *movement) reverses() bool {
	code := strings.Split(m.Code, "-")
	business := strings.Split(m.Proprietary, "+")
	return m.Reversal || m.Returned || goneBack[code[len(code)-1]] || len(business) > 1 && goneBackInGermany[business[1]]
}

// transaction is the movement as it is booked. Of a return, what counts is what was paid: what the bank charges for it is
// between the merchant and the bank, and only told.
func (m *movement) transaction() ar.Transaction {
	t := ar.Transaction{
		Method: m.method(), Amount: m.Amount, Currency: m.Currency, Bookingdate: m.Bookingdate, Valuedate: m.Valuedate,
		Reference: fitting(m.EndToEnd, maxMovementReference), Label: fitting(m.label(), maxMovementLabel),
	}
	if !m.Credit {
		t.Amount = m.paid().Neg()
	}
	peer := m.peer()
	if t.Peer = fitting(peer.Name, maxMovementPeer); ar.ValidIBAN(peer.IBAN) {
		t.IBAN = peer.IBAN
	}
	t.Unallocated = t.Amount
	return t
}

// paid is how much of a debit is the movement itself.
func (m *movement) paid() decimal.Decimal {
	switch {
	case !m.reverses():
	case m.Original.IsPositive() && m.Original.LessThan(m.Amount):
		return m.Original
	case m.Original.IsZero() && m.Charges.IsPositive() && m.Charges.LessThan(m.Amount):
		return m.Amount.Sub(m.Charges)
	}
	return m.Amount
}

// peer is the other side. Of what went back, banks name the sides as they were on the way here.
func (m *movement) peer() camt.Party {
	own := func(p camt.Party) bool { return p == camt.Party{} || p.IBAN != "" && p.IBAN == m.Account }
	first, second := m.Debtor, m.Creditor
	if !m.Credit && !m.reverses() {
		first, second = second, first
	}
	if own(first) && !own(second) {
		return second
	}
	return first
}

func (m *movement) method() string {
	switch parts := strings.Split(m.Code, "-"); {
	case m.Mandate != "" || len(parts) > 1 && (parts[1] == "IDDT" || parts[1] == "RDDT"):
		return "DD"
	case len(parts) > 1 && (parts[1] == "RCDT" || parts[1] == "ICDT" || parts[1] == "RRCT" || parts[1] == "IRCT"):
		return "CT"
	case len(parts) > 1 && (parts[1] == "CCRD" || parts[1] == "MCRD"):
		return "CC"
	}
	return ""
}

// label is the text of the transfer: structured references first, they are what it is found by.
func (m *movement) label() string {
	lines := append(append([]string{}, m.References...), m.Remittance...)
	if len(lines) == 0 && m.Text != "" {
		lines = []string{m.Text}
	}
	if m.ReturnReason != "" {
		lines = append(lines, "Returned: "+m.ReturnReason)
	}
	if m.Charges.IsPositive() {
		lines = append(lines, "Charges of the bank: "+money.Format(m.Charges, m.Currency)+" "+m.Currency)
	}
	return strings.Join(lines, "\n")
}

// fitting is a text without control characters, but for line feeds, and not too long.
func fitting(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit])
	}
	return strings.TrimSpace(text)
}
