package conformance

import (
	"net/http"

	"github.com/shopspring/decimal"
)

var transactionNeeds = []string{"createIdentity", "createInvoice", "commitInvoice", "getInvoice", "listPayments", "createTransaction", "getTransaction"}

var paymentLaws = []Law{
	{Name: "payments.none", Source: "listPayments", Needs: []string{"createIdentity", "createInvoice", "commitInvoice", "listPayments"}, check: onBillOf(nothingBooked),
		Says: "On an invoice that was just committed nothing is booked: payments and charges are empty arrays."},
	{Name: "payments.missing", Source: "components/responses/NotFoundError", Needs: []string{"listPayments"}, check: paymentsMissing,
		Says: "The payments of an invoice that does not exist are answered with 404."},
	{Name: "payments.balance", Source: "listPayments, components/schemas/Invoice/unpaid", Needs: append([]string{"createCreditnote"}, transactionNeeds...), check: onBillOf(paymentsBalance),
		Says: "What is unpaid is the total less what lowered it, whether by money or by a credit note."},
	{Name: "payments.parts", Source: "listPayments", Needs: transactionNeeds, check: onBillOf(paymentsParts),
		Says: "limit, offset, sort and search choose among the bookings."},
	{Name: "transaction.created", Source: "createTransaction, getTransaction", Needs: transactionNeeds, check: onBillOf(transactionCreated),
		Says: "A transaction is read as it was answered when booked, with every field that was sent; the booking date is the value date when left out."},
	{Name: "transaction.pays", Source: "createTransaction, listPayments", Needs: transactionNeeds, check: onBillOf(transactionPays),
		Says: "What is assigned lowers what is owed, by a booking that names the transaction; when nothing is owed the invoice is paid."},
	{Name: "transaction.returns", Source: "createTransaction", Needs: transactionNeeds, check: onBillOf(transactionReturns),
		Says: "A return, with a negative amount, makes the invoice owed again."},
	{Name: "transaction.unallocated", Source: "components/schemas/Transaction/unallocated", Needs: transactionNeeds, check: onBillOf(transactionUnallocated),
		Says: "unallocated is what is booked on no invoice: the amount less what is assigned."},
	{Name: "transaction.matched", Source: "createTransaction, components/schemas/Matching", Needs: transactionNeeds, check: onBillOf(transactionMatched),
		Says: "A payment without assignments whose text has the number of an invoice is booked on it, and says so; one that says nothing is not."},
	{Name: "transaction.assigned", Source: "assignTransaction", Needs: append([]string{"assignTransaction"}, transactionNeeds...), check: onBillOf(transactionAssigned),
		Says: "What is unallocated of a transaction is booked on an invoice later, never more than there is; what is left stays unallocated."},
	{Name: "payments.writeoff", Source: "createAdjustment", Needs: append([]string{"createAdjustment"}, transactionNeeds...), check: onBillOf(writtenOff),
		Says: "Principal that is written off is not owed any more, and owed again when that is reversed; never more is given up than is open."},
	{Name: "transaction.missing", Source: "components/responses/NotFoundError", Needs: []string{"getTransaction"}, check: transactionMissing,
		Says: "A transaction that does not exist is answered with 404."},
}

func nothingBooked(t *trial, _, bill string) {
	t.same("payments and charges", t.read("listPayments", bill).parsed, object{"payments": []any{}, "charges": []any{}})
}

func paymentsMissing(t *trial) {
	t.refused(t.call("listPayments", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
}

// pay books money on an invoice.
func (t *trial) pay(invoice, amount string) *answer {
	return t.want(t.call("createTransaction", body(payment(invoice, amount))), http.StatusCreated)
}

func paymentsBalance(t *trial, customer, bill string) {
	t.pay(bill, "20.00")
	t.creditnote(customer, bill)
	t.pay(bill, "0.01")
	booked := decimal.Zero
	for _, entry := range t.read("listPayments", bill).list("payments") {
		booked = booked.Add(decimalAt(entry, "booking.amount"))
	}
	t.equal("the sum of the bookings", booked.String(), "31.91")
	t.amount("unpaid", t.read("getInvoice", bill).get("unpaid"), number("119").Sub(booked))
}

// decimalAt is the amount at a path of a value; zero if there is none.
func decimalAt(v any, path string) decimal.Decimal {
	d, err := decimal.NewFromString(textAt(v, path))
	if err != nil {
		return decimal.Zero
	}
	return d
}

func paymentsParts(t *trial, _, bill string) {
	first, second := t.pay(bill, "1.00").text("id"), t.pay(bill, "2.00").text("id")
	for _, c := range []struct {
		query []string
		want  []string
	}{
		{nil, []string{first, second}}, {[]string{"sort", "-created"}, []string{second, first}}, {[]string{"limit", "1"}, []string{first}}, {[]string{"limit", "1", "offset", "1"}, []string{second}},
		{[]string{"limit", "0"}, []string{first, second}}, {[]string{"search[kind]", "payment"}, []string{first, second}}, {[]string{"search[kind]", "fee"}, nil}, {[]string{"offset", "2"}, nil},
	} {
		t.begin("the query is " + compact(c.query))
		want := []any{}
		for _, transaction := range c.want {
			want = append(want, object{"booking": object{"transaction": transaction, "kind": "payment"}})
		}
		t.covers("payments", t.want(t.call("listPayments", of(bill), where(c.query...)), http.StatusOK).get("payments"), want)
	}
}

func transactionCreated(t *trial, _, bill string) {
	sent := merged(payment(bill, "12.34"), object{"method": "CT", "reference": t.reference(), "label": "Größe", "peer": "ACME GmbH", "meta": object{"a": 1}})
	made := t.want(t.call("createTransaction", body(sent)), http.StatusCreated)
	t.covers("the transaction", made.parsed, merged(without(sent, "assignments"), object{"bookingdate": "2024-01-15"}))
	t.same("the transaction as read", t.read("getTransaction", made.text("id")).parsed, made.parsed)
}

func transactionPays(t *trial, _, bill string) {
	part := t.pay(bill, "100.00")
	is := t.read("getInvoice", bill)
	t.amount("unpaid after a part", is.get("unpaid"), number("19"))
	t.equal("state after a part", is.text("state"), "none")
	booked := t.read("listPayments", bill)
	t.covers("payments", booked.get("payments"), []any{object{"booking": object{"transaction": part.text("id"), "amount": "100.00", "kind": "payment"}}})
	if booked.get("payments[0].booking.voucher") != nil {
		t.fail("voucher null of what money booked", booked.came())
	}
	t.pay(bill, "19.00")
	is = t.read("getInvoice", bill)
	t.amount("unpaid after the rest", is.get("unpaid"), number("0"))
	t.equal("state after the rest", is.text("state"), "paid")
	t.amount("total after the rest", is.get("total"), number("119"))
}

func transactionReturns(t *trial, _, bill string) {
	t.pay(bill, "119.00")
	t.pay(bill, "-119.00")
	is := t.read("getInvoice", bill)
	t.amount("unpaid after the return", is.get("unpaid"), number("119"))
	t.equal("state after the return", is.text("state"), "none")
	t.equal("number of bookings", len(t.read("listPayments", bill).list("payments")), 2)
}

func transactionUnallocated(t *trial, _, bill string) {
	sent := merged(payment(bill, "5.00"), object{"amount": "20.00"})
	made := t.want(t.call("createTransaction", body(sent)), http.StatusCreated)
	t.amount("unallocated", t.read("getTransaction", made.text("id")).get("unallocated"), number("15"))
	t.amount("unpaid", t.read("getInvoice", bill).get("unpaid"), number("114"))
}

func transactionMatched(t *trial, customer, bill string) {
	sent := without(payment(bill, "100.00"), "assignments")
	sent["label"] = "Invoice " + t.read("getInvoice", bill).text("number")
	made := t.want(t.call("createTransaction", body(sent)), http.StatusCreated)
	t.covers("the transaction", made.parsed, object{"identity": customer, "unallocated": "0.00", "matching": object{"rule": "number", "candidates": []any{}}})
	t.amount("unpaid", t.read("getInvoice", bill).get("unpaid"), number("19"))
	sent["label"], sent["amount"] = "Thank you", "0.01"
	t.covers("the transaction that says nothing", t.want(t.call("createTransaction", body(sent)), http.StatusCreated).parsed, object{"unallocated": "0.01", "matching": object{"rule": "none"}})
	t.amount("unpaid", t.read("getInvoice", bill).get("unpaid"), number("19"))
}

func transactionAssigned(t *trial, _, bill string) {
	made := t.want(t.call("createTransaction", body(merged(payment(bill, "5.00"), object{"amount": "20.00"}))), http.StatusCreated)
	part := func(amount string) with {
		return body(object{"assignments": []any{object{"invoice": bill, "amount": amount}}})
	}
	t.refused(t.call("assignTransaction", of(made.text("id")), part("15.01")), http.StatusConflict, "ERR_CONFLICT_STATE")
	t.amount("unallocated in the answer", t.want(t.call("assignTransaction", of(made.text("id")), part("10.00")), http.StatusOK).get("unallocated"), number("5"))
	t.amount("unallocated", t.read("getTransaction", made.text("id")).get("unallocated"), number("5"))
	t.amount("unpaid", t.read("getInvoice", bill).get("unpaid"), number("104"))
}

func writtenOff(t *trial, _, bill string) {
	adjust := func(what object) *answer {
		return t.call("createAdjustment", of(bill), body(merged(what, object{"reason": "conformance"})))
	}
	t.refused(adjust(object{"kind": "writeoff", "amount": "119.01"}), http.StatusConflict, "ERR_CONFLICT_STATE")
	t.refused(adjust(object{"kind": "waiver", "part": "costs"}), http.StatusConflict, "ERR_CONFLICT_STATE")
	off := t.want(adjust(object{"kind": "writeoff"}), http.StatusCreated)
	is := t.read("getInvoice", bill)
	t.amount("unpaid of what is written off", is.get("unpaid"), number("0"))
	t.equal("state of what is written off", is.text("state"), "paid")
	id := textAt(off.parsed, "[0].id")
	t.want(adjust(object{"kind": "reversal", "reverses": id}), http.StatusCreated)
	t.refused(adjust(object{"kind": "reversal", "reverses": id}), http.StatusConflict, "ERR_CONFLICT_STATE")
	t.amount("unpaid after the reversal", t.read("getInvoice", bill).get("unpaid"), number("119"))
}

func transactionMissing(t *trial) {
	t.refused(t.call("getTransaction", of("987654321987654321")), http.StatusNotFound, "ERR_NOT_FOUND")
}
