package ar

import (
	"slices"

	"github.com/shopspring/decimal"
)

// State is what the API calls the state of an invoice. A draft and an open invoice are both "none".
type State string

const (
	StateNone     State = "none"
	StatePaid     State = "paid"
	StateCanceled State = "canceled"
)

// Phase is where an invoice stands. It is not stored: it follows from what is.
type Phase uint8

const (
	Draft Phase = iota
	Open
	Paid
	Canceled
)

func (p Phase) String() string { return [...]string{"draft", "open", "paid", "canceled"}[p] }

// Phase derives where the invoice stands. A canceled invoice is canceled whatever else it is.
func (inv *Invoice) Phase() Phase {
	switch {
	case inv.Cancelationdate != nil:
		return Canceled
	case inv.Committed == nil:
		return Draft
	case inv.Unpaid.Equal(decimal.Zero):
		return Paid
	default:
		return Open
	}
}

// State is the phase in the API's words.
func (inv *Invoice) State() State {
	switch inv.Phase() {
	case Canceled:
		return StateCanceled
	case Paid:
		return StatePaid
	default:
		return StateNone
	}
}

// Action is something that may be asked of an invoice.
type Action string

const (
	ChangeContent  Action = "changeContent"  // whatever is printed
	ChangeMeta     Action = "changeMeta"     // the merchant's own data
	ChangeDunning  Action = "changeDunning"  // detail.dunning
	Cancel         Action = "cancel"         //
	Commit         Action = "commit"         //
	Resend         Action = "resend"         // mail the document again
	ModifyDunning  Action = "modifyDunning"  // set the dunning level or its base date
	HoldDunning    Action = "holdDunning"    // keep dunning back
	ImportDocument Action = "importDocument" // add a document from elsewhere
	Credit         Action = "credit"         // apply a credit note
	Book           Action = "book"           // book money or a charge
	Demand         Action = "demand"         // compute what is claimed on a day
)

// refusal says why an action is not allowed and what would be. A nil refusal allows.
type refusal struct{ reason, hint string }

var (
	locked = &refusal{"The invoice is committed, its content is locked.",
		"After the commit only meta, detail.dunning and the cancelation change. Correct anything else by a credit note."}
	gone = &refusal{"The invoice is canceled.",
		"A cancelation is final. Create a new invoice instead."}
	twice = &refusal{"The invoice is committed already.",
		"An invoice is committed once. Use resendInvoice to mail its document again."}
	early = &refusal{"The invoice is a draft.",
		"Commit the invoice first."}
	editable = &refusal{"The invoice is a draft.",
		"Change the items of the draft instead of crediting it."}
	settled = &refusal{"The invoice is paid.",
		"There is nothing left to dun."}
	uncancelable = &refusal{"The invoice is paid.",
		"Correct a paid invoice by a credit note, so that the money is accounted for."}
	moneyed = &refusal{"Payments stand on the invoice.",
		"Correct the invoice by a credit note with allowExcess instead: what was paid is the customer's credit then. Or book first that the money went back, as a transaction with a negative amount."}
	corrected = &refusal{"The invoice was corrected by a credit note.",
		"Correct the rest by another credit note: a cancelation would correct the tax of the first a second time."}
	undunnable = &refusal{"Credit notes are not dunned.",
		"Use the invoice the credit note corrects."}
	uncreditable = &refusal{"Credit notes are not credited.",
		"Create an invoice instead."}
)

// rules is the whole of what an invoice allows. A resend after payment is allowed, because customers ask for paid
// invoices; a return reopens a paid invoice, so money may be booked on one; a canceled invoice keeps taking
// documents and notes, because its papers have to be kept too. What keeps an open invoice from being canceled besides is
// in AllowCancelation.
var rules = map[Action][4]*refusal{
	// draft, open, paid, canceled; as a table in testdata/states.golden
	ChangeContent:  {nil, locked, locked, gone},
	ChangeMeta:     {nil, nil, nil, nil},
	ChangeDunning:  {nil, nil, nil, nil},
	Cancel:         {nil, nil, uncancelable, gone},
	Commit:         {nil, twice, twice, gone},
	Resend:         {early, nil, nil, gone},
	ModifyDunning:  {early, nil, settled, gone},
	HoldDunning:    {early, nil, nil, gone},
	ImportDocument: {nil, nil, nil, nil},
	Credit:         {editable, nil, nil, gone},
	Book:           {early, nil, nil, gone},
	Demand:         {early, nil, nil, gone},
}

// creditnoteRules are the actions a credit note never allows.
var creditnoteRules = map[Action]*refusal{
	ModifyDunning: undunnable,
	HoldDunning:   undunnable,
	Demand:        undunnable,
	Credit:        uncreditable,
}

// Allow is nil if the invoice allows the action where it stands, else a Conflict that says why not and what would be
// right. The fields are those of the request that ask for the action, if any.
func (inv *Invoice) Allow(action Action, fields ...string) error {
	if r := inv.refuse(action); r != nil {
		return ConflictState(r.reason, Detail{Error: r.reason, Fields: fields, Hint: r.hint})
	}
	return nil
}

func (inv *Invoice) refuse(action Action) *refusal {
	if r := creditnoteRules[action]; r != nil && inv.Kind == KindCreditnote {
		return r
	}
	return rules[action][inv.Phase()]
}

// AllowCancelation is nil unless money or credit notes stand on an invoice that is about to be canceled, which the state does
// not tell: with the claim they would lose what they are for. Charges fall with it, and so does what was given up. The fields
// are those of the request that ask for it.
func (inv *Invoice) AllowCancelation(bookings []Booking, notes []Invoice, fields ...string) error {
	var details []Detail
	if slices.ContainsFunc(standing(bookings), func(b Booking) bool { return b.Kind == BookPayment }) {
		details = append(details, Detail{Error: moneyed.reason, Fields: fields, Hint: moneyed.hint})
	}
	if len(notes) > 0 {
		details = append(details, Detail{Error: corrected.reason, Fields: fields, Hint: corrected.hint})
	}
	if len(details) == 0 {
		return nil
	}
	return ConflictState(details[0].Error, details...)
}

// Withheld says why a mail of a kind about the voucher must not leave any more, and is empty when it may. It is asked
// again immediately before sending: hours may have passed since the mail was ordered. A paid invoice still goes to a
// customer who asked for it; what reminds of money does not.
func (inv *Invoice) Withheld(kind MailKind) string {
	switch {
	case kind == MailCollection, kind == MailCollectionReport: // whoever has a case is told of everything, in order
		return ""
	case inv.Phase() == Canceled:
		return "The invoice was canceled."
	case inv.Phase() == Paid && kind != MailInvoice && kind != MailCreditnote:
		return "The invoice was paid."
	case inv.HandedOver != nil && kind.Level() > 0:
		return "The invoice was handed over to collection."
	}
	return ""
}
