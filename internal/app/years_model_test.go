package app

import (
	"fmt"
	"slices"
	"time"
)

// What follows is the model that years are held against: all that money, time and dunning change about invoices, said a
// second time, in whole cents and by counting days. It calls nothing of what it checks; what it shares with it are words.

// cents are an amount of money.
type cents int64

func (c cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// date is a day, counted from 1970; 0 is none.
type date int

func dateOf(t time.Time) date { return date(t.Unix() / 86400) }

func (d date) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d date) String() string {
	if d == 0 {
		return "-"
	}
	return d.time().Format(time.DateOnly)
}

// modelYear is one merchant's.
type modelYear struct {
	today     date
	ahead     date // how many days from today claims are asked for
	settings  modelSettings
	customers []*modelCustomer
	invoices  []*modelInvoice
	movements []*modelMovement
	holds     []*modelHold
}

type modelSettings struct {
	tolerance, tolerancePercent cents // of an underpayment; percent of the total
	freeze, dayCount            string
	procedure                   *modelProcedure
	collection                  *modelCollection // nil: nobody takes over
}

type modelCustomer struct {
	name     string
	business bool
	wish     modelWish
	notes    map[string]cents // credit that notes have left, by currency
}

// GoString is how a draw is printed.
func (c *modelCustomer) GoString() string { return c.name }

// modelMovement is money that came in or went back.
type modelMovement struct {
	number       int
	customer     *modelCustomer // nil: nobody knows
	currency     string
	amount, left cents
	value, told  date
	designated   bool          // to the principal
	names        *modelInvoice // in its text; nil: it was assigned
}

type modelInvoice struct {
	name, currency     string
	customer           *modelCustomer
	total, credited    cents
	issued, due, start date
	entries            []modelEntry
	canceled           bool
	modelDunning
}

// modelEntry is what was booked; its number is its place, from 1.
type modelEntry struct {
	kind, part string
	amount     cents
	value      date
	movement   int  // 0: none
	told       date // of a return
	note       bool
	undoes     int  // number of another one
	rounds     bool // off a slight underpayment
}

const (
	costs, interest, principal = "costs", "interest", "principal"
	payment, reversal          = "payment", "reversal"
)

var lawfully = []string{costs, interest, principal}

func (i *modelInvoice) book(e modelEntry) { i.entries = append(i.entries, e) }

// open is what is owed of a part.
func (i *modelInvoice) open(part string) (sum cents) {
	if part == principal {
		sum = i.total
	}
	for _, e := range i.entries {
		if e.part == part {
			sum += e.amount
		}
	}
	return sum
}

func (i *modelInvoice) unpaid() cents { return i.open(costs) + i.open(interest) + i.open(principal) }

func (i *modelInvoice) state() string {
	switch {
	case i.canceled:
		return "canceled"
	case i.unpaid() == 0:
		return "paid"
	}
	return "none"
}

// stands is what is left of an entry after what undoes it.
func (i *modelInvoice) stands(n int) cents {
	left := i.entries[n-1].amount
	for _, e := range i.entries {
		if e.undoes == n {
			left += e.amount
		}
	}
	return left
}

// backwards are the numbers of the entries of a kind that still stand, the latest first.
func (i *modelInvoice) backwards(kind string) (numbers []int) {
	for n := len(i.entries); n > 0; n-- {
		if i.entries[n-1].kind == kind && i.stands(n) != 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// receive takes what is owed of a movement's money, and tells how much that was.
func (y *modelYear) receive(i *modelInvoice, m *modelMovement, amount cents) cents {
	if amount <= 0 || i.unpaid() <= 0 {
		return 0
	}
	if last := i.lastCharge(); last > m.value {
		i.charge(-y.overcharged(i, m, amount, last), last)
	}
	if day := min(m.value, y.today); y.claims(i, m.value) && i.open(principal) > 0 {
		i.charge(max(0, y.accrued(i, day)-i.charged(forever)), day)
	}
	taken := i.allocate(m, amount)
	if left := i.unpaid(); taken > 0 && y.covers(left, i.total) && !y.inDispute(i, y.today) {
		for _, part := range lawfully {
			if rest := min(left, i.open(part)); rest > 0 {
				left -= rest
				i.book(modelEntry{kind: forgone(part), part: part, amount: -rest, value: m.value, rounds: true})
			}
		}
	}
	return taken
}

// matchAgain books the money that its text names an open invoice for, and that no invoice took when it came. It tells
// whether there was any.
func (y *modelYear) matchAgain() (some bool) {
	for _, m := range slices.Backward(y.movements) {
		if m.names != nil && m.left == m.amount && m.names.state() == "none" {
			m.left -= y.receive(m.names, m, m.amount)
			some = true
		}
	}
	return some
}

func forgone(part string) string {
	if part == principal {
		return "writeoff"
	}
	return "waiver"
}

// covers tells whether so little is open that it is given up.
func (y *modelYear) covers(open, total cents) bool {
	s := y.settings
	return s.tolerance+s.tolerancePercent > 0 && open > 0 && (s.tolerance == 0 || open <= s.tolerance) &&
		(s.tolerancePercent == 0 || open*100 <= total*s.tolerancePercent)
}

// allocate books money on the parts in their order, and tells how much there was something to book on for.
func (i *modelInvoice) allocate(m *modelMovement, amount cents) (taken cents) {
	order := lawfully
	if m.designated {
		order = []string{principal, costs, interest}
	}
	for _, part := range order {
		if paid := min(amount-taken, i.open(part), i.unpaid()); paid > 0 {
			i.book(modelEntry{kind: payment, part: part, amount: -paid, value: m.value, movement: m.number})
			taken += paid
		}
	}
	return taken
}

// giveBack takes back what was paid, as far as it was: the latest payment of exactly the amount, else the latest ones.
func (i *modelInvoice) giveBack(m *modelMovement, amount cents) (taken cents) {
	paid := map[int]cents{}
	latest := i.backwards(payment)
	for _, n := range latest {
		paid[i.entries[n-1].movement] -= i.stands(n)
	}
	if at := slices.IndexFunc(latest, func(n int) bool { return paid[i.entries[n-1].movement] == amount }); at >= 0 {
		exact := i.entries[latest[at]-1].movement
		latest = slices.DeleteFunc(latest, func(n int) bool { return i.entries[n-1].movement != exact })
	}
	for _, n := range latest {
		once := slices.ContainsFunc(i.entries, func(e modelEntry) bool { return e.undoes == n && e.movement == m.number })
		if back := min(amount-taken, -i.stands(n)); back > 0 && !once {
			i.book(modelEntry{kind: reversal, part: i.entries[n-1].part, amount: back, value: m.value, told: m.told, movement: m.number, undoes: n})
			taken += back
		}
	}
	for n, e := range i.entries {
		if left := i.stands(n + 1); taken > 0 && e.rounds && left != 0 {
			i.book(modelEntry{kind: reversal, part: e.part, amount: -left, value: m.value, undoes: n + 1})
		}
	}
	return taken
}

// credit applies a note of today, and tells what is left of it. What is more than is open takes write-offs back, the latest
// first; what of one is not needed is written off again.
func (i *modelInvoice) credit(amount cents, today date) (left cents) {
	i.credited += amount
	for _, n := range i.backwards("writeoff") {
		over, given, e := amount-i.open(principal), -i.stands(n), i.entries[n-1]
		if over <= 0 {
			break
		}
		day := max(today, e.value)
		i.book(modelEntry{kind: reversal, part: principal, amount: given, value: day, undoes: n})
		if given > over {
			i.book(modelEntry{kind: e.kind, part: principal, amount: over - given, value: day, rounds: e.rounds})
		}
	}
	applied := max(0, min(amount, i.open(principal), i.unpaid()))
	if applied > 0 {
		i.book(modelEntry{kind: "credit", part: principal, amount: -applied, value: today, note: true})
	}
	return amount - applied
}

// giveUp is a waiver of costs and interest, or a write-off of principal, all of it for amount 0. It tells whether there is as much.
func (i *modelInvoice) giveUp(kind string, parts []string, amount cents, today date) bool {
	open := cents(0)
	for _, part := range parts {
		open += i.open(part)
	}
	open = min(open, i.unpaid()) // interest below zero counts for the rest
	if amount == 0 {
		amount = open
	}
	if open <= 0 || amount > open {
		return false
	}
	for _, part := range parts {
		if given := min(amount, i.open(part)); given > 0 {
			i.book(modelEntry{kind: kind, part: part, amount: -given, value: today})
			amount -= given
		}
	}
	return true
}

// undo takes an entry back as a whole, if it is one that may be: no money, nothing that was undone, no charge that was paid.
func (i *modelInvoice) undo(n int, today date) bool {
	e := i.entries[n-1]
	touched := slices.ContainsFunc(i.entries, func(other modelEntry) bool { return other.undoes == n })
	if e.kind == payment || e.kind == "credit" || e.kind == reversal || touched || e.amount > max(0, min(i.open(e.part), i.unpaid())) {
		return false
	}
	i.book(modelEntry{kind: reversal, part: e.part, amount: -e.amount, value: today, undoes: n})
	return true
}
