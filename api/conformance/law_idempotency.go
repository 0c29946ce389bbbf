package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

var idempotencyLaws = []Law{
	{Name: "idempotency.replayed", Source: "info.description: Idempotency", each: takesKey, check: sameRequestAgain,
		Says: "The first answer is given again byte for byte with Idempotent-Replayed: true, and nothing happens twice."},
	{Name: "idempotency.reused", Source: "info.description: Idempotency", each: takesKey, Needs: []string{"createIdentity"}, check: anotherRequest,
		Says: "Another request under the same key is answered with 422, and does nothing."},
	{Name: "idempotency.refusal", Source: "info.description: Idempotency", each: canBeRefused, check: refusalIsKept,
		Says: "A refusal is kept like any first answer, though the request would not be refused any more."},
	{Name: "idempotency.invalid", Source: "info.description: Idempotency", each: takesKey, check: invalidKeepsNothing,
		Says: "A request that fails validation keeps nothing under its key."},
	{Name: "idempotency.parallel", Source: "info.description: Idempotency", each: takesKey, check: manyAtOnce,
		Says: "Requests at once under one key have one effect and one answer, or are told with 409 to come again."},
	{Name: "idempotency.syntax", Source: "components/parameters/IdempotencyKey", each: takesKey, check: keySyntax,
		Says: "A key has 1 to 255 visible ASCII characters."},
	{Name: "idempotency.without", Source: "components/parameters/IdempotencyKey", each: happensTwice, check: withoutKey,
		Says: "Without a key a request happens each time."},
	{Name: "idempotency.merchants", Source: "info.description: Authentication", each: takesKey, Needs: []string{"createIdentity"}, Other: true, check: keysOfMerchants,
		Says: "A key is the merchant's own: another one's request under it is done, and gets an answer of its own."},
}

func takesKey(o *validate.Operation) bool { return posts[o.ID].stage != nil }

func canBeRefused(o *validate.Operation) bool { return posts[o.ID].refusable }

func happensTwice(o *validate.Operation) bool { return posts[o.ID].countable }

// post is how an operation that takes an Idempotency-Key is tried.
type post struct {
	needs     []string // what staging it takes
	countable bool     // it may happen again and again, and how often it did can be seen
	refusable bool     // it can be refused first, and allowed later
	stage     func(*trial) staged
}

var posts = map[string]post{
	"createIdentity":         {[]string{"listIdentities"}, true, true, stageIdentity},
	"createInvoice":          {[]string{"createIdentity", "listIdentityInvoices"}, true, true, stageInvoice},
	"createCreditnote":       {[]string{"createIdentity", "createInvoice", "commitInvoice", "listPayments"}, true, true, stageCreditnote},
	"commitInvoice":          {[]string{"createIdentity", "createInvoice"}, false, true, stageCommit},
	"resendInvoice":          {[]string{"createIdentity", "createInvoice", "commitInvoice"}, false, true, stageResend},
	"modifyDunning":          {[]string{"createIdentity", "createInvoice", "commitInvoice"}, false, true, stageDunning},
	"importExternalDocument": {[]string{"createIdentity", "createInvoice", "listDocuments"}, true, true, stageImport},
	"createTransaction":      {[]string{"createIdentity", "createInvoice", "commitInvoice", "listPayments"}, true, false, stageTransaction},
	"assignTransaction":      {[]string{"createIdentity", "createInvoice", "commitInvoice", "createTransaction", "listPayments"}, true, false, stageAssignment},
	"createAdjustment":       {[]string{"createIdentity", "createInvoice", "commitInvoice", "listPayments"}, true, false, stageAdjustment},
	"createDunningRun":       {nil, false, false, stageRun},
	"createDunningHold":      {[]string{"createIdentity", "createInvoice", "commitInvoice", "listDunningHolds"}, true, true, stageHold},
	"liftDunningHold":        {[]string{"createIdentity", "createInvoice", "commitInvoice", "createDunningHold"}, false, true, stageLift},
}

// staged is a request that succeeds, and what it is told apart by.
type staged struct {
	path    []string     // its path parameters
	body    with         //
	another with         // another body the operation takes
	invalid with         // a body it does not take
	toPath  []string     // path parameters of another thing it could be asked of; nil: it has none
	effects func() int   // how often it has happened; nil: that cannot be seen
	refused func() with  // a body that is refused; nil: body
	missing string       // a path parameter under which there is nothing yet, so that the request is refused
	appears func(string) // brings about what is missing
}

// stage makes what a request of the law's operation takes.
func (t *trial) stage() staged {
	p := posts[t.op.ID]
	t.require(p.needs...)
	st := p.stage(t)
	if st.invalid == nil {
		st.invalid = body(object{"unknownField": 1})
	}
	return st
}

// ask sends the staged request with more parts.
func (st staged) ask(t *trial, parts ...with) *answer {
	return t.call(t.op.ID, append([]with{of(st.path...), st.body}, parts...)...)
}

// happened fails unless the request has had its effect this often.
func (st staged) happened(t *trial, times int) {
	if st.effects == nil {
		return
	}
	if n := st.effects(); n != times {
		t.fail(fmt.Sprintf("%s to have happened %d times", t.op.ID, times), fmt.Sprintf("it happened %d times", n))
	}
}

func stageIdentity(t *trial) staged {
	number := t.reference()
	return staged{
		body: body(object{"number": number}), another: body(object{"number": t.reference()}),
		effects: func() int {
			return len(t.want(t.call("listIdentities", where("query[number]", number)), http.StatusOK).list("rows"))
		},
		refused: func() with { return body(object{"reference": t.customer()}) },
	}
}

func stageInvoice(t *trial) staged {
	customer := t.customer()
	return staged{
		path: []string{customer}, toPath: []string{t.customer()}, body: body(object{"label": "One"}), another: body(object{"label": "Two"}),
		effects: func() int { return len(t.read("listIdentityInvoices", customer).list("")) },
		missing: t.reference(), appears: func(reference string) { t.customer(object{"reference": reference}) },
	}
}

func stageCreditnote(t *trial) staged {
	customer := t.customer()
	invoice := t.bill(customer)
	note := func(unitprice string) with {
		return body(object{"invoice": invoice, "netbased": true, "items": items(line{quantity: "1", unitprice: unitprice, taxrate: "19"})})
	}
	return staged{
		path: []string{customer}, toPath: []string{t.customer()}, body: note("1.00"), another: note("2.00"),
		effects: func() int { return len(t.read("listPayments", invoice).list("payments")) },
		refused: func() with { return body(object{"items": items(oneLine)}) },
		missing: t.reference(), appears: func(reference string) { t.customer(object{"reference": reference}) },
	}
}

func stageCommit(t *trial) staged {
	customer := t.customer()
	return staged{
		path: []string{t.invoice(customer)}, toPath: []string{t.invoice(customer)}, body: body(object{}), another: body(object{"data": "other"}),
		missing: t.reference(), appears: func(reference string) { t.invoice(customer, object{"reference": reference}) },
	}
}

func stageResend(t *trial) staged {
	customer := t.customer()
	return staged{
		path: []string{t.bill(customer)}, toPath: []string{t.bill(customer)}, body: body(object{}),
		missing: t.invoice(customer), appears: func(draft string) { t.commit(draft) },
	}
}

func stageDunning(t *trial) staged {
	customer := t.customer()
	return staged{
		path: []string{t.bill(customer)}, toPath: []string{t.bill(customer)}, body: body(object{"dunninglevel": 1}), another: body(object{"dunninglevel": 2}),
		missing: t.invoice(customer), appears: func(draft string) { t.commit(draft) },
	}
}

func stageImport(t *trial) staged {
	customer := t.customer()
	invoice := t.invoice(customer)
	d := enclosure{filename: "mail.eml", kind: "email", content: eml(t.reference())}
	another, invalid := d, d
	another.label, invalid.kind = "Another", "unknown"
	return staged{
		path: []string{invoice}, toPath: []string{t.invoice(customer)}, body: d.form(), another: another.form(), invalid: invalid.form(),
		effects: func() int { return len(t.communications(invoice)) },
		missing: t.reference(), appears: func(reference string) { t.invoice(customer, object{"reference": reference}) },
	}
}

func stageTransaction(t *trial) staged {
	invoice := t.bill(t.customer())
	booking := func(amount string) with { return body(payment(invoice, amount)) }
	return staged{
		body: booking("1.00"), another: booking("2.00"),
		effects: func() int { return len(t.read("listPayments", invoice).list("payments")) },
	}
}

// stageAssignment sets off what is left of a payment.
func stageAssignment(t *trial) staged {
	customer := t.customer()
	paid, owed := t.bill(customer), t.bill(customer)
	left := func() string {
		return t.want(t.call("createTransaction", body(merged(payment(paid, "1.00"), object{"amount": "50.00"}))), http.StatusCreated).text("id")
	}
	part := func(amount string) with {
		return body(object{"assignments": []any{object{"invoice": owed, "amount": amount}}})
	}
	return staged{
		path: []string{left()}, toPath: []string{left()}, body: part("1.00"), another: part("2.00"),
		effects: func() int { return len(t.read("listPayments", owed).list("payments")) },
	}
}

func stageAdjustment(t *trial) staged {
	customer := t.customer()
	invoice := t.bill(customer)
	off := func(amount string) with {
		return body(object{"kind": "writeoff", "amount": amount, "reason": "conformance"})
	}
	return staged{
		path: []string{invoice}, toPath: []string{t.bill(customer)}, body: off("1.00"), another: off("2.00"),
		effects: func() int { return len(t.read("listPayments", invoice).list("charges")) },
	}
}

// payment is money for an invoice.
func payment(invoice, amount string) object {
	return object{"amount": amount, "currency": "EUR", "valuedate": "2024-01-15", "assignments": []any{object{"invoice": invoice, "amount": amount}}}
}

// stageRun only plans: a run that is executed would dun whomever the merchant has.
func stageRun(*trial) staged {
	plan := func(day string) with { return body(object{"asOf": day, "dryRun": true}) }
	return staged{body: plan("2024-01-15"), another: plan("2024-01-16")}
}

func stageHold(t *trial) staged {
	bill := t.bill(t.customer())
	hold := func(invoice, reason string) with {
		return body(object{"invoice": invoice, "kind": "block", "reason": reason})
	}
	return staged{
		body: hold(bill, "One"), another: hold(bill, "Two"),
		effects: func() int { return len(t.holds(where("invoice", bill))) },
		refused: func() with { return hold(t.reference(), "One") },
	}
}

func stageLift(t *trial) staged {
	bill := t.bill(t.customer())
	lifted := t.hold(object{"invoice": bill})
	t.want(t.call("liftDunningHold", of(lifted), body(object{})), http.StatusOK)
	return staged{path: []string{t.hold(object{"invoice": bill})}, toPath: []string{t.hold(object{"invoice": bill})}, body: body(object{}), missing: lifted}
}

func sameRequestAgain(t *trial) {
	st, once := t.stage(), key(t.newKey())
	first := t.done(st.ask(t, once))
	t.equal("Idempotent-Replayed of a first answer", first.header.Get("Idempotent-Replayed"), "")
	for range 2 {
		t.replays(first, st.ask(t, once))
	}
	st.happened(t, 1)
}

// replays fails unless an answer is the kept first one.
func (t *trial) replays(first, again *answer) {
	t.equal("the status of the repeated request", again.status, first.status)
	t.equal("the body of the repeated request", string(again.body), string(first.body))
	t.equal("Idempotent-Replayed of the repeated request", again.header.Get("Idempotent-Replayed"), "true")
	for _, name := range []string{"Content-Type", "ETag"} {
		t.equal(name+" of the repeated request", again.header.Get(name), first.header.Get(name))
	}
}

func anotherRequest(t *trial) {
	st, once := t.stage(), key(t.newKey())
	t.done(st.ask(t, once))
	reused := func(a *answer) {
		t.refused(a, http.StatusUnprocessableEntity, "ERR_IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")
	}
	if st.another != nil {
		reused(st.ask(t, once, st.another))
	}
	if st.toPath != nil {
		reused(t.call(t.op.ID, of(st.toPath...), st.body, once))
	}
	if t.op.ID != "createIdentity" {
		reused(t.call("createIdentity", body(object{}), once))
	}
	st.happened(t, 1)
}

func refusalIsKept(t *trial) {
	st, once := t.stage(), key(t.newKey())
	request := []with{st.body, once}
	if st.refused != nil {
		request[0] = st.refused()
	}
	if st.missing != "" {
		request = append(request, of(st.missing))
	}
	first := t.want(t.call(t.op.ID, request...), http.StatusNotFound, http.StatusConflict)
	if st.appears != nil {
		st.appears(st.missing)
	}
	t.replays(first, t.call(t.op.ID, request...))
}

func invalidKeepsNothing(t *trial) {
	st, once := t.stage(), key(t.newKey())
	t.refused(st.ask(t, once, st.invalid), http.StatusBadRequest, "ERR_INVALID_VALUE")
	made := t.done(st.ask(t, once))
	t.equal("Idempotent-Replayed of the first valid request", made.header.Get("Idempotent-Replayed"), "")
	st.happened(t, 1)
}

func manyAtOnce(t *trial) {
	st, once := t.stage(), key(t.newKey())
	answers := make([]*answer, 8)
	t.together(len(answers), func(i int) { answers[i] = st.ask(t, once) })
	answers = slices.DeleteFunc(answers, func(a *answer) bool {
		waits := a.status == http.StatusConflict && a.text("type") == "ERR_IDEMPOTENCY_IN_PROGRESS"
		if waits && a.header.Get("Retry-After") == "" {
			t.fail("Retry-After with ERR_IDEMPOTENCY_IN_PROGRESS", a.came())
		}
		return waits
	})
	if len(answers) == 0 {
		t.stop("one of the requests to be done", "none was")
	}
	for _, a := range answers {
		t.done(a)
		t.equal("the body of every answer", string(a.body), string(answers[0].body))
	}
	st.happened(t, 1)
}

func keySyntax(t *trial) {
	st := t.stage()
	for _, wrong := range []string{strings.Repeat("k", 256), "two words", "schlüssel"} {
		t.refused(st.ask(t, key(wrong)), http.StatusBadRequest, "ERR_INVALID_VALUE", "Idempotency-Key")
	}
	st.happened(t, 0)
	longest := t.newKey() + "!"
	t.done(st.ask(t, key(longest+strings.Repeat("~", 255-len(longest)))))
	st.happened(t, 1)
}

func withoutKey(t *trial) {
	st := t.stage()
	for range 2 {
		made := t.done(st.ask(t))
		t.equal("Idempotent-Replayed of a request without a key", made.header.Get("Idempotent-Replayed"), "")
	}
	st.happened(t, 2)
}

func keysOfMerchants(t *trial) {
	st, once := t.stage(), key(t.newKey())
	first := t.done(st.ask(t, once))
	asked := body(object{})
	if t.op.ID == "createIdentity" {
		asked = st.body // the very same request
	}
	again := t.done(t.call("createIdentity", asked, once, as(other)))
	t.equal("Idempotent-Replayed of the other merchant's request", again.header.Get("Idempotent-Replayed"), "")
	if string(again.body) == string(first.body) {
		t.fail("an answer of the other merchant's own", again.came())
	}
}
