package conformance

import "net/http"

// moneyMutants break dunning, claims, money, credit notes, and the test clock.
var moneyMutants = []mutant{
	{name: "a dry run that is none", breaks: "run.dry run.pages run.listed", fault: bodies("POST", "/dunning/runs", func(body object) { delete(body, "dryRun") })},
	{name: "the hash of a plan ignored", breaks: "run.refused run.differs",
		fault: bodies("POST", "/dunning/runs", func(body object) { delete(body, "hash") })},
	{name: "a run that says it has issued nothing", breaks: "run.executes",
		fault: objects("GET", "/dunning/runs/*", func(run object) { run["issued"] = 0 })},
	{name: "a list of runs that knows no kinds", breaks: "run.listed",
		fault: objects("GET", "/dunning/runs", func(run object) { run["dryRun"] = false })},
	{name: "entries of nobody", breaks: "run.dry run.pages",
		fault: objects("GET", "/dunning/runs/*/entries", func(entry object) { entry["invoice"] = "another" })},
	{name: "holds that hold nothing yet", breaks: "hold.stops",
		fault: bodies("POST", "/dunning/holds", func(body object) { body["from"] = "2035-01-01"; delete(body, "until") })},
	{name: "holds that are not shown", breaks: "hold.shown",
		fault: objects("GET", "/invoices/*/dunning", func(is object) { is["holds"] = []any{} })},
	{name: "a promise without a day", breaks: "hold.refused",
		fault: bodies("POST", "/dunning/holds", func(body object) {
			if body["kind"] == "promise" && body["until"] == nil {
				body["kind"] = "block"
			}
		})},
	{name: "a level that is not shown", breaks: "dunning.level",
		fault: objects("GET", "/invoices/*", func(invoice object) { invoice["dunninglevel"] = 0 })},
	{name: "drafts dunned", breaks: "dunning.refused", fault: jobInstead("/invoices/*/modifyDunning")},
	{name: "costs forgotten in the total", breaks: "claim.sums",
		fault: objects("GET", "/invoices/*/claim", func(claim object) { claim["total"] = claim["principal"] })},
	{name: "a period that begins a day late", breaks: "claim.periods",
		fault: objects("GET", "/invoices/*/claim", func(claim object) {
			periods, _ := claim["periods"].([]any)
			if len(periods) > 1 {
				periods[1].(object)["from"] = periods[1].(object)["to"]
			}
		})},
	{name: "money that settles nothing", breaks: "transaction.pays payments.balance",
		fault: objects("GET", "/invoices/*", func(invoice object) { invoice["unpaid"] = invoice["total"] })},
	{name: "bookings of money that name no transaction", breaks: "transaction.pays",
		fault: objects("GET", "/invoices/*/payments", func(booked object) {
			for _, entry := range booked["payments"].([]any) {
				entry.(object)["booking"].(object)["transaction"] = nil
			}
		})},
	{name: "a debt that is written off and stays", breaks: "payments.writeoff",
		fault: objects("GET", "/invoices/*", func(invoice object) { invoice["unpaid"] = invoice["total"] })},
	{name: "credit notes among the invoices", breaks: "creditnote.apart",
		fault: requests("GET", "/creditnotes", func(r *http.Request) { r.URL.Path = "/api/invoices" })},
	{name: "credit notes of no invoice", breaks: "creditnote.created",
		fault: objects("POST", "/identities/*/creditnotes", func(note object) { delete(note, "corrects") })},
	{name: "a test clock that stands where it was", breaks: "clock.forward",
		fault: requests("PUT", "/sandbox/clock", func(r *http.Request) { *r = *get(r, "/sandbox/clock") })},
	{name: "a test clock that goes back", breaks: "clock.back",
		fault: answers("PUT", "/sandbox/clock", func(honest http.Handler, r *http.Request, a *reply) {
			if a.status == http.StatusConflict {
				*a = *ask(honest, get(r, "/sandbox/clock"))
			}
		})},
}

// jobInstead starts a job where none should be.
func jobInstead(pattern string) fault {
	return answers("POST", pattern, func(_ http.Handler, _ *http.Request, a *reply) {
		if a.status == http.StatusConflict {
			a.status, a.body = http.StatusOK, []byte(`{"job": "1", "result": "OK", "resultcode": "0"}`)
		}
	})
}
