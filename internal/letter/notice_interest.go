package letter

import (
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// periods is the table of how the interest came about. A reader can compute each row from what it says.
type periods struct {
	*noticeComposer
	size    float64 // points
	columns []column
	lines   float64 // of the heads
	rows    [][]string
}

// computes tells whether there is a computation of interest to print.
func (c *noticeComposer) computes() bool {
	return c.notice.Claim != nil && len(c.notice.Claim.Periods) > 0
}

// interest prints the table with its sum, and what the rates and the days rest on.
func (c *noticeComposer) interest() {
	if !c.computes() {
		return
	}
	claim := c.notice.Claim
	t := c.newPeriods(claim)
	sums := c.interestSums(claim)
	c.y += 6
	c.need(strongly.leading + 2 + t.headHeight() + 2*t.rowHeight() + sums.height())
	c.flow(strongly, []string{c.say.computation})
	c.y += 2
	t.printHead()
	for i := range t.rows {
		t.printRow(i, sums.height())
	}
	c.page().rule(left, c.y, right, c.y, strong, black)
	sums.print(c.composer)
	c.y -= 3
	for _, text := range c.basis(claim) {
		c.flow(small, small.wrap(text, textWidth))
		c.y++
	}
}

// follows tells whether the rate follows a reference rate, which is shown then.
func (c *noticeComposer) follows(claim *ar.Claim) bool {
	return c.law.reference.de != "" || !claim.Periods[0].BaseRate.IsZero()
}

func (c *noticeComposer) newPeriods(claim *ar.Claim) *periods {
	t, w := &periods{noticeComposer: c}, c.say
	heads := [][2]string{w.period, w.days, w.onPrincipal}
	if c.follows(claim) {
		heads = append(heads, w.baseRate, w.points)
	}
	heads = append(heads, w.rate, w.accrued)
	for _, p := range claim.Periods {
		row := []string{
			c.form.date(p.From) + " – " + c.form.date(p.To), strconv.Itoa(p.Days), c.sum(p.Principal),
		}
		if c.follows(claim) {
			row = append(row, c.form.rate(p.BaseRate), c.form.number(p.Points))
		}
		t.rows = append(t.rows, append(row, c.form.rate(p.Rate), c.sum(p.Amount)))
	}
	for t.size = 9; ; t.size -= 0.5 {
		if t.place(heads) || t.size <= 5 {
			return t
		}
	}
}

// place lines the columns up in the current size, spread over the page. It is false when they need more than that.
func (t *periods) place(heads [][2]string) bool {
	widths, rest := make([]float64, len(heads)), textWidth
	for i, head := range heads {
		widths[i] = t.headStyle().widest(head[:]...)
		for _, row := range t.rows {
			widths[i] = max(widths[i], t.style().width(row[i]))
		}
		rest -= widths[i]
	}
	gap := rest / float64(len(heads)-1)
	t.columns, t.lines = nil, 1
	x := left
	for i, head := range heads {
		if head[1] != "" {
			t.lines = 2
		}
		t.columns = append(t.columns, column{head: head, left: x, right: x + widths[i], flush: i == 0})
		x += widths[i] + gap
	}
	return gap >= columnGap
}

func (t *periods) style() style        { return value.at(t.size) }
func (t *periods) headStyle() style    { return small.bold().at(min(t.size, small.size)) }
func (t *periods) rowHeight() float64  { return t.style().leading + rowGap }
func (t *periods) headHeight() float64 { return t.lines*t.headStyle().leading + 2.4 }

func (t *periods) printHead() {
	st := t.headStyle()
	st.shade = black
	for _, col := range t.columns {
		for n, s := range col.head {
			t.page().cell(col, st, t.y+float64(n)*st.leading, s)
		}
	}
	t.y += t.lines*st.leading + 1.2
	t.page().rule(left, t.y, right, t.y, strong, black)
	t.y += 1.2
}

// printRow prints a period. The last one is kept with the sums, so that these never stand alone on a page.
func (t *periods) printRow(i int, sums float64) {
	need := t.rowHeight()
	if i == len(t.rows)-1 {
		need += sums
	}
	if t.room() < need {
		t.nextPage()
		t.printHead()
	}
	for n, s := range t.rows[i] {
		t.page().cell(t.columns[n], t.style(), t.y, s)
	}
	t.y += t.style().leading + rowGap/2
	if i < len(t.rows)-1 {
		t.page().rule(left, t.y, right, t.y, thin, pale)
	}
	t.y += rowGap / 2
}

// interestSums is what the periods come to, and what of it is charged now.
func (c *noticeComposer) interestSums(claim *ar.Claim) totals {
	accrued, now, w := decimal.Zero, c.notice.Interest, c.say
	for _, p := range claim.Periods {
		accrued = accrued.Add(p.Amount)
	}
	t := totals{width: totalsWidth}
	t.lines = append(t.lines, totalLine{style: value.bold(), label: fmt.Sprintf(w.until, c.form.date(claim.AsOf)), amount: c.sum(accrued)})
	if before := accrued.Sub(now); !before.IsZero() {
		label := w.now
		if now.IsNegative() {
			label = w.back
		}
		t.lines = append(t.lines, totalLine{style: value, label: w.before, amount: c.sum(before)}, totalLine{style: value, label: label, amount: c.sum(now)})
	}
	return t
}

// basis is what a reader needs to check the table.
func (c *noticeComposer) basis(claim *ar.Claim) []string {
	w, rule := c.say, c.law.rule.in(c.words)
	if c.law.agreed {
		rule = w.agreed
	}
	rate := fmt.Sprintf(w.rateFixed, rule)
	if reference := c.law.reference.in(c.words); reference != "" {
		rate = fmt.Sprintf(w.rateOver, reference, c.form.number(claim.Periods[0].Points), rule)
	}
	texts := []string{rate, w.dayCounts[claim.Terms.DayCount], w.formula}
	if claim.Unconfirmed {
		texts = append(texts, w.unconfirmed)
	}
	return texts
}
