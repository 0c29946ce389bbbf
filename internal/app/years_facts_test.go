package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// agrees compares every invoice with the model, by all that can be read of it, and the engines with each other.
func (h *livedYear) agrees(t *rapid.T) {
	for _, i := range h.invoices {
		if min(i.unpaid(), i.open(principal), i.open(costs)) < 0 {
			t.Fatalf("%s of %s is unpaid", i.unpaid(), i.name)
		}
		facts, words := h.facts(i), ""
		for n, s := range h.sides {
			said, reason, err := s.facts(i.name, (h.today + h.ahead).time())
			switch {
			case err != nil:
				t.Fatalf("%s of %s: %v", s.Name(), i.name, err)
			case said != facts:
				t.Fatalf("%s, %s: it says\n%sand the model says\n%s", s.Name(), h.today, said, facts)
			case n > 0 && reason != words:
				t.Fatalf("%s: %q, elsewhere %q", s.Name(), reason, words)
			}
			words = reason
		}
	}
	for _, s := range h.sides {
		if err := s.agreesOnMoney(h.modelYear); err != nil {
			t.Fatal(err)
		}
	}
}

// facts are what the model has of an invoice, one in a line.
func (y *modelYear) facts(i *modelInvoice) string {
	var lines []string
	add := func(what ...any) { lines = append(lines, fmt.Sprintln(what...)) }
	add(i.name, i.state(), "level", i.level, "cycle", i.cycle, "unpaid", i.unpaid(), "of", i.total, "handed over", i.handedOver)
	for n, e := range i.entries {
		add(n+1, e.kind, e.part, e.amount, e.value, "by", e.movement, e.note, "undoes", e.undoes, "rounds", e.rounds)
	}
	for _, n := range i.notices {
		add("notice", n.cycle, n.level, n.issued, n.payBy, "charges", n.fee, n.lumpsum, n.interest, "asks", n.asked, "but for", n.disputed, n.final, n.letter)
	}
	for _, m := range i.mails {
		add("mail", m.level, m.state)
	}
	if step, _ := y.next(i, y.today); step != nil {
		add("next", step.level, step.date, "charges", step.fee, step.lumpsum, step.interest, step.letter)
	}
	if !i.canceled {
		day := y.today + y.ahead
		add("claim", i.claimed(principal, day), i.claimed(costs, day), y.interestClaimed(i, day))
	}
	return strings.Join(lines, "")
}

// claimed is what of a part is open with a value date until a day.
func (i *modelInvoice) claimed(part string, day date) cents {
	until := &modelInvoice{total: i.total}
	for _, e := range i.entries {
		if e.value <= day {
			until.book(e)
		}
	}
	return until.open(part)
}

// facts are the same as an engine has it, and the words in which it says why there is no step.
func (s *side) facts(ref string, day time.Time) (facts, reason string, err error) {
	d, err := s.Dunning(s.Context(), s.by, ref)
	if err != nil {
		return "", "", err
	}
	account, err := s.Account(s.Context(), s.by, ref)
	if err != nil {
		return "", "", err
	}
	mails, err := s.mailsOf(ref)
	if err != nil {
		return "", "", err
	}
	var lines []string
	add := func(what ...any) { lines = append(lines, fmt.Sprintln(what...)) }
	inv := d.Invoice
	var handedOver date
	if inv.HandedOver != nil {
		handedOver = dateOf(*inv.HandedOver)
	}
	add(ref, inv.State(), "level", inv.Dunninglevel, "cycle", inv.DunningCycle, "unpaid", centsOf(inv.Unpaid), "of", centsOf(inv.Totals.Gross), "handed over", handedOver)
	lines = append(lines, bookingFacts(account.Bookings)...)
	slices.SortFunc(d.Notices, func(a, b ar.Notice) int { return strings.Compare(a.ID, b.ID) })
	for _, n := range d.Notices {
		add("notice", n.Cycle, n.Level, dateOf(n.Issued), dateOf(n.PayBy), "charges", centsOf(n.Fee), centsOf(n.Lumpsum), centsOf(n.Interest),
			"asks", centsOf(n.Asked()), "but for", centsOf(n.Disputed), n.Final, n.DeliveryKind == ar.DeliverLetter)
	}
	for _, m := range mails {
		add("mail", m.Kind.Level(), m.State)
	}
	if n := d.Next; n != nil {
		add("next", n.Level, dateOf(n.Date), "charges", centsOf(n.Fee), centsOf(n.Lumpsum), centsOf(n.Interest), n.DeliveryKind == ar.DeliverLetter)
	}
	if inv.State() != ar.StateCanceled {
		c, err := s.Claim(s.Context(), s.by, ref, &day)
		if err != nil {
			return "", "", err
		}
		add("claim", centsOf(c.Principal), centsOf(c.Costs), centsOf(c.Interest))
	}
	return strings.Join(lines, ""), d.Reason, nil
}

func bookingFacts(bookings []ar.Booking) (lines []string) {
	numbers := map[string]int{}
	for n, b := range bookings {
		numbers[b.ID] = n + 1
		movement, undoes := 0, 0
		if b.Transaction != nil {
			movement, _ = strconv.Atoi(*b.Transaction)
		}
		if b.Reverses != nil {
			undoes = numbers[*b.Reverses]
		}
		lines = append(lines, fmt.Sprintln(n+1, b.Kind, partOf(b), centsOf(b.Amount), dateOf(b.Valuedate), "by", movement, b.Voucher != nil, "undoes", undoes, "rounds", b.Follows != nil))
	}
	return lines
}

// partOf is the part of a booking, which charges need not say.
func partOf(b ar.Booking) ar.Part {
	switch b.Kind {
	case ar.BookFee, ar.BookLumpsum:
		return ar.PartCosts
	case ar.BookInterest:
		return ar.PartInterest
	}
	return b.Part
}

// centsOf is an amount in whole cents; what has more digits is none that was meant.
func centsOf(d decimal.Decimal) cents {
	whole := d.Shift(2)
	if !whole.IsInteger() {
		return -1 << 60
	}
	return cents(whole.IntPart())
}

// mailsOf are the deliveries about an invoice, the oldest first.
func (s *side) mailsOf(ref string) (mails []ar.Delivery, err error) {
	err = s.db.View(s.Context(), s.by.Merchant, func(tx *store.Tx) error {
		inv, err := tx.Invoice(ar.KindInvoice, ref)
		if err != nil {
			return err
		}
		mails, err = tx.Deliveries(inv.ID)
		return err
	})
	return mails, err
}

// agreesOnMoney compares what is left of every movement.
func (s *side) agreesOnMoney(y *modelYear) error {
	list, err := s.Transactions(s.Context(), s.by, ar.Page{Number: 1, Size: ar.MaxPageSize})
	if err != nil {
		return err
	}
	got, want := map[string]cents{}, map[string]cents{}
	for _, t := range list.Rows {
		got[t.ID+" of "+t.IdentityReference] = centsOf(t.Unallocated)
	}
	for _, m := range y.movements {
		name := strconv.Itoa(m.number) + " of "
		if m.customer != nil {
			name += m.customer.name
		}
		want[name] = m.left
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		return fmt.Errorf("%s: unallocated %v, want %v", s.Name(), got, want)
	}
	return nil
}

// finds is nil if a list finds every invoice by what is unpaid.
func (s *side) finds(invoices []*modelInvoice) error {
	for _, i := range invoices {
		found, err := s.Invoices(s.Context(), s.by, ar.KindInvoice, ar.Page{Number: 1, Size: 2, Where: []ar.Condition{
			{Field: ar.FieldReference, Op: ar.Eq, Values: []any{i.name}}, {Field: ar.FieldUnpaid, Op: ar.Eq, Values: []any{i.unpaid().decimal()}}}})
		if err != nil || len(found.Rows) != 1 {
			return fmt.Errorf("%s: a list has not found %s by what is unpaid, %s: %w", s.Name(), i.name, i.unpaid(), err)
		}
	}
	return nil
}

// planText is an entry of a plan that acts.
func (y *modelYear) planText(i *modelInvoice, step *modelStep) string {
	if step.level == 0 {
		return i.name + " is handed over"
	}
	channel := ar.DeliverEmail
	if step.letter {
		channel = ar.DeliverLetter
	}
	return fmt.Sprint(i.name, " is to pay ", y.asked(i, step), " at level ", step.level, " by ", channel, ", charged ", planned(step.fee), planned(step.lumpsum), planned(step.interest))
}

func planned(c cents) string {
	if c == 0 {
		return "nothing "
	}
	return c.String() + " "
}

// did is nil if a run, or the plan of one, has done with each invoice what is wanted.
func (s *side) did(run int64, want []string) error {
	page, err := s.RunEntries(s.Context(), s.by, run, "", 100)
	if err != nil {
		return err
	}
	var got []string
	for _, e := range page.Entries {
		text := e.Invoice + " " + e.Guard
		switch {
		case e.Handover:
			text = e.Invoice + " is handed over"
		case e.Level > 0:
			text = fmt.Sprint(e.Invoice, " is to pay ", e.Asked, " at level ", e.Level, " by ", e.Channel, ", charged ", orNothing(e.Fee), orNothing(e.Lumpsum), orNothing(e.Interest))
		}
		got = append(got, text+" "+e.Outcome)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("run %d: %q, want %q", run, got, want)
	}
	return nil
}

func orNothing(amount string) string {
	if amount == "" {
		return "nothing "
	}
	return amount + " "
}
