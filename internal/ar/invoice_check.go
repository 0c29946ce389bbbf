package ar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/money"
)

// MaxMeta is the size of the largest meta, in bytes.
const MaxMeta = 64 << 10

// taxrate bounds the digits of a tax rate; it is at most 100 too.
var taxrate = money.Limit{Integer: 3, Decimals: 2}

func (inv *Invoice) checkContent(wrong *faults) {
	checkCurrency(wrong, inv.Currency)
	if dueEarly(inv) {
		wrong.add("due", "Value for field 'due' is before 'issued'.", "An invoice is due on the day it is issued, or later.")
	}
	for i, item := range inv.Items {
		item.check(wrong, fmt.Sprintf("items[%d]", i), inv.Detail.ReverseCharge)
	}
}

// dueEarly compares days: both are dates to the customer, whatever time of the day they carry.
func dueEarly(inv *Invoice) bool {
	const day = 24 * time.Hour
	return inv.Issued != nil && inv.Due != nil && inv.Due.UTC().Truncate(day).Before(inv.Issued.UTC().Truncate(day))
}

// checkTotals wants amounts that a column of ten-thousandths in 64 bits can hold, and no negative invoice.
func (inv *Invoice) checkTotals(wrong *faults) {
	totals := inv.Totals
	if totals.Gross.IsNegative() {
		wrong.add("items", "The total of the items is negative.", "What the customer gets back is a credit note, with positive amounts.")
	}
	for i, line := range totals.Lines {
		if !fits(line.Gross) {
			wrong.add(fmt.Sprintf("items[%d]", i), "The item comes to too much.", tooMuch)
		}
	}
	if !fits(totals.Net) || !fits(totals.Tax) || !fits(totals.Gross) {
		wrong.add("items", "The items come to too much.", tooMuch)
	}
}

const tooMuch = "Amounts have at most 14 digits before the point."

func fits(d decimal.Decimal) bool { return money.Check(d, money.Largest) == nil }

// check looks at one item.
//
// A quantity is not negative, a unit price may be: money off the whole invoice is an item of its own. (EN 16931 has it
// the other way round, BR-27; an export moves the sign over.)
//
// With reverse charge the customer owes the tax, so every rate is 0 (EN 16931, BR-AE-5). Another rate is refused
// rather than ignored, because with gross prices it is not clear which amount was meant.
func (it Item) check(wrong *faults, path string, reverseCharge bool) {
	found := len(*wrong)
	if it.Quantity.IsNegative() {
		wrong.add(path+".quantity", "Quantity is negative.", "Use a discount, or an item with a negative unitprice.")
	}
	checkDigits(wrong, path+".quantity", it.Quantity, money.Quantity)
	checkDigits(wrong, path+".unitprice", it.Unitprice, money.Price)
	if it.Discount != nil && len(*wrong) == found { // else it is not known what it is taken off
		it.checkDiscount(wrong, path+".discount", *it.Discount)
	}
	path += ".taxrate"
	switch {
	case it.Taxrate.IsNegative() || it.Taxrate.GreaterThan(hundred):
		wrong.add(path, "Tax rate is out of range.", "A tax rate is a percentage from 0 to 100.")
	case reverseCharge && !it.Taxrate.IsZero():
		wrong.add(path, "Tax rate is not 0 with reverse charge.", "With reverse charge the customer owes the tax: set the rate to 0 and the price to its net.")
	default:
		checkDigits(wrong, path, it.Taxrate, taxrate)
	}
}

func (it Item) checkDiscount(wrong *faults, path string, discount decimal.Decimal) {
	switch {
	case discount.IsNegative():
		wrong.add(path, "Discount is negative.", "A discount is the amount taken off the line; a surcharge is an item of its own.")
	case money.Check(discount, money.Price) != nil:
		checkDigits(wrong, path, discount, money.Price)
	case discount.IsPositive() && it.amount().IsNegative():
		wrong.add(path, "Discount is more than the line.", "A discount is at most quantity × unitprice.")
	}
}

// checkDigits comes before arithmetic: a number with an exponent of 10000 is short to write and long to add.
func checkDigits(wrong *faults, path string, d decimal.Decimal, limit money.Limit) {
	if money.Check(d, limit) != nil {
		wrong.add(path, "Value for field '"+path+"' has too many digits.",
			fmt.Sprintf("At most %d digits before the point and %d after it.", limit.Integer, limit.Decimals))
	}
}

func checkCurrency(wrong *faults, currency string) {
	if !money.Known(currency) {
		wrong.add("currency", "Value for field 'currency' is no currency.", "Value must be a current code of ISO 4217, such as EUR.")
	}
}

func checkMeta(wrong *faults, meta json.RawMessage) {
	switch {
	case meta == nil:
	case len(meta) > MaxMeta:
		wrong.add("meta", "Value for field 'meta' is too large.", "Meta has at most 64 KiB.")
	case !json.Valid(meta) || !bytes.HasPrefix(bytes.TrimLeft(meta, " \t\r\n"), []byte("{")):
		wrong.add("meta", "Value for field 'meta' is no object.", "Meta is a JSON object.")
	}
}
