package money

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// Distribute splits a total into rounded parts that add up to it, by largest remainder. The exact part of each is
// its numerator divided by the common denominator, which is not zero; both are given because the quotient need not be
// a decimal. Every part is its exact value rounded down, and what is then missing from the total is handed out one
// minor unit at a time where rounding down took most, the earlier of equals first. The total is a rounded amount.
//
// A part is less than one minor unit away from its exact value if the total is the rounded sum of the exact values.
func Distribute(total decimal.Decimal, numerators []decimal.Decimal, denominator decimal.Decimal, currency string) []decimal.Decimal {
	if len(numerators) == 0 {
		return nil
	}
	scale := Digits(currency)
	missing := total.Shift(scale).BigInt()
	units, order := make([]*big.Int, len(numerators)), make([]int, len(numerators))
	remainders := make([]decimal.Decimal, len(numerators))
	for i, n := range numerators {
		units[i], remainders[i] = floor(n.Shift(scale), denominator)
		missing.Sub(missing, units[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return remainders[b].Cmp(remainders[a]) })
	// Once around gives everybody a unit; what is left over goes to the largest remainders.
	rounds, rest := new(big.Int).DivMod(missing, big.NewInt(int64(len(units))), new(big.Int))
	for rank, i := range order {
		units[i].Add(units[i], rounds)
		if int64(rank) < rest.Int64() {
			units[i].Add(units[i], big.NewInt(1))
		}
	}
	parts := make([]decimal.Decimal, len(units))
	for i, u := range units {
		parts[i] = decimal.NewFromBigInt(u, -scale)
	}
	return parts
}

// floor is the largest whole number not above n/d, and what is left of n: never negative.
func floor(n, d decimal.Decimal) (*big.Int, decimal.Decimal) {
	if d.IsNegative() {
		n, d = n.Neg(), d.Neg()
	}
	quotient, remainder := n.QuoRem(d, 0) // truncates toward zero
	whole := quotient.BigInt()
	if remainder.IsNegative() {
		whole.Sub(whole, big.NewInt(1))
		remainder = remainder.Add(d)
	}
	return whole, remainder
}
