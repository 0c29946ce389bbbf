package ar

import "time"

// DunningCycle is one course through the levels. Every modifyDunning begins one, so that a level may be reached a second time.
// It never changes.
type DunningCycle struct {
	InvoiceID string
	Number    int64      // from 1, per invoice
	Level     int        // taken as reached when it began
	Since     time.Time  // the day that level counts from, as if its notice had been issued then: midnight UTC
	Start     *time.Time // base date; nil: the due date
	Procedure *Procedure // what the case keeps to the end; nil at level 0, where nothing has begun
	Event     int64      // number of the event it began with
	Actor     string     // of that event: who asked for it; set by the store when it reads
	Created   time.Time  // when; set by the store when it reads
}

// DunningModification is where dunning shall stand. At least one of both is given.
type DunningModification struct {
	Level *int       // nil: as it is
	Start *time.Time // nil: the due date
}

// ModifyDunning begins a new cycle at the level and the base date that are asked for, on a day; before is the cycle the
// invoice is in, nil if there is none, and procedure that of the merchant now. A case that is running keeps its own. It
// fails with Conflict if there is nothing to dun, and with Invalid if interest would begin before default.
func (inv *Invoice) ModifyDunning(m DunningModification, before *DunningCycle, procedure Procedure, day time.Time) (*DunningCycle, error) {
	if err := inv.Allow(ModifyDunning); err != nil {
		return nil, err
	}
	if err := inv.checkRecall(m); err != nil {
		return nil, err
	}
	if m.Start != nil {
		if err := inv.checkStart(*m.Start); err != nil {
			return nil, err
		}
	}
	c := &DunningCycle{InvoiceID: inv.ID, Number: inv.DunningCycle + 1, Level: inv.Dunninglevel, Since: dayOf(day), Start: m.Start}
	if m.Level != nil {
		c.Level = *m.Level
	} else if before != nil {
		c.Since = before.Since // a base date that moves is no notice
	}
	if c.Level > 0 {
		c.Procedure = &procedure
		if before != nil && before.Procedure != nil {
			c.Procedure = before.Procedure
		}
	}
	inv.Dunninglevel, inv.StartDunningDate, inv.DunningCycle, inv.HandedOver = c.Level, c.Start, c.Number, nil
	return c, nil
}

// checkRecall lets a case that was handed over to collection begin anew at level 0 only, which recalls it: what somebody
// else collects is dunned by nobody.
func (inv *Invoice) checkRecall(m DunningModification) error {
	if inv.HandedOver == nil || m.Level != nil && *m.Level == 0 {
		return nil
	}
	text := "The case was handed over to collection."
	return ConflictState(text, Detail{Error: text, Fields: []string{"dunninglevel"},
		Hint: "Send dunninglevel 0 to recall it: whoever took it over is told, and dunning begins anew."})
}

// checkStart wants a base date on which the debt is due: before, nobody is in default.
func (inv *Invoice) checkStart(start time.Time) error {
	const path = "startDunningDate"
	due := dayOf(*inv.Due).Format(time.DateOnly)
	switch {
	case start.Before(dayOf(*inv.Issued)):
		return InvalidField(path, "The base date is before the invoice was issued.", "Send "+due+", when the invoice is due, or a later day.")
	case start.Before(dayOf(*inv.Due)):
		return InvalidField(path, "The base date is before the invoice is due, and interest would run before there is default.", "Send "+due+" or a later day.")
	}
	return nil
}

// DunningState is where dunning stands in the API's words: open, handedover, settled or canceled. It is empty for what is never dunned.
func (inv *Invoice) DunningState() string {
	if inv.Kind != KindInvoice {
		return ""
	}
	if inv.Phase() == Open && inv.HandedOver != nil {
		return "handedover"
	}
	return [...]string{Draft: "", Open: "open", Paid: "settled", Canceled: "canceled"}[inv.Phase()]
}
