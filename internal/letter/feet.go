package letter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// feet is the foot of every page: what the issuer must or likes to say about itself, in columns, and below them its
// notes.
type feet struct {
	top     float64
	columns [][]string
	widths  []float64
	notes   []string
}

const (
	footBottom = 290.0
	footGap    = 5.0
	footLines  = 12 // of a column, and of the notes, at most: a foot must not become the page
)

func (c *composer) composeFeet() feet {
	var f feet
	for _, column := range c.footColumns() {
		column = slices.DeleteFunc(column, func(s string) bool { return s == "" })
		if len(column) > 0 {
			f.columns = append(f.columns, column)
		}
	}
	f.widths = shares(f.columns)
	height := 0
	for i, column := range f.columns {
		f.columns[i] = wrapAll(column, f.widths[i])
		height = max(height, len(f.columns[i]))
	}
	f.notes = wrapAll(c.footNotes(), textWidth)
	lines := height + len(f.notes)
	if lines == 0 {
		f.top = footBottom
		return f
	}
	f.top = footBottom - float64(lines)*footer.leading - 2
	if height > 0 && len(f.notes) > 0 {
		f.top -= 1
	}
	return f
}

// footColumns is company, contact, law and bank.
func (c *composer) footColumns() [][]string {
	i, w := c.Issuer, c.words
	company := append([]string{oneLine(i.Name)}, c.seat()...)
	if address, ok := c.Voucher.PrintAddress(); ok && i.Country != "" && address.Country != "" && address.Country != i.Country {
		company = append(company, countryName(i.Country, w.regions))
	}
	law := []string{oneLine(i.Register), labelled(w.management, i.Management), labelled(w.vatID, i.VatID), labelled(w.taxnumber, i.Taxnumber)}
	bank := []string{oneLine(i.Bank), labelled("IBAN", grouped(i.IBAN)), labelled("BIC", i.BIC)}
	if i.Holder != i.Name {
		bank = append(bank, labelled(w.holder, i.Holder))
	}
	return [][]string{company, {labelled(w.phone, i.Phone), oneLine(i.Email), oneLine(i.Web)}, law, bank}
}

func (c *composer) footNotes() []string {
	notes := make([]string, 0, len(c.Issuer.Notes))
	for _, note := range c.Issuer.Notes {
		if note = oneLine(note); note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// labelled puts a label before a value, if there is a value and it brings none of its own, as in "Geschäftsführerin: …".
func labelled(label, value string) string {
	value = oneLine(value)
	if value == "" || strings.Contains(value, ": ") {
		return value
	}
	return label + "\u00a0" + value
}

// wrapAll breaks texts of the foot, and cuts what is too much.
func wrapAll(texts []string, width float64) []string {
	var lines []string
	for _, s := range texts {
		lines = append(lines, footer.wrap(s, width)...)
	}
	if len(lines) > footLines {
		lines = append(lines[:footLines-1], footer.cut(lines[footLines-1]+" …", width))
	}
	return lines
}

// shares divides the page among columns: what their longest words need, so that no account number is broken, and then the
// narrow ones what they need for their lines, and the wide ones equal parts of the rest.
func shares(columns [][]string) []float64 {
	lines, words := make([]float64, len(columns)), make([]float64, len(columns))
	for i, column := range columns {
		lines[i] = footer.widest(column...) + 0.01
		words[i] = footer.widest(strings.Split(strings.Join(column, " "), " ")...) + 0.01
	}
	room := textWidth - footGap*float64(len(columns)-1)
	widths := fill(make([]float64, len(columns)), words, room)
	return fill(widths, lines, room)
}

// fill raises widths to what they should be, the smallest differences first, as long as there is room.
func fill(widths, wanted []float64, room float64) []float64 {
	order := make([]int, len(widths))
	for i := range widths {
		order[i] = i
		room -= widths[i]
	}
	lack := func(i int) float64 { return wanted[i] - widths[i] }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lack(a), lack(b)) })
	for n, i := range order {
		more := min(lack(i), room/float64(len(order)-n))
		widths[i] += more
		room -= more
	}
	return widths
}

// printFeet prints the foot and the page number on every page. It comes last, when the pages can be counted.
func (c *composer) printFeet() {
	for i, p := range c.pages {
		p.putRight(small, right, c.feet.top-6, fmt.Sprintf(c.words.pageOf, i+1, len(c.pages)))
		c.feet.print(p)
	}
}

func (f *feet) print(p *page) {
	if f.top == footBottom {
		return
	}
	p.rule(left, f.top, right, f.top, thin, grey)
	x, gap := left, f.gap()
	bottom := f.top + 2
	for i, column := range f.columns {
		y := f.top + 2
		for _, s := range column {
			p.put(footer, x, y, s)
			y += footer.leading
		}
		bottom = max(bottom, y)
		x += f.widths[i] + gap
	}
	if len(f.columns) > 0 {
		bottom++
	}
	for _, s := range f.notes {
		p.put(footer, left, bottom, s)
		bottom += footer.leading
	}
}

// gap spreads the columns over the page.
func (f *feet) gap() float64 {
	rest := textWidth
	for _, w := range f.widths {
		rest -= w
	}
	return rest / float64(max(len(f.widths)-1, 1))
}
