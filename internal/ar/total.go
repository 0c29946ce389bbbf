package ar

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

var hundred = decimal.NewFromInt(100)

// Total computes what the items come to, by the rules of EN 16931. It is the only place where an invoice is rounded,
// half away from zero to the digits of the currency, and it rounds three things: the amount of a line, the tax of a
// rate, and (by largest remainder, so that the sum stays) the lines of a rate.
//
// Net-based: the lines of a rate add up to its base, and the tax is taken from the base; never line by line, which
// would add up rounding errors. Gross-based: the lines add up to what the consumer pays, the tax is taken out of that
// sum, and the base is what remains, so that base and tax are the gross to the cent.
//
// The order of the items decides nothing but the order of Lines, and which of several equal lines gets an odd cent.
// Items are taken as checked; see Invoice.Apply. No items come to zero.
func Total(items []Item, netbased bool, currency string) Totals {
	c := calculation{items: items, netbased: netbased, currency: currency}
	c.amountLines()
	c.groupByRate()
	c.taxGroups()
	c.splitLines()
	return c.sum()
}

// calculation is the state between the steps of Total.
type calculation struct {
	items    []Item
	netbased bool
	currency string
	amounts  []decimal.Decimal // of the lines, in the price's own sense, rounded
	groups   []rateGroup       // highest rate first
	lines    []LineTotal
}

// rateGroup is all lines of one rate.
type rateGroup struct {
	TaxTotal
	amount  decimal.Decimal // sum of the line amounts
	members []int           // indexes of the lines
}

func (c *calculation) amountLines() {
	c.amounts = make([]decimal.Decimal, len(c.items))
	for i, item := range c.items {
		c.amounts[i] = money.Round(item.amount(), c.currency)
	}
}

// amount is what a line comes to before it is rounded.
func (it Item) amount() decimal.Decimal {
	amount := it.Quantity.Mul(it.Unitprice)
	if it.Discount != nil {
		amount = amount.Sub(*it.Discount)
	}
	return amount
}

func (c *calculation) groupByRate() {
	for i, item := range c.items {
		at := slices.IndexFunc(c.groups, func(g rateGroup) bool { return g.Rate.Equal(item.Taxrate) })
		if at < 0 {
			at = len(c.groups)
			c.groups = append(c.groups, rateGroup{TaxTotal: TaxTotal{Rate: item.Taxrate}})
		}
		g := &c.groups[at]
		g.amount = g.amount.Add(c.amounts[i])
		g.members = append(g.members, i)
	}
	slices.SortFunc(c.groups, func(a, b rateGroup) int { return b.Rate.Cmp(a.Rate) })
}

func (c *calculation) taxGroups() {
	for i := range c.groups {
		g := &c.groups[i]
		if c.netbased {
			g.Base = g.amount
			g.Tax = c.quotient(g.amount.Mul(g.Rate), hundred)
		} else {
			g.Tax = c.quotient(g.amount.Mul(g.Rate), hundred.Add(g.Rate))
			g.Base = g.amount.Sub(g.Tax)
		}
	}
}

// quotient divides and rounds once: DivRound looks at the exact remainder, half away from zero.
func (c *calculation) quotient(n, d decimal.Decimal) decimal.Decimal {
	return n.DivRound(d, money.Digits(c.currency))
}

// splitLines gives every line its share of its group. What a price does not say (the tax if it is net, the net if it is
// gross) is distributed, so that the lines add up to the group on both sides.
func (c *calculation) splitLines() {
	c.lines = make([]LineTotal, len(c.items))
	for _, g := range c.groups {
		if c.netbased {
			c.splitTax(g)
		} else {
			c.splitBase(g)
		}
	}
}

func (c *calculation) splitTax(g rateGroup) {
	taxes := money.Distribute(g.Tax, c.scaled(g, g.Rate), hundred, c.currency)
	for n, i := range g.members {
		net := c.amounts[i]
		c.lines[i] = LineTotal{Net: net, Net4: net, Tax: taxes[n], Gross: net.Add(taxes[n])}
	}
}

func (c *calculation) splitBase(g rateGroup) {
	divisor := hundred.Add(g.Rate)
	numerators := c.scaled(g, hundred)
	nets := money.Distribute(g.Base, numerators, divisor, c.currency)
	for n, i := range g.members {
		gross := c.amounts[i]
		c.lines[i] = LineTotal{Net: nets[n], Net4: numerators[n].DivRound(divisor, 4), Tax: gross.Sub(nets[n]), Gross: gross}
	}
}

// scaled is the amounts of a group's lines, each times a factor.
func (c *calculation) scaled(g rateGroup, factor decimal.Decimal) []decimal.Decimal {
	products := make([]decimal.Decimal, len(g.members))
	for n, i := range g.members {
		products[n] = c.amounts[i].Mul(factor)
	}
	return products
}

func (c *calculation) sum() Totals {
	t := Totals{Lines: c.lines, Taxes: make([]TaxTotal, len(c.groups))}
	for i, g := range c.groups {
		t.Taxes[i] = g.TaxTotal
		t.Net = t.Net.Add(g.Base)
		t.Tax = t.Tax.Add(g.Tax)
	}
	t.Gross = t.Net.Add(t.Tax)
	return t
}
