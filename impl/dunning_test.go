package impl_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store"
)

// dunning is where RE1 stands.
func (w *world) dunning() object {
	w.Helper()
	return w.do(get("/invoices/RE1/dunning")).is(http.StatusOK).object()
}

// modify sets where RE1 stands, and gives the job.
func (w *world) modify(body string) string {
	w.Helper()
	return w.do(post("/invoices/RE1/modifyDunning", body)).is(http.StatusOK).object()["job"].(string)
}

// step is the next one in short: level, date, fee, lump sum, interest and how; or the reason why there is none.
func step(dunning object) string {
	next, ok := dunning["next"].(object)
	if !ok {
		return dunning["reason"].(string)
	}
	return fmt.Sprint(next["level"], " ", next["date"], " ", next["fee"], " ", next["lumpsum"], " ", next["interest"], " ", next["deliveryKind"])
}

// A case goes up the levels by hand; today is 2 March 2026. What the merchant changes about the procedure meanwhile is for
// cases to come.
func TestDunning(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		if got := step(w.dunning()); got != "1 2026-03-02 0.00 0.00 0.00 email" { // it may be taken since 4 February
			w.Errorf("at first: %s", got)
		}
		before := w.everything()
		w.dunning()
		w.unchanged(before)

		job := w.modify(`{"dunninglevel": 1}`)
		if got := w.do(get("/jobs/" + job)).is(http.StatusOK).object(); got["kind"] != "modifyDunning" || got["state"] != "done" || got["result"] != "OK" || got["resultcode"] != "0" ||
			got["invoice"] != "RE1" || got["finished"] == nil || len(got["deliveries"].([]any)) != 0 {
			w.Errorf("the job is %v", got)
		}
		if events := w.events("RE1"); events[len(events)-1] != "dunningModified" {
			w.Errorf("events %v", events)
		}
		invoice := w.do(get("/invoices/RE1")).is(http.StatusOK).object()
		if invoice["dunninglevel"] != 1.0 || invoice["dunningstate"] != "open" {
			w.Errorf("%v", invoice)
		}
		const second = "2 2026-03-13 0.00 40.00 11.54 email" // 41 days at 10.27 % of 1,000.00
		if got := step(w.dunning()); got != second {
			w.Errorf("after the reminder: %s", got)
		}

		w.settings(ar.Settings{Dunning: &ar.Procedure{Currency: "EUR", Levels: []ar.ProcedureLevel{{PayBy: 1}, {PayBy: 1, DeliveryKind: "letter"}}}})
		if got := step(w.dunning()); got != second {
			w.Errorf("after the procedure was changed: %s", got)
		}
		w.modify(`{"startDunningDate": "2026-03-20"}`)
		if got := w.dunning(); got["level"] != 1.0 || got["startDunningDate"] != "2026-03-20" || step(got) != "2 2026-03-24 0.00 40.00 1.13 email" {
			w.Errorf("after the date: %v", got)
		}
		if c := w.do(get("/invoices/RE1/claim?asOf=2026-03-24")).is(http.StatusOK).object(); c["interest"] != "1.13" || c["periods"].([]any)[0].(object)["from"] != "2026-03-21" {
			w.Errorf("the claim does not follow: %v", c)
		}
		w.Day.Advance(24 * time.Hour)
		w.modify(`{"dunninglevel": 5}`)
		if got := w.dunning(); step(got) != "The last level of the procedure is reached." || got["startDunningDate"] != nil {
			w.Errorf("at the end: %v", got)
		}
		w.modify(`{"dunninglevel": 0}`)
		w.modify(`{"dunninglevel": 1}`)
		got := w.dunning()
		if step(got) != "2 2026-03-05 0.00 0.00 0.00 letter" {
			w.Errorf("a new case goes by the new procedure: %v", got)
		}
		var levels []string
		for i, cycle := range got["cycles"].([]any) {
			c := cycle.(object)
			if c["cycle"] != float64(i+1) || c["actor"] == "" {
				w.Errorf("%v", c)
			}
			levels = append(levels, fmt.Sprint(c["level"], " ", c["startDunningDate"]))
		}
		if want := []string{"1 <nil>", "1 2026-03-20", "5 <nil>", "0 <nil>", "1 <nil>"}; !slices.Equal(levels, want) {
			w.Errorf("cycles %q", levels)
		}
	})
}

// What stands in the way of a step is said, and gone when it is gone.
func TestDunningIsBlocked(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		blocked := func(want string, blocks int) {
			w.Helper()
			if got := w.dunning(); step(got) != want || len(got["blocks"].([]any)) != blocks {
				w.Errorf("%s, blocks %q; want %s", step(got), got["blocks"], want)
			}
		}
		const free = "1 2026-03-02 0.00 0.00 0.00 email"
		for body, want := range map[string]string{
			`{"disabled": true}`:                     "Dunning is disabled for the %s.",
			`{"delayedUntil": "2026-05-01"}`:         "1 2026-05-01 0.00 0.00 0.00 email",
			`{"customPeriods": {"REMINDER": 90}}`:    "1 2026-05-01 0.00 0.00 0.00 email",
			`{"customPeriods": {"COLLECTION": 365}}`: free,
		} {
			blocks := strings.Count(body, "disabled") + strings.Count(body, "delayed")
			for path, who := range map[string]string{"/invoices/RE1": "invoice", "/identities/K1": "customer"} {
				w.do(put(path, `{"detail": {"dunning": `+body+`}}`)).is(http.StatusOK)
				blocked(strings.Replace(want, "%s", who, 1), blocks)
				w.do(put(path, `{"detail": {"dunning": {"disabled": false, "delayedUntil": null, "customPeriods": {}}}}`)).is(http.StatusOK)
				blocked(free, 0)
			}
		}

		w.do(put("/identities/K1", `{"detail": {"dunning": {"deliveryKind": "letter"}}}`)).is(http.StatusOK)
		blocked("1 2026-03-02 0.00 0.00 0.00 letter", 0)
		w.do(put("/invoices/RE1", `{"detail": {"dunning": {"deliveryKind": "email"}}}`)).is(http.StatusOK)
		blocked(free, 0)

		pay := func(amount, assigned string) {
			w.Helper()
			w.do(post("/transactions", `{"amount": "`+amount+`", "currency": "EUR", "valuedate": "2026-03-01", "assignments": [{"invoice": "RE1", "amount": "`+assigned+`"}]}`)).is(http.StatusCreated)
		}
		pay("219", "100")
		blocked("The customer has a credit of 119.00 EUR that is not set off.", 1)
		w.settings(ar.Settings{Dunning: &ar.Procedure{Currency: "EUR", CreditPercent: decimal.NewFromInt(20), Levels: []ar.ProcedureLevel{{Grace: 3, PayBy: 7, MinAmount: decimal.NewFromInt(500)}}}})
		blocked(free, 0)
		pay("500", "500")
		blocked("The open principal of 400.00 EUR is less than the 500.00 that are dunned at this level.", 1) // and the credit is more than 20 % now
		pay("400", "400")
		blocked("The invoice is paid.", 1)
	})
}

// What cannot be computed is not claimed: a rate that is not confirmed stops a step that charges interest, if the merchant
// wants that.
func TestDunningWithoutARate(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		w.settings(ar.Settings{Interest: ar.InterestSettings{Unconfirmed: ar.UnconfirmedRefuse}})
		w.modify(`{"startDunningDate": "2026-08-01"}`)
		if got := step(w.dunning()); got != "1 2026-08-05 0.00 0.00 0.00 email" {
			w.Errorf("the reminder charges none: %s", got)
		}
		w.modify(`{"dunninglevel": 1, "startDunningDate": "2026-08-01"}`)
		if got := step(w.dunning()); got != "The reference rate of 2026-08-02 is not confirmed." {
			w.Errorf("%s", got)
		}
	})
}

// A debtor who has not got the invoice is not dunned, unless somebody who knows says where the case stands.
func TestDunningAfterAMailThatDidNotArrive(t *testing.T) {
	mailing(t, func(w *world, peer *mailtest.Server) {
		w.no(w.DB.Update(w.Context(), acme, func(tx *store.Tx) error {
			inv, err := tx.Invoice(ar.KindInvoice, "RE1")
			if err != nil {
				return err
			}
			return tx.InsertDelivery(&ar.Delivery{Job: 2, InvoiceID: inv.ID, Kind: ar.MailInvoice, MessageID: "x@y", State: ar.DeliveryRejected, Finished: &tx.Now})
		}))
		if got := w.dunning(); step(got) != "The last mail about the invoice did not arrive." || len(got["blocks"].([]any)) != 1 {
			w.Errorf("%v", got)
		}
		w.Day.Advance(time.Second)
		w.modify(`{"dunninglevel": 0}`)
		if got := w.dunning(); got["next"] == nil {
			w.Errorf("%v", got)
		}
	})
}

func TestModifyDunningRefuses(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		w.draft("RE2")
		before := w.everything()
		for body, field := range map[string]string{
			`{}`: "", `{"dunninglevel": 6}`: "dunninglevel", `{"startDunningDate": "2026-13-01"}`: "startDunningDate", `{"level": 1}`: "level",
			`{"startDunningDate": "2026-01-16"}`: "startDunningDate", `{"dunninglevel": 1, "startDunningDate": "2026-01-30"}`: "startDunningDate",
		} {
			e := w.do(post("/invoices/RE1/modifyDunning", body)).refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
			if field != "" && e.fields()[0] != field || e.hints()[0] == "" {
				w.Errorf("%s: %v", body, e)
			}
		}
		w.do(post("/invoices/RE2/modifyDunning", `{"dunninglevel": 1}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		if got := w.do(get("/invoices/RE2/dunning")).is(http.StatusOK).object(); step(got) != "The invoice is a draft." {
			w.Errorf("%v", got)
		}
		w.unchanged(before)
	})
}

// Under one key there is one cycle and one answer, however many ask at once; without one, each begins a cycle of its own.
func TestModifyDunningOnce(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		answers := w.many(20, post("/invoices/RE1/modifyDunning", `{"dunninglevel": 3}`).once("level"))
		if replayed := w.alike(answers); replayed != 19 || len(w.jobs(answers)) != 1 || len(w.dunning()["cycles"].([]any)) != 1 {
			w.Errorf("%d answers repeated, cycles %v", replayed, w.dunning()["cycles"])
		}
		w.do(post("/invoices/RE1/modifyDunning", `{"dunninglevel": 4}`).once("level")).refused(http.StatusUnprocessableEntity, "ERR_IDEMPOTENCY_KEY_REUSED")
		if jobs := w.jobs(w.many(10, post("/invoices/RE1/modifyDunning", `{"dunninglevel": 3}`))); len(jobs) != 10 || len(w.dunning()["cycles"].([]any)) != 11 {
			w.Errorf("jobs %v, cycles %v", jobs, w.dunning()["cycles"])
		}
	})
}
