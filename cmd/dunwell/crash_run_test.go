package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/internal/servertest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// overdueInvoices is how many invoices a run that is killed has notices for: RE2 of seed, and those that are made for it.
const overdueInvoices = 3

// A server that is killed at every step of a dunning run, and between any two notices, is followed by one that takes the run up:
// each invoice has one notice and one message, and nothing is booked twice.
func TestKilledInARun(t *testing.T) {
	w := newWorkshop(t)
	points := map[string]int{"run.advanced": 0} // times a run comes to each; a run of three notices never stops to say how far it is
	for _, point := range crashPoints(t) {
		switch prefix, _, _ := strings.Cut(point, "."); {
		case point == "run.acted" || prefix == "notice":
			points[point] = overdueInvoices
		case prefix == "run" && points[point] == 0 && point != "run.advanced":
			points[point] = 1
		}
	}
	if len(points) < 6 {
		t.Errorf("there are no crash points of runs any more: %v", points)
	}
	t.Run("all", func(t *testing.T) {
		for point, times := range points {
			for n := range times {
				for _, engine := range storetest.Engines {
					if engine == storetest.Postgres && (n != times/2 || !slices.Contains(runsOnPostgres, point)) { // in the middle
						continue
					}
					at := fmt.Sprintf("%s#%d", point, n+1)
					t.Run(fmt.Sprintf("%s %s", engine, at), func(t *testing.T) {
						t.Parallel()
						killedInARun(t, w, engine, at)
					})
				}
			}
		}
	})
}

// runsOnPostgres are the points of a run at which the engine may matter: between two transactions.
var runsOnPostgres = []string{"run.kept", "run.acted", "notice.issued"}

func killedInARun(t *testing.T, w *workshop, engine storetest.Engine, at string) {
	r := w.rig(t, engine)
	p := r.start()
	ask := func(o order) string {
		t.Helper()
		answer, err := o.send(p.base, retries)
		if err != nil {
			t.Fatalf("%v\n%s", err, p.text())
		}
		return answer
	}
	for n := range overdueInvoices - 1 {
		ref := fmt.Sprint("DUE", n)
		ask(order{method: "POST", path: "/identities/K1/invoices", body: pastDue(ref)})
		job := jobOf(ask(order{method: "POST", path: "/invoices/" + ref + "/commitInvoice", body: `{}`}))
		servertest.Until(t, ref+" is mailed", func() bool { return strings.Contains(ask(order{method: "GET", path: "/jobs/" + job}), `"done"`) })
	}
	p.stop()

	p = r.start("DUNWELL_TEST_CRASH_AT="+at, "DUNWELL_WORKERS=1")
	run := order{method: "POST", path: "/dunning/runs", body: `{}`, key: "once"}
	started, err := run.send(p.base, retries)
	if err != nil && !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	p.killed()
	p = r.restart("DUNWELL_WORKERS=1")
	if again := ask(run); err == nil && again != started {
		t.Errorf("it was answered %q, now %q", started, again)
	}
	var is struct {
		State                             string
		Notices, Issued, Dropped, Skipped int
	}
	servertest.Until(t, "the run is done", func() bool {
		if err := json.Unmarshal([]byte(ask(order{method: "GET", path: "/dunning/runs/1"})), &is); err != nil {
			t.Fatal(err)
		}
		return is.State == "done" || is.State == "failed"
	})
	if is.State != "done" || is.Notices != overdueInvoices || is.Issued != overdueInvoices || is.Dropped != 0 {
		t.Errorf("%+v", is)
	}
	r.settle(p, retries, dunned(t, ask(order{method: "GET", path: "/dunning/runs/1/entries"})))
	r.verify()
	letters := map[string]bool{} // by Message-ID: one that was being handed over may come again
	for _, m := range r.peer.Messages() {
		if strings.Contains(string(m.Data), "filename=") && strings.Contains(string(m.Data), "-reminder.pdf") {
			letters[m.ID()] = true
		}
	}
	if len(letters) != overdueInvoices {
		t.Errorf("%d reminders are mailed", len(letters))
	}
}

// dunned are the jobs of the notices that a run has issued: one for each invoice that is overdue.
func dunned(t *testing.T, entries string) (jobs []string) {
	t.Helper()
	var page struct {
		Rows []struct{ Invoice, Outcome, Job string }
	}
	if err := json.Unmarshal([]byte(entries), &page); err != nil {
		t.Fatal(err)
	}
	var invoices []string
	for _, row := range page.Rows {
		if row.Outcome == "issued" {
			jobs, invoices = append(jobs, row.Job), append(invoices, row.Invoice)
		}
	}
	if slices.Sort(invoices); len(slices.Compact(invoices)) != overdueInvoices {
		t.Errorf("issued %q: %s", invoices, entries)
	}
	return jobs
}

// pastDue is an invoice that may be reminded of.
func pastDue(reference string) string {
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format("2006-01-02T00:00:00.000Z") }
	return `{"reference": "` + reference + `", "issued": "` + day(30) + `", "due": "` + day(16) + `",
		"items": [{"label": "Stuhl", "quantity": 1, "unit": "Stück", "unitprice": "100", "taxrate": 19, "detail": {}}]}`
}
