package conformance

import (
	"net/http"
	"strings"
	"time"
)

var (
	planNeeds = []string{"createIdentity", "createInvoice", "getInvoice", "commitInvoice", "createDunningRun", "listDunningRunEntries"}
	runNeeds  = append([]string{"getDunningRun", "getDunning"}, planNeeds...)
)

// Every run of the suite is limited to invoices of its own, so that nobody else's is dunned. Those that execute are alone,
// because a merchant has one run at a time.
var runLaws = []Law{
	{Name: "run.dry", Source: "createDunningRun", Needs: planNeeds, check: onOverdue(runDry),
		Says: "A dry run is a plan with its hash, and nothing changes; the same plan has the same hash."},
	{Name: "run.pages", Source: "listDunningRunEntries", Needs: planNeeds, check: runPages,
		Says: "The entries of a plan are each on one page, however small the pages are."},
	{Name: "run.refused", Source: "createDunningRun", Needs: planNeeds, check: onOverdue(runRefused),
		Says: "A run for another day than today, one that is dry and has a hash, and one with a hash no plan has are answered with 400; one of no invoice with 409."},
	{Name: "run.missing", Source: "components/responses/NotFoundError", Needs: []string{"getDunningRun", "listDunningRunEntries"}, check: runMissing,
		Says: "A run that does not exist is answered with 404, and so are its entries."},
	{Name: "run.listed", Source: "listDunningRuns", Needs: append([]string{"listDunningRuns"}, planNeeds...), check: onOverdue(runListed),
		Says: "A run is listed as it was answered, with those of its kind; the newest is first."},
	{Name: "run.executes", Source: "createDunningRun, getDunningRun", Needs: runNeeds, Alone: true, check: onOverdue(runExecutes),
		Says: "A run with the hash of a plan issues exactly the notices of the plan, once, and the invoice shows it."},
	{Name: "run.differs", Source: "createDunningRun, getDunningRun", Needs: append([]string{"updateInvoice"}, runNeeds...), Alone: true, check: onOverdue(runDiffers),
		Says: "A run with the hash of a plan that does not hold any more fails with a reason, and has issued nothing."},
}

// onOverdue checks something about a committed invoice that has been due for years.
func onOverdue(check func(*trial, string)) func(*trial) {
	return func(t *trial) { check(t, t.overdue()) }
}

func (t *trial) overdue() string {
	return t.bill(t.customer(), object{"issued": "2024-01-02", "due": "2024-01-16"})
}

// dunningRun asks for a run that is limited to some invoices.
func (t *trial) dunningRun(fields object, invoices ...any) *answer {
	return t.call("createDunningRun", body(merged(object{"invoices": invoices}, fields)))
}

// plan is a dry run.
func (t *trial) plan(fields object, invoices ...any) *answer {
	plan := t.want(t.dunningRun(merged(object{"dryRun": true}, fields), invoices...), http.StatusOK)
	t.covers("the plan", plan.parsed, object{"dryRun": true, "state": "done", "issued": 0, "dropped": 0})
	return plan
}

// entry is what a run does with the only invoice it is limited to.
func (t *trial) entry(run *answer) any {
	rows := t.want(t.call("listDunningRunEntries", of(run.text("run"))), http.StatusOK).list("rows")
	if len(rows) != 1 {
		t.stop("one entry, since the run is limited to one invoice", compact(object{"rows": rows}))
	}
	return rows[0]
}

func runDry(t *trial, bill string) {
	before := t.read("getInvoice", bill)
	day := object{"asOf": "2024-03-01"} // a plan may be of any day
	plan := t.plan(day, bill)
	t.covers("the plan", plan.parsed, object{"asOf": "2024-03-01", "notices": 1, "skipped": 0})
	t.covers("the entry", t.entry(plan), object{"invoice": bill, "outcome": "planned", "level": 1})
	t.unchanged(before)
	t.equal("hash of the same plan once more", t.plan(day, bill).text("hash"), plan.text("hash"))
}

func runPages(t *trial) {
	customer, want := t.customer(), map[string]bool{}
	var bills []any
	for range 3 {
		bill := t.bill(customer)
		bills, want[bill] = append(bills, bill), true
	}
	plan := t.plan(object{}, bills...)
	from := []with{of(plan.text("run")), where("limit", "1")}
	for after := ""; ; {
		page := t.want(t.call("listDunningRunEntries", append(from, behind(after)...)...), http.StatusOK)
		for _, row := range page.list("rows") {
			if bill := textAt(row, "invoice"); !want[bill] {
				t.fail("each entry once, and only of the invoices that were named", page.came())
			} else {
				delete(want, bill)
			}
		}
		if after = page.text("next"); after == "" || page.get("hasMore") != true {
			break
		}
	}
	if len(want) > 0 {
		t.fail("all entries on some page", "entries are missing")
	}
}

func behind(cursor string) []with {
	if cursor == "" {
		return nil
	}
	return []with{where("after", cursor)}
}

func runRefused(t *trial, bill string) {
	before := t.read("getInvoice", bill)
	none := strings.Repeat("0", 64)
	for _, wrong := range []object{
		{"asOf": "2024-03-01"}, {"asOf": time.Now().AddDate(0, 0, 7).Format(time.DateOnly)}, {"dryRun": true, "hash": none}, {"hash": none}, {"hash": "0"},
	} {
		t.begin("the run is " + compact(wrong))
		t.refused(t.dunningRun(wrong, bill), http.StatusBadRequest, "ERR_INVALID_VALUE")
	}
	t.begin("the run is of no invoice")
	t.refused(t.dunningRun(object{"dryRun": true}, t.reference()), http.StatusConflict, "ERR_CONFLICT_STATE")
	t.unchanged(before)
}

// runListed looks among the newest only: others run beside it.
func runListed(t *trial, invoice string) {
	first, second := t.plan(object{}, invoice), t.plan(object{}, invoice)
	var found []string
	for _, run := range t.want(t.call("listDunningRuns", where("dryRun", "true"), where("limit", "1000")), http.StatusOK).list("") {
		if number := textAt(run, "run"); number == first.text("run") || number == second.text("run") {
			found = append(found, number)
			t.covers("the run in the list", run, object{"dryRun": true, "state": "done", "hash": first.text("hash")})
		}
	}
	t.equal("the runs in the list", strings.Join(found, " "), second.text("run")+" "+first.text("run"))
}

func runMissing(t *trial) {
	for _, operation := range []string{"getDunningRun", "listDunningRunEntries"} {
		t.refused(t.call(operation, of("987654321987654321")), http.StatusNotFound, "ERR_NOT_FOUND")
	}
}

// runWithin is how long a run of one invoice may take.
const runWithin = 30 * time.Second

// ended waits for the end of a run.
func (t *trial) ended(begun *answer) *answer {
	t.covers("the run that begins", t.want(begun, http.StatusOK).parsed, object{"dryRun": false})
	for deadline := time.Now().Add(runWithin); ; t.pause(50 * time.Millisecond) {
		run := t.read("getDunningRun", begun.text("run"))
		if state := run.text("state"); state == "done" || state == "failed" {
			return run
		}
		if time.Now().After(deadline) || t.ctx.Err() != nil {
			t.stop("a run of one invoice to end within "+runWithin.String(), run.came(), run.exchange)
		}
	}
}

func runExecutes(t *trial, bill string) {
	plan := t.plan(object{}, bill)
	t.covers("the plan", t.entry(plan), object{"level": 1, "outcome": "planned"})
	run := t.ended(t.dunningRun(object{"hash": plan.text("hash")}, bill))
	t.covers("the run", run.parsed, object{"state": "done", "hash": plan.text("hash"), "notices": 1, "issued": 1, "dropped": 0})
	t.covers("its entry", t.entry(run), object{"invoice": bill, "level": 1, "outcome": "issued"})
	t.equal("dunninglevel", t.read("getInvoice", bill).text("dunninglevel"), "1")
	notices := t.read("getDunning", bill).list("notices")
	if len(notices) != 1 {
		t.stop("one notice", compact(object{"notices": notices}))
	}
	t.covers("the notice", notices[0], object{"level": 1, "run": run.text("run")})
	again := t.ended(t.dunningRun(object{}, bill))
	t.covers("the run once more", again.parsed, object{"state": "done", "issued": 0, "skipped": 1})
}

func runDiffers(t *trial, bill string) {
	plan := t.plan(object{}, bill)
	t.want(t.call("updateInvoice", of(bill), body(object{"state": "canceled", "cancelationdate": "2024-01-20"})), http.StatusOK)
	run := t.ended(t.dunningRun(object{"hash": plan.text("hash")}, bill))
	t.covers("the run", run.parsed, object{"state": "failed", "issued": 0})
	if run.text("reason") == "" {
		t.fail("a reason", run.came())
	}
	if notices := t.read("getDunning", bill).list("notices"); len(notices) != 0 {
		t.fail("no notice", compact(object{"notices": notices}))
	}
}
