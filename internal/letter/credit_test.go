package letter

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
	"rsc.io/qr"

	"github.com/dunwell/dunwell/internal/ar"
)

func TestCreditPayload(t *testing.T) {
	long := strings.Repeat("Ä", 100)
	tests := map[string]struct {
		issuer           ar.Issuer
		amount, currency string
		want             string // empty: no code
	}{
		"as the guideline has it": {acme, "1572.52", "EUR",
			"BCD|002|1|SCT|COBADEFFXXX|Muster & Söhne Werkzeugbau GmbH|DE89370400440532013000|EUR1572.52||RF40RE20260001"},
		"least": {acme, "0.01", "EUR", "BCD|002|1|SCT|COBADEFFXXX|Muster & Söhne Werkzeugbau GmbH|DE89370400440532013000|EUR0.01||RF40RE20260001"},
		"most":  {acme, "999999999.99", "EUR", "BCD|002|1|SCT|COBADEFFXXX|Muster & Söhne Werkzeugbau GmbH|DE89370400440532013000|EUR999999999.99||RF40RE20260001"},
		"holder, spaces, no BIC": {ar.Issuer{Name: "A", Holder: "B\nC", IBAN: "de89 3704 0044 0532 0130 00"}, "7", "EUR",
			"BCD|002|1|SCT||B C|DE89370400440532013000|EUR7.00||RF40RE20260001"},
		"bad BIC":  {ar.Issuer{Name: "A", IBAN: acme.IBAN, BIC: "nonsense!"}, "7", "EUR", "BCD|002|1|SCT||A|DE89370400440532013000|EUR7.00||RF40RE20260001"},
		"name cut": {ar.Issuer{Name: long, IBAN: acme.IBAN}, "7", "EUR", "BCD|002|1|SCT||" + long[:140] + "|DE89370400440532013000|EUR7.00||RF40RE20260001"},

		"nothing to pay": {acme, "0", "EUR", ""},
		"too much":       {acme, "1000000000", "EUR", ""},
		"other currency": {acme, "7", "CHF", ""},
		"no account":     {ar.Issuer{Name: "A"}, "7", "EUR", ""},
		"wrong account":  {ar.Issuer{Name: "A", IBAN: "DE88370400440532013000"}, "7", "EUR", ""},
		"nobody":         {ar.Issuer{IBAN: acme.IBAN}, "7", "EUR", ""},
	}
	for name, test := range tests {
		c, ok := newCredit(test.issuer, dec(test.amount), test.currency, "RE-2026-0001")
		got := ""
		if ok {
			got = strings.ReplaceAll(c.payload(), "\n", "|")
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// The rules of the guideline, for any issuer and any amount.
func TestCreditPayloadKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		issuer := ar.Issuer{
			Name: drawText(t, "name") + "x", Holder: drawText(t, "holder"), IBAN: acme.IBAN,
			BIC: rapid.SampledFrom([]string{"", "COBADEFF", "COBADEFFXXX", drawText(t, "bic")}).Draw(t, "bic"),
		}
		amount := decimal.New(rapid.Int64Range(1, 99999999999).Draw(t, "amount"), -2)
		c, ok := newCredit(issuer, amount, "EUR", drawText(t, "number"))
		if !ok {
			t.Fatal("no code")
		}
		payload := c.payload()
		lines := strings.Split(payload, "\n")
		switch {
		case len(payload) > 331 || !utf8.ValidString(payload):
			t.Fatalf("%d bytes", len(payload))
		case len(lines) != 10:
			t.Fatalf("%d lines: %q", len(lines), payload)
		case lines[5] == "" || utf8.RuneCountInString(lines[5]) > 70:
			t.Fatalf("name %q", lines[5])
		case lines[4] != "" && len(lines[4]) != 8 && len(lines[4]) != 11:
			t.Fatalf("BIC %q", lines[4])
		case !ar.ValidRF(lines[9]):
			t.Fatalf("reference %q", lines[9])
		case !dec(strings.TrimPrefix(lines[7], "EUR")).Equal(amount):
			t.Fatalf("amount %q, want %s", lines[7], amount)
		}
		symbol, err := qr.Encode(payload, qr.M)
		if err != nil || symbol.Size > 69 { // version 13
			t.Fatalf("a code of %d modules: %v", symbol.Size, err)
		}
	})
}

func TestWhoGetsACode(t *testing.T) {
	tests := map[string]struct {
		kind  ar.VoucherKind
		paid  string
		means string
		want  bool
	}{
		"invoice":     {ar.KindInvoice, "0", "CT", true},
		"no kind":     {ar.KindInvoice, "0", "", true},
		"partly paid": {ar.KindInvoice, "19", "IN", true},
		"paid":        {ar.KindInvoice, "119", "CT", false},
		"credit note": {ar.KindCreditnote, "0", "CT", false},
		"PayPal":      {ar.KindInvoice, "0", "PP", false},
		"credit card": {ar.KindInvoice, "0", "CC", false},
		"debit":       {ar.KindInvoice, "0", "DD", false},
		"on delivery": {ar.KindInvoice, "0", "CD", false},
	}
	for name, test := range tests {
		v := voucher(t, test.kind, "1", func(c *ar.InvoiceChange) { c.Paymentkind = ar.Set(test.means) })
		v.Unpaid = v.Unpaid.Sub(dec(test.paid))
		c := compose(Letter{Voucher: v, Issuer: acme})
		if got := len(c.page().codes) == 1; got != test.want {
			t.Errorf("%s: a code is %v, want %v", name, got, test.want)
		}
	}
}
