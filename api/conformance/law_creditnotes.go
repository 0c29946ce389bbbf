package conformance

import "net/http"

// creditnote creates a credit note of 11.90 for an invoice, with other fields as given.
func (t *trial) creditnote(customer, invoice string, fields ...object) *answer {
	sent := object{"reference": t.reference(), "invoice": invoice, "netbased": true, "items": items(line{quantity: "1", unitprice: "10.00", taxrate: "19"})}
	for _, f := range fields {
		sent = merged(sent, f)
	}
	return t.want(t.call("createCreditnote", of(customer), body(sent)), http.StatusCreated)
}

var creditnoteNeeds = []string{"createIdentity", "createInvoice", "commitInvoice", "getInvoice", "createCreditnote", "getCreditnote"}

// onBillOf is a check on a committed invoice of 119.00 and its customer.
func onBillOf(check func(t *trial, customer, bill string)) func(*trial) {
	return func(t *trial) {
		customer := t.customer()
		check(t, customer, t.bill(customer))
	}
}

var creditnoteLaws = []Law{
	{Name: "creditnote.created", Source: "createCreditnote, getCreditnote", Needs: creditnoteNeeds, check: onBillOf(creditnoteCreated),
		Says: "A credit note is read as it was answered when created, with every field that was sent and the invoice it corrects."},
	{Name: "creditnote.applied", Source: "createCreditnote", Needs: append([]string{"listPayments"}, creditnoteNeeds...), check: onBillOf(creditnoteApplied),
		Says: "A credit note lowers what is owed by a booking that names it as its voucher, and no transaction."},
	{Name: "creditnote.totals", Source: "components/schemas/InvoiceTax", Needs: creditnoteNeeds, check: onBillOf(creditnoteTotals),
		Says: "A credit note comes to what an invoice of the same items would."},
	{Name: "creditnote.apart", Source: "listCreditnotes, listInvoices", Needs: append([]string{"listInvoices", "listCreditnotes"}, creditnoteNeeds...), check: onBillOf(creditnotesApart),
		Says: "Credit notes are listed as credit notes, invoices as invoices, and each is read as what it is."},
	{Name: "creditnote.documents", Source: "listDocuments", Needs: append([]string{"listDocuments"}, creditnoteNeeds...), check: onBillOf(creditnoteAmongDocuments),
		Says: "The documents of an invoice are those of the invoice and of its credit notes."},
	{Name: "creditnote.reference-unique", Source: "components/responses/ConflictError", Needs: append([]string{"listPayments"}, creditnoteNeeds...), check: onBillOf(creditnoteReferenceUnique),
		Says: "A reference that exists is answered with 409 ERR_UNIQUE_VIOLATION, and nothing is booked."},
	{Name: "creditnote.missing", Source: "components/responses/NotFoundError", Needs: []string{"getCreditnote"}, check: creditnoteMissing,
		Says: "A credit note that does not exist is answered with 404."},
}

func creditnoteCreated(t *trial, customer, bill string) {
	made := t.creditnote(customer, bill, object{"label": "Half", "meta": object{"a": 1}})
	t.covers("the credit note", made.parsed, object{"kind": "creditnote", "corrects": bill, "label": "Half", "meta": object{"a": 1}, "identity": object{"reference": customer}})
	t.same("the credit note as read", t.read("getCreditnote", made.text("reference")).parsed, made.parsed)
}

func creditnoteApplied(t *trial, customer, bill string) {
	note := t.creditnote(customer, bill)
	t.amount("unpaid of the invoice", t.read("getInvoice", bill).get("unpaid"), number("107.10"))
	t.covers("payments", t.read("listPayments", bill).get("payments"), []any{
		object{"booking": object{"voucher": note.text("reference"), "amount": "11.90", "kind": "credit"}}})
	if booked := t.read("listPayments", bill); booked.get("payments[0].booking.transaction") != nil {
		t.fail("transaction null of what a credit note booked", booked.came())
	}
}

func creditnoteTotals(t *trial, customer, _ string) {
	lines := []line{{quantity: "3", unitprice: "3.33", taxrate: "19"}, {quantity: "1", unitprice: "0.05", taxrate: "7"}}
	rates, total := totals(lines, true)
	bill := t.bill(customer, object{"netbased": true, "items": items(lines...)}) // tax is given back at the rates it was charged at
	note := t.creditnote(customer, bill, object{"items": items(lines...)})
	t.amount("total", note.get("total"), total)
	t.equal("number of rates in taxes", len(note.list("taxes")), len(rates))
	t.amount("unpaid of the invoice", t.read("getInvoice", bill).get("unpaid"), number("0"))
}

func creditnotesApart(t *trial, customer, bill string) {
	note := t.creditnote(customer, bill).text("reference")
	for _, c := range []struct{ operation, want string }{{"listInvoices", bill}, {"listCreditnotes", note}} {
		rows := t.want(t.call(c.operation, where("query[identity]", customer)), http.StatusOK).list("rows")
		t.covers("the rows of "+c.operation, rows, []any{object{"reference": c.want}})
	}
	t.refused(t.call("getCreditnote", of(bill)), http.StatusNotFound, "ERR_NOT_FOUND")
	t.refused(t.call("getInvoice", of(note)), http.StatusNotFound, "ERR_NOT_FOUND")
}

func creditnoteAmongDocuments(t *trial, customer, bill string) {
	note := t.creditnote(customer, bill).text("reference")
	t.covers("the vouchers", t.read("listDocuments", bill).parsed, []any{object{"reference": bill, "kind": "invoice"}, object{"reference": note, "kind": "creditnote"}})
	chosen := t.want(t.call("listDocuments", of(bill), where("search[kind]", "creditnote")), http.StatusOK)
	t.covers("the vouchers of kind creditnote", chosen.parsed, []any{object{"reference": note}})
	for offset, want := range []string{bill, note} {
		part := t.want(t.call("listDocuments", of(bill), where("limit", "1", "offset", textOf(offset))), http.StatusOK)
		t.covers("one voucher at offset "+textOf(offset), part.parsed, []any{object{"reference": want}})
	}
}

func creditnoteReferenceUnique(t *trial, customer, bill string) {
	note := t.creditnote(customer, bill).text("reference")
	again := object{"reference": note, "invoice": bill, "items": items(line{quantity: "1", unitprice: "1.00", taxrate: "19"})}
	t.refused(t.call("createCreditnote", of(customer), body(again)), http.StatusConflict, "ERR_UNIQUE_VIOLATION", "reference")
	t.amount("unpaid of the invoice", t.read("getInvoice", bill).get("unpaid"), number("107.10"))
	t.equal("number of bookings", len(t.read("listPayments", bill).list("payments")), 1)
}

func creditnoteMissing(t *trial) {
	t.refused(t.call("getCreditnote", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
}
