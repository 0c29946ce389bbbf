package conformance

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// The laws of totals compute once more, in exact decimals, what a voucher comes to. Amounts are rounded half away from
// zero to the two digits of the euro, in which the vouchers of this suite are: the amount of a line, and the tax of a rate.
// Net-based, the lines of a rate are its base, and the tax is taken from the base; gross-based, the tax is taken out of
// what the lines of a rate come to, and the base is the rest. Never line by line, which adds up rounding errors.

var hundred = decimal.NewFromInt(100)

// line is an item as the totals see it.
type line struct{ quantity, unitprice, taxrate, discount string }

// item is the line as a request has it.
func (l line) item() object {
	item := object{"label": "Line", "quantity": l.quantity, "unit": "piece", "unitprice": l.unitprice, "detail": object{}}
	if l.taxrate != "" {
		item["taxrate"] = l.taxrate
	}
	if l.discount != "" {
		item["discount"] = l.discount
	}
	return item
}

// items are lines as a request has them.
func items(lines ...line) []any {
	all := make([]any, len(lines))
	for i, l := range lines {
		all[i] = l.item()
	}
	return all
}

// amount is what the line comes to, in the sense of its price.
func (l line) amount() decimal.Decimal {
	return number(l.quantity).Mul(number(l.unitprice)).Sub(number(l.discount)).Round(2)
}

// number reads what this file itself wrote down; nothing is zero.
func number(text string) decimal.Decimal {
	if text == "" {
		return decimal.Zero
	}
	return decimal.RequireFromString(text)
}

// rateTotal is the base and the tax of one rate.
type rateTotal struct{ rate, base, tax decimal.Decimal }

// totals gives base and tax of every rate, and the sum of all.
func totals(lines []line, netbased bool) (rates []rateTotal, total decimal.Decimal) {
	for _, l := range lines {
		rate := number(l.taxrate)
		at := slices.IndexFunc(rates, func(r rateTotal) bool { return r.rate.Equal(rate) })
		if at < 0 {
			at = len(rates)
			rates = append(rates, rateTotal{rate: rate})
		}
		rates[at].base = rates[at].base.Add(l.amount())
	}
	for i := range rates {
		r := &rates[i]
		if netbased {
			r.tax = r.base.Mul(r.rate).DivRound(hundred, 2)
		} else {
			r.tax = r.base.Mul(r.rate).DivRound(hundred.Add(r.rate), 2)
			r.base = r.base.Sub(r.tax)
		}
		total = total.Add(r.base).Add(r.tax)
	}
	return rates, total
}

// totalCases are vouchers whose totals come out wrong when anything is rounded elsewhere, or held in a float.
var totalCases = []struct {
	name  string
	lines []line
}{
	{"nothing", nil},
	{"one line", []line{{quantity: "2", unitprice: "100.00", taxrate: "19"}}},
	{"three thirds, which gross come to 29.97 and not to 29.95", []line{
		{quantity: "1", unitprice: "9.99", taxrate: "19"}, {quantity: "1", unitprice: "9.99", taxrate: "19"}, {quantity: "1", unitprice: "9.99", taxrate: "19"}}},
	{"ten small lines, whose tax is that of their sum", slices.Repeat([]line{{quantity: "1", unitprice: "0.03", taxrate: "19"}}, 10)},
	{"several rates", []line{
		{quantity: "3", unitprice: "19.99", taxrate: "19"}, {quantity: "2", unitprice: "4.45", taxrate: "7"}, {quantity: "1", unitprice: "10.00"}, {quantity: "7", unitprice: "0.0125", taxrate: "19"}}},
	{"half a cent, which goes away from zero", []line{{quantity: "0.5", unitprice: "0.01"}, {quantity: "1.5", unitprice: "0.07", taxrate: "5.5"}}},
	{"a discount and money back", []line{
		{quantity: "3", unitprice: "33.33", taxrate: "19", discount: "0.99"}, {quantity: "1", unitprice: "-10.005", taxrate: "19"}}},
	{"a sum no float holds", []line{
		{quantity: "1", unitprice: "99999999999.99", taxrate: "19"}, {quantity: "1", unitprice: "0.01", taxrate: "7"}, {quantity: "0.1", unitprice: "0.3", taxrate: "19"}}},
}

// totalsOf checks that a voucher of these lines comes to what it must.
func (t *trial) totalsOf(voucher *answer, name string, lines []line, netbased bool) {
	rates, total := totals(lines, netbased)
	t.amount(name+": total", voucher.get("total"), total)
	t.amount(name+": unpaid", voucher.get("unpaid"), total)
	for _, want := range rates {
		row, found := rateOf(voucher, want.rate)
		if !found {
			t.fail(name+": taxes with the rate "+want.rate.String(), compact(voucher.get("taxes")))
			continue
		}
		t.amount(name+": base at "+want.rate.String(), row["base"], want.base)
		t.amount(name+": tax at "+want.rate.String(), row["tax"], want.tax)
	}
	for i, l := range lines {
		field := "net"
		if !netbased {
			field = "gross"
		}
		t.amount(fmt.Sprintf("%s: items[%d].%s", name, i, field), voucher.get(fmt.Sprintf("items[%d].%s", i, field)), l.amount())
	}
}

// rateOf finds a rate among the taxes of a voucher.
func rateOf(voucher *answer, rate decimal.Decimal) (object, bool) {
	for _, row := range voucher.list("taxes") {
		members, _ := row.(object)
		if shown, _ := members["rate"].(string); sameAmount(shown, rate.String()) {
			return members, true
		}
	}
	return nil, false
}
