package app

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// modify sets where dunning stands.
func (h *livedYear) modify(t *rapid.T) {
	i := h.any(t, (*modelInvoice).stays)
	var m ar.DunningModification
	if rapid.IntRange(0, 3).Draw(t, "levelled") > 0 {
		level := rapid.IntRange(0, 5).Draw(t, "level")
		m.Level = &level
	}
	start := date(0)
	if m.Level == nil || rapid.Bool().Draw(t, "started") {
		start = i.due + rapid.SampledFrom([]date{5, 0, 60, -1}).Draw(t, "start")
		at := start.time()
		m.Start = &at
	}
	h.each(h.modelYear.modify(i, m.Level, start), func(s *side) error {
		_, err := s.ModifyDunning(s.Context(), s.by, i.name, m, nil)
		return err
	})
}

// hold keeps dunning back, of an invoice or of all of a customer.
func (h *livedYear) hold(t *rapid.T) {
	i := h.any(t, (*modelInvoice).stays)
	held := &modelHold{invoice: i, kind: rapid.SampledFrom([]string{"block", "promise", "dispute"}).Draw(t, "kind"),
		from: h.today + rapid.SampledFrom([]date{0, 0, 3, 11, -2}).Draw(t, "from")}
	if held.kind == "promise" || rapid.IntRange(0, 3).Draw(t, "ends") > 0 {
		held.until = max(h.today, held.from) + date(rapid.IntRange(0, 30).Draw(t, "days"))
	}
	asked := ar.Hold{Invoice: i.name, Kind: ar.HoldKind(held.kind), Reason: "They rang.", From: held.from.time()}
	switch {
	case held.kind == "dispute" && rapid.IntRange(0, 3).Draw(t, "of") > 0:
		held.amount = drawAmount(t, 1, i.total)
		amount := held.amount.decimal()
		asked.Amount = &amount
	case rapid.Bool().Draw(t, "of the customer"):
		held.invoice, held.customer = nil, i.customer
		asked.Invoice, asked.Identity = "", i.customer.name
	}
	if held.until != 0 {
		until := held.until.time()
		asked.Until = &until
	}
	h.each("", func(s *side) error {
		_, err := s.CreateHold(s.Context(), s.by, asked, nil)
		return err
	})
	h.holds = append(h.holds, held)
}

// lift lifts one of the holds.
func (h *livedYear) lift(t *rapid.T) {
	if len(h.holds) == 0 {
		t.Skip("no holds")
	}
	n := rapid.IntRange(0, len(h.holds)-1).Draw(t, "hold")
	refused := ""
	if h.holds[n].lifted {
		refused = "conflict"
	}
	h.holds[n].lifted = true
	h.each(refused, func(s *side) error {
		all, err := s.Holds(s.Context(), s.by, store.HoldFilter{})
		if err != nil {
			return err
		}
		_, err = s.LiftHold(s.Context(), s.by, all[len(all)-1-n].ID, nil) // the newest come first
		return err
	})
}

// resend mails an invoice again.
func (h *livedYear) resend(t *rapid.T) {
	i := h.any(t, (*modelInvoice).stays)
	h.each("", func(s *side) error {
		_, err := s.ResendInvoice(s.Context(), s.by, i.name, nil)
		return err
	})
	i.mails = append(i.mails, &modelMail{state: "queued", due: true})
}

// decide says what became of a mail of which nobody knew.
func (h *livedYear) decide(t *rapid.T) {
	unknown := func(m *modelMail) bool { return m.state == "unknown" }
	i := h.any(t, func(i *modelInvoice) bool { return slices.ContainsFunc(i.mails, unknown) })
	n := slices.IndexFunc(i.mails, unknown)
	decided := rapid.SampledFrom([]string{"accepted", "rejected", "queued"}).Draw(t, "decided")
	i.mails[n].state, i.mails[n].due = decided, decided == "queued"
	h.each("", func(s *side) error {
		mails, err := s.mailsOf(i.name)
		switch {
		case err != nil:
			return err
		case decided == "queued":
			return s.ReleaseDelivery(s.Context(), s.by, mails[n].ID)
		}
		return s.ResolveDelivery(s.Context(), s.by, mails[n].ID, decided == "accepted")
	})
}

// wish changes detail.dunning of an invoice or of a customer.
func (h *livedYear) wish(t *rapid.T) {
	w := modelWish{disabled: rapid.IntRange(0, 7).Draw(t, "disabled") == 7, letter: rapid.IntRange(0, 5).Draw(t, "letter") == 5}
	if rapid.Bool().Draw(t, "delayed") {
		w.until = h.today + date(rapid.IntRange(-5, 30).Draw(t, "until"))
	}
	if rapid.Bool().Draw(t, "own periods") {
		w.periods = map[string]int{}
		for _, name := range []string{"REMINDER", "DUNNING1", "DUNNING2", "DUNNING3", "COLLECTION"} {
			if rapid.Bool().Draw(t, name) {
				w.periods[name] = rapid.IntRange(0, 30).Draw(t, "days")
			}
		}
	}
	i := h.any(t, func(*modelInvoice) bool { return true })
	if rapid.Bool().Draw(t, "of the customer") {
		i.customer.wish = w
		h.each("", func(s *side) error {
			_, _, err := s.UpsertIdentity(s.Context(), s.by, i.customer.name, ar.IdentityChange{Detail: ar.IdentityDetailChange{Dunning: w.ar()}}, Seen{})
			return err
		})
		return
	}
	i.wish = w
	h.each("", func(s *side) error {
		_, err := s.UpdateInvoice(s.Context(), s.by, i.name, ar.InvoiceChange{Detail: ar.InvoiceDetailChange{Dunning: w.ar()}}, Seen{})
		return err
	})
}

// procedure changes how the merchant duns, which changes nothing about cases that have begun.
func (h *livedYear) procedure(t *rapid.T) {
	h.settings.procedure = drawProcedure(t)
	h.each("", func(s *side) error { return s.SetSettings(s.Context(), s.by.Merchant, "", h.settings.ar()) })
}

// cancel cancels an invoice, unless money or a credit note stands on it.
func (h *livedYear) cancel(t *rapid.T) {
	i := h.any(t, func(i *modelInvoice) bool { return i.state() == "none" && len(h.invoices) == maxModelInvoices })
	refused := ""
	if i.canceled = i.credited == 0 && len(i.backwards(payment)) == 0; !i.canceled {
		refused = "conflict"
	}
	at := h.sides[0].clock.Now()
	h.each(refused, func(s *side) error {
		_, err := s.UpdateInvoice(s.Context(), s.by, i.name, ar.InvoiceChange{Cancelationdate: ar.Set(&at)}, Seen{})
		return err
	})
}
