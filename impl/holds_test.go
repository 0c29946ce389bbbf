package impl_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// hold holds something back.
func (w *world) hold(body string) object {
	w.Helper()
	return w.do(post("/dunning/holds", body)).is(http.StatusCreated).object()
}

// holds are the ids of a list.
func (w *world) holds(query string) (ids []string) {
	w.Helper()
	for _, h := range w.do(get("/dunning/holds" + query)).is(http.StatusOK).array() {
		ids = append(ids, h["id"].(string))
	}
	return ids
}

// A promise moves the step behind its last day, a dispute takes its part off, a block stops all; each is seen where dunning
// stands, and is over when it is lifted.
func TestHolds(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		promise := w.hold(`{"invoice": "RE1", "kind": "promise", "reason": "On the phone.", "until": "2026-03-15"}`)
		if promise["invoice"] != "RE1" || promise["identity"] != nil || promise["from"] != "2026-03-02" || promise["until"] != "2026-03-15" || promise["lifted"] != nil {
			w.Errorf("the promise is %v", promise)
		}
		is := w.dunning()
		if step(is) != "1 2026-03-16 0.00 0.00 0.00 email" || len(is["holds"].([]any)) != 1 || is["holds"].([]any)[0].(object)["id"] != promise["id"] || len(is["blocks"].([]any)) != 1 {
			w.Errorf("with a promise: %v", is)
		}
		w.Day.Advance(time.Second)
		dispute := w.hold(`{"invoice": "RE1", "kind": "dispute", "reason": "One came broken.", "amount": 250.5, "from": "2026-03-01"}`)
		if dispute["amount"] != "250.50" {
			w.Errorf("the dispute is %v", dispute)
		}
		if plan := w.plan(`{"dryRun": true, "asOf": "2026-03-16"}`); w.entries(plan)[0] != "RE1 planned 1 749.50 email" {
			w.Errorf("the plan is %q", w.entries(plan))
		}
		w.Day.Advance(time.Second)
		block := w.hold(`{"identity": "K1", "kind": "block", "reason": "The lawyers are talking."}`)
		if got := w.dunning(); got["next"] != nil || !strings.Contains(got["reason"].(string), "lawyers") {
			w.Errorf("with a block: %v", got)
		}
		if got := w.entries(w.plan(`{"dryRun": true, "asOf": "2026-03-16"}`))[0]; !strings.HasPrefix(got, "RE1 skipped G5 ") {
			w.Errorf("the plan is %q", got)
		}

		p, d, b := promise["id"].(string), dispute["id"].(string), block["id"].(string)
		lift := post("/dunning/holds/"+b+"/lift", `{}`).once("lift")
		lifted := w.do(lift).is(http.StatusOK)
		if lifted.object()["lifted"] != "2026-03-02T09:30:02.000Z" || string(w.do(lift).is(http.StatusOK).body) != string(lifted.body) {
			w.Errorf("lifted: %s", lifted.body)
		}
		w.do(post("/dunning/holds/"+b+"/lift", `{}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		if got := step(w.dunning()); got != "1 2026-03-16 0.00 0.00 0.00 email" {
			w.Errorf("after the block: %s", got)
		}
		for query, want := range map[string][]string{
			"": {b, d, p}, "?limit=1": {b}, "?limit=1&offset=1": {d}, "?invoice=RE1": {d, p}, "?identity=K1": {b}, "?active=true": {d, p}, "?active=false": {b},
			"?invoice=RE9": nil, "?invoice=RE1&active=false": nil,
		} {
			if got := w.holds(query); !slices.Equal(got, want) {
				w.Errorf("%s: %v, want %v", query, got, want)
			}
		}
		if events := w.events("RE1"); !slices.Equal(events[len(events)-2:], []string{"dunningHeld", "dunningHeld"}) {
			w.Errorf("events %v", events)
		}
	})
}

func TestHoldsAreRefused(t *testing.T) {
	each(t, func(w *world) {
		w.overdue()
		w.draft("RE2")
		before := w.everything()
		for body, field := range map[string]string{
			`{"kind": "block", "reason": "x"}`:                                                                "invoice",
			`{"invoice": "RE1", "identity": "K1", "kind": "block", "reason": "x"}`:                            "invoice",
			`{"invoice": "RE1", "reason": "x"}`:                                                               "kind",
			`{"invoice": "RE1", "kind": "wait", "reason": "x"}`:                                               "kind",
			`{"invoice": "RE1", "kind": "block"}`:                                                             "reason",
			`{"invoice": "RE1", "kind": "promise", "reason": "x"}`:                                            "until",
			`{"invoice": "RE1", "kind": "promise", "reason": "x", "until": "2026-03-01"}`:                     "until",
			`{"invoice": "RE1", "kind": "block", "reason": "x", "amount": "1"}`:                               "amount",
			`{"invoice": "RE1", "kind": "dispute", "reason": "x", "amount": "1000.01"}`:                       "amount",
			`{"invoice": "RE1", "kind": "dispute", "reason": "x", "amount": "-1"}`:                            "amount",
			`{"identity": "K1", "kind": "dispute", "reason": "x", "amount": "1"}`:                             "amount",
			`{"invoice": "RE1", "kind": "block", "reason": "x", "from": "2026-04-02", "until": "2026-04-01"}`: "until",
		} {
			if e := w.do(post("/dunning/holds", body)).refused(http.StatusBadRequest, invalid); e.fields()[0] != field || e.hints()[0] == "" {
				w.Errorf("%s: %v", body, e)
			}
		}
		for _, of := range []string{`"invoice": "RE2"`, `"invoice": "RE9"`, `"identity": "K9"`} {
			w.do(post("/dunning/holds", `{`+of+`, "kind": "block", "reason": "x"}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		}
		w.unchanged(before)
	})
}
