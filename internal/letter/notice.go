package letter

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// Notice is what the letter of a dunning notice is made of.
type Notice struct {
	// Invoice is what is dunned: committed, not canceled, with a due date.
	Invoice *ar.Invoice
	// Notice is of the level, and has the procedure whose texts are printed. Its Demand is after its charges were booked.
	Notice *ar.Notice
	// Previous are the notices on the invoice before that have left, in any order: the letter refers to them.
	Previous []ar.Notice
	// Issuer, Customer and Locale are as those of a Letter.
	Issuer           ar.Issuer
	Customer, Locale string
}

// ErrNothingAsked keeps a notice from being a letter: what is open is paid or disputed.
var ErrNothingAsked = errors.New("letter: the notice asks for nothing")

// RenderNotice makes the PDF of a notice. It fails with ErrCanceled, ErrIncomplete or ErrNothingAsked: faults of the caller, as
// those of Render. Letter and figures are of the day the notice was issued, whatever was booked since.
func RenderNotice(n Notice) ([]byte, error) {
	switch inv := n.Invoice; {
	case inv.Cancelationdate != nil:
		return nil, ErrCanceled
	case inv.Number == "" || inv.Issued == nil || inv.Due == nil:
		return nil, ErrIncomplete
	case !n.Notice.Asked().IsPositive():
		return nil, ErrNothingAsked
	}
	return composeNotice(n).paint()
}

// noticeComposer lays the letter of a notice out.
type noticeComposer struct {
	*composer
	notice   *ar.Notice
	say      *noticeWords
	law      law
	previous []ar.Notice // the oldest first
}

func composeNotice(n Notice) *composer {
	c := newNoticeComposer(n)
	c.firstPage()
	c.flow(headline, headline.wrap(c.title+" "+c.words.of+" "+c.form.date(*c.Voucher.Issued), textWidth))
	c.y += 4
	c.paragraphs([]string{c.salutation() + ","})
	c.paragraphs(c.opening())
	c.printFigures()
	c.remarks()
	c.demand()
	c.ending()
	c.interest()
	c.printFeet()
	return c.composer
}

func newNoticeComposer(n Notice) *noticeComposer {
	base := newComposer(Letter{Voucher: n.Invoice, Issuer: n.Issuer, Customer: n.Customer, Locale: n.Locale})
	c := &noticeComposer{composer: base, notice: n.Notice, say: base.words.notice, previous: slices.Clone(n.Previous)}
	slices.SortStableFunc(c.previous, func(a, b ar.Notice) int {
		return cmp.Or(a.Issued.Compare(b.Issued), cmp.Compare(a.Level, b.Level))
	})
	if claim := n.Notice.Claim; claim != nil {
		c.law = lawOf(claim.Terms)
	}
	c.title = c.words.noticeTitle(n.Notice) + " " + c.words.toInvoice + " " + oneLine(n.Invoice.Number)
	c.dated, c.about = n.Notice.Issued, c.facts()
	return c
}

// facts are printed beside the address, if they have a value.
func (c *noticeComposer) facts() []fact {
	v, w := c.Voucher, c.words
	return []fact{
		{w.issued, c.form.date(c.notice.Issued)},
		{w.customer, cmp.Or(c.Customer, v.Identity.Debtor)},
		{w.invoiceNumber, v.Number},
		{c.say.invoiceDate, c.form.date(*v.Issued)},
		{w.due, c.form.date(*v.Due)},
		{w.order, v.Ordernumber},
	}
}

// salutation is the first line, without the comma. A person without a salutation, or who wants neither Herr nor Frau, is
// addressed by the whole name.
func (c *noticeComposer) salutation() string {
	to, _ := c.Voucher.PrintAddress()
	last, full := oneLine(to.Lastname), oneLine(to.Firstname+" "+to.Lastname)
	switch {
	case to.Salutation == "mr" && last != "":
		return c.say.mr + last
	case to.Salutation == "ms" && last != "":
		return c.say.ms + last
	case full != "":
		return c.say.person + full
	}
	return c.say.nobody
}

// opening is what comes before the figures: the merchant's own words, else ours. The reminder speaks of no default, because
// there may be none yet; the first dunning brings it about (§ 286 (1) BGB), and those after it can say that it is there.
func (c *noticeComposer) opening() []string {
	if own := ownText(c.notice, c.words.lang).Intro; len(own) > 0 {
		return own
	}
	v, w := c.Voucher, c.say
	number, issued, due := oneLine(v.Number), c.form.date(*v.Issued), c.form.date(*v.Due)
	if c.notice.Level == 1 {
		return []string{fmt.Sprintf(w.remind, number, issued, due)}
	}
	first := fmt.Sprintf(w.overdue, number, issued, due)
	if n := len(c.previous); n > 0 {
		first += " " + fmt.Sprintf(w.despite, c.form.date(c.previous[n-1].Issued))
	} else {
		first += " " + w.unpaid
	}
	if slices.ContainsFunc(c.previous, func(p ar.Notice) bool { return p.Level > 1 }) {
		return []string{strings.TrimSpace(first + " " + w.inDefault + " " + c.damages())}
	}
	return []string{first, strings.TrimSpace(w.defaults + cite(c.law.defaults.in(c.words)) + ". " + c.damages())}
}

// damages asks for what is owed beside the principal.
func (c *noticeComposer) damages() string {
	d := c.notice.Demand
	switch {
	case d.Costs.IsPositive() && d.Interest.IsPositive():
		return c.say.interestAndCosts
	case d.Interest.IsPositive():
		return c.say.interestOnly
	case d.Costs.IsPositive():
		return c.say.costsOnly
	}
	return ""
}

// remarks say how the figures are to be read. They are printed whatever the merchant's own texts are.
func (c *noticeComposer) remarks() {
	n, w := c.notice, c.say
	var texts []string
	if n.Disputed.IsPositive() {
		texts = append(texts, w.disputedPart)
	}
	texts = append(texts, fmt.Sprintf(w.counted, c.form.date(n.Issued)))
	if anyOf(n.Demand.Costs, n.Demand.Interest) {
		texts = append(texts, w.untaxed)
	}
	if c.computes() {
		texts = append(texts, w.computed)
	}
	c.flow(value, value.wrap(strings.Join(texts, " "), textWidth))
	c.y += 2.4
}

// closing is what comes after the account: the merchant's own words, else ours. Handing the case over is announced by a notice
// after which it is handed over, and by no other.
func (c *noticeComposer) closing() []string {
	if own := ownText(c.notice, c.words.lang).Closing; len(own) > 0 {
		return own
	}
	switch n := c.notice; {
	case n.Final:
		return []string{fmt.Sprintf(c.say.handOver, c.form.date(n.PayBy)) + " " + c.say.objections}
	case n.Level == 1:
		return []string{c.say.questions}
	default:
		return []string{c.say.objections}
	}
}

// ending prints the closing and the regards, which never stand alone on a page. Nobody signs the letter.
func (c *noticeComposer) ending() {
	regards := append([]string{c.say.regards}, body.wrap(oneLine(c.Issuer.Name), textWidth)...)
	closing := c.closing()
	last := len(closing) - 1
	c.paragraphs(closing[:last])
	lines := len(body.wrap(strings.TrimSpace(clean(closing[last])), textWidth)) + len(regards)
	c.need(min(float64(lines)*body.leading+2.4, sheetHeight/4)) // a long text is broken all the same
	c.paragraphs(closing[last:])
	c.need(float64(len(regards)) * body.leading)
	c.flow(body, regards)
}

// ownText is what the merchant wants the notice to say in a language; empty fields are ours to fill.
func ownText(n *ar.Notice, lang string) ar.NoticeText {
	if n.Level < 1 || n.Level > len(n.Procedure.Levels) {
		return ar.NoticeText{}
	}
	return n.Procedure.Levels[n.Level-1].Texts[lang]
}

func anyOf(amounts ...decimal.Decimal) bool {
	return slices.ContainsFunc(amounts, func(d decimal.Decimal) bool { return !d.IsZero() })
}
