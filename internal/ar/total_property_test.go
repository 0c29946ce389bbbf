package ar

import (
	"cmp"
	"math/big"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/dunwell/dunwell/internal/money"
)

// The rules of EN 16931 that apply to what Total computes, as the schematron tests them but without its slack where a
// rule has an exact meaning. Computed with rationals here, so that Total is not tested against its own arithmetic.

var drawItem = rapid.Custom(func(t *rapid.T) Item {
	it := Item{
		Quantity:  decimal.New(rapid.Int64Range(0, 1e7).Draw(t, "quantity"), -rapid.Int32Range(0, 4).Draw(t, "scale")),
		Unitprice: decimal.New(rapid.Int64Range(-1e7, 1e8).Draw(t, "unitprice"), -rapid.Int32Range(0, 4).Draw(t, "scale")),
		Taxrate:   dec(rapid.SampledFrom([]string{"19", "7", "0", "19.00", "5.5", "0.4", "8.1", "100"}).Draw(t, "taxrate")),
	}
	if most := it.amount(); most.IsPositive() && rapid.Bool().Draw(t, "discounted") {
		discount := decimal.Min(most, decimal.New(rapid.Int64Range(0, 1e5).Draw(t, "discount"), -2))
		it.Discount = &discount
	}
	return it
})

type totalCase struct {
	items    []Item
	netbased bool
	currency string
	totals   Totals
}

func checkTotal(t *testing.T, property func(t *rapid.T, c totalCase)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		c := totalCase{
			items:    rapid.SliceOfN(drawItem, 0, 12).Draw(t, "items"),
			netbased: rapid.Bool().Draw(t, "netbased"),
			currency: rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency"),
		}
		c.totals = Total(c.items, c.netbased, c.currency)
		property(t, c)
	})
}

func mustEqual(t *rapid.T, what string, got, want decimal.Decimal) {
	t.Helper()
	if !got.Equal(want) {
		t.Fatalf("%s: %s, want %s", what, got, want)
	}
}

func sumOf[T any](list []T, amount func(T) decimal.Decimal) decimal.Decimal {
	sum := decimal.Zero
	for _, v := range list {
		sum = sum.Add(amount(v))
	}
	return sum
}

// BR-CO-10 and BR-CO-13: the line nets add up to the net of the invoice. There are no allowances or charges outside the lines.
func TestBRCO10And13LineNetsAddUp(t *testing.T) {
	checkTotal(t, func(t *rapid.T, c totalCase) {
		mustEqual(t, "Σ line net", sumOf(c.totals.Lines, func(l LineTotal) decimal.Decimal { return l.Net }), c.totals.Net)
		mustEqual(t, "Σ line tax", sumOf(c.totals.Lines, func(l LineTotal) decimal.Decimal { return l.Tax }), c.totals.Tax)
		mustEqual(t, "Σ line gross", sumOf(c.totals.Lines, func(l LineTotal) decimal.Decimal { return l.Gross }), c.totals.Gross)
		for _, line := range c.totals.Lines {
			mustEqual(t, "line net + tax", line.Net.Add(line.Tax), line.Gross)
		}
	})
}

// BR-CO-14: the tax of the invoice is the sum of the taxes by rate. BR-CO-15: gross is net + tax.
func TestBRCO14And15TaxAndGross(t *testing.T) {
	checkTotal(t, func(t *rapid.T, c totalCase) {
		mustEqual(t, "Σ tax", sumOf(c.totals.Taxes, func(g TaxTotal) decimal.Decimal { return g.Tax }), c.totals.Tax)
		mustEqual(t, "Σ base", sumOf(c.totals.Taxes, func(g TaxTotal) decimal.Decimal { return g.Base }), c.totals.Net)
		mustEqual(t, "net + tax", c.totals.Net.Add(c.totals.Tax), c.totals.Gross)
	})
}

// BR-S-08 (and its kin for other categories): the base of a rate is the sum of its line nets. The rule has a slack of 1,
// we have none. Every rate has one group, highest first.
func TestBRS08BaseIsSumOfLines(t *testing.T) {
	checkTotal(t, func(t *rapid.T, c totalCase) {
		for n, group := range c.totals.Taxes {
			if n > 0 && !c.totals.Taxes[n-1].Rate.GreaterThan(group.Rate) {
				t.Fatalf("rate %s comes after %s", group.Rate, c.totals.Taxes[n-1].Rate)
			}
			var net, tax decimal.Decimal
			for i, item := range c.items {
				if item.Taxrate.Equal(group.Rate) {
					net, tax = net.Add(c.totals.Lines[i].Net), tax.Add(c.totals.Lines[i].Tax)
				}
			}
			mustEqual(t, "base", net, group.Base)
			mustEqual(t, "tax", tax, group.Tax)
		}
	})
}

// BR-CO-17 and BR-S-09: the tax of a rate is base × rate, rounded. Net-based that holds to the digit. Gross-based the
// base was rounded before, which moves the tax by less than a unit; the rule allows less than 1.
func TestBRCO17TaxFollowsFromBase(t *testing.T) {
	checkTotal(t, func(t *rapid.T, c totalCase) {
		unit := decimal.New(1, -money.Digits(c.currency))
		for _, group := range c.totals.Taxes {
			exact := new(big.Rat).Mul(group.Base.Rat(), group.Rate.Rat())
			want := roundHalfAway(exact.Quo(exact, big.NewRat(100, 1)), c.currency)
			if c.netbased {
				mustEqual(t, "tax", group.Tax, want)
			} else if off := group.Tax.Sub(want).Abs(); off.GreaterThan(unit) {
				t.Fatalf("tax %s of %s at %s %%, off by %s", group.Tax, group.Base, group.Rate, off)
			}
		}
	})
}

// Gross-based, what the consumer pays is the sum of the prices to the cent, and the tax is what is in it.
func TestGrossIsWhatIsPaid(t *testing.T) {
	checkTotal(t, func(t *rapid.T, c totalCase) {
		amounts := decimal.Zero
		for i, item := range c.items {
			exact := new(big.Rat).Mul(item.Quantity.Rat(), item.Unitprice.Rat())
			if item.Discount != nil {
				exact.Sub(exact, item.Discount.Rat())
			}
			amount := roundHalfAway(exact, c.currency)
			amounts = amounts.Add(amount)
			if c.netbased {
				mustEqual(t, "line net", c.totals.Lines[i].Net, amount)
				mustEqual(t, "line net4", c.totals.Lines[i].Net4, amount)
			} else {
				mustEqual(t, "line gross", c.totals.Lines[i].Gross, amount)
			}
		}
		if c.netbased {
			mustEqual(t, "net", c.totals.Net, amounts)
			return
		}
		mustEqual(t, "gross", c.totals.Gross, amounts)
		for _, group := range c.totals.Taxes {
			share := new(big.Rat).Quo(group.Rate.Rat(), hundred.Add(group.Rate).Rat())
			share.Mul(share, group.Base.Add(group.Tax).Rat())
			mustEqual(t, "tax in gross", group.Tax, roundHalfAway(share, c.currency))
		}
	})
}

// BR-DEC: no amount has more digits than the currency. The net shown for a gross line is less than a unit off.
func TestBRDECDigits(t *testing.T) {
	checkTotal(t, func(t *rapid.T, c totalCase) {
		amounts := []decimal.Decimal{c.totals.Net, c.totals.Tax, c.totals.Gross}
		for _, group := range c.totals.Taxes {
			amounts = append(amounts, group.Base, group.Tax)
		}
		unit := decimal.New(1, -money.Digits(c.currency))
		for i, line := range c.totals.Lines {
			amounts = append(amounts, line.Net, line.Tax, line.Gross)
			if off := line.Net.Sub(line.Net4).Abs(); off.GreaterThan(unit) {
				t.Fatalf("net of line %d is %s, exactly about %s", i, line.Net, line.Net4)
			}
			if money.Check(line.Net4, money.Limit{Integer: 30, Decimals: 4}) != nil {
				t.Fatalf("net4 of line %d is %s", i, line.Net4)
			}
		}
		for _, amount := range amounts {
			mustEqual(t, "rounded", money.Round(amount, c.currency), amount)
		}
	})
}

func TestTotalDoesNotDependOnOrder(t *testing.T) {
	checkTotal(t, func(t *rapid.T, c totalCase) {
		order := rapid.Permutation(c.items).Draw(t, "order")
		other := Total(order, c.netbased, c.currency)
		mustEqual(t, "net", other.Net, c.totals.Net)
		mustEqual(t, "tax", other.Tax, c.totals.Tax)
		if !slices.EqualFunc(other.Taxes, c.totals.Taxes, func(a, b TaxTotal) bool {
			return a.Rate.Equal(b.Rate) && a.Base.Equal(b.Base) && a.Tax.Equal(b.Tax)
		}) {
			t.Fatalf("taxes %v, were %v", other.Taxes, c.totals.Taxes)
		}
	})
}

// roundHalfAway rounds a fraction by its definition.
func roundHalfAway(r *big.Rat, currency string) decimal.Decimal {
	scale := money.Digits(currency)
	scaled := new(big.Rat).Mul(r, decimal.New(1, scale).Rat())
	half := big.NewRat(int64(cmp.Or(scaled.Sign(), 1)), 2)
	scaled.Add(scaled, half)
	return decimal.NewFromBigInt(new(big.Int).Quo(scaled.Num(), scaled.Denom()), -scale)
}
