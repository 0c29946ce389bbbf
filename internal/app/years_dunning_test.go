package app

import "slices"

// modelProcedure is how a merchant duns.
type modelProcedure struct {
	ignoreCredit  bool
	creditPercent cents
	levels        []modelLevel
}

type modelLevel struct {
	grace, payBy, interval                  int
	least, fee                              cents
	always, lumpsum, interest, letter, free bool // free: of the fee, for consumers
}

type modelCollection struct {
	after int
	least cents
}

// modelWish is detail.dunning.
type modelWish struct {
	disabled bool
	until    date
	letter   bool
	periods  map[string]int
}

// modelDunning is where the dunning of an invoice stands.
type modelDunning struct {
	level, cycle int
	since        date            // the day the level was reached
	procedure    *modelProcedure // that the case keeps; nil: nothing has begun
	notices      []modelNotice
	mails        []*modelMail
	wish         modelWish
	handedOver   date
}

type modelNotice struct {
	cycle, level                            int
	issued, payBy                           date
	fee, lumpsum, interest, asked, disputed cents
	final, letter                           bool
}

// modelStep is what is done with an invoice next.
type modelStep struct {
	level                  int // 0: it is handed over
	date                   date
	fee, lumpsum, interest cents
	letter                 bool
}

func (i *modelInvoice) of(y *modelYear) *modelProcedure {
	if i.procedure != nil {
		return i.procedure
	}
	return y.settings.procedure
}

func (y *modelYear) undisputed(i *modelInvoice, day date) cents {
	return max(0, i.open(principal)-y.disputed(i, day))
}

// enough tells whether the next level duns so much.
func (y *modelYear) enough(i *modelInvoice, amount cents) bool {
	next := i.of(y).levels[i.level]
	return amount > 0 && (next.always || i.currency != "EUR" || amount >= next.least)
}

// obstacle is the first guard that no waiting opens, if nothing is done before a day.
func (y *modelYear) obstacle(i *modelInvoice, day date) string {
	switch {
	case i.state() != "none", i.handedOver != 0, i.level >= len(i.of(y).levels):
		return "G1"
	case !y.enough(i, i.open(principal)), !y.enough(i, y.undisputed(i, day)):
		return "G4"
	}
	return y.blocked(i, day)
}

// blocked is what keeps both notices and collection back.
func (y *modelYear) blocked(i *modelInvoice, day date) string {
	switch {
	case i.wish.disabled, i.customer.wish.disabled, y.held(i, day):
		return "G5"
	case y.creditSuffices(i):
		return "G6"
	case i.unheard():
		return "G7"
	}
	return ""
}

// creditSuffices tells whether a good part of the debt may have been paid already.
func (y *modelYear) creditSuffices(i *modelInvoice) bool {
	credit := i.customer.notes[i.currency]
	for _, m := range y.movements {
		if m.customer == i.customer && m.currency == i.currency {
			credit += m.left
		}
	}
	p := i.of(y)
	return !p.ignoreCredit && credit > 0 && credit*100 >= i.open(principal)*p.creditPercent
}

// returned is the last day that money went back, or that it was told of where the bank gives an earlier day.
func (i *modelInvoice) returned() (last date) {
	for _, e := range i.entries {
		if e.kind == reversal && e.movement > 0 {
			last = max(last, e.value, e.told)
		}
	}
	return last
}

// payBy is the day the last notice asks to be paid by.
func (i *modelInvoice) payBy() date {
	return i.since + date(i.procedure.levels[min(i.level, len(i.procedure.levels))-1].payBy)
}

// after is the day that follows a period: of the merchant's, after a day that is waited for, or of one's own, after another.
func (i *modelInvoice) after(name string, from, waited date, days int) date {
	periods := i.wish.periods
	if len(periods) == 0 {
		periods = i.customer.wish.periods
	}
	from, waited = max(from, i.returned()), max(waited, i.returned())
	if own, ok := periods[name]; ok {
		return max(from+date(own), waited+1)
	}
	return waited + date(days) + 1
}

// openings are the guards that are waited for, with the day each opens.
func (y *modelYear) openings(i *modelInvoice) (guards []string, days []date) {
	next, from, waited := i.of(y).levels[i.level], i.base(), i.base()
	interval := date(0)
	if i.procedure != nil {
		from, waited = i.since, max(i.base(), i.payBy())
		interval = i.since + date(next.interval)
	}
	name := [...]string{"REMINDER", "DUNNING1", "DUNNING2", "DUNNING3", ""}[i.level]
	return []string{"G2", "G3", "G5"}, []date{i.after(name, from, waited, next.grace), interval, max(i.wish.until, i.customer.wish.until)}
}

// free is the first day from one on that something holds on, and forever if it never does.
func (y *modelYear) free(from date, holds func(date) bool) date {
	last := from
	for _, h := range y.holds {
		last = max(last, h.until+1)
	}
	for day := from; day <= last; day++ {
		if holds(day) {
			return day
		}
	}
	return forever
}

// next is the notice that may be issued next, or the guard that keeps it back for good.
func (y *modelYear) next(i *modelInvoice, today date) (step *modelStep, guard string) {
	if guard := y.obstacle(i, today); guard == "G1" {
		return nil, guard
	}
	_, opens := y.openings(i)
	day := y.free(max(today, slices.Max(opens)), func(day date) bool { return y.enough(i, y.undisputed(i, day)) && !y.held(i, day) })
	if guard := y.obstacle(i, day); guard != "" {
		return nil, guard
	}
	level := i.of(y).levels[i.level]
	step = &modelStep{level: i.level + 1, date: day, letter: level.letter || i.wish.letter || i.customer.wish.letter}
	if i.currency == "EUR" && (i.customer.business || !level.free) {
		step.fee = level.fee
	}
	charged := slices.ContainsFunc(i.entries, func(e modelEntry) bool { return e.kind == "lumpsum" })
	if i.currency == "EUR" && i.customer.business && level.lumpsum && !charged {
		step.lumpsum = 4000
	}
	if level.interest {
		step.interest = y.uncharged(i, day)
	}
	if i.unpaid()+step.interest <= i.open(principal)-y.undisputed(i, day) { // interest that was paid in vain covers it
		return nil, "G4"
	}
	return step, ""
}

// asked is what the notice of a step asks for.
func (y *modelYear) asked(i *modelInvoice, step *modelStep) cents {
	disputed := i.open(principal) - y.undisputed(i, step.date)
	return i.unpaid() + step.fee + step.lumpsum + step.interest - disputed
}

// handover is the first day that a case is handed over on, or the guard that keeps it back; it is false if there is a notice before.
func (y *modelYear) handover(i *modelInvoice, today date) (day date, guard string, next bool) {
	c := y.settings.collection
	if c == nil || i.state() != "none" || i.handedOver != 0 || i.procedure == nil || i.level < len(i.procedure.levels) {
		return 0, "", false
	}
	day = max(today, i.after("COLLECTION", i.since, i.payBy(), c.after), i.wish.until, i.customer.wish.until)
	day = y.free(day, func(day date) bool { return len(y.holdsOf(i, day)) == 0 })
	open := i.open(principal)
	switch {
	case i.wish.disabled, i.customer.wish.disabled:
		guard = "G5"
	case y.creditSuffices(i):
		guard = "G6"
	case i.unheard():
		guard = "G7"
	case day == forever:
		guard = "G5"
	case open <= 0, i.currency == "EUR" && open < c.least:
		guard = "G4"
	}
	return day, guard, true
}

// plan is what a run of a day does with an invoice, or the guard because of which it does nothing.
func (y *modelYear) plan(i *modelInvoice, today date) (step *modelStep, guard string) {
	if day, guard, next := y.handover(i, today); next {
		switch {
		case guard != "":
			return nil, guard
		case day > today && len(y.holdsOf(i, today)) > 0:
			return nil, "G5"
		case day > today:
			return nil, "G2"
		}
		return &modelStep{date: day}, ""
	}
	step, guard = y.next(i, today)
	if step == nil || step.date == today {
		return step, guard
	}
	return nil, y.waits(i, today, step.date)
}

// waits is the guard that a step waits for: what holds it back today, else what opens on its day, else what it moves behind.
func (y *modelYear) waits(i *modelInvoice, today, until date) string {
	guards, opens := y.openings(i)
	at := slices.Index(opens, until)
	switch {
	case !y.enough(i, y.undisputed(i, today)):
		return "G4"
	case y.held(i, today):
		return "G5"
	case at >= 0:
		return guards[at]
	case !y.enough(i, y.undisputed(i, until-1)):
		return "G4"
	}
	return "G5"
}

// act does what a run of today does with an invoice.
func (y *modelYear) act(i *modelInvoice, step *modelStep) {
	if step.level == 0 {
		i.handedOver = y.today
		return
	}
	p := i.of(y)
	if step.fee > 0 {
		i.book(modelEntry{kind: "fee", part: costs, amount: step.fee, value: y.today})
	}
	if step.lumpsum > 0 {
		i.book(modelEntry{kind: "lumpsum", part: costs, amount: step.lumpsum, value: y.today})
	}
	i.charge(step.interest, y.today)
	i.level, i.since, i.procedure = step.level, y.today, p
	disputed := i.open(principal) - y.undisputed(i, y.today)
	i.notices = append(i.notices, modelNotice{
		cycle: i.cycle, level: step.level, issued: y.today, payBy: i.payBy(), fee: step.fee, lumpsum: step.lumpsum, interest: step.interest,
		asked: i.unpaid() - disputed, disputed: disputed, final: step.level == len(p.levels) && y.settings.collection != nil, letter: step.letter,
	})
	if !step.letter {
		i.mails = append(i.mails, &modelMail{level: step.level, cycle: i.cycle, disputed: disputed, state: "queued", due: true})
	}
}

// modify sets where dunning stands; level and start are nil if they are not said. It tells what is refused.
func (y *modelYear) modify(i *modelInvoice, level *int, start date) (refused string) {
	switch {
	case i.state() != "none", i.handedOver != 0 && (level == nil || *level > 0):
		return "conflict"
	case start != 0 && start < i.due:
		return "invalid"
	}
	if level != nil {
		i.level, i.since = *level, y.today
	}
	i.start, i.handedOver = start, 0
	i.cycle++
	switch {
	case i.level == 0:
		i.procedure = nil
	case i.procedure == nil:
		i.procedure = y.settings.procedure
	}
	for _, m := range i.mails {
		m.known = true
	}
	return ""
}
