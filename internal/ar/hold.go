package ar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// Hold keeps dunning back, of an invoice or of all invoices of a customer: a block, a promise to pay, or a dispute. It is never
// deleted; lifting it is written down.
type Hold struct {
	ID         string
	InvoiceID  string // of one of both
	IdentityID string
	Invoice    string // their references; follow, set by the store when it reads
	Identity   string
	Kind       HoldKind
	Reason     string           // for people, printed nowhere
	Amount     *decimal.Decimal // dispute of an invoice: only of that part of the principal; nil: of all
	Currency   string           // of Amount: that of the invoice; follows too
	From       time.Time        // the first day, midnight UTC
	Until      *time.Time       // the last day; nil: until it is lifted
	Lifted     *time.Time       // the moment somebody lifted it; nil: nobody did
	Actor      string           // who asked for it
	Lifter     string           // who lifted it
	Created    time.Time
}

// HoldKind is why dunning is held back.
type HoldKind string

const (
	HoldBlock   HoldKind = "block"
	HoldPromise HoldKind = "promise" // of the debtor's, to pay until a day
	HoldDispute HoldKind = "dispute" // of the debtor's, who says that the debt is not owed, or not all of it
)

// maxHoldYears bounds how far from today a hold begins and ends: what is further away is a slip of the pen.
const maxHoldYears = 10

// CheckSubject wants one thing that is held: an invoice, or a customer with all invoices there are and will be.
func (h Hold) CheckSubject() error {
	if (h.Invoice == "") == (h.Identity == "") {
		return InvalidField("invoice", "The hold is not of one invoice or one customer.", "Send either invoice or identity.")
	}
	return nil
}

// Check says what makes no sense about a hold that somebody asks for today. inv is the invoice it is of, nil for one of a customer:
// a draft is not dunned, nor is what was canceled, so there is nothing to hold back. What is paid may be held, because the money may go
// back.
func (h Hold) Check(inv *Invoice, today time.Time) error {
	if inv != nil {
		if err := inv.Allow(HoldDunning, "invoice"); err != nil {
			return err
		}
	}
	var wrong faults
	switch h.Kind {
	case HoldBlock, HoldPromise, HoldDispute:
	default:
		wrong.add("kind", "Value for field 'kind' is unknown.", "Send block, promise or dispute.")
	}
	if strings.TrimSpace(h.Reason) == "" {
		wrong.add("reason", "There is no reason.", "Say why, for whoever asks later: it is shown to nobody but the merchant.")
	}
	h.checkPeriod(&wrong, dayOf(today))
	if h.Amount != nil {
		h.checkAmount(&wrong, inv)
	}
	return wrong.invalid()
}

func (h Hold) checkPeriod(wrong *faults, today time.Time) {
	first, last := today.AddDate(-maxHoldYears, 0, 0), today.AddDate(maxHoldYears, 0, 0)
	if h.From.Before(first) || h.From.After(last) {
		wrong.add("from", "The hold begins more than ten years from today.", "Send a day up to "+last.Format(time.DateOnly)+", or leave it out to begin today.")
	}
	switch {
	case h.Until == nil && h.Kind == HoldPromise:
		wrong.add("until", "The promise has no day.", "Send the last day on which the debtor has promised to pay.")
	case h.Until == nil:
	case h.Until.Before(today):
		wrong.add("until", "The hold is over already.", "Send "+today.Format(time.DateOnly)+" or a later day.")
	case h.Until.Before(h.From):
		wrong.add("until", "The hold ends before it begins.", "Send "+h.From.Format(time.DateOnly)+" or a later day.")
	case h.Until.After(last):
		wrong.add("until", "The hold ends more than ten years from today.", "Send a day up to "+last.Format(time.DateOnly)+".")
	}
}

// checkAmount wants a part of an invoice that is disputed. It may be more than what is open: what is disputed may be paid in part
// before anybody has agreed on it.
func (h Hold) checkAmount(wrong *faults, inv *Invoice) {
	const path = "amount"
	switch {
	case h.Kind != HoldDispute || inv == nil:
		wrong.add(path, "Only the dispute of an invoice may be of a part.", "Leave it out: the hold is of all that is owed.")
	case !h.Amount.IsPositive() || h.Amount.GreaterThan(inv.Totals.Gross):
		wrong.add(path, "The amount is no part of the invoice.", "Send more than 0 and at most its total, "+money.Format(inv.Totals.Gross, inv.Currency)+".")
	case !money.Round(*h.Amount, inv.Currency).Equal(*h.Amount):
		wrong.add(path, "Value for field 'amount' has too many decimals.", "Send it in the decimals of "+inv.Currency+".")
	}
}

// Stands tells whether the hold is there on a day. A promise that was broken ends like any other hold: by its last day.
func (h Hold) Stands(day time.Time) bool {
	day = dayOf(day)
	return h.Lifted == nil && !h.From.After(day) && !h.Over(day)
}

// Over tells whether the last day of the hold has passed.
func (h Hold) Over(day time.Time) bool { return h.Until != nil && h.Until.Before(dayOf(day)) }

// ofPart tells a hold that lowers what is dunned from one under which nothing is.
func (h Hold) ofPart() bool { return h.Amount != nil }

// Disputed is how much of an invoice the debtor disputes on a day, of the principal of its total: several disputes add up. Those of
// all of it are not in it; see HeldBack.
func Disputed(holds []Hold, day time.Time) decimal.Decimal {
	sum := decimal.Zero
	for _, h := range holds {
		if h.ofPart() && h.Stands(day) {
			sum = sum.Add(*h.Amount)
		}
	}
	return sum
}

// InDispute tells whether the debtor disputes the invoice on a day, or a part of it.
func InDispute(holds []Hold, day time.Time) bool {
	return slices.ContainsFunc(holds, func(h Hold) bool { return h.Kind == HoldDispute && h.Stands(day) })
}

// HeldBack says why nothing that asks for money may leave on a day, and is empty if it may: the first of the holds, of an invoice
// and its customer, under which nothing is dunned. A dispute of a part is none; see Disputed.
func HeldBack(holds []Hold, day time.Time) string {
	for _, h := range holds {
		if !h.ofPart() && h.Stands(day) {
			return h.text()
		}
	}
	return ""
}

// text says that the hold stands, and until when.
func (h Hold) text() string {
	what, owed := "the invoice", "The invoice"
	if h.IdentityID != "" {
		what, owed = "the customer", "All that the customer owes"
	}
	var says string
	switch h.Kind {
	case HoldPromise:
		says = owed + " is promised to be paid"
	case HoldDispute:
		says = owed + " is disputed"
		if h.ofPart() {
			says = fmt.Sprintf("Of %s %s %s are disputed", what, money.Format(*h.Amount, h.Currency), h.Currency)
		}
	default:
		says = "Dunning of " + what + " is blocked"
	}
	if h.Until != nil {
		says += " until " + h.Until.Format(time.DateOnly)
	}
	return says + ": " + strings.TrimRight(strings.TrimSpace(h.Reason), ".") + "."
}
