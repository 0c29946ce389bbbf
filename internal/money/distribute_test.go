package money

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func decs(texts ...string) []decimal.Decimal {
	list := make([]decimal.Decimal, len(texts))
	for i, text := range texts {
		list[i] = dec(text)
	}
	return list
}

func TestDistribute(t *testing.T) {
	for _, c := range []struct {
		name        string
		total       string
		numerators  []decimal.Decimal
		denominator string
		currency    string
		want        string
	}{
		{"nobody", "0", nil, "1", "EUR", "[]"},
		{"three of 9.99 at 19 %", "25.18", decs("999", "999", "999"), "119", "EUR", "[8.40 8.39 8.39]"},
		{"ten of 0.03 at 19 %", "0.06", decs(".57", ".57", ".57", ".57", ".57", ".57", ".57", ".57", ".57", ".57"), "100", "EUR",
			"[0.01 0.01 0.01 0.01 0.01 0.01 0.00 0.00 0.00 0.00]"},
		{"the largest remainder wins", "1.00", decs("3.1", "3.8", "3.1"), "10", "EUR", "[0.31 0.38 0.31]"},
		{"the earlier of equals first", "1.00", decs("1", "1", "1"), "3", "EUR", "[0.34 0.33 0.33]"},
		{"negative", "-1.00", decs("-1", "-1", "-1"), "3", "EUR", "[-0.33 -0.33 -0.34]"},
		{"both signs", "0.00", decs("1", "-1"), "3", "EUR", "[0.33 -0.33]"},
		{"negative denominator", "0.67", decs("-2"), "-3", "EUR", "[0.67]"},
		{"no minor unit", "10", decs("10", "10", "10"), "3", "JPY", "[4 3 3]"},
		{"three digits", "1.000", decs("1", "1", "1"), "3", "KWD", "[0.334 0.333 0.333]"},
		{"far too much", "10.01", decs("0", "0", "0"), "1", "EUR", "[3.34 3.34 3.33]"},
		{"far too little", "-10.01", decs("0", "0", "0"), "1", "EUR", "[-3.33 -3.34 -3.34]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Distribute(dec(c.total), c.numerators, dec(c.denominator), c.currency)
			texts := make([]string, len(got))
			for i, part := range got {
				texts[i] = Format(part, c.currency)
			}
			if fmt.Sprint(texts) != c.want {
				t.Errorf("got %v, want %s", texts, c.want)
			}
		})
	}
}

// A third and two thirds of a cent by turns: the fifty larger remainders get a cent each, then the first ten of the
// smaller. They are more than a sort keeps in order by chance.
func TestDistributeServesTheEarlierOfEquals(t *testing.T) {
	numerators := make([]decimal.Decimal, 100)
	for i := range numerators {
		numerators[i] = decimal.NewFromInt(int64(1 + i%2))
	}
	for i, part := range Distribute(dec("0.60"), numerators, dec("300"), "EUR") {
		if served := i%2 == 1 || i < 20; served != part.Equal(dec("0.01")) {
			t.Errorf("part %d is %s", i, part)
		}
	}
}

func TestDistributeKeepsTotalAndStaysClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		denominator := decimal.NewFromInt(rapid.Int64Range(1, 1000).Draw(t, "denominator"))
		numerators := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) decimal.Decimal {
			return decimal.New(rapid.Int64Range(-1e9, 1e9).Draw(t, "n"), -4)
		}), 1, 20).Draw(t, "numerators")
		sum := decimal.Sum(decimal.Zero, numerators...)
		total := sum.DivRound(denominator, Digits(currency))

		parts := Distribute(total, numerators, denominator, currency)
		if got := decimal.Sum(decimal.Zero, parts...); !got.Equal(total) {
			t.Fatalf("parts add up to %s, want %s", got, total)
		}
		unit := decimal.New(1, -Digits(currency)).Rat()
		for i, part := range parts {
			exact := new(big.Rat).Quo(numerators[i].Rat(), denominator.Rat())
			off := exact.Sub(exact, part.Rat())
			if off.Abs(off).Cmp(unit) >= 0 {
				t.Fatalf("part %d is %s, off by %s", i, part, off.FloatString(8))
			}
			if !Round(part, currency).Equal(part) {
				t.Fatalf("part %d is %s, not rounded", i, part)
			}
		}
	})
}
