package app

import (
	"fmt"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/ar"
)

// any draws one of the invoices that something can be done with.
func (h *livedYear) any(t *rapid.T, can func(*modelInvoice) bool) *modelInvoice {
	var some []*modelInvoice
	for _, i := range h.invoices {
		if can(i) {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		t.Skip("nothing to do it with")
	}
	return some[rapid.IntRange(0, len(some)-1).Draw(t, "invoice")]
}

func (i *modelInvoice) stays() bool { return !i.canceled }

func drawAmount(t *rapid.T, from, to cents) cents {
	if to <= from {
		return from
	}
	return cents(rapid.IntRange(int(from), int(to)).Draw(t, "amount"))
}

const maxModelInvoices = 5

// invoice makes one and commits it.
func (h *livedYear) invoice(t *rapid.T) {
	if len(h.invoices) == maxModelInvoices {
		t.Skip("enough")
	}
	i := &modelInvoice{
		name: "RE" + strconv.Itoa(len(h.invoices)+1), customer: rapid.SampledFrom(h.customers).Draw(t, "customer"),
		currency: rapid.SampledFrom([]string{"EUR", "EUR", "EUR", "CHF"}).Draw(t, "currency"),
		total:    rapid.SampledFrom([]cents{100000, 5000, 10099, 1234567, 8000}).Draw(t, "total"),
		issued:   h.today, due: h.today + rapid.SampledFrom([]date{0, 7, 14, 30}).Draw(t, "due"),
	}
	due := i.due.time()
	h.each("", func(s *side) error {
		_, err := s.CreateInvoice(s.Context(), s.by, i.customer.name, i.name, ar.InvoiceChange{
			Netbased: ar.Set(true), Currency: ar.Set(i.currency), Due: ar.Set(&due), Items: items(i.total.String())}, nil)
		if err != nil {
			return err
		}
		_, err = s.CommitInvoice(s.Context(), s.by, i.name, Commit{}, nil)
		return err
	})
	i.mails = []*modelMail{{state: "queued", due: true}}
	h.invoices = append(h.invoices, i)
}

// drawPayment draws what is paid of an invoice: all, a part, the principal, too much, or slightly too little.
func (h *livedYear) drawPayment(t *rapid.T, i *modelInvoice) cents {
	owed := max(1, i.unpaid())
	switch rapid.IntRange(0, 5).Draw(t, "pays") {
	case 0:
		return owed
	case 1:
		return max(1, i.open(principal))
	case 2:
		return owed + drawAmount(t, 1, 5000)
	case 3:
		return max(1, owed-drawAmount(t, 1, 150))
	case 4:
		return max(1, owed/2)
	}
	return drawAmount(t, 1, owed)
}

// moved is money that moves: of today, of some days ago that nobody has told of, or of tomorrow.
func (h *livedYear) moved(t *rapid.T, amount cents, currency string) (*modelMovement, string) {
	m := &modelMovement{
		number: len(h.movements) + 1, currency: currency, amount: amount, left: amount, told: h.today,
		value: h.today + rapid.SampledFrom([]date{0, 0, 0, -1, -3, -12, -40, 1}).Draw(t, "value date"),
	}
	label := ""
	if amount > 0 && rapid.IntRange(0, 3).Draw(t, "designated") == 3 {
		m.designated, label = true, "nur Hauptforderung"
	}
	return m, label
}

// move books money on invoices, as it is assigned or as its text has it.
func (h *livedYear) move(m *modelMovement, label string, assigned []ar.Assignment, refused string) {
	value := m.value.time()
	h.each(refused, func(s *side) error {
		_, err := s.CreateTransaction(s.Context(), s.by, ar.Transaction{
			Amount: m.amount.decimal(), Currency: m.currency, Bookingdate: h.today.time(), Valuedate: value, Label: label}, assigned, nil)
		return err
	})
	if refused == "" {
		h.movements = append(h.movements, m)
	}
}

func assign(i *modelInvoice, amount cents) ar.Assignment {
	return ar.Assignment{Invoice: i.name, Amount: amount.decimal()}
}

// pay pays an invoice.
func (h *livedYear) pay(t *rapid.T) {
	i := h.any(t, (*modelInvoice).stays)
	amount := h.drawPayment(t, i)
	m, label := h.moved(t, amount+rapid.SampledFrom([]cents{0, 0, 700}).Draw(t, "unassigned"), i.currency)
	m.customer = i.customer
	m.left -= h.receive(i, m, amount)
	h.move(m, label, []ar.Assignment{assign(i, amount)}, "")
}

// payTwo pays two at once, also of two customers, whose the rest is not.
func (h *livedYear) payTwo(t *rapid.T) {
	first := h.any(t, (*modelInvoice).stays)
	second := h.any(t, func(i *modelInvoice) bool { return !i.canceled && i != first && i.currency == first.currency })
	a, b := h.drawPayment(t, first), h.drawPayment(t, second)
	m, label := h.moved(t, a+b, first.currency)
	if first.customer == second.customer {
		m.customer = first.customer
	}
	m.left -= h.receive(first, m, a)
	m.left -= h.receive(second, m, b)
	h.move(m, label, []ar.Assignment{assign(first, a), assign(second, b)}, "")
}

// payByNumber pays an invoice that the text names. What it does not owe is its customer's.
func (h *livedYear) payByNumber(t *rapid.T) {
	i := h.any(t, func(*modelInvoice) bool { return true })
	m, label := h.moved(t, h.drawPayment(t, i), i.currency)
	number, err := h.sides[0].numberOf(i.name)
	if err != nil {
		t.Fatal(err)
	}
	m.customer, m.names = i.customer, i
	if i.state() == "none" {
		m.left -= h.receive(i, m, m.amount)
	}
	h.move(m, "Rechnung "+number+", "+label, nil, "")
}

func (s *side) numberOf(ref string) (string, error) {
	inv, err := s.Invoice(s.Context(), s.by, ar.KindInvoice, ref)
	if err != nil {
		return "", err
	}
	return inv.Number, nil
}

// giveBack returns a payment, or some other amount.
func (h *livedYear) giveBack(t *rapid.T) {
	i := h.any(t, func(i *modelInvoice) bool { return !i.canceled && len(i.backwards(payment)) > 0 })
	paid := h.movements[i.entries[rapid.SampledFrom(i.backwards(payment)).Draw(t, "payment")-1].movement-1]
	amount := paid.amount - paid.left
	if rapid.IntRange(0, 2).Draw(t, "returned") == 2 {
		amount = drawAmount(t, 1, 2*paid.amount)
	}
	m, label := h.moved(t, -max(1, amount), i.currency)
	m.customer = i.customer
	m.left += i.giveBack(m, -m.amount)
	h.move(m, label, []ar.Assignment{assign(i, m.amount)}, "")
}

// credit corrects an invoice by a note of a part or of all.
func (h *livedYear) credit(t *rapid.T) {
	i := h.any(t, (*modelInvoice).stays)
	amount := rapid.SampledFrom([]cents{max(1, i.open(principal)), max(1, i.total/3), max(1, i.total-i.credited), i.total - i.credited + 1, drawAmount(t, 1, i.total)}).Draw(t, "credited")
	excess, refused, left := rapid.Bool().Draw(t, "excess"), "", cents(0)
	if i.credited+amount > i.total || amount > min(i.open(principal), i.unpaid()) && !excess {
		refused = "conflict"
	} else {
		left = i.credit(amount, h.today)
		i.customer.notes[i.currency] += left
	}
	h.note(Credit{Customer: i.customer.name, Invoice: i.name, Excess: excess}, ar.InvoiceChange{Items: items(amount.String())}, refused, left)
}

// creditCustomer gives credit that is for no invoice.
func (h *livedYear) creditCustomer(t *rapid.T) {
	c, amount := rapid.SampledFrom(h.customers).Draw(t, "customer"), rapid.SampledFrom([]cents{100, 1000, 20000}).Draw(t, "amount")
	c.notes["EUR"] += amount
	h.note(Credit{Customer: c.name}, ar.InvoiceChange{Netbased: ar.Set(true), Items: items(amount.String())}, "", amount)
}

func (h *livedYear) note(credit Credit, c ar.InvoiceChange, refused string, left cents) {
	h.each(refused, func(s *side) error {
		note, err := s.CreateCreditnote(s.Context(), s.by, credit, c, nil)
		if err == nil && centsOf(note.Unpaid) != left {
			err = fmt.Errorf("left of the note are %s, want %s", note.Unpaid, left)
		}
		return err
	})
}

// giveUp waives or writes off.
func (h *livedYear) giveUp(t *rapid.T) {
	i := h.any(t, (*modelInvoice).stays)
	adj := ar.Adjustment{Kind: ar.BookWaiver, Reason: "They asked."}
	var parts []string
	switch part := rapid.SampledFrom([]string{costs, interest, "", principal}).Draw(t, "part"); part {
	case "":
		parts = []string{costs, interest}
	case principal:
		adj.Kind, parts = ar.BookWriteoff, []string{principal}
	default:
		adj.Part, parts = ar.Part(part), []string{part}
	}
	amount := cents(0)
	if rapid.Bool().Draw(t, "partly") {
		amount = drawAmount(t, 1, max(1, i.unpaid()))
		given := amount.decimal()
		adj.Amount = &given
	}
	h.adjust(i, adj, i.giveUp(string(adj.Kind), parts, amount, h.today))
}

// undo takes something back that was booked.
func (h *livedYear) undo(t *rapid.T) {
	i := h.any(t, func(i *modelInvoice) bool { return !i.canceled && len(i.entries) > 0 })
	n := rapid.IntRange(1, len(i.entries)).Draw(t, "entry")
	for _, s := range h.sides {
		account, err := s.Account(s.Context(), s.by, i.name)
		if err != nil {
			t.Fatal(err)
		}
		s.undoes = account.Bookings[n-1].ID
	}
	h.adjust(i, ar.Adjustment{Kind: ar.BookReversal, Reason: "A mistake."}, i.undo(n, h.today))
}

func (h *livedYear) adjust(i *modelInvoice, adj ar.Adjustment, allowed bool) {
	refused := ""
	if !allowed {
		refused = "conflict"
	}
	h.each(refused, func(s *side) error {
		if adj.Kind == ar.BookReversal {
			adj.Reverses = s.undoes
		}
		_, err := s.Adjust(s.Context(), s.by, i.name, adj, nil)
		return err
	})
}

// setOff books a customer's credit on an invoice, or takes back from it what of a return was taken from none.
func (h *livedYear) setOff(t *rapid.T) {
	var some []*modelMovement
	for _, m := range h.movements {
		if m.left != 0 {
			some = append(some, m)
		}
	}
	if len(some) == 0 {
		t.Skip("no credit")
	}
	m := rapid.SampledFrom(some).Draw(t, "movement")
	i := h.any(t, func(i *modelInvoice) bool { return !i.canceled && i.currency == m.currency })
	amount := rapid.SampledFrom([]cents{m.left, min(m.left, max(1, i.unpaid())), max(1, m.left/2)}).Draw(t, "amount")
	if m.left < 0 {
		amount = rapid.SampledFrom([]cents{m.left, min(-1, m.left/2)}).Draw(t, "returned")
	}
	before, refused := slices.Clone(i.entries), ""
	m.told = h.today // a return counts from the day it is booked
	if amount > 0 && h.receive(i, m, amount) == amount || amount < 0 && i.giveBack(m, -amount) == -amount {
		m.left -= amount
		if m.customer == nil {
			m.customer = i.customer
		}
	} else {
		i.entries, refused = before, "conflict"
	}
	h.each(refused, func(s *side) error {
		_, err := s.AssignTransaction(s.Context(), s.by, strconv.Itoa(m.number), []ar.Assignment{assign(i, amount)}, nil)
		return err
	})
}
