package conformance

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

var claimNeeds = []string{"createIdentity", "createInvoice", "commitInvoice", "getClaim"}

var claimLaws = []Law{
	{Name: "claim.sums", Source: "getClaim", Needs: claimNeeds, check: claimSums,
		Says: "principal, costs and interest add up to the total, and the periods to the interest."},
	{Name: "claim.periods", Source: "components/schemas/ClaimPeriod", Needs: claimNeeds, check: claimPeriods,
		Says: "The periods follow each other from the day after the due date to the last day that counts; a rate is base rate and points."},
	{Name: "claim.due", Source: "getClaim", Needs: claimNeeds, check: claimWhenDue,
		Says: "On the due date there is no interest yet."},
	{Name: "claim.missing", Source: "components/responses/NotFoundError", Needs: []string{"getClaim"}, check: claimMissing,
		Says: "The claim of an invoice that does not exist is answered with 404."},
}

// claim reads what is claimed for an invoice on a day.
func (t *trial) claim(invoice, asOf string) *answer {
	return t.want(t.call("getClaim", of(invoice), where("asOf", asOf)), http.StatusOK)
}

// claimDays are days around the half-years, at which base rates change.
var claimDays = []string{"2024-01-17", "2024-06-30", "2024-07-01", "2024-12-31", "2025-01-01", "2025-07-15"}

func claimSums(t *trial) {
	bill := t.overdue()
	for _, day := range claimDays {
		t.begin("as of " + day)
		c := t.claim(bill, day)
		t.covers("the claim", c.parsed, object{"asOf": day, "currency": "EUR"})
		interest, sum := decimalAt(c.parsed, "interest"), decimal.Zero
		for _, period := range c.list("periods") {
			sum = sum.Add(decimalAt(period, "amount"))
		}
		t.amount("principal", c.get("principal"), number("119"))
		t.amount("interest, the sum of the periods", c.get("interest"), sum)
		t.amount("total", c.get("total"), decimalAt(c.parsed, "principal").Add(decimalAt(c.parsed, "costs")).Add(interest))
	}
}

func claimPeriods(t *trial) {
	bill := t.overdue()
	for _, day := range claimDays {
		t.begin("as of " + day)
		c := t.claim(bill, day)
		from := "2024-01-17" // the day after the due date
		for i, period := range c.list("periods") {
			t.equal(fmt.Sprintf("periods[%d].from", i), textAt(period, "from"), from)
			to := instant(textAt(period, "to"))
			days := int(to.Sub(instant(textAt(period, "from"))).Hours()/24) + 1
			if c.text("dayCount") != "30/360" {
				t.equal(fmt.Sprintf("periods[%d].days", i), c.text(fmt.Sprintf("periods[%d].days", i)), strconv.Itoa(days))
			}
			t.amount(fmt.Sprintf("periods[%d].rate", i), c.get(fmt.Sprintf("periods[%d].rate", i)), decimalAt(period, "baseRate").Add(decimalAt(period, "points")))
			from = to.AddDate(0, 0, 1).Format(time.DateOnly)
		}
		t.equal("the day after the last period", from, instant(day).AddDate(0, 0, 1).Format(time.DateOnly))
	}
}

func claimWhenDue(t *trial) {
	c := t.claim(t.overdue(), "2024-01-16")
	t.amount("interest", c.get("interest"), decimal.Zero)
	t.equal("number of periods", len(c.list("periods")), 0)
}

func claimMissing(t *trial) {
	t.refused(t.call("getClaim", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
}
