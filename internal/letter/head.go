package letter

import (
	"cmp"

	"github.com/dunwell/dunwell/internal/ar"
)

// Form B of DIN 5008: where the window is, and where one folds and punches.
const (
	windowLeft   = left  // 20 mm from the edge, and 5 mm of margin inside
	windowWidth  = 80.0  // of 85 mm
	windowTop    = 45.0  // the window's
	addressTop   = 62.7  // the address', below the zone for remarks
	windowBottom = 90.0  //
	firstFold    = 105.0 //
	secondFold   = 210.0 //
	hole         = sheetHeight / 2
	infoLeft     = 125.0
	infoTop      = 50.0
	infoValue    = infoLeft + 29
)

func (c *composer) firstPage() {
	c.pages = append(c.pages, &page{})
	p := c.page()
	p.rule(5, firstFold, 8, firstFold, thin, grey)
	p.rule(5, secondFold, 8, secondFold, thin, grey)
	p.rule(5, hole, 10, hole, thin, grey)
	c.letterhead()
	c.window()
	c.y = max(windowBottom+8.46, c.info()+6)
}

// nextPage begins another page, with a short head that says what it belongs to.
func (c *composer) nextPage() {
	c.pages = append(c.pages, &page{})
	date := c.form.date(c.dated)
	room := textWidth - small.width(date) - 6
	c.page().put(small, left, 18, small.cut(c.title+" · "+oneLine(c.Issuer.Name), room))
	c.page().putRight(small, right, 18, date)
	c.page().rule(left, 23, right, 23, thin, grey)
	c.y = nextTop
}

// letterhead is the issuer's name, in as much of two lines as it needs.
func (c *composer) letterhead() {
	y := 20.0
	lines := name.wrap(oneLine(c.Issuer.Name), textWidth)
	if len(lines) > 2 {
		lines = append(lines[:1], name.cut(lines[1]+"…", textWidth))
	}
	for _, s := range lines {
		c.page().put(name, left, y, s)
		y += name.leading
	}
}

// window prints the recipient where the window of an envelope shows it, and nothing else. The address stands at the
// bottom of the zone for remarks; a long one grows into it.
func (c *composer) window() {
	address, _ := c.Voucher.PrintAddress()
	st, lines := fitAddress(c.recipient(address))
	top := min(addressTop, windowBottom-0.5-float64(len(lines))*st.leading)
	y := top
	for _, s := range lines {
		c.page().put(st, windowLeft, y, s)
		y += st.leading
	}
	c.returnLine(top)
}

// returnLine is one line of 8 points or less above the address.
func (c *composer) returnLine(bottom float64) {
	sender := c.sender()
	if sender == "" {
		return
	}
	st := style{size: 8, leading: 3.6, shade: grey}
	for st.size > 5.5 && !st.fits(sender, windowWidth) {
		st = st.at(st.size - 0.5)
	}
	sender = st.cut(sender, windowWidth)
	y := bottom - 0.8 - st.leading
	c.page().put(st, windowLeft, y, sender)
	c.page().rule(windowLeft, y+st.leading, windowLeft+st.width(sender), y+st.leading, thin, grey)
}

// fitAddress sets an address in the largest size in which it goes into the window, broken into more lines if need be.
// In the smallest its lines are cut.
func fitAddress(lines []string) (style, []string) {
	const room = windowBottom - 0.5 - windowTop - 4.6 // the line of the sender has the rest
	for size := 10.0; size >= 7; size -= 0.5 {
		st := style{size: size, leading: 0.455 * size}
		var broken []string
		for _, s := range lines {
			broken = append(broken, st.wrap(s, windowWidth)...)
		}
		if float64(len(broken))*st.leading <= room {
			return st, broken
		}
	}
	st := style{size: 7, leading: 3.2}
	cut := make([]string, len(lines))
	for i, s := range lines {
		cut[i] = st.cut(s, windowWidth)
	}
	return st, cut
}

// infoLines is how many lines a fact may have: more than any that is meant to be typed. What is longer is cut; numbers
// of vouchers stand whole in the subject.
const infoLines = 3

// info prints what identifies the letter, at the right of the window, and gives where it ends.
func (c *composer) info() float64 {
	y := infoTop
	for _, fact := range c.about {
		lines := value.wrap(oneLine(fact.value), right-infoValue)
		if len(lines) == 0 {
			continue
		}
		if len(lines) > infoLines {
			lines = append(lines[:infoLines-1], value.cut(lines[infoLines-1]+" …", right-infoValue))
		}
		c.page().put(small, infoLeft, y+(value.leading-small.leading)/2+0.12, fact.label)
		for _, s := range lines {
			c.page().put(value, infoValue, y, s)
			y += value.leading
		}
	}
	return y
}

type fact struct{ label, value string }

// facts are printed if they have a value. They are what § 14 (4) UStG asks for, and what a clerk files by.
func (c *composer) facts() []fact {
	v, w := c.Voucher, c.words
	facts := []fact{
		{w.number(v.Kind), v.Number},
		{w.issued, c.form.date(*v.Issued)},
	}
	if c.credits() && c.Corrects != nil {
		facts = append(facts, fact{w.corrected, c.Corrects.Number})
	}
	facts = append(facts, fact{w.customer, cmp.Or(c.Customer, v.Identity.Debtor)}, fact{w.order, v.Ordernumber})
	if v.Orderdate != nil {
		facts = append(facts, fact{w.ordered, c.form.date(*v.Orderdate)})
	}
	if v.Due != nil && v.Kind != ar.KindCreditnote {
		facts = append(facts, fact{w.due, c.form.date(*v.Due)})
	}
	return append(facts, fact{w.yourVAT, v.Detail.VatID}, fact{w.ourVAT, c.Issuer.VatID}, fact{w.taxnumber, c.Issuer.Taxnumber})
}
