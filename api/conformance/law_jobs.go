package conformance

import (
	"net/http"
	"time"
)

var resendNeeds = []string{"createIdentity", "createInvoice", "commitInvoice", "resendInvoice"}

var jobLaws = []Law{
	{Name: "job.read", Source: "getJob", Needs: []string{"createIdentity", "createInvoice", "commitInvoice", "getJob"}, check: jobRead,
		Says: "The job an operation answers with can be read under its number, and names the operation and what it is about."},
	{Name: "job.missing", Source: "components/responses/NotFoundError", Needs: []string{"getJob"}, check: jobMissing,
		Says: "A job that does not exist is answered with 404."},
	{Name: "resend.job", Source: "resendInvoice", Needs: resendNeeds, check: resendJob,
		Says: "The answer is a job, its result OK, its resultcode 0, all as strings; an empty object asks for it, and data is tolerated."},
	{Name: "resend.refused", Source: "resendInvoice", Needs: append([]string{"updateInvoice"}, resendNeeds...), check: resendRefused,
		Says: "A draft, a canceled invoice, or a customer without an e-mail address, is answered with 409 and a hint."},
	{Name: "resend.missing", Source: "components/responses/NotFoundError", Needs: []string{"resendInvoice"}, check: resendMissing,
		Says: "An invoice that does not exist is not sent again: 404."},
	{Name: "clock.forward", Source: "setSandboxClock", Needs: []string{"getSandboxClock", "setSandboxClock"}, Alone: true, check: clockForward,
		Says: "The clock is moved to where it was told to be, and goes on from there."},
	{Name: "clock.back", Source: "setSandboxClock", Needs: []string{"getSandboxClock", "setSandboxClock"}, Alone: true, check: clockNeverBack,
		Says: "The clock never goes back."},
	{Name: "clock.time", Source: "getSandboxClock", Needs: append([]string{"getSandboxClock"}, makesInvoices...), Alone: true, check: clockIsTheTime,
		Says: "The clock is the time the server believes it is: what is created is created then."},
}

func jobRead(t *trial) {
	invoice := t.invoice(t.customer())
	number := t.commit(invoice).text("job")
	job := t.read("getJob", number)
	t.equal("job", job.text("job"), number)
	t.equal("kind", job.text("kind"), "commitInvoice")
	if job.has("invoice") {
		t.equal("invoice", job.text("invoice"), invoice)
	}
}

func jobMissing(t *trial) {
	t.refused(t.call("getJob", of("987654321987654321")), http.StatusNotFound, "ERR_NOT_FOUND")
}

func resendJob(t *trial) {
	bill := t.bill(t.customer())
	for _, asked := range []object{{}, {"data": "123"}} {
		job := t.want(t.call("resendInvoice", of(bill), body(asked)), http.StatusOK)
		t.covers("the job", job.parsed, object{"result": "OK", "resultcode": "0"})
	}
}

func resendRefused(t *trial) {
	mute := t.bill(t.customer(object{"emails": []any{}}))
	canceled := t.bill(t.customer())
	t.want(t.call("updateInvoice", of(canceled), body(object{"state": "canceled", "cancelationdate": "2024-01-20"})), http.StatusOK)
	for _, c := range []struct{ what, reference string }{
		{"a draft", t.invoice(t.customer())}, {"a canceled invoice", canceled}, {"a customer without an e-mail address", mute},
	} {
		t.begin(c.what)
		a := t.call("resendInvoice", of(c.reference), body(object{}))
		if t.refused(a, http.StatusConflict, "ERR_CONFLICT_STATE") && a.text("details[0].hint") == "" {
			t.fail("a hint", a.came())
		}
	}
}

func resendMissing(t *trial) {
	t.refused(t.call("resendInvoice", of(t.reference()), body(object{})), http.StatusNotFound, "ERR_NOT_FOUND")
}

// now reads the test clock.
func (t *trial) now() time.Time { return instant(t.read("getSandboxClock").text("now")) }

// wind asks for the test clock to be moved.
func (t *trial) wind(to time.Time) *answer {
	return t.call("setSandboxClock", body(object{"now": to.UTC().Format("2006-01-02T15:04:05.000Z")}))
}

func clockForward(t *trial) {
	to := t.now().Add(time.Hour)
	moved := instant(t.want(t.wind(to), http.StatusOK).text("now"))
	for _, at := range []time.Time{moved, t.now()} {
		if at.Before(to) || at.Sub(to) > time.Minute {
			t.fail("the clock at "+to.String(), at.String())
		}
	}
}

func clockNeverBack(t *trial) {
	before := t.now()
	t.want(t.wind(before.Add(-time.Hour)), http.StatusBadRequest, http.StatusConflict)
	if after := t.now(); after.Before(before) {
		t.fail("the clock not to go back", after.String())
	}
}

func clockIsTheTime(t *trial) {
	before := t.now()
	created := instant(t.read("getInvoice", t.invoice(t.customer())).text("created"))
	if after := t.now(); created.Before(before) || created.After(after) {
		t.fail("created between "+before.String()+" and "+after.String(), created.String())
	}
}
