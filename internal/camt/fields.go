package camt

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Bounds of lists in one movement. What is beyond is left out: it is text for people.
const maxLines = 50

// amount is a sum as the file has it; unset without a currency.
type amount struct {
	value    decimal.Decimal
	currency string
}

// in is the amount if it is of a currency, else zero.
func (a amount) in(currency string) decimal.Decimal {
	if a.currency == currency {
		return a.value
	}
	return decimal.Zero
}

// amounts as ISO 20022 has them; ours are not read by a parser that takes exponents.
var (
	amountText   = regexp.MustCompile(`^[0-9]{1,18}(\.[0-9]{0,5})?$`)
	currencyText = regexp.MustCompile(`^[A-Z]{3}$`)
)

// fields are the elements that are read, by their path in the statement, and where they go. The second of two versions of a
// field is that of version 04 and later.
var fields = map[string]func(*reader, string) error{
	"Id":              func(m *reader, s string) error { m.statement = s; return nil },
	"Acct/Id/IBAN":    func(m *reader, s string) error { m.account = unspaced(s); return nil },
	"Acct/Id/Othr/Id": func(m *reader, s string) error { m.account = unspaced(s); return nil },

	"Ntry/NtryRef":                    inEntry(func(e *entry) *string { return &e.Reference }),
	"Ntry/Amt":                        (*reader).entryAmount,
	"Ntry/CdtDbtInd":                  func(m *reader, s string) error { return m.direction(s, &m.entry.direction) },
	"Ntry/RvslInd":                    func(m *reader, s string) error { m.entry.Reversal = s == "true" || s == "1"; return nil },
	"Ntry/Sts":                        inEntry(func(e *entry) *string { return &e.status }),
	"Ntry/Sts/Cd":                     inEntry(func(e *entry) *string { return &e.status }),
	"Ntry/Sts/Prtry":                  inEntry(func(e *entry) *string { return &e.status }),
	"Ntry/BookgDt/Dt":                 func(m *reader, s string) error { return m.date(s, &m.entry.Bookingdate) },
	"Ntry/BookgDt/DtTm":               func(m *reader, s string) error { return m.date(s, &m.entry.Bookingdate) },
	"Ntry/ValDt/Dt":                   func(m *reader, s string) error { return m.date(s, &m.entry.Valuedate) },
	"Ntry/ValDt/DtTm":                 func(m *reader, s string) error { return m.date(s, &m.entry.Valuedate) },
	"Ntry/AcctSvcrRef":                inEntry(func(e *entry) *string { return &e.BankReference }),
	"Ntry/BkTxCd/Domn/Cd":             inEntry(func(e *entry) *string { return &e.code.domain }),
	"Ntry/BkTxCd/Domn/Fmly/Cd":        inEntry(func(e *entry) *string { return &e.code.family }),
	"Ntry/BkTxCd/Domn/Fmly/SubFmlyCd": inEntry(func(e *entry) *string { return &e.code.subfamily }),
	"Ntry/BkTxCd/Prtry/Cd":            inEntry(func(e *entry) *string { return &e.code.proprietary }),
	"Ntry/AddtlInfInd/MsgNmId":        inEntry(func(e *entry) *string { return &e.elsewhere }),
	"Ntry/Chrgs/Amt":                  func(m *reader, s string) error { return m.charge(s, &m.entry.charges) },
	"Ntry/Chrgs/Rcrd/Amt":             func(m *reader, s string) error { return m.charge(s, &m.entry.charges) },
	"Ntry/AmtDtls/InstdAmt/Amt":       func(m *reader, s string) error { return m.amount(s, &m.entry.instructed) },
	"Ntry/NtryDtls/Btch/NbOfTxs":      (*reader).batch,
	"Ntry/AddtlNtryInf":               inEntry(func(e *entry) *string { return &e.Text }),

	details + "Refs/AcctSvcrRef":           inPart(func(p *part) *string { return &p.PartReference }),
	details + "Refs/EndToEndId":            inPart(func(p *part) *string { return &p.EndToEnd }),
	details + "Refs/MndtId":                inPart(func(p *part) *string { return &p.Mandate }),
	details + "Amt":                        func(m *reader, s string) error { return m.amount(s, &m.entry.part.own) },
	details + "CdtDbtInd":                  func(m *reader, s string) error { return m.direction(s, &m.entry.part.direction) },
	details + "AmtDtls/InstdAmt/Amt":       func(m *reader, s string) error { return m.amount(s, &m.entry.part.instructed) },
	details + "AmtDtls/TxAmt/Amt":          func(m *reader, s string) error { return m.amount(s, &m.entry.part.transacted) },
	details + "AmtDtls/CntrValAmt/Amt":     func(m *reader, s string) error { return m.amount(s, &m.entry.part.counter) },
	details + "Chrgs/Amt":                  func(m *reader, s string) error { return m.charge(s, &m.entry.part.charges) },
	details + "Chrgs/Rcrd/Amt":             func(m *reader, s string) error { return m.charge(s, &m.entry.part.charges) },
	details + "BkTxCd/Domn/Cd":             inPart(func(p *part) *string { return &p.code.domain }),
	details + "BkTxCd/Domn/Fmly/Cd":        inPart(func(p *part) *string { return &p.code.family }),
	details + "BkTxCd/Domn/Fmly/SubFmlyCd": inPart(func(p *part) *string { return &p.code.subfamily }),
	details + "BkTxCd/Prtry/Cd":            inPart(func(p *part) *string { return &p.code.proprietary }),
	details + "RltdPties/Dbtr/Nm":          inPart(func(p *part) *string { return &p.Debtor.Name }),
	details + "RltdPties/Cdtr/Nm":          inPart(func(p *part) *string { return &p.Creditor.Name }),
	details + "RltdPties/DbtrAcct/Id/IBAN": func(m *reader, s string) error { m.entry.part.Debtor.IBAN = unspaced(s); return nil },
	details + "RltdPties/CdtrAcct/Id/IBAN": func(m *reader, s string) error { m.entry.part.Creditor.IBAN = unspaced(s); return nil },
	details + "RmtInf/Ustrd":               inLines(func(p *part) *[]string { return &p.Remittance }),
	details + "RmtInf/Strd/CdtrRefInf/Ref": inLines(func(p *part) *[]string { return &p.References }),
	details + "RmtInf/Strd/RfrdDocInf/Nb":  inLines(func(p *part) *[]string { return &p.References }),
	details + "RmtInf/Strd/AddtlRmtInf":    inLines(func(p *part) *[]string { return &p.Remittance }),
	details + "RtrInf/Rsn/Cd":              (*reader).returned,
	details + "RtrInf/Rsn/Prtry":           (*reader).returned,
	details + "RtrInf/AddtlInf":            (*reader).returned,
	details + "AddtlTxInf":                 inPart(func(p *part) *string { return &p.Text }),
}

// details are what an entry says of each of its movements.
const details = "Ntry/NtryDtls/TxDtls/"

func inEntry(to func(*entry) *string) func(*reader, string) error {
	return func(m *reader, s string) error { *to(&m.entry) = s; return nil }
}

func inPart(to func(*part) *string) func(*reader, string) error {
	return func(m *reader, s string) error { *to(&m.entry.part) = s; return nil }
}

func inLines(to func(*part) *[]string) func(*reader, string) error {
	return func(m *reader, s string) error {
		if lines := to(&m.entry.part); s != "" && len(*lines) < maxLines {
			*lines = append(*lines, s)
		}
		return nil
	}
}

func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }

func (m *reader) entryAmount(s string) error { return m.amount(s, &m.entry.sum) }

func (m *reader) amount(s string, to *amount) error {
	if !amountText.MatchString(s) {
		return m.wrong("'"+short(s)+"' is no amount.", "Amounts are digits with a point, such as 119.00.")
	}
	if !currencyText.MatchString(m.money) {
		return m.wrong("An amount has no currency.", `Amounts name it, as in <Amt Ccy="EUR">.`)
	}
	value, err := decimal.NewFromString(strings.TrimSuffix(s, "."))
	*to = amount{value: value, currency: m.money}
	return err
}

// charge adds what a bank takes. Banks that list their charges may add the sum of them; that is not read.
func (m *reader) charge(s string, to *amount) error {
	var one amount
	if err := m.amount(s, &one); err != nil {
		return err
	}
	if to.currency == "" || to.currency == one.currency {
		*to = amount{value: to.value.Add(one.value), currency: one.currency}
	}
	return nil
}

func (m *reader) direction(s string, to *string) error {
	if s != "CRDT" && s != "DBIT" {
		return m.wrong("'"+short(s)+"' is no direction of money.", "CdtDbtInd is CRDT or DBIT.")
	}
	*to = s
	return nil
}

// date reads the day of a date or a time. It is the bank's day that counts, whatever its time zone.
func (m *reader) date(s string, to *time.Time) error {
	day, err := time.Parse(time.DateOnly, s[:min(len(s), len(time.DateOnly))])
	if err != nil || day.Year() < 1970 {
		return m.wrong("'"+short(s)+"' is no date.", "Dates are such as 2026-11-20.")
	}
	*to = day
	return nil
}

func (m *reader) batch(s string) error {
	n, err := strconv.Atoi(s)
	if errors.Is(err, strconv.ErrSyntax) {
		return m.wrong("'"+short(s)+"' is no number of movements.", "NbOfTxs is a number.")
	}
	m.entry.announced += max(n, 0)
	return nil
}

// returned notes why a movement went back: the code and the words come one after the other.
func (m *reader) returned(s string) error {
	p := &m.entry.part
	p.Returned = true
	if s != "" && len(p.ReturnReason) < maxToken/64 {
		p.ReturnReason = strings.TrimSpace(p.ReturnReason + " " + s)
	}
	return nil
}
