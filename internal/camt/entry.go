package camt

import (
	"strings"

	"github.com/shopspring/decimal"
)

// entry is the entry that is read. What it says of itself stands before its movements.
type entry struct {
	Entry
	status     string
	direction  string // CRDT or DBIT
	sum        amount
	instructed amount
	charges    amount
	code       code
	elsewhere  string // message in which its movements are told
	announced  int    // movements it says it consists of

	parts   int             // movements that were read
	total   decimal.Decimal // of those that were handed out, with the sign of their direction
	part    part            // the movement that is read
	waiting part            // the one before: whether it is the only one is known at the end
}

// part is a movement of an entry.
type part struct {
	Entry
	direction  string // its own, since version 04
	own        amount // its own, since version 04
	instructed amount
	transacted amount
	counter    amount
	charges    amount
	code       code
}

// code is a bank transaction code.
type code struct{ domain, family, subfamily, proprietary string }

// iso is the code of the standard, as far as there is one.
func (c code) iso() string { return strings.Trim(c.domain+"-"+c.family+"-"+c.subfamily, "-") }

// began is called when an element was opened.
func (m *reader) began() error {
	switch string(m.path) {
	case "Ntry":
		m.entry = entry{}
		m.entry.Line = m.line()
	case "Ntry/NtryDtls/TxDtls":
		m.entry.part = part{}
	case details + "RtrInf":
		m.entry.part.Returned = true
	}
	return nil
}

// closes is called when an element is about to be closed.
func (m *reader) closes() error {
	switch string(m.path) {
	case "Ntry":
		return m.finish()
	case "Ntry/NtryDtls/TxDtls":
		e := &m.entry
		if e.parts++; e.parts > 1 {
			if err := m.hand(&e.waiting); err != nil {
				return err
			}
		}
		e.waiting = e.part
	}
	return nil
}

// finish hands out what is left of an entry.
func (m *reader) finish() error {
	e := &m.entry
	if err := m.complete(); err != nil {
		return err
	}
	switch sum := e.announced > 1 && e.parts <= 1 || e.elsewhere != "" && e.parts == 0; {
	case sum && e.status == "BOOK":
		return m.leave(SkipUndetailed)
	case e.parts == 0:
		return m.hand(&part{})
	}
	if err := m.hand(&e.waiting); err != nil {
		return err
	}
	if e.parts > 1 && e.status == "BOOK" && !e.agrees() {
		return m.leave(SkipMismatch)
	}
	return nil
}

// agrees tells whether the movements of an entry come to its sum. What the bank took for itself may lie between.
func (e *entry) agrees() bool {
	sum := e.sum.value
	if e.direction == "DBIT" {
		sum = sum.Neg()
	}
	charges := e.charges.in(e.sum.currency).Add(e.Charges)
	return sum.Equal(e.total) || sum.Sub(e.total).Abs().Equal(charges)
}

// leave hands out that an entry was passed over.
func (m *reader) leave(why Skip) error {
	e := m.entry.base(m)
	e.Skip, e.Credit, e.Amount = why, m.entry.direction == "CRDT", m.entry.sum.value
	return m.each(e)
}

// complete refuses an entry that lacks what every entry has.
func (m *reader) complete() error {
	e := &m.entry
	switch {
	case e.sum.currency == "":
		return m.lacks("Amt")
	case e.direction == "":
		return m.lacks("CdtDbtInd")
	case e.status == "":
		return m.lacks("Sts")
	case e.status == "BOOK" && e.Bookingdate.IsZero() && e.Valuedate.IsZero():
		return m.lacks("BookgDt")
	}
	return nil
}

func (m *reader) lacks(what string) error {
	return &Error{Line: m.entry.Line, Text: "An entry has no <" + what + ">.", Hint: "It stands before the details of the entry. " + hintExport}
}

// base is what all movements of an entry have in common.
func (e *entry) base(m *reader) Entry {
	all := e.Entry
	all.Number = m.summary.Statements
	all.Statement, all.Account, all.Currency, all.Charges = m.statement, m.account, e.sum.currency, decimal.Zero
	all.Code, all.Proprietary = e.code.iso(), e.code.proprietary
	if all.Bookingdate.IsZero() {
		all.Bookingdate = all.Valuedate
	}
	if all.Valuedate.IsZero() {
		all.Valuedate = all.Bookingdate
	}
	return all
}

// hand hands out a movement.
func (m *reader) hand(p *part) error {
	if err := m.complete(); err != nil {
		return err
	}
	e := &m.entry
	out := e.base(m)
	out.PartReference, out.EndToEnd, out.Mandate = p.PartReference, p.EndToEnd, p.Mandate
	out.Remittance, out.References = p.Remittance, p.References
	out.Debtor, out.Creditor, out.Returned, out.ReturnReason = p.Debtor, p.Creditor, p.Returned, p.ReturnReason
	if p.Text != "" {
		out.Text = p.Text
	}
	if iso := p.code.iso(); iso != "" {
		out.Code = iso
	}
	if p.code.proprietary != "" {
		out.Proprietary = p.code.proprietary
	}
	if e.status != "BOOK" {
		out.Skip = SkipPending
	}
	direction := e.direction
	if p.direction != "" {
		direction = p.direction
	}
	out.Credit = direction == "CRDT"
	if err := m.value(&out, p); err != nil {
		return err
	}
	signed := out.Amount
	if !out.Credit {
		signed = signed.Neg()
	}
	e.total = e.total.Add(signed)
	e.Charges = e.Charges.Add(out.Charges)
	return m.each(out)
}

// value finds the amount of a movement. The only one of an entry is as much as the entry; one of several says itself how
// much it is in the currency of the account.
func (m *reader) value(out *Entry, p *part) error {
	e := &m.entry
	currency := e.sum.currency
	out.Original, out.Charges = p.instructed.in(currency), p.charges.in(currency)
	if e.parts <= 1 {
		out.Amount = e.sum.value
		if out.Original.IsZero() {
			out.Original = e.instructed.in(currency)
		}
		if out.Charges.IsZero() {
			out.Charges = e.charges.in(currency)
		}
		return nil
	}
	for _, a := range []amount{p.own, p.transacted, p.counter, p.instructed} {
		if a.currency == currency {
			out.Amount = a.value
			return nil
		}
	}
	return &Error{Line: e.Line, Text: "A movement of an entry has no amount in " + currency + ".", Hint: "Each of several has one in TxAmt or Amt. " + hintExport}
}
