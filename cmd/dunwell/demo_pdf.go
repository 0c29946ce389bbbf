package main

import (
	"bytes"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// Widths of the columns of an invoice, in millimetres: 170 together.
var demoColumns = []float64{88, 22, 30, 30}

// demoPage is an invoice on its way to paper.
type demoPage struct {
	*fpdf.Fpdf
	latin func(string) string // the fonts every reader has know the letters of Western Europe only
}

// demoPDF is the original of an invoice: the same bytes each time.
func demoPDF(merchant string, inv *ar.Invoice) ([]byte, error) {
	p := demoPage{Fpdf: fpdf.New("P", "mm", "A4", "")}
	p.latin = p.UnicodeTranslatorFromDescriptor("")
	p.SetCreationDate(inv.Created)
	p.SetModificationDate(inv.Created)
	p.SetTitle("Invoice "+inv.Number, true)
	p.SetMargins(20, 20, 20)
	p.AddPage()
	p.head(merchant, inv)
	p.row("B", "B", "Item", "Quantity", "Price", "Amount")
	for i, item := range inv.Items {
		amount := inv.Totals.Lines[i].Gross
		if inv.Netbased {
			amount = inv.Totals.Lines[i].Net
		}
		p.row("", "", item.Label, item.Quantity.String()+" "+item.Unit, money2(item.Unitprice), money2(amount))
	}
	p.totals(inv)
	p.SetFont("Helvetica", "", 10)
	p.Ln(8)
	p.line(5, inv.Detail.Paymentterm+", until "+day(inv.Due)+".")
	var b bytes.Buffer
	err := p.Output(&b)
	return b.Bytes(), err
}

// head is who writes to whom, and about what.
func (p demoPage) head(merchant string, inv *ar.Invoice) {
	p.SetFont("Helvetica", "", 8)
	p.line(5, merchant+" · Musterstraße 1 · 10115 Berlin · demo data, not a real invoice")
	p.Ln(8)
	p.SetFont("Helvetica", "", 11)
	to, _ := inv.PrintAddress()
	for _, text := range []string{to.Company, to.Firstname + " " + to.Lastname, to.Street + " " + to.Housenumber, to.Zipcode + " " + to.City} {
		if strings.TrimSpace(text) != "" {
			p.line(5.5, text)
		}
	}
	p.Ln(14)
	p.SetFont("Helvetica", "B", 16)
	p.line(9, "Invoice "+inv.Number)
	p.SetFont("Helvetica", "", 10)
	p.line(6, "Date "+day(inv.Issued)+" · customer "+inv.Identity.Debtor+" · order "+inv.Ordernumber)
	p.Ln(4)
	for _, text := range inv.Detail.IntroText {
		p.line(6, text)
	}
	p.Ln(4)
}

// totals are the lines below the table: taxes are added to net prices, and part of gross ones.
func (p demoPage) totals(inv *ar.Invoice) {
	total := func() { p.row("B", "T", "Total", "", inv.Currency, money2(inv.Totals.Gross)) }
	tax := "VAT "
	if inv.Netbased {
		p.row("", "T", "Net", "", "", money2(inv.Totals.Net))
		defer total()
	} else {
		total()
		tax = "included: VAT "
	}
	for _, t := range inv.Totals.Taxes {
		p.row("", "", tax+t.Rate.String()+" % on "+money2(t.Base), "", "", money2(t.Tax))
	}
}

// row writes one line of the table, texts to the left and amounts to the right.
func (p demoPage) row(style, border string, cells ...string) {
	p.SetFont("Helvetica", style, 10)
	for i, text := range cells {
		align := "R"
		if i == 0 {
			align = "L"
		}
		p.CellFormat(demoColumns[i], 7, p.latin(text), border, 0, align, false, 0, "")
	}
	p.Ln(-1)
}

func (p demoPage) line(height float64, text string) {
	p.CellFormat(0, height, p.latin(text), "", 1, "", false, 0, "")
}

func money2(d decimal.Decimal) string { return d.StringFixed(2) }

func day(t *time.Time) string { return t.Format("2006-01-02") }
