package letter

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
)

// credit is a SEPA credit transfer as a payment code asks for it: the European Payments Council's guideline EPC069-12,
// known in Germany as Girocode.
type credit struct {
	name      string
	iban, bic string // bic may be empty within the EEA
	amount    decimal.Decimal
	reference string // ISO 11649
}

var (
	leastCredit = decimal.New(1, -2)
	mostCredit  = decimal.New(99999999999, -2)
	bicForm     = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
)

const (
	creditName  = 70  // characters
	creditBytes = 331 // a code of version 13 at level M has no more
)

// newCredit is the transfer of an amount to an issuer for a voucher. It is not ok if no code can say it: codes are for
// euros, for 0.01 to 999,999,999.99 of them, and for accounts with an IBAN.
func newCredit(to ar.Issuer, amount decimal.Decimal, currency, number string) (c credit, ok bool) {
	c = credit{
		name:      cmp.Or(oneLine(to.Holder), oneLine(to.Name)),
		iban:      compact(to.IBAN),
		bic:       compact(to.BIC),
		amount:    amount,
		reference: ar.RFReference(number),
	}
	if currency != "EUR" || amount.LessThan(leastCredit) || amount.GreaterThan(mostCredit) || c.name == "" || !ar.ValidIBAN(c.iban) {
		return credit{}, false
	}
	if !bicForm.MatchString(c.bic) {
		c.bic = ""
	}
	c.name = c.shortName()
	return c, true
}

// compact is an account number without the spaces people write in it.
func compact(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

// shortName cuts the name to what a code may have: 70 characters, and fewer if they are long ones.
func (c credit) shortName() string {
	for n := range c.name {
		if utf8.RuneCountInString(c.name[:n]) == creditName {
			c.name = strings.TrimSpace(c.name[:n])
			break
		}
	}
	for len(c.payload()) > creditBytes {
		_, size := utf8.DecodeLastRuneInString(c.name)
		c.name = strings.TrimSpace(c.name[:len(c.name)-size])
	}
	return c.name
}

// payload is the text of the code. It ends with the last line that has something, and never has both a reference and a
// text.
func (c credit) payload() string {
	return strings.Join([]string{
		"BCD", "002", // version 2: the BIC may be empty
		"1", // UTF-8
		"SCT",
		c.bic,
		c.name,
		c.iban,
		"EUR" + c.amount.StringFixed(2),
		"", // purpose
		c.reference,
	}, "\n")
}
