package ar

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// InvoiceChange is what a PUT (or the POST that creates) says about an invoice. Dates are cleared by a nil.
type InvoiceChange struct {
	Number          Change[string]
	Label           Change[string]
	Addresses       Change[[]Address] // the whole list
	Accountingdate  Change[*time.Time]
	Issued          Change[*time.Time]
	Due             Change[*time.Time]
	Orderdate       Change[*time.Time]
	Ordernumber     Change[string]
	Cancelationdate Change[*time.Time] // cancels
	State           Change[State]      // a wish: only canceled can be asked for
	Currency        Change[string]
	Netbased        Change[bool]
	Paymentkind     Change[string]
	Items           Change[[]Item] // the whole list
	Detail          InvoiceDetailChange
	Meta            Change[json.RawMessage] // nil or null clears
}

// InvoiceDetailChange changes detail field by field.
type InvoiceDetailChange struct {
	IntroText            Change[[]string]
	FooterText           Change[[]string]
	IntroTextID          Change[string]
	FooterTextID         Change[string]
	Paymentterm          Change[string]
	PaymenttermID        Change[string]
	Locale               Change[string]
	PlaceOfSupplyCountry Change[string]
	ReverseCharge        Change[bool]
	VatID                Change[string]
	Dunning              DunningChange
}

// Apply changes the invoice, all or nothing, and computes its totals again. It gives the names of the fields that
// really changed, in the API's words; none if the content is the same. It fails with Invalid if a value makes no sense
// and with Conflict if the state does not allow a change, naming the fields. Modified becomes now; the Version is
// counted by the store. What is in the change belongs to the invoice afterwards.
func (inv *Invoice) Apply(c InvoiceChange, now time.Time) (changed []string, err error) {
	next := *inv
	var e edit
	next.takeContent(&e, c)
	putDunning(&e, &next.Detail.Dunning, c.Detail.Dunning)
	putMeta(&e, &next.Meta, c.Meta)
	if err := next.takeCancelation(&e, c, now); err != nil {
		return nil, err
	}
	if len(e.changed) == 0 {
		return nil, nil
	}
	if err := inv.allowChanges(e.changed); err != nil {
		return nil, err
	}
	if err := next.conclude(e.changed); err != nil {
		return nil, err
	}
	next.Modified = instant(now)
	*inv = next
	return e.changed, nil
}

func (inv *Invoice) takeContent(e *edit, c InvoiceChange) {
	put(e, "number", &inv.Number, c.Number)
	put(e, "label", &inv.Label, c.Label)
	putBy(e, "addresses", &inv.Addresses, c.Addresses, slices.Equal)
	putTime(e, "accountingdate", &inv.Accountingdate, c.Accountingdate)
	putTime(e, "issued", &inv.Issued, c.Issued)
	putTime(e, "due", &inv.Due, c.Due)
	putTime(e, "orderdate", &inv.Orderdate, c.Orderdate)
	put(e, "ordernumber", &inv.Ordernumber, c.Ordernumber)
	put(e, "currency", &inv.Currency, c.Currency)
	put(e, "netbased", &inv.Netbased, c.Netbased)
	put(e, "paymentkind", &inv.Paymentkind, c.Paymentkind)
	putBy(e, "items", &inv.Items, c.Items, sameItems)
	inv.Detail.takeContent(e, c.Detail)
}

func (d *InvoiceDetail) takeContent(e *edit, c InvoiceDetailChange) {
	putBy(e, "detail.introText", &d.IntroText, c.IntroText, slices.Equal)
	putBy(e, "detail.footerText", &d.FooterText, c.FooterText, slices.Equal)
	put(e, "detail.introTextId", &d.IntroTextID, c.IntroTextID)
	put(e, "detail.footerTextId", &d.FooterTextID, c.FooterTextID)
	put(e, "detail.paymentterm", &d.Paymentterm, c.Paymentterm)
	put(e, "detail.paymenttermId", &d.PaymenttermID, c.PaymenttermID)
	put(e, "detail.locale", &d.Locale, c.Locale)
	put(e, "detail.placeOfSupplyCountry", &d.PlaceOfSupplyCountry, c.PlaceOfSupplyCountry)
	put(e, "detail.reverseCharge", &d.ReverseCharge, c.ReverseCharge)
	put(e, "detail.vatId", &d.VatID, c.VatID)
}

// takeCancelation reads the two ways to ask for a cancelation, which are often sent together: a date, and the state. A
// date alone cancels; the state alone cancels now. That a cancelation cannot be taken back, nor its date changed, is
// the business of the state table.
func (inv *Invoice) takeCancelation(e *edit, c InvoiceChange, now time.Time) error {
	before := inv.State()
	date, dated := c.Cancelationdate.Get()
	wish, wished := c.State.Get()
	switch {
	case wished && wish != StateCanceled && before == StateCanceled:
		return inv.Allow(Cancel, "state")
	case wished && wish != StateCanceled && (wish != before || dated && date != nil):
		return InvalidField("state", "State '"+string(before)+"' cannot be changed to '"+string(wish)+"'.",
			"Only canceled can be set; paid and none follow from what was booked. Leave the state out otherwise.")
	case wished && wish == StateCanceled && date == nil && before == StateCanceled:
		return nil
	case wished && wish == StateCanceled && date == nil:
		date, dated = &now, true
	}
	if dated {
		putTime(e, "cancelationdate", &inv.Cancelationdate, Set(date))
	}
	if inv.State() != before {
		e.changed = append(e.changed, "state")
	}
	return nil
}

// actionFor is what is asked for by a change of a field.
func actionFor(path string) Action {
	switch {
	case path == "meta":
		return ChangeMeta
	case path == "cancelationdate" || path == "state":
		return Cancel
	case strings.HasPrefix(path, "detail.dunning."):
		return ChangeDunning
	default:
		return ChangeContent
	}
}

// allowChanges asks the state table about every change, and names the fields by the reason why they must not.
func (inv *Invoice) allowChanges(changed []string) error {
	var details []Detail
	for _, path := range changed {
		r := inv.refuse(actionFor(path))
		if r == nil {
			continue
		}
		at := slices.IndexFunc(details, func(d Detail) bool { return d.Error == r.reason })
		if at < 0 {
			at = len(details)
			details = append(details, Detail{Error: r.reason, Hint: r.hint})
		}
		details[at].Fields = append(details[at].Fields, path)
	}
	if len(details) == 0 {
		return nil
	}
	return ConflictState(details[0].Error, details...)
}

// conclude checks the meaning of what changed, and computes what follows from it. What did not change was checked when
// it came, perhaps by other rules.
func (inv *Invoice) conclude(changed []string) error {
	var wrong faults
	if slices.ContainsFunc(changed, func(path string) bool { return actionFor(path) == ChangeContent }) {
		inv.checkContent(&wrong)
		if len(wrong) == 0 { // else there is no total to speak of
			inv.Totals = Total(inv.Items, inv.Netbased, inv.Currency)
			inv.Unpaid = inv.Totals.Gross // only drafts change content, and nothing is booked on a draft
			inv.checkTotals(&wrong)
		}
	}
	if slices.Contains(changed, "meta") {
		checkMeta(&wrong, inv.Meta)
	}
	return wrong.invalid()
}
