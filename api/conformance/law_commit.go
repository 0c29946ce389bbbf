package conformance

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

var commitNeeds = append([]string{"commitInvoice"}, updatesInvoices...)

// onBill is a check on a committed invoice that had every field.
func onBill(check func(t *trial, reference string)) func(*trial) {
	return func(t *trial) { check(t, t.bill(t.customer(), fullInvoice(t.reference()))) }
}

var commitLaws = []Law{
	{Name: "commit.locks", Source: "updateInvoice", Needs: commitNeeds, check: onBill(commitLocks),
		Says: "After the commit a change of the content is answered with 409 ERR_CONFLICT_STATE, naming the fields, and nothing changes."},
	{Name: "commit.open", Source: "updateInvoice", Needs: commitNeeds, check: onBill(staysOpen),
		Says: "After the commit meta and detail.dunning may still change, and nothing else does then."},
	{Name: "commit.identical", Source: "updateInvoice", Needs: commitNeeds, check: commitIdentical,
		Says: "Content that is identical changes nothing after the commit, and is answered with 200."},
	{Name: "commit.fixes", Source: "commitInvoice", Needs: commitNeeds, check: commitFixes,
		Says: "The commit changes nothing of the content: items, totals and all that was given stay."},
	{Name: "commit.number", Source: "commitInvoice", Needs: commitNeeds, check: commitNumber,
		Says: "The number is drawn unless one was given."},
	{Name: "commit.numbers", Source: "commitInvoice", Needs: commitNeeds, check: commitNumbers,
		Says: "Invoices that are committed at once get numbers of their own."},
	{Name: "commit.dates", Source: "commitInvoice", Needs: commitNeeds, check: commitDates,
		Says: "Dates left out are set: issued today, accountingdate as issued, due 14 days later; dates that were given stay."},
	{Name: "commit.once", Source: "commitInvoice", Needs: commitNeeds, check: commitOnce,
		Says: "An invoice is committed once, however many try at the same time: all others are answered with 409."},
	{Name: "commit.twice", Source: "commitInvoice", Needs: commitNeeds, check: onBill(commitTwice),
		Says: "An invoice that is committed already is answered with 409, and nothing changes."},
	{Name: "commit.canceled", Source: "commitInvoice", Needs: commitNeeds, check: commitCanceled,
		Says: "An invoice that is canceled is not committed: 409."},
	{Name: "commit.missing", Source: "components/responses/NotFoundError", Needs: []string{"commitInvoice"}, check: commitMissing,
		Says: "The commit of an invoice that does not exist is answered with 404."},
	{Name: "commit.job", Source: "components/schemas/JobResult", Needs: commitNeeds, check: commitJob,
		Says: "The answer is a job, its result OK, its resultcode 0, all as strings; another commit is another job."},
	{Name: "cancel.draft", Source: "updateInvoice", Needs: updatesInvoices, check: cancelDraft,
		Says: "A draft is canceled by cancelationdate and state."},
	{Name: "cancel.committed", Source: "updateInvoice", Needs: commitNeeds, check: cancelCommitted,
		Says: "A committed invoice is canceled by cancelationdate and state; its content stays."},
}

// lockedChanges are changes of what a committed invoice locks, by the field a refusal names.
func lockedChanges(number string) map[string]object {
	return map[string]object{
		"number": {"number": number}, "label": {"label": "Other"}, "ordernumber": {"ordernumber": "Other"}, "paymentkind": {"paymentkind": "DD"}, "currency": {"currency": "CHF"},
		"netbased": {"netbased": false}, "items": {"items": items(oneLine)}, "addresses": {"addresses": []any{postal()}},
		"issued": {"issued": "2024-01-04"}, "due": {"due": nil}, "accountingdate": {"accountingdate": "2024-02-04"}, "orderdate": {"orderdate": nil},
		"detail.introText": {"detail": object{"introText": []any{"Other."}}}, "detail.paymentterm": {"detail": object{"paymentterm": "Other"}},
		"detail.locale": {"detail": object{"locale": "fr"}}, "detail.vatId": {"detail": object{"vatId": "DE111111111"}},
	}
}

func commitLocks(t *trial, reference string) {
	before := t.read("getInvoice", reference)
	changes := lockedChanges(t.reference())
	for _, field := range slices.Sorted(maps.Keys(changes)) {
		t.begin(field + " is changed after the commit")
		t.refused(t.call("updateInvoice", of(reference), body(changes[field])), http.StatusConflict, "ERR_CONFLICT_STATE", field)
		t.unchanged(before)
	}
	t.begin("several fields are changed after the commit, meta among them")
	several := object{"label": "Other", "due": "2030-01-01", "meta": object{"other": true}}
	t.refused(t.call("updateInvoice", of(reference), body(several)), http.StatusConflict, "ERR_CONFLICT_STATE", "label", "due")
	t.unchanged(before)
}

// unchanged fails unless an invoice is as it was read before.
func (t *trial) unchanged(before *answer) {
	is := t.read("getInvoice", before.text("reference"))
	t.same("the invoice as it was before", is.parsed, before.parsed)
	t.equal("the ETag as it was before", is.etag(), before.etag())
}

func staysOpen(t *trial, reference string) {
	is := t.read("getInvoice", reference).parsed
	for _, change := range []object{
		{"meta": object{"other": true}}, {"meta": object{}}, {"detail": object{"dunning": object{"deliveryKind": "email"}}},
		{"detail": object{"dunning": object{"delayedUntil": "2031-01-01"}}}, {"meta": object{"a": 1}, "detail": object{"dunning": object{"deliveryKind": "letter"}}},
	} {
		t.want(t.call("updateInvoice", of(reference), body(change)), http.StatusOK)
		want := merged(without(is, "modified"), change)
		is = t.read("getInvoice", reference).parsed
		t.same("the invoice after "+compact(change), withoutBlank(without(is, "modified")), withoutBlank(want))
	}
}

// withoutBlank is an object without its members that hold nothing.
func withoutBlank(o object) object {
	o = maps.Clone(o)
	maps.DeleteFunc(o, func(_ string, v any) bool { return blank(v) })
	return o
}

func commitIdentical(t *trial) {
	all := fullInvoice(t.reference())
	reference := t.bill(t.customer(), all)
	before := t.read("getInvoice", reference)
	for _, change := range []object{{}, all, {"label": all["label"], "items": all["items"]}} {
		t.want(t.call("updateInvoice", of(reference), body(change)), http.StatusOK)
		t.unchanged(before)
	}
}

func commitFixes(t *trial) {
	reference := t.invoice(t.customer(), fullInvoice(t.reference()))
	before := t.read("getInvoice", reference)
	t.equal("committed of a draft", before.text("committed"), "false")
	t.commit(reference)
	after := t.read("getInvoice", reference)
	t.equal("committed", after.text("committed"), "true")
	t.equal("state", after.text("state"), "none")
	by := []string{"committed", "modified", "dunningstate"}
	t.same("all else", without(after.parsed, by...), without(before.parsed, by...))
}

func commitNumber(t *trial) {
	customer := t.customer()
	drawn := t.read("getInvoice", t.bill(customer))
	if drawn.text("number") == "" {
		t.fail("a number", drawn.came())
	}
	own := t.reference()
	t.equal("the number that was given", t.read("getInvoice", t.bill(customer, object{"number": own})).text("number"), own)
}

func commitNumbers(t *trial) {
	customer := t.customer()
	drafts := make([]string, 8)
	for i := range drafts {
		drafts[i] = t.invoice(customer)
	}
	t.together(len(drafts), func(i int) { t.commit(drafts[i]) })
	numbers := map[string]string{}
	for _, reference := range drafts {
		number := t.read("getInvoice", reference).text("number")
		if number == "" || numbers[number] != "" {
			t.fail("a number of its own for each", "number "+number+" for "+reference+" and for "+numbers[number])
		}
		numbers[number] = reference
	}
}

func commitDates(t *trial) {
	customer := t.customer()
	bill := t.read("getInvoice", t.bill(customer))
	issued, due := instant(bill.text("issued")), instant(bill.text("due"))
	if apart := instant(bill.text("modified")).Sub(issued).Abs(); apart > 48*time.Hour {
		t.fail("issued on the day of the commit, "+bill.text("modified"), bill.text("issued"))
	}
	t.equal("accountingdate, as issued", bill.text("accountingdate"), bill.text("issued"))
	t.equal("days from issued to due", int(due.Sub(issued).Hours()/24), 14)

	t.equal("due 14 days after an issued that was given", t.read("getInvoice", t.bill(customer, object{"issued": "2024-02-20"})).text("due"), "2024-03-05T00:00:00.000Z")
	given := object{"issued": "2024-01-05T00:00:00.000Z", "accountingdate": "2024-01-06T00:00:00.000Z", "due": "2024-01-07T00:00:00.000Z"}
	t.covers("the dates that were given", t.read("getInvoice", t.bill(customer, given)).parsed, given)
}

func commitOnce(t *trial) {
	reference := t.invoice(t.customer())
	answers := make([]*answer, 6)
	t.together(len(answers), func(i int) { answers[i] = t.call("commitInvoice", of(reference), body(object{})) })
	done := 0
	for _, a := range answers {
		if a.status == http.StatusOK {
			done++
			continue
		}
		t.refused(a, http.StatusConflict, "ERR_CONFLICT_STATE")
	}
	t.equal("commits that succeeded", done, 1)
}

func commitTwice(t *trial, reference string) {
	before := t.read("getInvoice", reference)
	t.refused(t.call("commitInvoice", of(reference), body(object{})), http.StatusConflict, "ERR_CONFLICT_STATE")
	t.unchanged(before)
}

func commitCanceled(t *trial) {
	reference := t.invoice(t.customer())
	t.want(t.call("updateInvoice", of(reference), body(object{"state": "canceled", "cancelationdate": "2024-01-20"})), http.StatusOK)
	before := t.read("getInvoice", reference)
	t.refused(t.call("commitInvoice", of(reference), body(object{})), http.StatusConflict, "ERR_CONFLICT_STATE")
	t.unchanged(before)
}

func commitMissing(t *trial) {
	t.refused(t.call("commitInvoice", of(t.reference()), body(object{})), http.StatusNotFound, "ERR_NOT_FOUND")
}

func commitJob(t *trial) {
	customer := t.customer()
	first, second := t.commit(t.invoice(customer)), t.commit(t.invoice(customer))
	for _, job := range []*answer{first, second} {
		t.covers("the job", job.parsed, object{"result": "OK", "resultcode": "0"})
		if number, isText := job.get("job").(string); !isText || number == "" || strings.Trim(number, "0123456789") != "" {
			t.fail("job to be a string of digits", job.came())
		}
	}
	if first.text("job") == second.text("job") {
		t.fail("two jobs", "job "+first.text("job")+" twice")
	}
}

func cancelDraft(t *trial) { t.cancels(t.invoice(t.customer())) }

func cancelCommitted(t *trial) {
	reference := t.bill(t.customer())
	t.cancels(reference)
	t.refused(t.call("updateInvoice", of(reference), body(object{"items": []any{}})), http.StatusConflict, "ERR_CONFLICT_STATE", "items")
}

// cancels cancels an invoice, and fails if anything else changes.
func (t *trial) cancels(reference string) {
	before := t.read("getInvoice", reference)
	t.want(t.call("updateInvoice", of(reference), body(object{"state": "canceled", "cancelationdate": "2024-01-20T00:00:00.000Z"})), http.StatusOK)
	after := t.read("getInvoice", reference)
	t.covers("the canceled invoice", after.parsed, object{"state": "canceled", "cancelationdate": "2024-01-20T00:00:00.000Z"})
	by := []string{"state", "cancelationdate", "modified", "dunningstate", "unpaid"} // what is owed of it is left to the server
	t.same("all else", without(after.parsed, by...), without(before.parsed, by...))
}
