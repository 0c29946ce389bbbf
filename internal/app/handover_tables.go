package app

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/money"
)

func (f *caseFile) claimJSON() ([]byte, error) { return indent(f.statement) }

// bookingsCSV is everything that was booked on the invoice, the invoice itself first.
func (f *caseFile) bookingsCSV() ([]byte, error) {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	rows := [][]string{{"id", "valuedate", "booked", "kind", "part", "amount", "currency", "transaction", "voucher", "reverses", "comment"}}
	inv := f.invoice
	rows = append(rows, []string{inv.ID, inv.Issued.Format(time.DateOnly), timestamp(inv.Committed), string(inv.Kind), string(ar.PartPrincipal),
		money.Format(inv.Totals.Gross, inv.Currency), inv.Currency, "", cell(inv.Reference), "", ""})
	for _, b := range f.bookings {
		rows = append(rows, []string{b.ID, b.Valuedate.Format(time.DateOnly), timestamp(&b.Created), string(b.Kind), string(b.Part),
			money.Format(b.Amount, inv.Currency), inv.Currency, text(b.Transaction), text(b.Voucher), text(b.Reverses), cell(b.Comment)})
	}
	return table(rows)
}

// mailsCSV is every mail to the debtor, with what its server said. Why one was withheld may be what somebody wrote about a hold,
// and is the merchant's own business.
func (f *caseFile) mailsCSV() ([]byte, error) {
	rows := [][]string{{"ordered", "ended", "kind", "recipient", "state", "attempts", "reply", "reason", "messageId"}}
	for _, d := range f.mails {
		if d.State == ar.DeliverySuppressed {
			d.Reason = ""
		}
		rows = append(rows, []string{timestamp(&d.Created), timestamp(d.Finished), string(d.Kind), cell(d.Recipient), string(d.State),
			strconv.Itoa(d.Attempts), cell(d.Reply), cell(d.Reason), d.MessageID})
	}
	return table(rows)
}

func table(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// cell is a text of somebody else's that no spreadsheet takes for a formula.
func cell(text string) string {
	if strings.ContainsAny(text[:min(len(text), 1)], "=+-@\t\r") {
		return "'" + text
	}
	return text
}

// history is what happened to the case: who did what, the notices, the cycles and what held it back.
type history struct {
	Events  []historyEvent  `json:"events"`
	Notices []historyNotice `json:"notices"`
	Cycles  []historyCycle  `json:"cycles"`
	Holds   []historyHold   `json:"holds"`
}

type historyEvent struct {
	Seq      int64    `json:"seq"`
	Happened string   `json:"happened"`
	Kind     string   `json:"kind"`
	Actor    string   `json:"actor"`
	Fields   []string `json:"fields,omitempty"`
}

type historyNotice struct {
	Cycle        int64  `json:"cycle"`
	Level        int    `json:"level"`
	Issued       string `json:"issued"`
	PayBy        string `json:"payBy"`
	DeliveryKind string `json:"deliveryKind"`
	Fee          string `json:"fee"`
	Lumpsum      string `json:"lumpsum"`
	Interest     string `json:"interest"`
	Asked        string `json:"asked"`
	Job          int64  `json:"job"`
}

type historyCycle struct {
	Number int64  `json:"number"`
	Level  int    `json:"level"`
	Since  string `json:"since"`
	Actor  string `json:"actor"`
}

// historyHold is a hold that stands over: why is the merchant's own business.
type historyHold struct {
	Kind  ar.HoldKind `json:"kind"`
	From  string      `json:"from"`
	Until string      `json:"until,omitempty"`
}

func (f *caseFile) historyJSON() ([]byte, error) {
	h := history{Events: []historyEvent{}, Notices: []historyNotice{}, Cycles: []historyCycle{}, Holds: []historyHold{}}
	amount := func(n ar.Notice) (fee, lumpsum, interest, asked string) {
		c := f.invoice.Currency
		return money.Format(n.Fee, c), money.Format(n.Lumpsum, c), money.Format(n.Interest, c), money.Format(n.Asked(), c)
	}
	for _, e := range f.events {
		h.Events = append(h.Events, historyEvent{e.Seq, timestamp(&e.Happened), e.Kind, e.Actor, e.Fields})
	}
	for _, n := range oldestFirst(f.notices) {
		row := historyNotice{Cycle: n.Cycle, Level: n.Level, Issued: n.Issued.Format(time.DateOnly), PayBy: n.PayBy.Format(time.DateOnly), DeliveryKind: n.DeliveryKind, Job: n.Job}
		row.Fee, row.Lumpsum, row.Interest, row.Asked = amount(n)
		h.Notices = append(h.Notices, row)
	}
	for _, c := range f.cycles {
		h.Cycles = append(h.Cycles, historyCycle{c.Number, c.Level, c.Since.Format(time.DateOnly), c.Actor})
	}
	for _, hold := range f.holds {
		row := historyHold{Kind: hold.Kind, From: hold.From.Format(time.DateOnly)}
		if hold.Until != nil {
			row.Until = hold.Until.Format(time.DateOnly)
		}
		h.Holds = append(h.Holds, row)
	}
	return indent(h)
}
