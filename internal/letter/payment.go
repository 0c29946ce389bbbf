package letter

import (
	"fmt"
	"slices"

	"rsc.io/qr"
)

// payment prints how the voucher is paid: the merchant's own words if there are some, else a sentence that goes with the
// kind of payment; and for transfers the code that banking apps read.
func (c *composer) payment() {
	t, ok := c.transfer()
	if text := c.paymentText(); text != "" {
		lines := body.wrap(text, textWidth)
		if height := float64(len(lines)) * body.leading; ok && height < codeSide {
			c.need(height + codeSide + 9) // the code belongs to the sentence
		}
		c.flow(body, lines)
		c.y += 2.4
	}
	if ok {
		c.printTransfer(t)
	}
}

func (c *composer) paymentText() string {
	v, w := c.Voucher, c.words
	if text := clean(v.Detail.Paymentterm); text != "" {
		return text
	}
	switch {
	case c.credits():
		return w.creditNote
	case !v.Totals.Gross.IsPositive():
		return ""
	case !v.Unpaid.IsPositive():
		return w.isPaid
	}
	amount := c.sum(v.Unpaid)
	if format := map[string]string{"CC": w.byCard, "PP": w.byPayPal, "DD": w.byDebit, "CD": w.byCash}[v.Paymentkind]; format != "" {
		return fmt.Sprintf(format, amount)
	}
	if v.Due == nil {
		return fmt.Sprintf(w.payNow, amount)
	}
	return fmt.Sprintf(w.payBy, amount, c.form.date(*v.Due))
}

const codeSide = 32.0 // mm; 69 modules, the most there can be, are 0.46 mm each

// transfer is the transfer the letter asks for, if it asks for one that a payment code can name.
func (c *composer) transfer() (credit, bool) {
	v := c.Voucher
	if c.credits() || !slices.Contains([]string{"", "CT", "IN", "OT"}, v.Paymentkind) {
		return credit{}, false
	}
	return newCredit(c.Issuer, v.Unpaid, v.Currency, v.Number)
}

// printTransfer prints the code, and beside it what it says, for people.
func (c *composer) printTransfer(t credit) {
	symbol, err := qr.Encode(t.payload(), qr.M)
	if err != nil {
		return // a payload has a bounded length, so there is always a symbol for it
	}
	c.need(codeSide + 6)
	c.y += 2 // with the gap of the paragraph above it, four modules of white
	c.page().codes = append(c.page().codes, code{left, c.y, codeSide, symbol})
	c.transferText(t)
	c.y += codeSide + 4
}

func (c *composer) transferText(t credit) {
	w := c.words
	facts := []fact{
		{w.payee, t.name}, {"IBAN", grouped(t.iban)}, {"BIC", t.bic},
		{w.toBePaid, c.sum(t.amount)}, {w.reference, grouped(t.reference)},
	}
	labels := 0.0
	for _, f := range facts {
		labels = max(labels, small.width(f.label))
	}
	x, y := left+codeSide+7, c.y
	c.page().put(value.bold(), x, y, w.scan)
	y += value.leading + 1
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		c.page().put(small, x, y+(value.leading-small.leading)/2+0.12, f.label)
		for _, s := range value.wrap(f.value, right-x-labels-4) {
			c.page().put(value, x+labels+4, y, s)
			y += value.leading
		}
	}
}
