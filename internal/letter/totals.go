package letter

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// totals is what the items come to: by rate, in all, and what is left to be paid.
type totals struct {
	lines []totalLine
	width float64 // of the block, at least
}

type totalLine struct {
	style
	label, amount string
	above         bool // a rule above
}

// totals says for every rate what was taxed and what the tax is (§ 14 (4) no. 7 and 8 UStG). Net prices add up to the
// total, so the tax comes before it; gross prices have the tax in them, so it comes after.
func (c *composer) totals() totals {
	t := totals{width: totalsWidth}
	v, w := c.Voucher, c.words
	total := totalLine{strongly, w.total, c.sum(v.Totals.Gross), true}
	if c.credits() {
		total.label = w.credited
	}
	var taxes []totalLine
	for _, tax := range v.Totals.Taxes {
		if v.Detail.ReverseCharge {
			break // the tax is the customer's, and none is shown (§ 14a (5) UStG)
		}
		format := w.taxIncluded
		if v.Netbased {
			format = w.tax
		}
		label := fmt.Sprintf(format, c.form.rate(tax.Rate), c.sum(tax.Base))
		taxes = append(taxes, totalLine{value, label, c.sum(tax.Tax), false})
	}
	if v.Netbased {
		t.lines = append(t.lines, totalLine{value, w.sumNet, c.sum(v.Totals.Net), false})
		t.lines = append(append(t.lines, taxes...), total)
	} else {
		total.above = false
		t.lines = append(append(t.lines, total), taxes...)
	}
	if paid := v.Totals.Gross.Sub(v.Unpaid); !c.credits() && paid.IsPositive() && v.Unpaid.IsPositive() {
		t.lines = append(t.lines, totalLine{value, w.paid, c.sum(paid.Neg()), false}, totalLine{strongly, w.toPay, c.sum(v.Unpaid), true})
	}
	return t
}

const (
	totalsTop   = 1.6 // above the first line
	totalsGap   = 8.0 // between label and amount, at least
	totalsWidth = 80.0
)

// height is that of the block; no more than half a page, which a list of many rates may exceed.
func (t totals) height() float64 {
	h := totalsTop
	for _, l := range t.lines {
		h += l.leading
		if l.above {
			h += 1.6
		}
	}
	return min(h, 100)
}

// print prints the block at the right, as wide as it needs to be.
func (t totals) print(c *composer) {
	labels, amounts := 0.0, 0.0
	for _, l := range t.lines {
		labels, amounts = max(labels, l.width(l.label)), max(amounts, l.width(l.amount))
	}
	x := max(left, right-max(labels+totalsGap+amounts, t.width))
	c.y += totalsTop
	for _, l := range t.lines {
		c.need(l.leading + 1.6)
		if l.above {
			c.page().rule(x, c.y+0.8, right, c.y+0.8, thin, black)
			c.y += 1.6
		}
		c.page().put(l.style, x, c.y, l.label)
		c.page().putRight(l.style, right, c.y, l.amount)
		c.y += l.leading
	}
	c.y += 6
}

// sum writes an amount of the voucher with its currency.
func (c *composer) sum(d decimal.Decimal) string { return c.form.money(d, c.Voucher.Currency) }
