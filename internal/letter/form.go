package letter

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// form is how a locale writes numbers and dates. Decimals are edited as text, so that nothing is lost.
type form struct {
	country string // where letters of the locale come from if the issuer does not say; may be empty
	thousand,
	point string
	percent string // between a number and %
	prefix  bool   // the currency comes before the amount
	day     string // layout of a date
}

var (
	germanForm   = &form{country: "DE", thousand: ".", point: ",", percent: "\u00a0", day: "02.01.2006"}
	englishForm  = &form{thousand: ",", point: ".", prefix: true, day: "2\u00a0January\u00a02006"}
	americanForm = &form{country: "US", thousand: ",", point: ".", prefix: true, day: "January\u00a02,\u00a02006"}
)

func swissForm(region string) *form {
	return &form{country: region, thousand: "’", point: ".", percent: "\u00a0", prefix: true, day: "02.01.2006"}
}

// symbols are those of currencies that have one nobody takes for another's; the rest goes by its code.
var symbols = map[string]string{"EUR": "€", "GBP": "£", "USD": "US$"}

// symbol is how a currency is written.
func symbol(currency string) string {
	if s := symbols[currency]; s != "" {
		return s
	}
	return currency
}

// money writes an amount with its currency: 1.234,56 €, €1,234.56, SEK 1,234.56.
func (f *form) money(d decimal.Decimal, currency string) string {
	amount, sign := f.amount(d.Abs(), currency), ""
	if d.IsNegative() {
		sign = minus
	}
	switch s := symbol(currency); {
	case !f.prefix:
		return sign + amount + "\u00a0" + s
	case s != currency:
		return sign + s + amount
	default:
		return s + "\u00a0" + sign + amount
	}
}

// minus is the sign that is as wide as a plus, not a hyphen.
const minus = "−"

// amount writes an amount with the digits of its currency.
func (f *form) amount(d decimal.Decimal, currency string) string {
	return f.edit(money.Format(d, currency))
}

// price writes a unit price with the digits of its currency, or with all it has if those are more.
func (f *form) price(d decimal.Decimal, currency string) string {
	if d.Equal(money.Round(d, currency)) {
		return f.amount(d, currency)
	}
	return f.number(d)
}

// number writes a number with the digits it has.
func (f *form) number(d decimal.Decimal) string { return f.edit(d.String()) }

// rate writes a percentage.
func (f *form) rate(d decimal.Decimal) string { return f.number(d) + f.percent + "%" }

// date writes a day. The days of a voucher are instants in UTC.
func (f *form) date(t time.Time) string { return t.UTC().Format(f.day) }

// edit puts the marks of the form into a number such as -12345.60.
func (f *form) edit(plain string) string {
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = minus, plain[1:]
	}
	whole, fraction, broken := strings.Cut(plain, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(f.thousand)
		}
		b.WriteRune(digit)
	}
	if broken {
		b.WriteString(f.point + fraction)
	}
	return b.String()
}

// grouped writes an account number or a reference in groups of four, as it is printed.
func grouped(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range oneLine(s) {
		if n > 0 && n%4 == 0 {
			b.WriteRune('\u00a0')
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
