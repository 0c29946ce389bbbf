package impl_test

import (
	"fmt"
	"net/http"
	"testing"
)

// transfer is money for RE1.
func transfer(amount, assigned string) call {
	return post("/transactions", fmt.Sprintf(`{"amount": %q, "currency": "EUR", "valuedate": "2026-03-01", "assignments": [{"invoice": "RE1", "amount": %q}]}`, amount, assigned))
}

// Money that comes is booked once, however often it is told; what goes back reopens the invoice.
func TestTransactions(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.committed("RE1")
		paid := w.do(transfer("120.00", "120.00").once("k")).is(http.StatusCreated)
		replays(paid, w.do(transfer("120.00", "120.00").once("k")))
		reused(w.do(transfer("120.00", "119.00").once("k")))
		if got := paid.object(); got["kind"] != "PA" || got["unallocated"] != "1.00" || got["identity"] != "K1" || got["bookingdate"] != "2026-03-01" {
			w.Errorf("paid %s", paid.body)
		}
		if inv := w.do(get("/invoices/RE1")).object(); inv["state"] != "paid" || inv["unpaid"] != "0.00" {
			w.Errorf("invoice %v", inv)
		}
		back := w.do(transfer("-119.00", "-119.00")).is(http.StatusCreated).object()
		if back["kind"] != "RE" || back["unallocated"] != "0.00" {
			w.Errorf("returned %v", back)
		}
		if inv := w.do(get("/invoices/RE1")).object(); inv["state"] != "none" || inv["unpaid"] != "119.00" {
			w.Errorf("invoice %v", inv)
		}
		list := w.do(get("/transactions?sort=-amount&query[amount][$lt]=120.00")).is(http.StatusOK).object()["rows"].([]any)
		if len(list) != 1 || list[0].(object)["id"] != back["id"] {
			w.Errorf("list %v", list)
		}
		if got := w.events("RE1"); fmt.Sprint(got) != "[created committed booked booked]" {
			w.Errorf("events %v", got)
		}
	})
}

// A refusal is kept under its key, and what cannot be meant is not.
func TestTransactionsRefused(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		before := w.everything()
		w.do(transfer("1.00", "2.00").once("k")).refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
		w.do(transfer("1.001", "1.001").once("k")).refused(http.StatusBadRequest, "ERR_INVALID_VALUE")
		w.unchanged(before)
		first := w.do(transfer("1.00", "1.00").once("k"))
		first.refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.do(post("/invoices/RE1/commitInvoice", `{}`)).is(http.StatusOK)
		replays(first, w.do(transfer("1.00", "1.00").once("k")))
		w.do(transfer("1.00", "1.00")).is(http.StatusCreated)
	})
}

// One merchant's money is not another's, though it has the same number; nor is an invoice of another's paid.
func TestTransactionsIsolated(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.committed("RE1")
		before := w.everything()
		w.do(transfer("1.00", "1.00").as(rival)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		w.do(credit("GS1", "1").as(rival)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.unchanged(before)
		w.do(transfer("1.00", "1.00")).is(http.StatusCreated)
		w.do(get("/transactions/1").as(rival)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		if rows := w.do(get("/transactions").as(rival)).object()["rows"].([]any); len(rows) != 0 {
			w.Errorf("rival sees %v", rows)
		}
	})
}

// A credit note is issued once under its key, and no number is drawn for one that is refused.
func TestCreditnoteOnce(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.committed("RE1")
		first := w.do(credit("GS1", "10").once("k")).is(http.StatusCreated)
		replays(first, w.do(credit("GS1", "10").once("k")))
		reused(w.do(credit("GS1", "11").once("k")))
		w.do(credit("GS1", "1")).refused(http.StatusConflict, "ERR_UNIQUE_VIOLATION")
		w.do(credit("GS2", "90.01")).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
		if note := w.do(credit("GS3", "90")).is(http.StatusCreated).object(); note["number"] != "GS-2026-0002" || note["unpaid"] != "0.00" {
			w.Errorf("note %v", note)
		}
		w.do(post("/identities/K1/creditnotes", `{"invoice": "RE9"}`)).refused(http.StatusNotFound, "ERR_NOT_FOUND")
		w.do(post("/identities/K1/creditnotes", `{}`)).refused(http.StatusConflict, "ERR_CONFLICT_STATE")
	})
}
