package letter

import (
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// table is the items. Its columns are as wide as what is in them, and the description has the rest; when numbers are so
// long that the rest is too little, the whole table is set smaller.
type table struct {
	*composer
	size     float64 // of the numbers, points
	columns  []column
	rows     []row
	carried  []decimal.Decimal // sum of the amounts up to and including each row
	discount bool              // there is a column of discounts
}

// column is one column: where it ends, and for texts where it begins.
type column struct {
	head        [2]string // two lines
	left, right float64
	flush       bool // set flush left
}

// row is one item: lines of the description and the quantity side by side, and numbers that stand in the first line.
type row struct {
	lines   []rowLine
	numbers []string // price, rate, discount if there is the column, amount
	height  float64
}

type rowLine struct {
	label, detail string // one of the two, or neither
	quantity      string
	leading       float64
}

const (
	columnGap   = 3.2
	rowGap      = 1.8  // between rows
	longRow     = 60.0 // a row higher than this is broken over pages
	widestUnit  = 30.0 // of quantity and unit together in one line
	descriptive = 48.0 // what the description should have at least
)

// items prints the items and what they come to.
func (c *composer) items() {
	t := c.newTable()
	c.y += 2
	totals := c.totals()
	c.need(t.headHeight() + min(t.rows[0].height, longRow) + t.after(0, totals.height()))
	t.printHead()
	for i := range t.rows {
		t.printRow(i, totals.height())
	}
	c.page().rule(left, c.y, right, c.y, strong, black)
	totals.print(c)
}

func (c *composer) newTable() *table {
	t := &table{composer: c, carried: make([]decimal.Decimal, len(c.Voucher.Items))}
	sum := decimal.Zero
	for i, it := range c.Voucher.Items {
		sum = sum.Add(c.lineAmount(i))
		t.carried[i] = sum
		t.discount = t.discount || it.Discount != nil && !it.Discount.IsZero()
	}
	for t.size = 9; ; t.size-- {
		t.setColumns()
		if col := t.columns[1]; col.right-col.left >= descriptive || t.size == 6 {
			break
		}
	}
	for i := range c.Voucher.Items {
		t.rows = append(t.rows, t.newRow(i))
	}
	return t
}

// lineAmount is what a line comes to in the sense of its price.
func (c *composer) lineAmount(i int) decimal.Decimal {
	line := c.Voucher.Totals.Lines[i]
	if c.Voucher.Netbased {
		return line.Net
	}
	return line.Gross
}

func (t *table) style() style { return value.at(t.size) }

// numbers are the texts of the columns behind the quantity.
func (t *table) numbers(i int) []string {
	it, currency := t.Voucher.Items[i], t.Voucher.Currency
	numbers := []string{t.form.price(it.Unitprice, currency), t.form.rate(it.Taxrate)}
	if t.discount {
		off := ""
		if it.Discount != nil && !it.Discount.IsZero() {
			off = t.form.price(it.Discount.Neg(), currency)
		}
		numbers = append(numbers, off)
	}
	return append(numbers, t.form.amount(t.lineAmount(i), currency))
}

// quantity is a number and its unit, in as few lines as it takes.
func (t *table) quantity(it ar.Item) []string {
	number, unit := t.form.number(it.Quantity), oneLine(it.Unit)
	if joined := number + "\u00a0" + unit; unit != "" && t.style().fits(joined, widestUnit) {
		return []string{joined}
	}
	return append([]string{number}, t.style().wrap(unit, widestUnit)...)
}

// setColumns measures everything in the current size.
func (t *table) setColumns() {
	w, basis := t.words, t.words.gross
	if t.Voucher.Netbased {
		basis = t.words.net
	}
	basis += " " + symbol(t.Voucher.Currency)
	heads := [][2]string{{w.price, basis}, {w.rate}}
	if t.discount {
		heads = append(heads, [2]string{w.discount, basis})
	}
	heads = append(heads, [2]string{w.amount, basis})

	widths := make([]float64, len(heads))
	for i, head := range heads {
		widths[i] = t.headStyle().widest(head[:]...)
	}
	quantity := t.headStyle().width(w.quantity)
	last := len(heads) - 1
	for i, it := range t.Voucher.Items {
		quantity = max(quantity, t.style().widest(t.quantity(it)...))
		for n, s := range t.numbers(i) {
			widths[n] = max(widths[n], t.style().width(s))
		}
		widths[last] = max(widths[last], t.style().width(t.form.amount(t.carried[i], t.Voucher.Currency)))
	}
	t.place(heads, widths, quantity)
}

// place lines the columns up from the right.
func (t *table) place(heads [][2]string, widths []float64, quantity float64) {
	x := right
	var numbers []column
	for i := len(heads) - 1; i >= 0; i-- {
		numbers = append([]column{{head: heads[i], left: x - widths[i], right: x}}, numbers...)
		x -= widths[i] + columnGap
	}
	position := t.headStyle().width(t.words.position)
	begin := left + max(position, t.style().width(t.form.number(decimal.NewFromInt(int64(len(t.Voucher.Items)))))) + columnGap
	t.columns = append([]column{
		{head: [2]string{t.words.position}, left: left, right: begin - columnGap, flush: true},
		{head: [2]string{t.words.item}, left: begin, right: x - quantity - columnGap, flush: true},
		{head: [2]string{t.words.quantity}, left: x - quantity, right: x},
	}, numbers...)
}

// newRow breaks the texts of an item.
func (t *table) newRow(i int) row {
	it, description := t.Voucher.Items[i], t.columns[1]
	width := description.right - description.left
	var r row
	for _, s := range t.style().wrap(clean(it.Label), width) {
		r.lines = append(r.lines, rowLine{label: s, leading: t.style().leading})
	}
	for _, s := range t.detailStyle().wrap(clean(it.Detail.Description), width) {
		r.lines = append(r.lines, rowLine{detail: s, leading: t.detailStyle().leading})
	}
	for n, s := range t.quantity(it) {
		if n == len(r.lines) {
			r.lines = append(r.lines, rowLine{})
		}
		r.lines[n].quantity, r.lines[n].leading = s, t.style().leading
	}
	for _, l := range r.lines {
		r.height += l.leading
	}
	r.height += rowGap
	r.numbers = t.numbers(i)
	return r
}

func (t *table) detailStyle() style {
	return small.at(min(t.size, small.size))
}

func (t *table) headStyle() style { return style{face: bold, size: 8, leading: 3.7}.at(min(t.size, 8)) }
