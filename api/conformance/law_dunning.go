package conformance

import (
	"net/http"
	"strconv"
	"time"
)

var (
	modifyNeeds = []string{"createIdentity", "createInvoice", "getInvoice", "commitInvoice", "updateInvoice", "modifyDunning"}
	caseNeeds   = []string{"createIdentity", "createInvoice", "getInvoice", "commitInvoice", "getDunning"}
)

var dunningLaws = []Law{
	{Name: "dunning.level", Source: "modifyDunning", Needs: modifyNeeds, check: onBillOf(dunningLevel),
		Says: "The given level is taken as reached, and shown at the invoice."},
	{Name: "dunning.nothing", Source: "components/schemas/DunningModification", Needs: modifyNeeds, check: onBillOf(dunningNothing),
		Says: "A modification of neither level nor date is answered with 400, and one of an unknown level too."},
	{Name: "dunning.refused", Source: "modifyDunning", Needs: modifyNeeds, check: dunningRefused,
		Says: "The dunning of a draft or of a canceled invoice is not modified: 409, and nothing changes."},
	{Name: "dunning.paid", Source: "modifyDunning", Needs: append([]string{"createTransaction"}, modifyNeeds...), check: onBillOf(dunningOfPaid),
		Says: "The dunning of a paid invoice is not modified: 409, and nothing changes."},
	{Name: "dunning.date", Source: "modifyDunning, getDunning", Needs: append([]string{"getDunning"}, modifyNeeds...), check: onBillOf(dunningDate),
		Says: "startDunningDate alone moves the base date, and leaves the level as it is."},
	{Name: "dunning.missing", Source: "components/responses/NotFoundError", Needs: []string{"modifyDunning"}, check: dunningMissing,
		Says: "The dunning of an invoice that does not exist is answered with 404."},
	{Name: "dunning.case", Source: "getDunning", Needs: append([]string{"getDunning"}, modifyNeeds...), check: onBillOf(dunningCase),
		Says: "The level is that of the invoice; the next step is one level higher, or there is a reason why there is none."},
	{Name: "dunning.blocked", Source: "components/schemas/DunningCase/blocks", Needs: caseNeeds, check: dunningBlocked,
		Says: "Dunning that is disabled is shown among what stops it."},
}

// modify sets where the dunning of an invoice stands.
func (t *trial) modify(invoice string, change object) *answer {
	return t.want(t.call("modifyDunning", of(invoice), body(change)), http.StatusOK)
}

func dunningLevel(t *trial, _, bill string) {
	for _, level := range []int{1, 4, 2, 0, 5} {
		t.covers("the job", t.modify(bill, object{"dunninglevel": level}).parsed, object{"result": "OK", "resultcode": "0"})
		t.equal("dunninglevel", t.read("getInvoice", bill).text("dunninglevel"), strconv.Itoa(level))
	}
}

func dunningNothing(t *trial, _, bill string) {
	for _, wrong := range []object{{}, {"dunninglevel": 6}, {"dunninglevel": -1}, {"startDunningDate": "soon"}} {
		t.begin("the modification is " + compact(wrong))
		t.refused(t.call("modifyDunning", of(bill), body(wrong)), http.StatusBadRequest, "ERR_INVALID_VALUE")
		t.equal("dunninglevel", t.read("getInvoice", bill).text("dunninglevel"), "0")
	}
}

func dunningRefused(t *trial) {
	customer := t.customer()
	draft, canceled := t.invoice(customer), t.bill(customer)
	t.want(t.call("updateInvoice", of(canceled), body(object{"state": "canceled", "cancelationdate": "2024-01-20"})), http.StatusOK)
	for _, reference := range []string{draft, canceled} {
		before := t.read("getInvoice", reference)
		t.refused(t.call("modifyDunning", of(reference), body(object{"dunninglevel": 1})), http.StatusConflict, "ERR_CONFLICT_STATE")
		t.unchanged(before)
	}
}

func dunningOfPaid(t *trial, _, bill string) {
	t.pay(bill, "119.00")
	before := t.read("getInvoice", bill)
	t.refused(t.call("modifyDunning", of(bill), body(object{"dunninglevel": 1})), http.StatusConflict, "ERR_CONFLICT_STATE")
	t.unchanged(before)
}

func dunningDate(t *trial, _, bill string) {
	t.modify(bill, object{"dunninglevel": 2})
	after := t.read("getInvoice", bill)
	date := instant(after.text("due")).AddDate(0, 0, 10).Format(time.DateOnly)
	t.modify(bill, object{"startDunningDate": date})
	t.covers("the case", t.read("getDunning", bill).parsed, object{"invoice": bill, "level": 2, "startDunningDate": date})
	t.equal("dunninglevel", t.read("getInvoice", bill).text("dunninglevel"), "2")
}

func dunningMissing(t *trial) {
	t.refused(t.call("modifyDunning", of(t.reference()), body(object{"dunninglevel": 1})), http.StatusNotFound, "ERR_NOT_FOUND")
}

func dunningCase(t *trial, _, bill string) {
	for _, level := range []int{0, 1, 3, 5} {
		t.modify(bill, object{"dunninglevel": level})
		is := t.read("getDunning", bill)
		t.covers("the case", is.parsed, object{"invoice": bill, "level": level})
		switch {
		case is.has("next"):
			t.equal("next.level", is.text("next.level"), strconv.Itoa(level+1))
		case is.text("reason") == "":
			t.fail("a next step, or a reason why there is none", is.came())
		}
	}
}

func dunningBlocked(t *trial) {
	bill := t.bill(t.customer(), object{"detail": object{"dunning": object{"disabled": true}}})
	if is := t.read("getDunning", bill); len(is.list("blocks")) == 0 {
		t.fail("a block, since dunning is disabled", is.came())
	}
}
