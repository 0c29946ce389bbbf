// Package money is exact amounts: the digits of every currency, rounding, reading, writing and splitting.
// Nothing in it is a float.
package money

import "github.com/shopspring/decimal"

// Round rounds to the digits of the currency, half away from zero.
func Round(d decimal.Decimal, currency string) decimal.Decimal {
	return d.Round(Digits(currency)) // Round of decimal is half away from zero
}

// Format writes an amount with all the digits of its currency: 12345.40 EUR, 12345 JPY. It rounds what has more.
// (The String of a decimal drops trailing zeros, so it is no way to write money.)
func Format(d decimal.Decimal, currency string) string {
	return d.StringFixed(Digits(currency))
}
