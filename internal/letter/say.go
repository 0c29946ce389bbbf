package letter

import (
	"time"

	"github.com/shopspring/decimal"
)

// Amount writes an amount with its currency as a letter in the locale does, for what is said beside letters.
func Amount(locale string, d decimal.Decimal, currency string) string {
	_, f := speak(locale)
	return f.money(d, currency)
}

// Date writes a day as a letter in the locale does.
func Date(locale string, t time.Time) string {
	_, f := speak(locale)
	return f.date(t)
}
