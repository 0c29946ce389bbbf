package letter

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// printFigures prints how the demand comes about.
func (c *noticeComposer) printFigures() {
	c.y += 1
	f := c.figures()
	c.need(f.height())
	c.page().rule(left, c.y, right, c.y, strong, black)
	f.print(c.composer)
	c.y -= 2
}

// figures lead from the invoice to what is asked for; each line is what the one before lacks.
func (c *noticeComposer) figures() totals {
	n, w := c.notice, c.say
	t := totals{width: textWidth}
	line := func(label string, d decimal.Decimal) {
		if !d.IsZero() {
			t.lines = append(t.lines, totalLine{style: value, label: label, amount: c.sum(d)})
		}
	}
	gross := c.Voucher.Totals.Gross
	line(w.invoiced, gross)
	line(w.settled, n.Demand.Principal.Sub(gross))
	if anyOf(n.Demand.Costs, n.Demand.Interest, n.Disputed) {
		t.lines = append(t.lines, totalLine{value.bold(), w.principal, c.sum(n.Demand.Principal), true})
	}
	line(w.costsBefore, n.Demand.Costs.Sub(n.Fee).Sub(n.Lumpsum))
	line(w.fee, n.Fee)
	line(w.lumpsum+cite(c.law.lumpsum.in(c.words)), n.Lumpsum)
	line(w.interestBefore, n.Demand.Interest.Sub(n.Interest))
	line(c.interestLabel(), n.Interest)
	line(w.disputed, n.Disputed.Neg())
	total := fmt.Sprintf(w.asked, c.form.date(n.PayBy))
	t.lines = append(t.lines, totalLine{strongly, total, c.sum(n.Asked()), true})
	return t
}

// interestLabel is what the interest of this notice is called: too much may have been charged before, because money came in with
// an earlier value date than was known then.
func (c *noticeComposer) interestLabel() string {
	switch n := c.notice; {
	case n.Interest.IsNegative():
		return c.say.interestBack
	case n.Claim != nil:
		return fmt.Sprintf(c.say.interestUntil, c.form.date(n.Claim.AsOf))
	}
	return c.say.interest
}

// demand asks for the money, with the code that banking apps read. However the invoice was to be paid, it was not: so a transfer
// is asked for.
func (c *noticeComposer) demand() {
	n, w, to := c.notice, c.say, c.Issuer
	asked, payBy := c.sum(n.Asked()), c.form.date(n.PayBy)
	reference := grouped(ar.RFReference(c.Voucher.Number))
	transfer, ok := newCredit(to, n.Asked(), c.Voucher.Currency, c.Voucher.Number)
	format := w.transfer
	if n.Level > 3 {
		format = w.firmly
	}
	text := fmt.Sprintf(format, asked, payBy)
	switch {
	case ok:
		lines := body.wrap(text, textWidth)
		c.need(float64(len(lines))*body.leading + codeSide + 9) // the code belongs to the sentence
		c.flow(body, lines)
		c.y += 2.4
		c.printTransfer(transfer)
		return
	case to.IBAN != "":
		text = fmt.Sprintf(w.transferTo, asked, payBy, grouped(to.IBAN), reference)
	default:
		text = fmt.Sprintf(w.pay, asked, payBy, reference)
	}
	c.paragraphs([]string{text})
}
