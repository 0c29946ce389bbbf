package app

import "slices"

// modelHold is of an invoice or of a customer.
type modelHold struct {
	invoice     *modelInvoice
	customer    *modelCustomer
	kind        string
	amount      cents // of a dispute of a part
	from, until date
	lifted      bool
}

// holdsOf are those that stand on a day.
func (y *modelYear) holdsOf(i *modelInvoice, day date) (stand []*modelHold) {
	for _, h := range y.holds {
		of := h.invoice == i || h.invoice == nil && h.customer == i.customer
		if of && !h.lifted && h.from <= day && (h.until == 0 || day <= h.until) {
			stand = append(stand, h)
		}
	}
	return stand
}

// disputed is the sum of the parts that are.
func (y *modelYear) disputed(i *modelInvoice, day date) (sum cents) {
	for _, h := range y.holdsOf(i, day) {
		sum += h.amount
	}
	return sum
}

// inDispute tells whether all or a part is disputed.
func (y *modelYear) inDispute(i *modelInvoice, day date) bool {
	return slices.ContainsFunc(y.holdsOf(i, day), func(h *modelHold) bool { return h.kind == "dispute" })
}

// held tells whether nothing may be asked for on a day.
func (y *modelYear) held(i *modelInvoice, day date) bool {
	return slices.ContainsFunc(y.holdsOf(i, day), func(h *modelHold) bool { return h.amount == 0 })
}

// modelMail is one about an invoice, or one that brings a notice.
type modelMail struct {
	level, cycle int
	disputed     cents
	state        string
	due          bool // there is another attempt
	known        bool // to whoever has set where dunning stands since
}

// unheard tells whether the last mail may not have been read.
func (i *modelInvoice) unheard() bool {
	if len(i.mails) == 0 {
		return false
	}
	last := i.mails[len(i.mails)-1]
	return !last.known && (last.state == "rejected" || last.state == "unknown")
}

// send attempts a mail that is due; outcome is what the mail server says if it is asked.
func (y *modelYear) send(i *modelInvoice, m *modelMail, outcome string) {
	notice := m.level > 0
	m.state, m.due = outcome, outcome == "unknown" && m.level < 2 || outcome == "deferred"
	if i.canceled || notice && (i.state() == "paid" || i.handedOver != 0 || m.cycle != i.cycle || y.disputed(i, y.today) > m.disputed || y.held(i, y.today) || i.unwanted(y.today) || y.creditSuffices(i)) {
		m.state, m.due = "suppressed", false
	}
}

// unwanted tells whether somebody wishes that the invoice is not dunned on a day.
func (i *modelInvoice) unwanted(day date) bool {
	return i.wish.disabled || i.customer.wish.disabled || max(i.wish.until, i.customer.wish.until) > day
}
