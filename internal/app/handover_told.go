package app

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/jobs"
	"github.com/dunwell/dunwell/internal/money"
	"github.com/dunwell/dunwell/internal/store"
)

// told is what whoever took a case over hears: the text of a file in a folder and of a callback, and what a mail says in
// words. Amounts are texts, in Currency.
type told struct {
	Kind       ar.CollectionKind `json:"kind"`
	Merchant   string            `json:"merchant"`
	Invoice    string            `json:"invoice"` // reference
	Number     string            `json:"number"`
	HandedOver string            `json:"handedOver"` // when
	Happened   string            `json:"happened"`
	Currency   string            `json:"currency"`
	Bookings   []toldBooking     `json:"bookings,omitempty"`
	Amount     string            `json:"amount,omitempty"` // of the bookings but for charges: negative for what was paid, credited or given up, positive for what went back
	Open       openClaim         `json:"open"`             // after it
	File       *toldFile         `json:"file,omitempty"`   // of the case
}

type toldBooking struct {
	Kind      ar.BookingKind `json:"kind"`
	Part      ar.Part        `json:"part"`
	Amount    string         `json:"amount"`
	Valuedate string         `json:"valuedate"`
}

// openClaim is what is open. Of a case it is the whole claim, with all interest that has accrued; later it is what is booked,
// and interest goes on accruing as the case's statement says.
type openClaim struct {
	Principal string `json:"principal"`
	Costs     string `json:"costs"`
	Interest  string `json:"interest"`
	Total     string `json:"total"`
}

type toldFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	URL    string `json:"url,omitempty"` // signed, for a while: of a callback, and of a mail that cannot carry the file
}

// about begins what is told of an invoice that is handed over.
func about(tx *store.Tx, inv *ar.Invoice, kind ar.CollectionKind) told {
	return told{Kind: kind, Merchant: tx.MerchantID(), Invoice: inv.Reference, Number: inv.Number,
		HandedOver: timestamp(inv.HandedOver), Happened: timestamp(&tx.Now), Currency: inv.Currency}
}

// balance is what is open by the bookings.
func (t *told) balance(b ar.Balance) {
	t.Open = openClaim{
		Principal: money.Format(b.Principal, t.Currency), Costs: money.Format(b.Costs, t.Currency),
		Interest: money.Format(b.Interest, t.Currency), Total: money.Format(b.Unpaid, t.Currency),
	}
}

// insertTold orders that something is told. From next on a worker passes it on.
func insertTold(tx *store.Tx, invoiceID string, cycle, job int64, t told, next time.Time) (*ar.CollectionMessage, error) {
	body, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	m := &ar.CollectionMessage{Kind: t.Kind, Job: job, InvoiceID: invoiceID, Cycle: cycle, Body: body, State: ar.CollectionQueued, Next: &next}
	return m, tx.InsertCollectionMessage(m)
}

// atOnce is before every time: what is due then is passed on by the next sweep, see nudgeOverdue.
var atOnce = time.UnixMilli(0).UTC()

// tellBooked orders that new bookings on an invoice that was handed over are told: money that the debtor pays to the merchant
// must not be collected a second time. It belongs to the transaction that books; the event is theirs.
func tellBooked(tx *store.Tx, inv *ar.Invoice, bookings []ar.Booking, fresh int, event *store.Event) error {
	if inv.HandedOver == nil {
		return nil
	}
	if err := tx.InsertJob(collectionJob(inv, event.Seq, tx.Now)); err != nil {
		return err
	}
	t := about(tx, inv, ar.CollectionBooked)
	sum := decimal.Zero
	for _, b := range bookings[fresh:] {
		if !slices.Contains(charges, b.Kind) {
			sum = sum.Add(b.Amount)
		}
		t.Bookings = append(t.Bookings, toldBooking{Kind: b.Kind, Part: b.Part, Amount: money.Format(b.Amount, inv.Currency), Valuedate: b.Valuedate.Format(time.DateOnly)})
	}
	t.Amount = money.Format(sum, inv.Currency)
	t.balance(ar.BalanceOf(inv.Totals.Gross, bookings))
	_, err := insertTold(tx, inv.ID, inv.DunningCycle, event.Seq, t, atOnce)
	return err
}

// charges are what a movement of money freezes before it is allocated.
var charges = []ar.BookingKind{ar.BookFee, ar.BookInterest, ar.BookLumpsum}

// tellEnd orders that the end of a case is told: it was recalled, or its invoice was canceled. was is the invoice as it was
// while it was handed over.
func (a *App) tellEnd(tx *store.Tx, by Caller, was *ar.Invoice, kind ar.CollectionKind) error {
	if was.HandedOver == nil {
		return nil
	}
	event := &store.Event{InvoiceID: was.ID, Actor: by.Actor, Kind: eventRecalled, Fields: []string{"handover"}}
	if err := tx.AppendEvent(event); err != nil {
		return err
	}
	if err := tx.InsertJob(collectionJob(was, event.Seq, tx.Now)); err != nil {
		return err
	}
	bookings, err := tx.Bookings(was.ID)
	if err != nil {
		return err
	}
	t := about(tx, was, kind)
	t.balance(ar.BalanceOf(was.Totals.Gross, bookings))
	m, err := insertTold(tx, was.ID, was.DunningCycle, event.Seq, t, a.elapsed())
	if err != nil {
		return err
	}
	return a.jobs.Add(tx, jobs.Nudge{Kind: nudgeCollection, Merchant: tx.MerchantID(), ID: m.ID})
}
