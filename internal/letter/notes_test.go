package letter

import (
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/ar"
)

// said tells whether a text stands on a letter, in a line of its own.
func said(c *composer, text string) bool {
	for _, p := range c.pages {
		for _, t := range p.texts {
			if strings.ReplaceAll(t.s, "\u00a0", " ") == text {
				return true
			}
		}
	}
	return false
}

// An invoice says when the supply was, even where that is the date of issue: § 14 (4) no. 6 UStG.
func TestDateOfSupply(t *testing.T) {
	invoice := germanInvoice(t)
	tests := []struct {
		name, text string
		letter     Letter
		want       bool
	}{
		{"of the issue", "Leistungsdatum, soweit nicht anders angegeben: 01.02.2026", invoice, true},
		{"in English", "Date of supply, unless stated otherwise: 1 February 2026", grossInvoice(t), true},
		{"as accounted", "Leistungsdatum, soweit nicht anders angegeben: 31.01.2026", Letter{Issuer: acme, Locale: "de",
			Voucher: voucher(t, ar.KindInvoice, "1", func(c *ar.InvoiceChange) { c.Accountingdate = ar.Set(day("2026-01-31")) })}, true},
		{"of a correction, which has that of its invoice", "Leistungsdatum, soweit nicht anders angegeben: 01.02.2026", creditNote(t), false},
	}
	for _, test := range tests {
		if got := said(compose(test.letter), test.text); got != test.want {
			t.Errorf("%s: %q is said: %v, want %v", test.name, test.text, got, test.want)
		}
	}
}
