package ar

import (
	"time"

	"github.com/shopspring/decimal"
)

// DunningCase is everything that decides about the next step of an invoice's dunning.
type DunningCase struct {
	Phase     Phase
	Level     int
	Procedure Procedure
	Debtor    IdentityKind
	Currency  string

	Base     time.Time   // step 1 counts from it
	Last     *LastNotice // step 2 and higher count from it; nil at level 0
	Returned time.Time   // the last day that a payment went back, or that we were told of it; zero if none did
	Counts   time.Time   // the day from which all that is booked counts; zero if nothing is

	OfInvoice, OfDebtor Dunning // wishes; those of the invoice go before
	Holds               []Hold  // of the invoice and of its customer

	Principal decimal.Decimal // open
	Credit    decimal.Decimal // of the customer, not set off, in the currency of the invoice
	Lumpsum   decimal.Decimal // what the law gives and was not charged yet
	LastMail  DeliveryState   // what became of the last mail about the invoice; empty if there was none

	HandedOver bool                // to collection
	Collection *CollectionSettings // that takes over after the last level; nil: nobody
}

// LastNotice is the notice by which the level was reached.
type LastNotice struct{ Issued, PayBy time.Time }

// DunningStep is a notice that may be issued.
type DunningStep struct {
	Level        int
	Date         time.Time // the first day from today on
	Fee          decimal.Decimal
	Lumpsum      decimal.Decimal
	Interest     decimal.Decimal // that is charged with it if it is issued on Date; see ProcedureLevel.Interest
	DeliveryKind string
}

// Obstacle is why there is no next step.
type Obstacle struct {
	Guard string // G1 … G7
	Text  string
}

// DunningCase puts together what is known of an invoice in this cycle, nil if there is none, with the notices of any cycle,
// the newest first. The caller adds Holds, Credit and LastMail, which are no matter of the invoice alone, and to Returned the
// merchant's day on which a return was booked.
func (inv *Invoice) DunningCase(debtor *Identity, cycle *DunningCycle, notices []Notice, s Settings, bookings []Booking) DunningCase {
	c := DunningCase{
		Phase: inv.Phase(), Level: inv.Dunninglevel, Procedure: s.Procedure(), Debtor: debtor.Kind, Currency: inv.Currency,
		Principal:  BalanceOf(inv.Totals.Gross, bookings).Principal,
		HandedOver: inv.HandedOver != nil, Collection: s.Collection,
	}
	if own := inv.Detail.Dunning; own != nil {
		c.OfInvoice = *own
	}
	if of := debtor.Detail.Dunning; of != nil {
		c.OfDebtor = *of
	}
	if inv.Committed != nil { // a draft may have no dates
		c.Base, c.Lumpsum = inv.InterestBase(), s.Lumpsum(inv, debtor.Kind)
	}
	for _, b := range bookings {
		c.Counts = later(c.Counts, dayOf(b.Valuedate))
		switch {
		case b.Kind == BookLumpsum:
			c.Lumpsum = decimal.Zero
		case b.Returns():
			c.Returned = later(c.Returned, dayOf(b.Valuedate))
		}
	}
	if running := inv.RunningCycle(cycle, notices); running != nil && running.Procedure != nil {
		c.Procedure = *running.Procedure
		reached := c.Procedure.Levels[min(c.Level, len(c.Procedure.Levels))-1]
		c.Last = &LastNotice{Issued: running.Since, PayBy: running.Since.AddDate(0, 0, reached.PayBy)}
	}
	return c
}

// RunningCycle is the cycle an invoice is in, as its notices have carried it on: cycle is the one it began with, nil before
// the first, and notices those of any cycle, the newest first. It is nil if nothing has begun. What a case keeps to its end
// is the procedure of its first notice, unless it began with one (G9).
func (inv *Invoice) RunningCycle(cycle *DunningCycle, notices []Notice) *DunningCycle {
	if len(notices) == 0 || notices[0].Cycle != inv.DunningCycle {
		return cycle
	}
	last := notices[0]
	running := &DunningCycle{InvoiceID: inv.ID, Number: inv.DunningCycle}
	if cycle != nil {
		*running = *cycle
	}
	running.Level, running.Since, running.Procedure = last.Level, last.Issued, &last.Procedure
	return running
}

// lastDay is the last that can be written as a date.
var lastDay = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// NextStep is the notice of the next level, never of a higher one (G8), and the first day from today on that it may be
// issued; without one, there are obstacles. What interest comes to is left to whoever knows the rates.
//
// Obstacles do not pass by waiting, and a step stays what it was said to be until it is due. One that is due and not taken may
// move behind a hold that begins, or be taken away by one that has no end.
func (c DunningCase) NextStep(today time.Time) (*DunningStep, []Obstacle) {
	date := c.opens(dayOf(today))
	obstacles := c.obstacles(date)
	if len(obstacles) == 0 && date.After(lastDay) {
		obstacles = append(obstacles, Obstacle{"G2", "The day of the next step is beyond the calendar."})
	}
	if len(obstacles) > 0 {
		return nil, obstacles
	}
	next := c.next()
	step := &DunningStep{Level: c.Level + 1, Date: date, DeliveryKind: c.deliveryKind()}
	if c.Currency == c.Procedure.Currency {
		step.Fee = next.Fee[c.Debtor]
	}
	if next.Lumpsum {
		step.Lumpsum = c.Lumpsum
	}
	return step, nil
}

// Blocks says what keeps the customer or the invoice from being dunned today, whether it is time for a step or not.
func (c DunningCase) Blocks(today time.Time) (texts []string) {
	for _, o := range c.blocked(today) {
		texts = append(texts, o.Text)
	}
	for _, h := range c.Holds {
		if h.Stands(today) {
			texts = append(texts, h.text())
		}
	}
	return texts
}

// hasNext tells whether the procedure has a higher level.
func (c DunningCase) hasNext() bool { return c.Level < len(c.Procedure.Levels) }

// next is the level to come.
func (c DunningCase) next() ProcedureLevel { return c.Procedure.Levels[c.Level] }

func (c DunningCase) deliveryKind() string {
	for _, kind := range []string{c.OfInvoice.DeliveryKind, c.OfDebtor.DeliveryKind, c.next().DeliveryKind} {
		if kind != "" {
			return kind
		}
	}
	return DeliverEmail
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
