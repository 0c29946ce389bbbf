package conformance

import (
	"net/http"
	"strings"
)

// fullInvoice has every field of an invoice, spelled as answers spell it.
func fullInvoice(number string) object {
	return object{
		"number": number, "label": "Support", "ordernumber": "4500012345", "currency": "EUR", "netbased": true, "paymentkind": "CT",
		"accountingdate": "2024-01-03T00:00:00.000Z", "issued": "2024-01-02T00:00:00.000Z", "due": "2024-01-16T00:00:00.000Z", "orderdate": "2023-12-24T10:30:00.000Z",
		"addresses": []any{postal(), object{"kind": "shipping", "company": "Depot", "city": "Hamburg", "country": "DE", "info": "Back entrance"}},
		"items": []any{
			object{"label": "Support", "quantity": "2", "unit": "hour", "unitprice": "100.00", "taxrate": "19", "discount": "1.50", "account": "8400", "costcenter": "8086",
				"detail": object{"description": "January", "taxprofile": "standard"}},
			object{"label": "Travel", "quantity": "0.5", "unit": "day", "unitprice": "0.0001", "taxrate": "7", "detail": object{}},
		},
		"detail": object{
			"introText": []any{"Thank you.", "Again."}, "footerText": []any{"Good bye."}, "introTextId": "i-1", "footerTextId": "f-1", "paymentterm": "14 days", "paymenttermId": "p-1",
			"locale": "de-DE", "placeOfSupplyCountry": "DE", "reverseCharge": false, "vatId": "DE123456789",
			"dunning": object{"disabled": true, "delayedUntil": "2030-01-01", "deliveryKind": "letter", "customPeriods": object{"REMINDER": 3, "DUNNING1": 4, "DUNNING2": 5, "DUNNING3": 6, "COLLECTION": 7}},
		},
		"meta": object{"custom_key": "custom_value"},
	}
}

// onDraft is a check on a draft that has every field.
func onDraft(check func(t *trial, reference string)) func(*trial) {
	return func(t *trial) { check(t, t.invoice(t.customer(), fullInvoice(t.reference()))) }
}

var (
	makesInvoices   = []string{"createIdentity", "createInvoice", "getInvoice"}
	updatesInvoices = []string{"createIdentity", "createInvoice", "getInvoice", "updateInvoice"}
)

var invoiceLaws = []Law{
	{Name: "invoice.created", Source: "createInvoice, getInvoice", Needs: makesInvoices, check: invoiceCreated,
		Says: "An invoice is read as it was answered when created, with every field that was sent."},
	{Name: "invoice.draft", Source: "createInvoice", Needs: makesInvoices, check: invoiceIsDraft,
		Says: "A new invoice is a draft of its customer: not committed, in state none, on no level of dunning."},
	{Name: "invoice.reference-unique", Source: "components/responses/ConflictError", Needs: makesInvoices, check: invoiceReferenceUnique,
		Says: "A reference that exists is answered with 409 ERR_UNIQUE_VIOLATION, whoever the customer is, and changes nothing."},
	{Name: "invoice.reference-generated", Source: "info.description: References", Needs: makesInvoices, check: invoiceReferenceGenerated,
		Says: "A reference left out is generated, and then begins with an underscore."},
	{Name: "invoice.copied", Source: "createInvoice", Needs: append([]string{"upsertIdentity"}, makesInvoices...), check: invoiceCopies,
		Says: "Addresses left out are copied from the customer at this moment, and so is the currency."},
	{Name: "invoice.customer-missing", Source: "components/responses/NotFoundError", Needs: []string{"createInvoice", "getInvoice"}, check: invoiceWithoutCustomer,
		Says: "An invoice of a customer that does not exist is answered with 404, and not created."},
	{Name: "invoice.merged", Source: "updateInvoice", Needs: updatesInvoices, check: onDraft(invoiceMerges),
		Says: "Fields left out stay as they are."},
	{Name: "items.replaced", Source: "updateInvoice", Needs: updatesInvoices, check: onDraft(itemsReplaced),
		Says: "items present: all items are replaced."},
	{Name: "items.untouched", Source: "updateInvoice", Needs: updatesInvoices, check: onDraft(itemsUntouched),
		Says: "items absent: they stay."},
	{Name: "invoice.cleared", Source: "updateInvoice", Needs: updatesInvoices, check: onDraft(invoiceDatesCleared),
		Says: "A date sent as null is cleared."},
	{Name: "invoice.identical", Source: "updateInvoice", Needs: updatesInvoices, check: invoiceIdentical,
		Says: "Content that is identical changes nothing, modified and ETag included, and is answered with 200."},
	{Name: "invoice.etag", Source: "components/parameters/IfMatch", Needs: updatesInvoices, check: onDraft(invoiceETag),
		Says: "If the object has changed since the version named by If-Match, the answer is 412 and nothing changes."},
	{Name: "invoice.etag-read", Source: "components/headers/ETag", Needs: updatesInvoices, check: onDraft(invoiceETagOfRead),
		Says: "A change gives another ETag, and a read gives that of the version it shows."},
	{Name: "invoice.update-refused", Source: "updateInvoice", Needs: updatesInvoices, check: onDraft(invoiceRefusedUpdate),
		Says: "An update that is refused changes nothing at all."},
	{Name: "invoice.update-read", Source: "updateInvoice, getInvoice", Needs: updatesInvoices, check: onDraft(invoiceUpdateIsRead),
		Says: "What an update answers is what is read afterwards."},
	{Name: "invoice.missing", Source: "components/responses/NotFoundError", Needs: []string{"getInvoice"}, check: invoiceMissing,
		Says: "An invoice that does not exist is answered with 404."},
	{Name: "invoice.update-missing", Source: "components/responses/NotFoundError", Needs: []string{"updateInvoice", "getInvoice"}, check: invoiceUpdateMissing,
		Says: "An update of an invoice that does not exist is answered with 404, and creates none."},
}

func invoiceCreated(t *trial) {
	sent := fullInvoice(t.reference())
	sent["reference"] = t.reference()
	made := t.want(t.call("createInvoice", of(t.customer()), body(sent)), http.StatusCreated)
	t.covers("the invoice as created", made.parsed, sent)
	read := t.want(t.call("getInvoice", of(made.text("reference"))), http.StatusOK)
	t.same("the invoice as read", read.parsed, made.parsed)
	t.equal("the ETag of what was created and of what is read", read.etag(), made.etag())
}

func invoiceIsDraft(t *trial) {
	customer := t.customer(object{"debtor": "10001"})
	made := t.want(t.call("createInvoice", of(customer), body(object{})), http.StatusCreated)
	t.covers("the draft", made.parsed, object{"kind": "invoice", "state": "none", "committed": false, "dunninglevel": 0, "items": []any{},
		"identity": object{"reference": customer, "debtor": "10001"}})
}

func invoiceReferenceUnique(t *trial) {
	customer := t.customer()
	reference := t.invoice(customer, object{"label": "First"})
	for _, owner := range []string{customer, t.customer()} {
		t.refused(t.call("createInvoice", of(owner), body(object{"reference": reference, "label": "Second"})), http.StatusConflict, "ERR_UNIQUE_VIOLATION", "reference")
	}
	t.covers("the first invoice", t.read("getInvoice", reference).parsed, object{"label": "First", "identity": object{"reference": customer}})
}

func invoiceReferenceGenerated(t *trial) {
	customer := t.customer()
	first, second := t.call("createInvoice", of(customer), body(object{})).text("reference"), t.call("createInvoice", of(customer), body(object{})).text("reference")
	if !strings.HasPrefix(first, "_") || first == second {
		t.fail("two references that begin with an underscore", first+" and "+second)
	}
	t.read("getInvoice", first)
}

func invoiceCopies(t *trial) {
	customer := t.customer(object{"currency": "CHF", "addresses": []any{postal()}})
	reference := t.invoice(customer)
	want := object{"currency": "CHF", "addresses": []any{postal()}}
	t.covers("the draft", t.read("getInvoice", reference).parsed, want)
	t.want(t.call("upsertIdentity", of(customer), body(object{"currency": "EUR", "addresses": []any{object{"company": "Moved", "city": "Bonn"}}})), http.StatusOK)
	t.covers("the draft after the customer has moved", t.read("getInvoice", reference).parsed, want)
	own := object{"currency": "USD", "addresses": []any{object{"company": "Own", "city": "Köln"}}}
	t.covers("a draft with its own", t.read("getInvoice", t.invoice(customer, own)).parsed, own)
}

func invoiceWithoutCustomer(t *trial) {
	reference := t.reference()
	t.refused(t.call("createInvoice", of(t.reference()), body(object{"reference": reference})), http.StatusNotFound, "ERR_NOT_FOUND")
	t.refused(t.call("getInvoice", of(reference)), http.StatusNotFound, "ERR_NOT_FOUND")
}

// invoiceMerges changes one field after the other, and looks whether all others stay.
func invoiceMerges(t *trial, reference string) {
	is := t.read("getInvoice", reference).parsed
	for _, change := range []object{
		{"label": "Other"}, {"number": t.reference()}, {"ordernumber": "O-2"}, {"paymentkind": "DD"}, {"orderdate": "2023-11-11T00:00:00.000Z"}, {"due": "2024-02-01T00:00:00.000Z"},
		{"issued": "2024-01-05T00:00:00.000Z"}, {"accountingdate": "2024-01-06T00:00:00.000Z"}, {"meta": object{"other": true}}, {"addresses": []any{postal()}},
		{"detail": object{"paymentterm": "30 days"}}, {"detail": object{"introText": []any{"Hello."}}}, {"detail": object{"locale": "en"}}, {"detail": object{"vatId": "DE987654321"}},
		{"detail": object{"dunning": object{"deliveryKind": "email"}}},
	} {
		t.want(t.call("updateInvoice", of(reference), body(change)), http.StatusOK)
		want := merged(without(is, "modified"), change)
		is = t.read("getInvoice", reference).parsed
		t.same("the invoice after "+compact(change), without(is, "modified"), want)
	}
}

func itemsReplaced(t *trial, reference string) {
	for _, lines := range [][]line{
		{{quantity: "1", unitprice: "7.00"}},
		{{quantity: "2", unitprice: "5.00", taxrate: "7"}, {quantity: "3", unitprice: "6.00", taxrate: "19"}, {quantity: "1", unitprice: "1.00"}},
		{},
	} {
		t.want(t.call("updateInvoice", of(reference), body(object{"items": items(lines...)})), http.StatusOK)
		is := t.read("getInvoice", reference)
		t.covers("the items", is.get("items"), items(lines...))
		t.totalsOf(is, "items replaced", lines, true)
	}
}

func itemsUntouched(t *trial, reference string) {
	before := t.read("getInvoice", reference)
	for _, change := range []object{{"label": "Other"}, {"due": "2024-03-01"}, {"addresses": []any{}}, {"meta": object{}}, {}} {
		t.want(t.call("updateInvoice", of(reference), body(change)), http.StatusOK)
		after := t.read("getInvoice", reference)
		for _, field := range []string{"items", "taxes", "total", "unpaid"} {
			t.same(field+" after "+compact(change), after.get(field), before.get(field))
		}
	}
}

func invoiceDatesCleared(t *trial, reference string) {
	for _, date := range []string{"accountingdate", "orderdate", "due", "issued"} {
		t.want(t.call("updateInvoice", of(reference), body(object{date: nil})), http.StatusOK)
		if read := t.read("getInvoice", reference); read.has(date) {
			t.fail("no "+date+" after it was sent as null", compact(read.get(date)))
		}
	}
}

func invoiceIdentical(t *trial) {
	all := fullInvoice(t.reference())
	reference := t.invoice(t.customer(), all)
	before := t.read("getInvoice", reference)
	for _, change := range []object{{}, all, {"label": "Support", "due": "2024-01-16"}, {"items": all["items"]}} {
		t.want(t.call("updateInvoice", of(reference), body(change)), http.StatusOK)
		after := t.read("getInvoice", reference)
		t.same("the invoice after "+compact(change), after.parsed, before.parsed)
		t.equal("the ETag after "+compact(change), after.etag(), before.etag())
	}
}

func invoiceETag(t *trial, reference string) {
	first := t.read("getInvoice", reference).etag()
	if first == "" {
		return // the header is an extension, which a server may leave out
	}
	t.want(t.call("updateInvoice", of(reference), body(object{"label": "Second"}), ifMatch(first)), http.StatusOK)
	before := t.read("getInvoice", reference)
	for _, stale := range []string{first, `"none-of-its-versions"`} {
		t.refused(t.call("updateInvoice", of(reference), body(object{"label": "Third"}), ifMatch(stale)), http.StatusPreconditionFailed, "ERR_PRECONDITION_FAILED")
	}
	after := t.read("getInvoice", reference)
	t.same("the invoice after 412", after.parsed, before.parsed)
	t.equal("the ETag after 412", after.etag(), before.etag())
	t.want(t.call("updateInvoice", of(reference), body(object{"label": "Third"}), ifMatch(after.etag())), http.StatusOK)
	t.want(t.call("updateInvoice", of(reference), body(object{"label": "Fourth"}), ifMatch("*")), http.StatusOK)
	t.equal("label", t.read("getInvoice", reference).text("label"), "Fourth")
}

func invoiceETagOfRead(t *trial, reference string) {
	first := t.read("getInvoice", reference).etag()
	if first == "" {
		return // the header is an extension, which a server may leave out
	}
	changed := t.want(t.call("updateInvoice", of(reference), body(object{"label": "Second"})), http.StatusOK).etag()
	if changed == first {
		t.fail("another ETag after a change", first+" again")
	}
	t.equal("the ETag of a read after a change", t.read("getInvoice", reference).etag(), changed)
}

func invoiceRefusedUpdate(t *trial, reference string) {
	before := t.read("getInvoice", reference)
	for _, change := range []object{
		{"label": "Other", "unknownField": 1}, {"label": "Other", "items": []any{object{"label": "No price"}}}, {"label": "Other", "paymentkind": "??"},
	} {
		t.refused(t.call("updateInvoice", of(reference), body(change)), http.StatusBadRequest, "ERR_INVALID_VALUE")
		after := t.read("getInvoice", reference)
		t.same("the invoice after a refused update", after.parsed, before.parsed)
	}
}

func invoiceUpdateIsRead(t *trial, reference string) {
	changed := t.want(t.call("updateInvoice", of(reference), body(object{"label": "Other", "items": items(line{quantity: "1", unitprice: "5.00"})})), http.StatusOK)
	t.same("the invoice as read", t.read("getInvoice", reference).parsed, changed.parsed)
}

func invoiceUpdateMissing(t *trial) {
	reference := t.reference()
	t.refused(t.call("updateInvoice", of(reference), body(object{"label": "Nothing"})), http.StatusNotFound, "ERR_NOT_FOUND")
	t.refused(t.call("getInvoice", of(reference)), http.StatusNotFound, "ERR_NOT_FOUND")
}

func invoiceMissing(t *trial) {
	t.refused(t.call("getInvoice", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
}
