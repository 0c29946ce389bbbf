package conformance

import (
	"net/http"
	"time"
)

var holdNeeds = []string{"createIdentity", "createInvoice", "commitInvoice", "getDunning", "createDunningHold", "liftDunningHold", "listDunningHolds"}

var holdLaws = []Law{
	{Name: "hold.shown", Source: "createDunningHold, getDunning", Needs: holdNeeds, check: onBillOf(holdShown),
		Says: "A hold of an invoice or of its customer is shown where dunning stands, and in the list of holds."},
	{Name: "hold.stops", Source: "createDunningHold, getDunning", Needs: holdNeeds, check: onBillOf(holdStops),
		Says: "While a hold lasts there is no next step, or a later one; when it is lifted, the step is back."},
	{Name: "hold.lifted", Source: "liftDunningHold", Needs: holdNeeds, check: onBillOf(holdLifted),
		Says: "A hold is lifted once: 409 for a second time. It stays in the list, and is not active."},
	{Name: "hold.refused", Source: "components/schemas/DunningHoldCreate", Needs: holdNeeds, check: onBillOf(holdRefused),
		Says: "A hold of nothing, of two things, a promise without a day, and a part of what is no dispute are answered with 400; of what does not exist, and of a draft, with 409."},
	{Name: "hold.missing", Source: "components/responses/NotFoundError", Needs: []string{"liftDunningHold"}, check: holdMissing,
		Says: "A hold that does not exist cannot be lifted: 404."},
}

// hold holds back, and gives the id.
func (t *trial) hold(fields object) string {
	return t.want(t.call("createDunningHold", body(merged(object{"kind": "block", "reason": "Wait."}, fields))), http.StatusCreated).text("id")
}

// heldBy are the ids of holds in a list.
func heldBy(holds []any) map[string]bool {
	ids := map[string]bool{}
	for _, h := range holds {
		ids[textAt(h, "id")] = true
	}
	return ids
}

// holds are the ids of those of an invoice.
func (t *trial) holds(parts ...with) map[string]bool {
	return heldBy(t.want(t.call("listDunningHolds", parts...), http.StatusOK).list(""))
}

func holdShown(t *trial, customer, bill string) {
	own, customers := t.hold(object{"invoice": bill}), t.hold(object{"identity": customer})
	shown := heldBy(t.read("getDunning", bill).list("holds"))
	t.equal("whether the case shows both", shown[own] && shown[customers], true)
	t.equal("whether both are in their lists", t.holds(where("invoice", bill))[own] && t.holds(where("identity", customer))[customers], true)
	t.equal("whether the list of the invoice has the customer's", t.holds(where("invoice", bill))[customers], false)
}

func holdStops(t *trial, _, bill string) {
	before := t.read("getDunning", bill)
	block := t.hold(object{"invoice": bill})
	if held := t.read("getDunning", bill); held.has("next") || held.text("reason") == "" || len(held.list("blocks")) == 0 {
		t.fail("no next step, a reason, and a block", held.came())
	}
	t.want(t.call("liftDunningHold", of(block), body(object{})), http.StatusOK)
	t.same("next, when it is lifted", t.read("getDunning", bill).get("next"), before.get("next"))

	until := time.Now().AddDate(1, 0, 0).Format(time.DateOnly)
	t.hold(object{"invoice": bill, "kind": "promise", "until": until})
	if date := t.read("getDunning", bill).text("next.date"); date <= until {
		t.fail("a next step after the promise, which is until "+until, date)
	}
}

func holdLifted(t *trial, _, bill string) {
	id := t.hold(object{"invoice": bill})
	lifted := t.want(t.call("liftDunningHold", of(id), body(object{})), http.StatusOK)
	t.equal("id", lifted.text("id"), id)
	if !lifted.has("lifted") {
		t.fail("the moment it was lifted", lifted.came())
	}
	t.refused(t.call("liftDunningHold", of(id), body(object{})), http.StatusConflict, "ERR_CONFLICT_STATE")
	of := where("invoice", bill)
	t.equal("whether all holds have it", t.holds(of)[id], true)
	t.equal("whether those that are active have it", t.holds(of, where("active", "true"))[id], false)
	t.equal("whether the others have it", t.holds(of, where("active", "false"))[id], true)
}

func holdRefused(t *trial, customer, bill string) {
	for _, wrong := range []object{
		{}, {"invoice": bill, "identity": customer}, {"invoice": bill, "kind": "promise"}, {"invoice": bill, "kind": "wait"}, {"invoice": bill, "reason": ""},
		{"invoice": bill, "amount": "1.00"}, {"identity": customer, "kind": "dispute", "amount": "1.00"},
	} {
		t.begin("the hold is " + compact(wrong))
		t.refused(t.call("createDunningHold", body(merged(object{"kind": "block", "reason": "Wait."}, wrong))), http.StatusBadRequest, "ERR_INVALID_VALUE")
	}
	for _, of := range []object{{"invoice": t.reference()}, {"identity": t.reference()}, {"invoice": t.invoice(customer)}} {
		t.begin("the hold is of " + compact(of))
		t.refused(t.call("createDunningHold", body(merged(object{"kind": "block", "reason": "Wait."}, of))), http.StatusConflict, "ERR_CONFLICT_STATE")
	}
	t.equal("holds of the invoice", len(t.holds(where("invoice", bill))), 0)
}

func holdMissing(t *trial) {
	t.refused(t.call("liftDunningHold", of(t.reference()), body(object{})), http.StatusNotFound, "ERR_NOT_FOUND")
}
