package ar

import (
	"time"

	"github.com/shopspring/decimal"
)

// CollectionSettings is who takes over a case whose last notice was in vain, and when. Exactly one of Folder, Email and
// Webhook is set.
type CollectionSettings struct {
	Name      string          `json:"name,omitempty"`     // of who takes over: Inkasso Nord GmbH
	Folder    string          `json:"folder,omitempty"`   // where files are written, below the merchant's own in the directory that the server has for it
	Email     string          `json:"email,omitempty"`    // where mails go
	Webhook   string          `json:"webhook,omitempty"`  // URL that is posted to
	After     int             `json:"after,omitempty"`    // days after the day the last notice asks to be paid by; customPeriods COLLECTION goes before
	MinAmount decimal.Decimal `json:"minAmount,omitzero"` // of open principal, in the procedure's currency; less is not handed over
}

// Channel is how whoever takes over is reached.
type Channel string

const (
	ChannelFolder  Channel = "folder"
	ChannelEmail   Channel = "email"
	ChannelWebhook Channel = "webhook"
)

// Collector is whom a case was handed over to. What becomes of the case is told there, whatever the settings say later.
type Collector struct {
	Name    string  `json:"name,omitempty"`
	Channel Channel `json:"channel"`
	Target  string  `json:"target"` // folder, address or URL
}

// Collector is whom cases are handed over to as of now.
func (s CollectionSettings) Collector() Collector {
	switch {
	case s.Folder != "":
		return Collector{s.Name, ChannelFolder, s.Folder}
	case s.Email != "":
		return Collector{s.Name, ChannelEmail, s.Email}
	}
	return Collector{s.Name, ChannelWebhook, s.Webhook}
}

// Handover is a case as it was handed over. It never changes, and there is one of a cycle.
type Handover struct {
	InvoiceID     string
	Cycle         int64
	Run           int64     // number of the run that did it
	Day           time.Time // midnight UTC
	Collector     Collector
	Claim         ClaimStatement
	Communication string // id of the file that was handed over
	Job           int64  // that brings it there
	Created       time.Time
}

// collectionPeriod is the custom period before the hand-over.
const collectionPeriod = "COLLECTION"

// Handover tells whether the case is to be handed over to collection next, and the first day from today on that it may be.
// It is false where nobody takes cases over, where there is a notice to issue before, and where nothing is left to do.
// Obstacles say what keeps it back, as they do of a step. Money that is booked and counts from a later day is waited for: the
// claim of a day knows nothing of it yet, and later nobody would be told.
func (c DunningCase) Handover(today time.Time) (due time.Time, next bool, obstacles []Obstacle) {
	if c.Collection == nil || c.Phase != Open || c.HandedOver || c.Last == nil || c.hasNext() {
		return time.Time{}, false, nil
	}
	due = later(later(dayOf(today), c.afterLast()), c.Counts)
	for _, g := range guards {
		switch {
		case !g.blocks: // of a notice's own
		case g.shut == nil:
			due = later(due, g.opens(c))
		default:
			if text := g.shut(c); text != "" {
				obstacles = append(obstacles, Obstacle{g.name, text})
			}
		}
	}
	due = c.firstFree(due, func(day time.Time) bool { return c.anyHold(day) == "" })
	if text := c.anyHold(due); text != "" {
		obstacles = append(obstacles, Obstacle{"G5", text})
	}
	if text := c.notWorthIt(); text != "" {
		obstacles = append(obstacles, Obstacle{"G4", text})
	}
	return due, true, obstacles
}

// afterLast is the day after the period that follows the last notice's day to pay by. A custom period begins where that
// notice was issued, as those before steps do. A payment that went back since lets both begin anew.
func (c DunningCase) afterLast() time.Time {
	from, waited := later(c.Last.Issued, c.Returned), later(c.Last.PayBy, c.Returned)
	periods := c.OfInvoice.CustomPeriods
	if len(periods) == 0 {
		periods = c.OfDebtor.CustomPeriods
	}
	if days, custom := periods[collectionPeriod]; custom {
		return later(from.AddDate(0, 0, days), nextDay(waited))
	}
	return nextDay(waited.AddDate(0, 0, c.Collection.After))
}

// notWorthIt looks at principal only, as tooLittle does. A least amount is in the procedure's currency and says nothing of
// others.
func (c DunningCase) notWorthIt() string {
	switch {
	case !c.Principal.IsPositive():
		return "No principal is open."
	case c.Currency == c.Procedure.Currency && c.Principal.LessThan(c.Collection.MinAmount):
		return "The open principal is less than what is handed over to collection."
	}
	return ""
}

// handedOver ends dunning: two who collect one debt would charge for it twice.
func handedOver(c DunningCase) string {
	if c.HandedOver {
		return "The case was handed over to collection."
	}
	return ""
}
