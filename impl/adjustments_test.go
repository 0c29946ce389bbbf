package impl_test

import (
	"fmt"
	"net/http"
	"testing"
)

func adjustment(ref, body string) call { return post("/invoices/"+ref+"/adjustments", body) }

func assignment(id, body string) call { return post("/transactions/"+id+"/assignments", body) }

// What is given up is booked once, however often it is asked for, and is seen wherever money is.
func TestAdjustments(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.committed("RE1")
		off := w.do(adjustment("RE1", `{"kind": "writeoff", "amount": "19", "reason": "Kulanz"}`).once("k")).is(http.StatusCreated)
		replays(off, w.do(adjustment("RE1", `{"kind": "writeoff", "amount": "19", "reason": "Kulanz"}`).once("k")))
		reused(w.do(adjustment("RE1", `{"kind": "writeoff", "amount": "18", "reason": "Kulanz"}`).once("k")))
		booked := off.array()[0]
		if booked["amount"] != "-19.00" || booked["kind"] != "writeoff" || booked["transaction"] != nil {
			w.Errorf("booked %v", booked)
		}
		unpaid := func(want, state string) {
			w.Helper()
			if inv := w.do(get("/invoices/RE1")).object(); inv["unpaid"] != want || inv["state"] != state {
				w.Errorf("unpaid %v, %v; want %s, %s", inv["unpaid"], inv["state"], want, state)
			}
		}
		unpaid("100.00", "none")
		w.do(adjustment("RE1", `{"kind": "writeoff", "reason": "moved away"}`)).is(http.StatusCreated)
		unpaid("0.00", "paid")
		w.do(adjustment("RE1", fmt.Sprintf(`{"kind": "reversal", "reverses": %q, "reason": "a mistake"}`, booked["id"]))).is(http.StatusCreated)
		unpaid("19.00", "none")
		if charges := w.do(get("/invoices/RE1/payments")).object()["charges"].([]any); len(charges) != 3 {
			w.Errorf("charges %v", charges)
		}
		if got := w.events("RE1"); fmt.Sprint(got) != "[created committed adjusted adjusted adjusted]" {
			w.Errorf("events %v", got)
		}
	})
}

// What cannot be is said with its field, and nothing is booked; one merchant adjusts nothing of another's.
func TestAdjustmentsRefused(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		w.do(adjustment("RE1", `{"kind": "writeoff", "reason": "x"}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.do(post("/invoices/RE1/commitInvoice", `{}`)).is(http.StatusOK)
		before := w.everything()
		for body, status := range map[string]int{
			`{"kind": "writeoff"}`:                                                          http.StatusBadRequest,
			`{"kind": "writeoff", "reason": ""}`:                                            http.StatusBadRequest,
			`{"kind": "writeoff", "reason": " "}`:                                           http.StatusBadRequest,
			`{"kind": "payment", "reason": "x"}`:                                            http.StatusBadRequest,
			`{"kind": "writeoff", "amount": "0", "reason": "x"}`:                            http.StatusBadRequest,
			`{"kind": "writeoff", "amount": "-1", "reason": "x"}`:                           http.StatusBadRequest,
			`{"kind": "writeoff", "amount": "0.001", "reason": "x"}`:                        http.StatusBadRequest,
			`{"kind": "writeoff", "part": "costs", "reason": "x"}`:                          http.StatusBadRequest,
			`{"kind": "reversal", "reason": "x"}`:                                           http.StatusBadRequest,
			`{"kind": "writeoff", "amount": "119.01", "reason": "x"}`:                       http.StatusConflict,
			`{"kind": "waiver", "reason": "x"}`:                                             http.StatusConflict,
			`{"kind": "reversal", "reverses": "06eavrghr1cxf1r0cmpt9ptjdk", "reason": "x"}`: http.StatusConflict,
		} {
			w.do(adjustment("RE1", body)).is(status)
		}
		w.do(adjustment("RE9", `{"kind": "writeoff", "reason": "x"}`)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.do(adjustment("RE1", `{"kind": "writeoff", "reason": "x"}`).as(rival)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.unchanged(before)
	})
}

// What is left of a payment is set off once under its key, and only by its merchant.
func TestAssignments(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.committed("RE1")
		w.committed("RE2")
		w.do(transfer("150.00", "119.00")).is(http.StatusCreated)
		const body = `{"assignments": [{"invoice": "RE2", "amount": "30"}]}`
		w.do(assignment("1", body).as(rival)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		set := w.do(assignment("1", body).once("k")).is(http.StatusOK)
		replays(set, w.do(assignment("1", body).once("k")))
		reused(w.do(assignment("1", `{}`).once("k")))
		if got := set.object(); got["unallocated"] != "1.00" || got["identity"] != "K1" {
			w.Errorf("assigned %s", set.body)
		}
		w.do(assignment("1", body)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.do(assignment("9", body)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		again := w.do(assignment("1", `{}`)).is(http.StatusOK).object()
		if matching := again["matching"].(object); matching["rule"] != "none" || again["unallocated"] != "1.00" {
			w.Errorf("matched again %v", again)
		}
		if inv := w.do(get("/invoices/RE2")).object(); inv["unpaid"] != "89.00" {
			w.Errorf("invoice %v", inv["unpaid"])
		}
		if got := w.events("RE2"); fmt.Sprint(got) != "[created committed booked]" {
			w.Errorf("events %v", got)
		}
	})
}
