package ar

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// ClaimStatement is what is claimed from a debtor, for somebody who is to collect it: main claim, interest and costs apart,
// each with how it came about. Amounts are in Currency, with its digits; days are YYYY-MM-DD.
type ClaimStatement struct {
	AsOf      string            `json:"asOf"` // the last day that counts
	Currency  string            `json:"currency"`
	Creditor  Issuer            `json:"creditor"`
	Debtor    StatementDebtor   `json:"debtor"`
	Invoice   StatementInvoice  `json:"invoice"`
	Principal StatementAmount   `json:"principal"`
	Costs     StatementAmount   `json:"costs"`
	Interest  StatementInterest `json:"interest"`
	Total     string            `json:"total"` // open, of all three
	Notices   []StatementNotice `json:"notices,omitempty"`
}

// StatementDebtor is who owes, and how they can be reached.
type StatementDebtor struct {
	Reference string       `json:"reference"`
	Number    string       `json:"number,omitempty"`
	Kind      IdentityKind `json:"kind"`
	Name      Name         `json:"name"`
	Addresses []Address    `json:"addresses"` // those of the invoice first
	Emails    []Email      `json:"emails,omitempty"`
	Phones    []Phone      `json:"phones,omitempty"`
	VatID     string       `json:"vatId,omitempty"`
}

// StatementInvoice is what the claim is from.
type StatementInvoice struct {
	Reference   string `json:"reference"`
	Number      string `json:"number"`
	Ordernumber string `json:"ordernumber,omitempty"`
	Arose       string `json:"arose"` // the day that decides about the law
	Issued      string `json:"issued"`
	Due         string `json:"due"`
	Default     string `json:"default"` // the day after which interest runs
	Total       string `json:"total"`
}

// StatementAmount is what was charged, what went off it, and what is open.
type StatementAmount struct {
	Charged string          `json:"charged"`
	Settled string          `json:"settled"` // paid, credited or given up
	Open    string          `json:"open"`
	Rows    []StatementItem `json:"rows,omitempty"`
}

// StatementItem is one booking of a part.
type StatementItem struct {
	Day    string      `json:"day"` // its value date
	Kind   BookingKind `json:"kind"`
	Amount string      `json:"amount"` // as it changes what is open
}

// StatementInterest is the interest that has accrued, whether it was charged or not.
type StatementInterest struct {
	Accrued     string              `json:"accrued"`
	Charged     string              `json:"charged"` // of it, in notices
	Settled     string              `json:"settled"`
	Open        string              `json:"open"`
	Basis       string              `json:"basis"` // the rule the rate follows from
	DayCount    DayCount            `json:"dayCount"`
	Unconfirmed bool                `json:"unconfirmed,omitempty"` // a reference rate in it is not confirmed yet
	Further     StatementFurther    `json:"further"`
	Periods     []StatementInterval `json:"periods,omitempty"`
}

// StatementFurther is what goes on bearing interest.
type StatementFurther struct {
	From           string `json:"from"` // the first day that is not counted above
	Principal      string `json:"principal"`
	Points         string `json:"points"`         // percentage points above the reference rate, or the whole rate in percent
	AboveReference bool   `json:"aboveReference"` // which of both
}

// StatementInterval is a run of days with one rate on one principal.
type StatementInterval struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Days      int    `json:"days"`
	Principal string `json:"principal"`
	BaseRate  string `json:"baseRate"`
	Points    string `json:"points"`
	Rate      string `json:"rate"` // percent a year
	Amount    string `json:"amount"`
}

// StatementNotice is a notice that was issued.
type StatementNotice struct {
	Level  int           `json:"level"`
	Issued string        `json:"issued"`
	PayBy  string        `json:"payBy"`
	Asked  string        `json:"asked"`
	Mail   DeliveryState `json:"mail,omitempty"` // what became of its mail, if that is not known to have left
}

// Statement puts a claim on an invoice in the form in which it is handed over. The claim, the bookings and the notices are
// those of the invoice as of the same day; notices are given the oldest first, and
// unsent is what became of the mails of those that are not known to have left, by the job.
func (inv *Invoice) Statement(claim *Claim, creditor Issuer, debtor *Identity, bookings []Booking, notices []Notice, unsent map[int64]DeliveryState) ClaimStatement {
	s := statement{currency: inv.Currency, bookings: valuedUntil(claim.AsOf, bookings)}
	whole := ClaimStatement{
		AsOf: written(claim.AsOf), Currency: inv.Currency, Creditor: creditor,
		Debtor: StatementDebtor{
			Reference: debtor.Reference, Number: debtor.Number, Kind: debtor.Kind, Name: debtor.Name,
			Addresses: uniqueAddresses(inv.Addresses, debtor.Addresses), Emails: debtor.Emails, Phones: debtor.Phones, VatID: debtor.Detail.VatID,
		},
		Invoice: StatementInvoice{
			Reference: inv.Reference, Number: inv.Number, Ordernumber: inv.Ordernumber, Arose: written(inv.Arose()), Issued: written(*inv.Issued),
			Due: written(*inv.Due), Default: written(inv.InterestBase()), Total: s.amount(inv.Totals.Gross),
		},
		Principal: s.part(PartPrincipal, inv.Totals.Gross, claim.Principal),
		Costs:     s.part(PartCosts, s.charged(PartCosts), claim.Costs),
		Interest:  s.interest(claim),
		Total:     s.amount(claim.Total),
	}
	for i := range notices {
		n := &notices[i]
		whole.Notices = append(whole.Notices, StatementNotice{Level: n.Level, Issued: written(n.Issued), PayBy: written(n.PayBy), Asked: s.amount(n.Asked()), Mail: unsent[n.Job]})
	}
	return whole
}

// statement is a ClaimStatement in the making.
type statement struct {
	currency string
	bookings []Booking
}

func written(t time.Time) string { return t.Format(time.DateOnly) }

func (s statement) amount(d decimal.Decimal) string { return money.Format(d, s.currency) }

// charged is what was charged of a part.
func (s statement) charged(part Part) decimal.Decimal {
	sum := decimal.Zero
	for _, b := range s.bookings {
		if b.Kind.raises() && b.part() == part {
			sum = sum.Add(b.Amount)
		}
	}
	return sum
}

func (s statement) part(part Part, charged, open decimal.Decimal) StatementAmount {
	a := StatementAmount{Charged: s.amount(charged), Settled: s.amount(charged.Sub(open)), Open: s.amount(open)}
	for _, b := range s.bookings {
		if b.part() == part {
			a.Rows = append(a.Rows, StatementItem{Day: written(b.Valuedate), Kind: b.Kind, Amount: s.amount(b.Amount)})
		}
	}
	return a
}

func (s statement) interest(claim *Claim) StatementInterest {
	i := StatementInterest{
		Accrued: s.amount(claim.Interest.Add(claim.Settled)), Charged: s.amount(claim.Booked), Settled: s.amount(claim.Settled), Open: s.amount(claim.Interest),
		Basis: claim.Terms.Basis, DayCount: claim.Terms.DayCount, Unconfirmed: claim.Unconfirmed,
		Further: StatementFurther{From: written(nextDay(claim.AsOf)), Principal: s.amount(claim.Principal), Points: claim.Terms.points.String(), AboveReference: claim.Terms.series != ""},
	}
	for _, p := range claim.Periods {
		i.Periods = append(i.Periods, StatementInterval{
			From: written(p.From), To: written(p.To), Days: p.Days, Principal: s.amount(p.Principal), BaseRate: p.BaseRate.String(),
			Points: p.Points.String(), Rate: p.Rate.String(), Amount: s.amount(p.Amount),
		})
	}
	return i
}

// uniqueAddresses are the addresses of an invoice, and those of its customer that are others.
func uniqueAddresses(of, more []Address) []Address {
	all := []Address{}
	seen := map[Address]bool{}
	for _, list := range [][]Address{of, more} {
		for _, a := range list {
			if !seen[a] {
				seen[a] = true
				all = append(all, a)
			}
		}
	}
	return all
}
