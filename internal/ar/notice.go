package ar

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// Notice is a dunning notice as it was issued: a level of a cycle of an invoice, of which there is one (G8). It never changes,
// whatever is booked later.
type Notice struct {
	ID           string
	InvoiceID    string
	Cycle        int64 // of the invoice; 0 before the first
	Level        int
	Run          int64     // number of the run that issued it
	Issued       time.Time // the day, midnight UTC
	PayBy        time.Time // the day it asks to be paid by, midnight UTC
	DeliveryKind string    // email or letter
	Procedure    Procedure // the case keeps the one of its first notice (G9)

	// Charges that were booked with it. Interest is the difference to what was charged before: negative when money came in
	// with an earlier value date than was known then.
	Fee, Lumpsum, Interest decimal.Decimal

	Demand   Balance         // what is open once they are booked: what the notice asks for, but for Disputed
	Disputed decimal.Decimal // what of the principal is disputed, and not asked for
	Claim    *Claim          // how the interest came about; nil at a level that charges none
	Final    bool            // the last level, and somebody takes the case over after it: the notice announces it

	Charges       []string // ids of its own bookings, and
	Bookings      []string // of those before: Demand comes of both
	Job           int64    // that delivers it
	Communication string   // id of its letter
	Created       time.Time
}

// Notice makes the notice of a step, as it is when it is issued on the step's date, and the bookings of what it charges;
// claim is what is claimed on that day before, nil at a level that charges no interest. The invoice is not changed. What
// makes of the draft a notice that was issued is left to whoever issues it: ID, Run, Charges, Bookings, Job and Communication.
func (c DunningCase) Notice(inv *Invoice, step *DunningStep, claim *Claim, bookings []Booking) (*Notice, []Booking) {
	charges := step.charges(bookings)
	level := c.Procedure.Levels[step.Level-1]
	n := &Notice{
		InvoiceID: inv.ID, Cycle: inv.DunningCycle, Level: step.Level, Issued: step.Date, PayBy: step.Date.AddDate(0, 0, level.PayBy),
		DeliveryKind: step.DeliveryKind, Procedure: c.Procedure, Fee: step.Fee, Lumpsum: step.Lumpsum, Interest: step.Interest,
		Demand: BalanceOf(inv.Totals.Gross, slices.Concat(bookings, charges)), Disputed: c.Contested(step.Date),
		Final: c.Collection != nil && step.Level == len(c.Procedure.Levels),
	}
	if claim != nil {
		after := *claim
		after.Booked = after.Booked.Add(n.Interest)
		after.Costs = after.Costs.Add(n.Fee).Add(n.Lumpsum)
		after.Total = after.Principal.Add(after.Costs).Add(after.Interest)
		n.Claim = &after
	}
	return n, charges
}

// charges are the bookings of a step: what it adds to what is owed, or takes back of interest.
func (s *DunningStep) charges(bookings []Booking) []Booking {
	var charges []Booking
	for _, c := range []struct {
		kind   BookingKind
		amount decimal.Decimal
	}{{BookFee, s.Fee}, {BookLumpsum, s.Lumpsum}} {
		if c.amount.IsPositive() {
			charges = append(charges, Booking{Kind: c.kind, Part: PartCosts, Amount: c.amount, Valuedate: s.Date})
		}
	}
	return append(charges, chargeInterest(bookings, s.Interest, s.Date)...)
}

// chargeInterest gives the bookings by which the interest that was charged changes by an amount. To lower it, the latest
// charges are reversed, and what they were too much for is charged anew: a booking is reversed once, and as a whole.
func chargeInterest(bookings []Booking, amount decimal.Decimal, day time.Time) []Booking {
	touched := map[string]bool{}
	for _, b := range bookings {
		if b.Reverses != nil {
			touched[*b.Reverses] = true
		}
	}
	var charges []Booking
	for _, b := range slices.Backward(bookings) {
		if !amount.IsNegative() {
			break
		}
		if b.Kind == BookInterest && !touched[b.ID] {
			charges = append(charges, Booking{Kind: BookReversal, Reverses: &b.ID, Part: PartInterest, Amount: b.Amount.Neg(), Valuedate: day})
			amount = amount.Add(b.Amount)
		}
	}
	if amount.IsPositive() {
		charges = append(charges, Booking{Kind: BookInterest, Part: PartInterest, Amount: amount, Valuedate: day})
	}
	return charges
}

// Entry is the notice as a line of a plan; of is its invoice.
func (n *Notice) Entry(of *Invoice) PlanEntry {
	text := func(amount decimal.Decimal) string {
		if amount.IsZero() {
			return ""
		}
		return money.Format(amount, of.Currency)
	}
	return PlanEntry{
		InvoiceID: of.ID, Invoice: of.Reference, Currency: of.Currency, Level: n.Level, Asked: money.Format(n.Asked(), of.Currency),
		Fee: text(n.Fee), Lumpsum: text(n.Lumpsum), Interest: text(n.Interest), Channel: n.DeliveryKind,
	}
}

// Asked is what the notice asks for in all.
func (n *Notice) Asked() decimal.Decimal { return n.Demand.Unpaid.Sub(n.Disputed) }

// noticeKinds are the documents and mails of the levels, from 1.
var noticeKinds = [...]string{1: "reminder", 2: "dunning1", 3: "dunning2", 4: "dunning3", 5: "dunning4"}

// NoticeMail is the mail that brings the notice of a level.
func NoticeMail(level int) MailKind { return MailKind(noticeKinds[level]) }

// Level is that of the notice which a mail of the kind brings, 0 if it brings none.
func (k MailKind) Level() int { return max(0, slices.Index(noticeKinds[:], string(k))) }

// Purpose is what a mail of the kind is for, as the customer's addresses are: see Identity.EmailFor.
func (k MailKind) Purpose() string {
	if k.Level() > 0 {
		return ForDunning
	}
	return ForBilling
}

// NoticeDocument is the document that is the notice of a level.
func NoticeDocument(level int) CommunicationKind { return CommunicationKind(noticeKinds[level]) }

// Enclosed tells whether a document of the kind goes along with the mail of a notice if it was imported: invoices, credit notes
// and what was dunned elsewhere. Correspondence does not.
func (k CommunicationKind) Enclosed() bool {
	return k == CommInvoice || k == CommCreditnote || slices.Contains(noticeKinds[1:], string(k))
}
