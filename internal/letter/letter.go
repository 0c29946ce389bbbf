// Package letter renders invoices, credit notes and dunning notices as PDF, on A4 as DIN 5008 form B wants it.
//
// A letter is a function of its voucher and its issuer: no clock, no chance, no I/O. The same input gives the same bytes
// for one version of this package, so a letter need not be rendered twice to be compared.
//
// It is made in two steps. A composer lays text out on pages with the metrics of the font alone; the pages are then
// painted. So the number of pages is known before the first is written, and tests can look at the layout without a PDF.
package letter

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
)

// Letter is what a letter is made of.
type Letter struct {
	// Voucher has a number, a date of issue and items, and is not canceled. What is asked for is its Unpaid.
	Voucher *ar.Invoice
	// Corrects is the invoice that a credit note corrects, nil if there is none. Its number and date are printed, because
	// a correction must name its invoice beyond doubt (§ 31 (5) UStDV).
	Corrects *ar.Invoice
	// Issuer is who the letter is from. An empty Name is to be filled with the merchant's by the caller.
	Issuer ar.Issuer
	// Customer is the customer's printed number. The debtor account stands in for it when empty.
	Customer string
	// Locale is the language and form, such as de-AT: German for de, else English. The voucher's own comes before it.
	Locale string
}

// What keeps a voucher from being a letter. A caller has asked ar first, so these are faults of the caller.
var (
	ErrCanceled   = errors.New("letter: the voucher is canceled")
	ErrIncomplete = errors.New("letter: the voucher has no number, no date of issue or no items: commit it first")
)

// Render makes the PDF. It fails with ErrCanceled or ErrIncomplete. A character that the font does not have, or that is
// written from right to left, is shown as □.
func Render(l Letter) ([]byte, error) {
	switch v := l.Voucher; {
	case v.Cancelationdate != nil:
		return nil, ErrCanceled
	case v.Number == "" || v.Issued == nil || len(v.Items) == 0:
		return nil, ErrIncomplete
	}
	return compose(l).paint()
}

// composer lays a letter out, from top to bottom.
type composer struct {
	Letter
	words *words
	form  *form
	title string    // what the letter is, with its number: Rechnung RE-2026-0001
	dated time.Time // the day it was issued
	about []fact    // what identifies it
	pages []*page
	feet  feet
	y     float64 // where the next thing begins, in mm from the top of the page
}

func newComposer(l Letter) *composer {
	c := &composer{Letter: l}
	c.words, c.form = speak(cmp.Or(l.Voucher.Detail.Locale, l.Locale))
	c.feet = c.composeFeet()
	return c
}

func compose(l Letter) *composer {
	c := newComposer(l)
	c.title = c.words.kind(l.Voucher.Kind) + " " + oneLine(l.Voucher.Number)
	c.dated, c.about = *l.Voucher.Issued, c.facts()
	c.firstPage()
	c.subject()
	c.paragraphs(l.Voucher.Detail.IntroText)
	c.items()
	c.notes()
	c.payment()
	c.paragraphs(l.Voucher.Detail.FooterText)
	c.printFeet()
	return c
}

// credits tells whether the voucher is a credit note.
func (c *composer) credits() bool { return c.Voucher.Kind == ar.KindCreditnote }

// paint makes the PDF of what was composed.
func (c *composer) paint() ([]byte, error) {
	return paint(c.pages, properties{title: c.title, author: oneLine(c.Issuer.Name), lang: c.words.lang, created: c.dated})
}

// subject prints the title, and what a credit note corrects, as the subject line.
func (c *composer) subject() {
	text := c.title
	if c.credits() && c.Corrects != nil {
		text += " " + c.words.toInvoice + " " + oneLine(c.Corrects.Number)
		if d := c.Corrects.Issued; d != nil {
			text += " " + c.words.of + " " + c.form.date(*d)
		}
	}
	c.flow(headline, headline.wrap(text, textWidth))
	c.y += 4
}

// paragraphs prints texts of the merchant's, one below the other.
func (c *composer) paragraphs(texts []string) {
	for _, text := range texts {
		c.flow(body, body.wrap(strings.TrimSpace(clean(text)), textWidth))
		c.y += 2.4
	}
}

// notes prints what the law wants said: when the supply was, and who owes the tax.
func (c *composer) notes() {
	var texts []string
	if !c.credits() { // what is corrected has been supplied before: its invoice is named
		texts = append(texts, c.supplied())
	}
	if c.Voucher.Detail.ReverseCharge {
		texts = append(texts, c.reverseCharge())
	}
	for _, text := range texts {
		c.flow(body, body.wrap(text, textWidth))
		c.y += 2.4
	}
}

// supplied is the date of the supply, which § 14 (4) no. 6 UStG wants even where it is the date of issue. No field says when that
// was, so the day on which the voucher is accounted for stands in for it, and what the texts of the merchant say comes before it.
func (c *composer) supplied() string {
	return fmt.Sprintf(c.words.supplied, c.form.date(*cmp.Or(c.Voucher.Accountingdate, c.Voucher.Issued)))
}

// reverseCharge is the phrase of § 14a (5) UStG, with the rule it follows from: § 13b UStG for supplies in Germany, else
// article 196 of the VAT directive.
func (c *composer) reverseCharge() string {
	if where := cmp.Or(c.Voucher.Detail.PlaceOfSupplyCountry, c.Issuer.Country, "DE"); where == "DE" {
		return c.words.reverseCharge + " (§\u00a013b UStG)."
	}
	return c.words.reverseCharge + " (" + c.words.directive + ")."
}
