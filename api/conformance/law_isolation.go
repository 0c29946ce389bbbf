package conformance

import (
	"net/http"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

var isolationLaws = []Law{
	{Name: "isolation.hidden", Source: "info.description: Authentication", each: namesSomething, Other: true, check: hidden,
		Says: "What belongs to another merchant does not exist: 404, with the same text as for what exists nowhere."},
	{Name: "isolation.lists", Source: "info.description: Authentication", each: isList, Other: true, check: hiddenInLists,
		Says: "A list shows nothing of another merchant's."},
	{Name: "isolation.untouched", Source: "info.description: Authentication", Needs: append([]string{"importExternalDocument", "listDocuments", "commitInvoice"}, updatesInvoices...), Other: true, check: untouched,
		Says: "Nothing another merchant sends changes what is not its own."},
	{Name: "isolation.references", Source: "info.description: References", Needs: append([]string{"getIdentity", "upsertIdentity"}, updatesInvoices...), Other: true, check: ownReferences,
		Says: "A reference is the merchant's own: another may use the same, for things of its own."},
}

// namesSomething is true of operations whose path names a thing that must exist.
func namesSomething(o *validate.Operation) bool {
	return strings.Contains(o.Path, "{") && o.ID != "upsertIdentity" // which creates what it does not find
}

// belonging is a thing of the merchant's: what its making takes, and how it is made.
type belonging struct {
	needs []string
	make  func(*trial) string
}

// belongings are the things that paths name, by the template up to the name.
var belongings = map[string]belonging{
	"/identities/{identityReference}": {[]string{"createIdentity"}, func(t *trial) string { return t.customer() }},
	"/invoices/{invoiceReference}":    {[]string{"createIdentity", "createInvoice"}, func(t *trial) string { return t.invoice(t.customer()) }},
	"/creditnotes/{creditnoteReference}": {shelves["listCreditnotes"].needs, func(t *trial) string {
		customer := t.customer()
		return t.creditnote(customer, t.bill(customer)).text("reference")
	}},
	"/transactions/{id}": {shelves["listTransactions"].needs, func(t *trial) string {
		return t.want(t.call("createTransaction", body(payment(t.bill(t.customer()), "1.00"))), http.StatusCreated).text("id")
	}},
	"/v1/communication/{id}": {posts["importExternalDocument"].needs, func(t *trial) string {
		invoice := t.invoice(t.customer())
		t.attach(invoice, enclosure{filename: "a.eml", kind: "email", content: eml(t.reference())})
		return textAt(t.last(invoice), "id")
	}},
	"/dunning/runs/{run}": {[]string{"createIdentity", "createInvoice", "createDunningRun", "commitInvoice"}, func(t *trial) string {
		return t.plan(object{}, t.bill(t.customer())).text("run")
	}},
	"/dunning/holds/{hold}": {[]string{"createIdentity", "createInvoice", "createDunningHold", "commitInvoice"}, func(t *trial) string {
		return t.hold(object{"invoice": t.bill(t.customer())})
	}},
	"/jobs/{job}": {[]string{"createIdentity", "createInvoice", "commitInvoice"}, func(t *trial) string { return t.commit(t.invoice(t.customer())).text("job") }},
}

// belongingOf finds the thing that the path of an operation names.
func belongingOf(o *validate.Operation) (belonging, bool) {
	template := o.Path[:strings.Index(o.Path, "}")+1]
	b, known := belongings[template]
	return b, known
}

// nowhere is a name of no thing, of the shape of one there is.
func (t *trial) nowhere(name string) string {
	if strings.Trim(name, "0123456789") == "" {
		return "987654321987654321"
	}
	return t.reference()
}

func hidden(t *trial) {
	thing, known := belongingOf(t.op)
	if !known {
		t.cannot(Skipped, "the suite does not know how to make what "+t.op.Path+" names")
	}
	t.require(thing.needs...)
	name := thing.make(t)
	missing := t.nowhere(name)
	others := t.call(t.op.ID, of(name), t.anyBody(t.op), as(other))
	t.refused(others, http.StatusNotFound, "ERR_NOT_FOUND")
	nobodys := t.call(t.op.ID, of(missing), t.anyBody(t.op), as(other))
	t.refused(nobodys, http.StatusNotFound, "ERR_NOT_FOUND")
	if a, b := strings.ReplaceAll(string(others.body), name, "…"), strings.ReplaceAll(string(nobodys.body), missing, "…"); a != b {
		t.fail("the text that is given for what exists nowhere: "+b, a)
	}
}

// anyBody is a body an operation takes, if it takes one.
func (t *trial) anyBody(o *validate.Operation) with {
	switch {
	case o.TakesUpload("multipart/form-data"):
		return enclosure{filename: "b.eml", kind: "email", content: eml("another merchant's")}.form()
	case o.ID == "modifyDunning":
		return body(object{"dunninglevel": 1})
	case o.Request != nil:
		return body(t.sampleBody(o))
	}
	return func(*draft) {}
}

func hiddenInLists(t *trial) {
	s := t.shelf(2)
	for _, query := range [][]string{s.narrow(""), {"sort", "-created", "pageSize", "1000"}} {
		shown := t.want(t.call(s.operation, where(query...), as(other)), http.StatusOK).list("rows")
		if own := s.own(shown); len(own) > 0 {
			t.fail("nothing of the first merchant's", namesOf(own))
		}
	}
}

func untouched(t *trial) {
	customer := t.customer()
	draft, bill := t.invoice(customer), t.bill(customer)
	t.attach(draft, enclosure{filename: "a.eml", kind: "email", content: eml(t.reference())})
	was := []*answer{t.read("getInvoice", draft), t.read("getInvoice", bill)}
	documents := len(t.communications(draft))
	for _, reference := range []string{draft, bill} {
		t.call("updateInvoice", of(reference), body(object{"label": "Another's", "meta": object{"another": true}}), as(other))
		t.call("updateInvoice", of(reference), body(object{"state": "canceled"}), as(other))
		t.call("commitInvoice", of(reference), body(object{}), as(other))
		t.call("importExternalDocument", of(reference), enclosure{filename: "b.eml", kind: "email", content: eml("b")}.form(), as(other))
		t.call("createInvoice", of(customer), body(object{}), as(other))
	}
	for i, reference := range []string{draft, bill} {
		is := t.read("getInvoice", reference)
		t.same("the invoice after what another merchant sent", is.parsed, was[i].parsed)
		t.equal("its ETag", is.etag(), was[i].etag())
	}
	t.equal("number of its documents", len(t.communications(draft)), documents)
}

func ownReferences(t *trial) {
	customer := t.customer(object{"number": "first"})
	invoice := t.invoice(customer, object{"label": "first"})
	wasCustomer, wasInvoice := t.read("getIdentity", customer), t.read("getInvoice", invoice)
	t.want(t.call("upsertIdentity", of(customer), body(object{"number": "second"}), as(other)), http.StatusCreated)
	t.want(t.call("createInvoice", of(customer), body(object{"reference": invoice, "label": "second"}), as(other)), http.StatusCreated)
	t.want(t.call("updateInvoice", of(invoice), body(object{"ordernumber": "second"}), as(other)), http.StatusOK)
	t.same("the first merchant's customer", t.read("getIdentity", customer).parsed, wasCustomer.parsed)
	t.same("the first merchant's invoice", t.read("getInvoice", invoice).parsed, wasInvoice.parsed)
	t.covers("the second merchant's invoice", t.call("getInvoice", of(invoice), as(other)).parsed, object{"label": "second", "ordernumber": "second"})
	t.equal("number of the second merchant's customer", t.call("getIdentity", of(customer), as(other)).text("number"), "second")
}
