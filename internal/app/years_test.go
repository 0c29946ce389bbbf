package app

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/store"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// Whatever happens in a year, in whatever order: after every step all that can be read of every invoice is what the model says,
// on both engines, and the engines say the same in the same words. A failure prints its seed, and the shortest year that
// fails. A year takes a second: ask for more with -rapid.checks, and for longer ones with -rapid.steps.
func TestYearsAgreeWithModel(t *testing.T) {
	few(t, "rapid.checks", 30)
	on(t, storetest.SQLite, func(sqlite *bench) {
		both := false
		t.Run("both engines", func(t *testing.T) {
			on(t, storetest.Postgres, func(postgres *bench) {
				both = true
				liveYears(t, sqlite, postgres)
			})
		})
		if !both {
			liveYears(t, sqlite)
		}
	})
}

// few is how often rapid does something, unless its flag says how often.
func few(t *testing.T, name string, n int) {
	f := flag.Lookup(name)
	if f.Value.String() != f.DefValue {
		return
	}
	set := func(text string) {
		if err := f.Value.Set(text); err != nil {
			t.Error(err)
		}
	}
	set(strconv.Itoa(n))
	t.Cleanup(func() { set(f.DefValue) })
}

func liveYears(t *testing.T, engines ...*bench) {
	for _, b := range engines {
		b.collections = b.TempDir()
	}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		h := newYear(t, n, engines)
		actions := h.actions()
		names := slices.Sorted(maps.Keys(actions))
		var hat []string
		for _, name := range names {
			for range actions[name].weight {
				hat = append(hat, name)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": h.agrees,
			"step": func(t *rapid.T) {
				actions[rapid.SampledFrom(hat).Draw(t, "does")].do(t)
				h.pass(t)
			},
		})
		h.verified()
	})
}

// action is something that happens, and how often.
type action struct {
	weight int
	do     func(*rapid.T)
}

func (h *livedYear) actions() map[string]action {
	return map[string]action{
		"nothing": {6, func(*rapid.T) {}}, "invoice": {2, h.invoice}, "cancel": {1, h.cancel},
		"pay": {6, h.pay}, "pay two": {1, h.payTwo}, "pay by number": {2, h.payByNumber}, "return": {3, h.giveBack}, "set off": {2, h.setOff},
		"credit": {2, h.credit}, "credit customer": {1, h.creditCustomer}, "give up": {2, h.giveUp}, "undo": {3, h.undo},
		"modify": {2, h.modify}, "hold": {2, h.hold}, "lift": {2, h.lift}, "wish": {2, h.wish}, "procedure": {1, h.procedure},
		"post": {1, h.post}, "decide": {2, h.decide}, "resend": {1, h.resend},
	}
}

// livedYear is a year that happens on each engine and in the model.
type livedYear struct {
	*modelYear
	t     *rapid.T
	sides []*side
}

// side is a merchant on an engine, whose mails have fates.
type side struct {
	*bench
	by     Caller
	fate   ar.DeliveryState
	undoes string // the booking that undo is about, which has another id on each engine
}

// Send takes a mail to its fate.
func (s *side) Send(ctx context.Context, _ mail.Envelope, message io.Reader, ready func(context.Context) error) (ar.Outcome, error) {
	if _, err := io.Copy(io.Discard, message); err != nil {
		return ar.Outcome{State: ar.DeliveryDeferred}, err
	}
	if err := ready(ctx); err != nil {
		return ar.Outcome{}, err
	}
	return ar.Outcome{State: s.fate, Reason: "So it was drawn."}, nil
}

// each does something on each engine, and fails unless it is refused as the model has it.
func (h *livedYear) each(refused string, do func(*side) error) {
	for _, s := range h.sides {
		s.clock.Advance(time.Minute) // what happens later is told from what happened before
		err := do(s)
		if got := refusalOf(err); got != refused {
			h.t.Fatalf("%s, want refusal %q", err, refused)
		}
	}
}

func refusalOf(err error) string {
	switch {
	case err == nil:
		return ""
	case ar.KindOf(err) == ar.Conflict:
		return "conflict"
	case ar.KindOf(err) == ar.Invalid:
		return "invalid"
	}
	return err.Error()
}

// newYear begins a year for a merchant of its own.
func newYear(t *rapid.T, n int, engines []*bench) *livedYear {
	h := &livedYear{t: t, modelYear: &modelYear{
		today: dateOf(midnight("2023-09-01")) + date(rapid.IntRange(0, 1000).Draw(t, "begins")),
		ahead: rapid.SampledFrom([]date{0, 100}).Draw(t, "ahead"),
		customers: []*modelCustomer{
			{name: "Business", business: true, notes: map[string]cents{}},
			{name: "Consumer", notes: map[string]cents{}},
		},
	}}
	for _, b := range engines {
		s := &side{bench: b, by: System("year"+strconv.Itoa(n), store.ActorSystem)}
		s.App.mail = s
		h.sides = append(h.sides, s)
	}
	h.toMorning()
	h.settings = drawSettings(t)
	h.each("", func(s *side) error { return s.CreateMerchant(s.Context(), s.by.Merchant, "ACME", "EUR") })
	h.each("", func(s *side) error { return s.SetSettings(s.Context(), s.by.Merchant, "", h.settings.ar()) })
	for _, c := range h.customers {
		kind := ar.Individual
		if c.business {
			kind = ar.Incorporate
		}
		h.each("", func(s *side) error {
			_, err := s.CreateIdentity(s.Context(), s.by, c.name, ar.IdentityChange{Kind: ar.Set(kind), Addresses: ar.Set([]ar.Address{{Company: c.name, City: "Berlin"}}),
				Emails: ar.Set([]ar.Email{{Kind: ar.ForDunning, Email: "dunned@example.com"}, {Kind: ar.ForBilling, Email: "billed@example.com"}})}, nil)
			return err
		})
	}
	h.invoice(t)
	h.invoice(t)
	return h
}

func (h *livedYear) toMorning() {
	for _, s := range h.sides {
		s.clock.Set(h.today.time().Add(8 * time.Hour))
	}
}

// pass lets days go by: a few, or until something is due, or until the day before; and then it is dunned, or not.
func (h *livedYear) pass(t *rapid.T) {
	days := rapid.SampledFrom([]date{-1, -1, -1, -1, -1, -2, 0, 0, 1, 5, 20}).Draw(t, "days")
	if days < 0 {
		days = h.untilDue() + days + 1
	}
	if days > 0 {
		h.today += days
		h.toMorning()
	}
	if rapid.IntRange(0, 4).Draw(t, "dunned") > 0 {
		h.run(t)
	}
}

// untilDue is how many days it is until the next day after today on which something is due.
func (h *livedYear) untilDue() date {
	next := h.today + 30
	for _, i := range h.invoices {
		day, guard, handover := h.handover(i, h.today+1)
		step, _ := h.next(i, h.today+1)
		switch {
		case handover && guard == "":
			next = min(next, day)
		case !handover && step != nil:
			next = min(next, step.date)
		}
	}
	return next - h.today
}

// run asks what a run would do today, for every invoice, and does it. A run matches money first that had waited for its
// invoice to be open; a dry run changes nothing, and does not see that.
func (h *livedYear) run(t *rapid.T) {
	_, planned, _ := h.plans()
	matched := h.matchAgain()
	steps, _, done := h.plans()
	expecting := rapid.Bool().Draw(t, "expecting") && !matched
	h.each("", func(s *side) error {
		dry, err := s.StartRun(s.Context(), s.by, ar.Run{DryRun: true}, nil)
		if err != nil {
			return err
		}
		if err := s.did(dry.Number, planned); err != nil {
			return err
		}
		run := ar.Run{}
		if expecting {
			run.Expected = dry.Plan
		}
		started, err := s.StartRun(s.Context(), s.by, run, nil)
		if err != nil {
			return err
		}
		nudge := runNudge(started.Number)
		nudge.Merchant = s.by.Merchant
		if _, err := s.workRun(s.Context(), nudge); err != nil {
			return err
		}
		ended, err := s.App.Run(s.Context(), s.by, started.Number)
		if err != nil {
			return err
		}
		if ended.State != ar.RunDone || ended.Issued != int64(len(steps)) || ended.Dropped != 0 {
			return fmt.Errorf("run %+v, want %d done", ended, len(steps))
		}
		return s.did(started.Number, done)
	})
	for _, i := range h.invoices {
		if steps[i] != nil {
			h.act(i, steps[i])
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "posted") > 0 {
		h.post(t)
	}
}

// plans are the steps of today, and what is said of every open invoice: when it is planned, and when it is done.
func (h *livedYear) plans() (steps map[*modelInvoice]*modelStep, planned, done []string) {
	steps = map[*modelInvoice]*modelStep{}
	for _, i := range h.invoices {
		if i.state() != "none" {
			continue
		}
		step, guard := h.plan(i, h.today)
		if step == nil {
			text := i.name + " " + guard + " " + OutcomeSkipped
			planned, done = append(planned, text), append(done, text)
			continue
		}
		steps[i] = step
		text := h.planText(i, step)
		planned, done = append(planned, text+" planned"), append(done, text+" "+outcomeOf(step))
	}
	return steps, planned, done
}

func outcomeOf(step *modelStep) string {
	if step.level == 0 {
		return OutcomeHandedOver
	}
	return OutcomeIssued
}

// post sends the mails that are due, each to its fate.
func (h *livedYear) post(t *rapid.T) {
	for _, s := range h.sides {
		s.elapsed.Advance(72 * time.Hour) // longer than any mail waits for its next attempt
	}
	for _, i := range h.invoices {
		for n, m := range i.mails {
			if !m.due {
				continue
			}
			fate := drawFate(t)
			h.each("", func(s *side) error {
				s.fate = fate
				mails, err := s.mailsOf(i.name)
				if err != nil {
					return err
				}
				nudge := runNudge(0)
				nudge.Kind, nudge.Merchant, nudge.ID = nudgeDelivery, s.by.Merchant, mails[n].ID
				_, err = s.deliver(s.Context(), nudge)
				return err
			})
			h.send(i, m, string(fate))
		}
	}
}

// drawFate is mostly that a mail arrives.
func drawFate(t *rapid.T) ar.DeliveryState {
	if n := rapid.IntRange(0, 12).Draw(t, "fate"); n < len(badFates) {
		return badFates[n]
	}
	return ar.DeliveryAccepted
}

var badFates = []ar.DeliveryState{ar.DeliveryRejected, ar.DeliveryUnknown, ar.DeliveryDeferred}

// verified fails unless all that is stored of the year agrees with itself.
func (h *livedYear) verified() {
	h.each("", func(s *side) error {
		if err := s.finds(h.invoices); err != nil {
			return err
		}
		_, err := s.Verify(s.Context(), s.by.Merchant, nil, func(f Finding) { h.t.Errorf("verify: %+v", f) })
		return err
	})
}

func (c cents) decimal() decimal.Decimal { return decimal.New(int64(c), -2) }
