package letter

import (
	"strconv"

	"github.com/shopspring/decimal"
)

func (t *table) headHeight() float64 { return 2*t.headStyle().leading + 2.4 + rowGap/2 }

func (t *table) printHead() {
	st := t.headStyle()
	for _, col := range t.columns {
		for n, s := range col.head {
			t.page().cell(col, st, t.y+float64(n)*st.leading, s)
		}
	}
	t.y += 2*st.leading + 1.2
	t.page().rule(left, t.y, right, t.y, strong, black)
	t.y += 1.2
}

// cell puts a line of text into a column.
func (p *page) cell(col column, st style, y float64, s string) {
	if col.flush {
		p.put(st, col.left, y, s)
	} else {
		p.putRight(st, col.right, y, s)
	}
}

func (t *table) carryHeight() float64 { return t.style().leading + 2 }

// printCarry prints the sum that goes over to the next page, at the end of a page or at the beginning.
func (t *table) printCarry(sum decimal.Decimal) {
	st := t.style()
	t.page().put(st, t.columns[1].left, t.y, t.words.carried)
	t.page().putRight(st, right, t.y, t.form.amount(sum, t.Voucher.Currency))
	t.y += st.leading + rowGap
}

// turn goes to the next page in the middle of the table, carrying the sum of the first rows. There is at least one: the
// head is printed where the first row has room.
func (t *table) turn(rows int) {
	sum := t.carried[rows-1]
	t.page().rule(left, t.y-rowGap/2, right, t.y-rowGap/2, thin, black)
	t.printCarry(sum)
	t.nextPage()
	t.printHead()
	t.printCarry(sum)
}

// printRow prints an item. The last one is kept with the totals, so that these never stand alone on a page.
func (t *table) printRow(i int, totals float64) {
	r := t.rows[i]
	if r.height > longRow {
		t.printLongRow(i)
		return
	}
	if t.room() < r.height+t.after(i, totals) && t.y > t.pageTop() {
		t.turn(i)
	}
	t.printFirstCells(i)
	for _, l := range r.lines {
		t.printLine(l)
	}
	t.closeRow(i)
}

// after is what must have room below a row: the sum carried over, or the totals.
func (t *table) after(i int, totals float64) float64 {
	if i == len(t.rows)-1 {
		return totals
	}
	return t.carryHeight()
}

// pageTop is below where the first row of a page begins: going to another page would not give more room.
func (t *table) pageTop() float64 { return nextTop + t.headHeight() + t.carryHeight() + 1 }

// printLongRow breaks a row wherever a page ends. Its numbers stand at its beginning, so that the sum carried over has
// them already.
func (t *table) printLongRow(i int) {
	r := t.rows[i]
	if t.room() < longRow/2 {
		t.turn(i)
	}
	t.printFirstCells(i)
	for _, l := range r.lines {
		if t.room() < l.leading+rowGap+t.carryHeight() {
			t.y += rowGap
			t.turn(i + 1)
		}
		t.printLine(l)
	}
	t.closeRow(i)
}

func (t *table) printFirstCells(i int) {
	st := t.style()
	t.page().cell(t.columns[0], st, t.y, strconv.Itoa(i+1))
	for n, s := range t.rows[i].numbers {
		t.page().cell(t.columns[3+n], st, t.y, s)
	}
}

func (t *table) printLine(l rowLine) {
	t.page().cell(t.columns[1], t.style(), t.y, l.label)
	t.page().cell(t.columns[1], t.detailStyle(), t.y, l.detail)
	t.page().cell(t.columns[2], t.style(), t.y, l.quantity)
	t.y += l.leading
}

// closeRow separates a row from the next.
func (t *table) closeRow(i int) {
	t.y += rowGap / 2
	if i < len(t.rows)-1 {
		t.page().rule(left, t.y, right, t.y, thin, pale)
	}
	t.y += rowGap / 2
}
