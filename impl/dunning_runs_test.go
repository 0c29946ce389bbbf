package impl_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// working runs a test once per engine, in a world whose workers put mails into the outbox. RE1 is overdue, and its mail is sent.
func working(t *testing.T, test func(*world)) {
	t.Helper()
	for _, engine := range storetest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			w := newWorld(t, servertest.Config{Engine: engine, Workers: 2})
			w.overdue()
			w.until("the invoice is mailed", func() bool { return len(w.Mails(t)) == 1 })
			w.Day.Advance(time.Second)
			test(w)
		})
	}
}

func (w *world) until(what string, condition func() bool) {
	w.Helper()
	servertest.Until(w.T, what, condition)
}

// plan is a dry run.
func (w *world) plan(body string) object {
	w.Helper()
	run := w.do(post("/dunning/runs", body)).is(http.StatusOK).object()
	if run["dryRun"] != true || run["state"] != "done" || run["finished"] == nil || len(run["hash"].(string)) != 64 {
		w.Fatalf("the plan is %v", run)
	}
	return run
}

// dunningRun begins a run and waits for its end.
func (w *world) dunningRun(body string) object {
	w.Helper()
	run := w.do(post("/dunning/runs", body)).is(http.StatusOK).object()
	if run["state"] != "queued" || run["dryRun"] != false || run["finished"] != nil || run["hash"] != nil {
		w.Fatalf("the run begins as %v", run)
	}
	var ended object
	w.until("the run has ended", func() bool {
		ended = w.do(get("/dunning/runs/" + run["run"].(string))).is(http.StatusOK).object()
		return ended["state"] == "done" || ended["state"] == "failed"
	})
	return ended
}

// entries are those of a run, in short: invoice, outcome, level and amounts, or why there is none.
func (w *world) entries(run object) (texts []string) {
	w.Helper()
	after := ""
	for {
		page := w.do(get("/dunning/runs/" + run["run"].(string) + "/entries?limit=1" + after)).is(http.StatusOK).object()
		for _, row := range page["rows"].([]any) {
			e := row.(object)
			text := fmt.Sprint(e["invoice"], " ", e["outcome"])
			for _, name := range []string{"level", "asked", "lumpsum", "interest", "deliveryKind", "guard", "reason"} {
				if value, there := e[name]; there {
					text += fmt.Sprint(" ", value)
				}
			}
			texts = append(texts, text)
		}
		if page["hasMore"] != true {
			return texts
		}
		after = "&after=" + page["next"].(string)
	}
}

// From a plan to the notice in the debtor's mail: a plan changes nothing but that it is there, its run does exactly what it
// says, and the next plan knows.
func TestDunningRun(t *testing.T) {
	working(t, func(w *world) {
		w.do(post("/identities/K1/invoices", `{"reference": "RE2", "issued": "2026-02-25", "due": "2026-03-11", "items": [`+item+`]}`)).is(http.StatusCreated)
		w.do(post("/invoices/RE2/commitInvoice", `{}`)).is(http.StatusOK)
		w.until("the other invoice is mailed", func() bool { return len(w.Mails(t)) == 2 })

		plan := w.plan(`{"dryRun": true}`)
		want := []string{"RE1 planned 1 1000.00 email", "RE2 skipped G2 Not due before 2026-03-15."}
		if got := w.entries(plan); !slices.Equal(got, want) || plan["notices"] != 1.0 || plan["skipped"] != 1.0 || plan["asOf"] != "2026-03-02" {
			w.Errorf("planned %q, %v", got, plan)
		}
		if again := w.plan(`{"dryRun": true, "asOf": "2026-03-02"}`); again["hash"] != plan["hash"] {
			w.Errorf("planned again: %v", again)
		}
		if len(w.Mails(t)) != 2 || w.dunning()["level"] != 0.0 {
			w.Error("a plan has done something")
		}

		ended := w.dunningRun(fmt.Sprintf(`{"hash": %q}`, plan["hash"]))
		if ended["state"] != "done" || ended["issued"] != 1.0 || ended["dropped"] != 0.0 || ended["hash"] != plan["hash"] {
			w.Fatalf("the run is %v", ended)
		}
		want[0] = "RE1 issued 1 1000.00 email"
		if got := w.entries(ended); !slices.Equal(got, want) {
			w.Errorf("done %q", got)
		}
		if got := w.runs("?dryRun=false"); !slices.Equal(got, []string{ended["run"].(string)}) {
			w.Errorf("runs that are no plans: %q", got)
		}
		if got := w.runs("?limit=2"); !slices.Equal(got, []string{ended["run"].(string), "2"}) {
			w.Errorf("the newest runs: %q", got)
		}
		w.noticed(ended)
		if got := w.entries(w.plan(`{"dryRun": true}`)); got[0] != "RE1 skipped G2 Not due before 2026-03-13." {
			w.Errorf("planned afterwards: %q", got)
		}
	})
}

// runs are the numbers of the runs that a list has.
func (w *world) runs(query string) (numbers []string) {
	w.Helper()
	for _, run := range w.do(get("/dunning/runs" + query)).is(http.StatusOK).array() {
		numbers = append(numbers, run["run"].(string))
	}
	return numbers
}

// noticed is the reminder about RE1 as it is seen everywhere.
func (w *world) noticed(run object) {
	w.Helper()
	w.until("the notice is mailed", func() bool { return len(w.Mails(w.T)) == 3 })
	is := w.dunning()
	notice := is["notices"].([]any)[0].(object)
	if is["level"] != 1.0 || notice["asked"] != "1000.00" || notice["payBy"] != "2026-03-09" || notice["issued"] != "2026-03-02" || notice["run"] != run["run"] ||
		step(is) != "2 2026-03-13 0.00 40.00 11.54 email" {
		w.Errorf("the case is %v", is)
	}
	job := w.do(get("/jobs/" + notice["job"].(string))).is(http.StatusOK).object()
	if job["kind"] != "dunning" || job["invoice"] != "RE1" || len(job["deliveries"].([]any)) != 1 {
		w.Errorf("the job is %v", job)
	}
	found := false
	for _, c := range w.communications("RE1") {
		if c := c.(object); c["id"] == notice["communication"] && c["kind"] == "reminder" {
			found = true
			pdf := w.do(get("/v1/communication/" + c["id"].(string) + "/file")).is(http.StatusOK)
			if !strings.HasPrefix(string(pdf.body), "%PDF-") {
				w.Errorf("the letter is %.20q", pdf.body)
			}
		}
	}
	if !found {
		w.Error("the letter is not among the documents")
	}
}

// A run with the hash of a plan that is not the plan any more does nothing, and says what differs.
func TestDunningRunThatDiffers(t *testing.T) {
	working(t, func(w *world) {
		plan := w.plan(`{"dryRun": true}`)
		w.do(post("/transactions", `{"amount": "1000", "currency": "EUR", "valuedate": "2026-03-02", "assignments": [{"invoice": "RE1", "amount": "1000"}]}`)).is(http.StatusCreated)
		ended := w.dunningRun(fmt.Sprintf(`{"hash": %q}`, plan["hash"]))
		if reason, _ := ended["reason"].(string); ended["state"] != "failed" || ended["issued"] != 0.0 || !strings.Contains(reason, "RE1") {
			w.Errorf("the run is %v", ended)
		}
		if len(w.Mails(t)) != 1 || w.dunning()["level"] != 0.0 {
			w.Error("a run that failed has done something")
		}
	})
}

// Runs that are refused, in a world without workers: what is asked for stays in the queue.
func TestDunningRunRefuses(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		zeros := strings.Repeat("0", 64)
		for body, field := range map[string]string{
			`{"asOf": "2026-03-03"}`: "asOf", `{"dryRun": true, "hash": "` + zeros + `"}`: "hash", `{"hash": "` + zeros + `"}`: "hash",
			`{"hash": "1"}`: "hash", `{"invoices": []}`: "invoices", `{"level": 1}`: "level",
		} {
			if e := w.do(post("/dunning/runs", body)).refused(http.StatusBadRequest, invalid); e.fields()[0] != field || e.hints()[0] == "" {
				w.Errorf("%s: %v", body, e)
			}
		}
		if e := w.do(post("/dunning/runs", `{"invoices": ["RE1", "RE9"]}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE"); !strings.Contains(e.Details[0].Error, "RE9") {
			w.Errorf("of no invoice: %v", e)
		}

		first := post("/dunning/runs", `{"invoices": ["RE1"]}`).once("run")
		run := w.do(first).is(http.StatusOK)
		if again := w.do(first).is(http.StatusOK); string(again.body) != string(run.body) {
			w.Errorf("asked for again: %s", again.body)
		}
		if e := w.do(post("/dunning/runs", `{}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE"); !strings.Contains(e.Message, run.object()["run"].(string)) {
			w.Errorf("a second run: %v", e)
		}
		if got := w.entries(run.object()); len(got) != 0 || len(run.object()["invoices"].([]any)) != 1 {
			w.Errorf("before it is planned: %q", got)
		}

		plan := w.plan(`{"dryRun": true, "asOf": "2026-12-31"}`) // a plan may be made of any day, and while a run is under way
		entries := "/dunning/runs/" + plan["run"].(string) + "/entries"
		if e := w.do(get(entries+"?after=MTAyNA")).refused(http.StatusBadRequest, invalid); e.fields()[0] != "after" {
			w.Errorf("a cursor of no page: %v", e)
		}
		w.do(get("/dunning/runs/99")).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.do(get("/dunning/runs/99/entries")).refused(http.StatusNotFound, "ERR_NOT_FOUND")
	})
}
