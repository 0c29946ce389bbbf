package ar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// Adjustment is a change of what is owed on an invoice that somebody decides on, and not money.
type Adjustment struct {
	Kind     BookingKind      // waiver, writeoff or reversal
	Part     Part             // costs or interest of a waiver, empty: both; a writeoff is of the principal, a reversal of what it undoes
	Amount   *decimal.Decimal // positive; nil: all that is open of the part. A reversal has none
	Reverses string           // the ID of the booking that a reversal undoes
	Reason   string           // wanted: it is the comment of the booking
}

// Check finds what makes no sense about an adjustment, whatever it is of.
func (a Adjustment) Check() error {
	var wrong faults
	if strings.TrimSpace(a.Reason) == "" {
		wrong.add("reason", "There is no reason.", "Say why: whoever audits the books asks for it.")
	}
	if a.Amount != nil && !a.Amount.IsPositive() {
		wrong.add("amount", "The amount is not positive.", "Send what is given up as a positive amount, or leave it out: then it is all that is open of the part.")
	}
	switch a.Kind {
	case BookWaiver:
		if a.Part == PartPrincipal {
			wrong.add("part", "A waiver is of costs or of interest.", "Principal that is given up is a bad debt: send writeoff.")
		}
	case BookWriteoff:
		if a.Part != PartPrincipal && a.Part != "" {
			wrong.add("part", "A write-off is of the principal.", "Leave the part out. To give up costs or interest, send waiver: that is no bad debt.")
		}
	case BookReversal:
		a.checkReversal(&wrong)
		return wrong.invalid()
	default:
		wrong.add("kind", fmt.Sprintf("'%s' is no adjustment.", a.Kind), "Send waiver, writeoff or reversal.")
	}
	if a.Reverses != "" {
		wrong.add("reverses", "Only a reversal undoes a booking.", "Leave reverses out, or send reversal.")
	}
	return wrong.invalid()
}

func (a Adjustment) checkReversal(wrong *faults) {
	if a.Reverses == "" {
		wrong.add("reverses", "It is not said which booking is reversed.", "Name its id, see listPayments.")
	}
	if a.Amount != nil {
		wrong.add("amount", "A booking is reversed as a whole.", "Leave the amount out; what of it was right is booked again.")
	}
	if a.Part != "" {
		wrong.add("part", "A reversal is of the part that its booking is of.", "Leave the part out.")
	}
}

// Adjust gives the bookings of an adjustment that was checked, on a day. It fails with Conflict if there is not as much to
// give up, and if the booking is not to be reversed.
func (inv *Invoice) Adjust(a Adjustment, bookings []Booking, day time.Time) ([]Booking, error) {
	if a.Kind == BookReversal {
		return inv.reverse(a, bookings, day)
	}
	parts := a.parts()
	balance, open := BalanceOf(inv.Totals.Gross, bookings), decimal.Zero
	for _, part := range parts {
		open = open.Add(balance.of(part))
	}
	open = decimal.Max(decimal.Zero, decimal.Min(open, balance.Unpaid))
	left := open
	if a.Amount != nil {
		left = *a.Amount
	}
	switch {
	case !money.Round(left, inv.Currency).Equal(left):
		return nil, InvalidField("amount", "The amount has too many digits.", fmt.Sprintf("%s has %d digits after the point.", inv.Currency, money.Digits(inv.Currency)))
	case !open.IsPositive(), left.GreaterThan(open):
		return nil, adjustmentConflict(fmt.Sprintf("Of the %s, %s are open.", words(parts), money.Format(open, inv.Currency)), "amount",
			"Give up at most what is open, as the balance of the invoice has it.")
	}
	var given []Booking
	for _, part := range parts {
		if amount := decimal.Min(left, balance.of(part)); amount.IsPositive() {
			left = left.Sub(amount)
			given = append(given, Booking{Kind: a.Kind, Part: part, Amount: amount.Neg(), Comment: a.Reason, Valuedate: day})
		}
	}
	return given, nil
}

// parts are those that are given up, in their order.
func (a Adjustment) parts() []Part {
	switch {
	case a.Kind == BookWriteoff:
		return []Part{PartPrincipal}
	case a.Part == "":
		return []Part{PartCosts, PartInterest}
	}
	return []Part{a.Part}
}

func words(parts []Part) string {
	if len(parts) == 2 {
		return string(parts[0]) + " and " + string(parts[1])
	}
	return string(parts[0])
}

// reversible are the kinds of bookings that somebody may take back. Money is not decided on: it goes back by a transaction,
// and a credit note is corrected by an invoice.
var reversible = []BookingKind{BookWaiver, BookWriteoff, BookFee, BookLumpsum, BookInterest}

// reverse undoes a booking: all of what still stands of it. A charge that was paid stays, because the money would then be
// for nothing.
func (inv *Invoice) reverse(a Adjustment, bookings []Booking, day time.Time) ([]Booking, error) {
	at := slices.IndexFunc(bookings, func(b Booking) bool { return b.ID == a.Reverses })
	if at < 0 {
		return nil, adjustmentConflict(fmt.Sprintf("The invoice has no booking '%s'.", a.Reverses), "reverses", "Name the id of one of its bookings, see listPayments.")
	}
	b := bookings[at]
	if !slices.Contains(reversible, b.Kind) {
		return nil, adjustmentConflict(fmt.Sprintf("The booking is a %s.", b.Kind), "reverses",
			"Waivers, write-offs, fees, lump sums and interest are reversed. Book money that went back as a transaction with a negative amount.")
	}
	if slices.ContainsFunc(bookings, func(r Booking) bool { return r.Reverses != nil && *r.Reverses == b.ID }) {
		return nil, adjustmentConflict("The booking is reversed already.", "reverses", "A booking is reversed once.")
	}
	if open := BalanceOf(inv.Totals.Gross, bookings).Open(b.part()); b.Kind.raises() && b.Amount.GreaterThan(open) {
		return nil, adjustmentConflict(fmt.Sprintf("The booking is of %s, and of the %s %s are open: the rest was paid or given up.",
			money.Format(b.Amount, inv.Currency), b.part(), money.Format(open, inv.Currency)), "reverses",
			"Waive what is open. What was paid goes back by a transaction or a credit note.")
	}
	return []Booking{{Kind: BookReversal, Reverses: &b.ID, Part: b.part(), Amount: b.Amount.Neg(), Comment: a.Reason, Valuedate: day}}, nil
}

func adjustmentConflict(text, field, hint string) error {
	return ConflictState(text, Detail{Error: text, Fields: []string{field}, Hint: hint})
}
