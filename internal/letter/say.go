package letter

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
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

// NoticeTitle is what the letter of a notice calls itself in the locale, such as 2. Mahnung: in the merchant's words if there are
// some.
func NoticeTitle(locale string, n *ar.Notice) string {
	w, _ := speak(locale)
	return w.noticeTitle(n)
}
