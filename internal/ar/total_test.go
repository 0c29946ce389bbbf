package ar

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// item is quantity, unit price, tax rate and, if there is one, the discount.
func item(numbers ...string) Item {
	it := Item{Label: "Thing", Unit: "pc", Quantity: dec(numbers[0]), Unitprice: dec(numbers[1]), Taxrate: dec(numbers[2])}
	if len(numbers) > 3 {
		discount := dec(numbers[3])
		it.Discount = &discount
	}
	return it
}

func repeat(n int, it Item) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i] = it
	}
	return items
}

// show writes totals in one line: net + tax = gross | rate: base + tax | net (net4) + tax = gross of every line.
func show(t Totals, currency string) string {
	f := func(d decimal.Decimal) string { return money.Format(d, currency) }
	text := fmt.Sprintf("%s + %s = %s |", f(t.Net), f(t.Tax), f(t.Gross))
	for _, tax := range t.Taxes {
		text += fmt.Sprintf(" %s%%: %s + %s", tax.Rate, f(tax.Base), f(tax.Tax))
	}
	text += " |"
	for _, line := range t.Lines {
		text += fmt.Sprintf(" %s (%s) + %s = %s", f(line.Net), line.Net4, f(line.Tax), f(line.Gross))
	}
	return text
}

func TestTotal(t *testing.T) {
	const gross, net = false, true
	for _, c := range []struct {
		name     string
		items    []Item
		netbased bool
		currency string
		want     string
	}{
		{"empty", nil, net, "EUR", "0.00 + 0.00 = 0.00 | |"},
		{"gross 3 × 9.99 at 19 %, three lines", repeat(3, item("1", "9.99", "19")), gross, "EUR",
			"25.18 + 4.79 = 29.97 | 19%: 25.18 + 4.79 | 8.40 (8.395) + 1.59 = 9.99 8.39 (8.395) + 1.60 = 9.99 8.39 (8.395) + 1.60 = 9.99"},
		{"gross 3 × 9.99 at 19 %, one line", []Item{item("3", "9.99", "19")}, gross, "EUR",
			"25.18 + 4.79 = 29.97 | 19%: 25.18 + 4.79 | 25.18 (25.1849) + 4.79 = 29.97"},
		{"net 10 × 0.03 at 19 %, ten lines", repeat(10, item("1", "0.03", "19")), net, "EUR",
			"0.30 + 0.06 = 0.36 | 19%: 0.30 + 0.06 |" +
				" 0.03 (0.03) + 0.01 = 0.04 0.03 (0.03) + 0.01 = 0.04 0.03 (0.03) + 0.01 = 0.04 0.03 (0.03) + 0.01 = 0.04 0.03 (0.03) + 0.01 = 0.04" +
				" 0.03 (0.03) + 0.01 = 0.04 0.03 (0.03) + 0.00 = 0.03 0.03 (0.03) + 0.00 = 0.03 0.03 (0.03) + 0.00 = 0.03 0.03 (0.03) + 0.00 = 0.03"},
		{"net, half a cent is rounded away from zero, per line", repeat(2, item("0.5", "0.01", "0")), net, "EUR",
			"0.02 + 0.00 = 0.02 | 0%: 0.02 + 0.00 | 0.01 (0.01) + 0.00 = 0.01 0.01 (0.01) + 0.00 = 0.01"},
		{"net, several rates, highest first", []Item{item("1", "100", "0"), item("2", "50", "7"), item("1", "10", "19.00"), item("1", "10", "19")}, net, "EUR",
			"220.00 + 10.80 = 230.80 | 19%: 20.00 + 3.80 7%: 100.00 + 7.00 0%: 100.00 + 0.00 |" +
				" 100.00 (100) + 0.00 = 100.00 100.00 (100) + 7.00 = 107.00 10.00 (10) + 1.90 = 11.90 10.00 (10) + 1.90 = 11.90"},
		{"discount comes off before rounding", []Item{item("3", "1.335", "19", "0.004")}, net, "EUR",
			"4.00 + 0.76 = 4.76 | 19%: 4.00 + 0.76 | 4.00 (4) + 0.76 = 4.76"},
		{"a line of money off", []Item{item("1", "119", "19"), item("1", "-11.90", "19")}, gross, "EUR",
			"90.00 + 17.10 = 107.10 | 19%: 90.00 + 17.10 | 100.00 (100) + 19.00 = 119.00 -10.00 (-10) + -1.90 = -11.90"},
		{"lines that cancel each other", []Item{item("1", "9.99", "19"), item("1", "-9.99", "19")}, gross, "EUR",
			"0.00 + 0.00 = 0.00 | 19%: 0.00 + 0.00 | 8.39 (8.395) + 1.60 = 9.99 -8.39 (-8.395) + -1.60 = -9.99"},
		{"a rate that comes to nothing", []Item{item("1", "1", "0.4")}, net, "EUR",
			"1.00 + 0.00 = 1.00 | 0.4%: 1.00 + 0.00 | 1.00 (1) + 0.00 = 1.00"},
		{"yen have no minor unit", repeat(2, item("1", "105", "10")), gross, "JPY",
			"191 + 19 = 210 | 10%: 191 + 19 | 96 (95.4545) + 9 = 105 95 (95.4545) + 10 = 105"},
		{"dinars have three", []Item{item("1", "1.0005", "5")}, net, "KWD",
			"1.001 + 0.050 = 1.051 | 5%: 1.001 + 0.050 | 1.001 (1.001) + 0.050 = 1.051"},
		{"no double rounding: 0.125 × 1.000 is 0.13, not 0.12", []Item{item("0.125", "1", "0")}, net, "EUR",
			"0.13 + 0.00 = 0.13 | 0%: 0.13 + 0.00 | 0.13 (0.13) + 0.00 = 0.13"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(Total(c.items, c.netbased, c.currency), c.currency); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
