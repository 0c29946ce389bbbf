package conformance

import (
	"net/http"
	"strconv"
	"strings"
)

// fullIdentity has every field of a customer, spelled as answers spell it.
func fullIdentity(number string) object {
	return object{
		"number": number, "debtor": "10001", "kind": "individual", "currency": "CHF",
		"name":      object{"company": "ACME GmbH", "salutation": "mx", "firstname": "Erika", "lastname": "Mustermann", "birthday": "1970-01-31"},
		"addresses": []any{postal(), object{"kind": "default", "lastname": "Mustermann", "city": "Köln", "country": "DE"}},
		"emails":    []any{object{"email": "erika@example.com", "kind": "default"}, object{"email": "dunning@example.com", "kind": "dunning"}},
		"phones":    []any{object{"phone": "+49 30 12345678", "active": true}, object{"phone": "030/123", "active": false}},
		"detail":    object{"locale": "de-DE", "vatId": "DE123456789", "dunning": object{"disabled": true, "delayedUntil": "2030-01-01", "deliveryKind": "letter", "customPeriods": object{"REMINDER": 3}}},
		"meta":      object{"custom_key": "custom_value"},
	}
}

// onCustomer is a check on a customer that has every field.
func onCustomer(check func(t *trial, reference string)) func(*trial) {
	return func(t *trial) { check(t, t.customer(fullIdentity(t.reference()))) }
}

var (
	makesIdentities   = []string{"createIdentity", "getIdentity"}
	updatesIdentities = []string{"createIdentity", "getIdentity", "upsertIdentity"}
)

var identityLaws = []Law{
	{Name: "identity.created", Source: "createIdentity, getIdentity", Needs: makesIdentities, check: identityCreated,
		Says: "A customer is read as it was answered when created, with every field that was sent."},
	{Name: "identity.reference-unique", Source: "components/responses/ConflictError", Needs: makesIdentities, check: identityReferenceUnique,
		Says: "A reference that exists is answered with 409 ERR_UNIQUE_VIOLATION, and changes nothing."},
	{Name: "identity.reference-generated", Source: "info.description: References", Needs: makesIdentities, check: identityReferenceGenerated,
		Says: "A reference left out is generated, and then begins with an underscore."},
	{Name: "identity.reference-spelled", Source: "components/schemas/Reference", Needs: updatesIdentities, check: identityReferencesOfAllKinds,
		Says: "Every reference the contract allows is found again under exactly its own spelling."},
	{Name: "identity.put-creates", Source: "upsertIdentity", Needs: []string{"getIdentity", "upsertIdentity"}, check: putCreates,
		Says: "A PUT creates the customer if the reference is new (201), else updates it (200)."},
	{Name: "identity.put-reference", Source: "upsertIdentity", Needs: updatesIdentities, check: putReference,
		Says: "A reference in the body must equal the one in the path."},
	{Name: "identity.merged", Source: "upsertIdentity", Needs: updatesIdentities, check: onCustomer(identityMerges),
		Says: "Fields left out stay as they are; a list that is present replaces the stored one."},
	{Name: "identity.identical", Source: "upsertIdentity", Needs: updatesIdentities, check: identityIdentical,
		Says: "Content that is identical changes nothing, modified and ETag included, and is answered with 200."},
	{Name: "identity.etag", Source: "components/parameters/IfMatch", Needs: updatesIdentities, check: onCustomer(identityETag),
		Says: "If the object has changed since the version named by If-Match, the answer is 412 and nothing changes."},
	{Name: "identity.missing", Source: "components/responses/NotFoundError", Needs: []string{"getIdentity"}, check: identityMissing,
		Says: "A customer that does not exist is answered with 404."},
	{Name: "identity.update-refused", Source: "upsertIdentity", Needs: updatesIdentities, check: onCustomer(identityRefusedUpdate),
		Says: "An update that is refused changes nothing at all, and creates nothing."},
}

func identityCreated(t *trial) {
	sent := fullIdentity(t.reference())
	sent["reference"] = t.reference()
	made := t.want(t.call("createIdentity", body(sent)), http.StatusCreated)
	t.covers("the customer as created", made.parsed, sent)
	read := t.read("getIdentity", made.text("reference"))
	t.same("the customer as read", read.parsed, made.parsed)
	t.equal("the ETag of what was created and of what is read", read.etag(), made.etag())
}

func identityReferenceUnique(t *trial) {
	reference := t.customer(object{"number": "1"})
	t.refused(t.call("createIdentity", body(object{"reference": reference, "number": "2"})), http.StatusConflict, "ERR_UNIQUE_VIOLATION", "reference")
	t.equal("number of the first", t.read("getIdentity", reference).text("number"), "1")
}

func identityReferenceGenerated(t *trial) {
	create := func() string {
		return t.want(t.call("createIdentity", body(object{})), http.StatusCreated).text("reference")
	}
	first, second := create(), create()
	if !strings.HasPrefix(first, "_") || !strings.HasPrefix(second, "_") || first == second {
		t.fail("two references that begin with an underscore", first+" and "+second)
	}
	t.read("getIdentity", first)
}

func identityReferencesOfAllKinds(t *trial) {
	prefix := t.reference()
	for i, ending := range []string{"", " with spaces", "+plus", "&amp=;", "Größe", "日本", "a.b..c", "(x)[y]{z}", `"quoted"'`, "UPPER", "upper", "~!@$^*", strings.Repeat("x", 100-len(prefix))} {
		reference := prefix + ending
		t.begin("the reference ends in " + ending)
		t.want(t.call("upsertIdentity", of(reference), body(object{"number": strconv.Itoa(i)})), http.StatusCreated)
		read := t.read("getIdentity", reference)
		t.equal("reference", read.text("reference"), reference)
		t.equal("number", read.text("number"), strconv.Itoa(i))
	}
}

func putCreates(t *trial) {
	reference, sent := t.reference(), fullIdentity(t.reference())
	made := t.want(t.call("upsertIdentity", of(reference), body(sent)), http.StatusCreated)
	t.covers("the customer as created", made.parsed, merged(sent, object{"reference": reference}))
	t.same("the customer as read", t.read("getIdentity", reference).parsed, made.parsed)
	t.want(t.call("upsertIdentity", of(reference), body(object{"number": "2"})), http.StatusOK)
	t.equal("number", t.read("getIdentity", reference).text("number"), "2")
}

func putReference(t *trial) {
	reference, another := t.customer(), t.reference()
	before := t.read("getIdentity", reference)
	t.want(t.call("upsertIdentity", of(reference), body(object{"reference": reference})), http.StatusOK)
	t.refused(t.call("upsertIdentity", of(reference), body(object{"reference": another, "number": "2"})), http.StatusBadRequest, "ERR_INVALID_VALUE", "reference")
	t.same("the customer after it", t.read("getIdentity", reference).parsed, before.parsed)
	t.refused(t.call("getIdentity", of(another)), http.StatusNotFound, "ERR_NOT_FOUND")
}

func identityMerges(t *trial, reference string) {
	is := t.read("getIdentity", reference).parsed
	for _, change := range []object{
		{"number": t.reference()}, {"debtor": "10002"}, {"kind": "incorporate"}, {"currency": "EUR"}, {"name": object{"firstname": "Max"}}, {"name": object{"company": "New Inc."}},
		{"addresses": []any{postal()}}, {"emails": []any{object{"email": "new@example.com", "kind": "billing"}}}, {"emails": []any{}}, {"phones": []any{}},
		{"detail": object{"locale": "en"}}, {"detail": object{"dunning": object{"deliveryKind": "email"}}}, {"meta": object{"other": true}},
	} {
		t.want(t.call("upsertIdentity", of(reference), body(change)), http.StatusOK)
		want := merged(without(is, "modified"), change)
		is = t.read("getIdentity", reference).parsed
		t.same("the customer after "+compact(change), without(is, "modified"), want)
	}
}

func identityIdentical(t *trial) {
	all := fullIdentity(t.reference())
	reference := t.customer(all)
	before := t.read("getIdentity", reference)
	for _, change := range []object{{}, all, {"debtor": 10001}, {"addresses": all["addresses"]}} {
		t.want(t.call("upsertIdentity", of(reference), body(change)), http.StatusOK)
		after := t.read("getIdentity", reference)
		t.same("the customer after "+compact(change), after.parsed, before.parsed)
		t.equal("the ETag after "+compact(change), after.etag(), before.etag())
	}
}

func identityETag(t *trial, reference string) {
	put := func(number, etag string) *answer {
		return t.call("upsertIdentity", of(reference), body(object{"number": number}), ifMatch(etag))
	}
	first := t.read("getIdentity", reference).etag()
	if first == "" {
		return // the header is an extension, which a server may leave out
	}
	t.want(put("2", first), http.StatusOK)
	before := t.read("getIdentity", reference)
	for _, stale := range []string{first, `"none-of-its-versions"`} {
		t.refused(put("3", stale), http.StatusPreconditionFailed, "ERR_PRECONDITION_FAILED")
	}
	after := t.read("getIdentity", reference)
	t.same("the customer after 412", after.parsed, before.parsed)
	t.equal("the ETag after 412", after.etag(), before.etag())
	t.want(put("4", after.etag()), http.StatusOK)
	missing := t.reference()
	t.refused(t.call("upsertIdentity", of(missing), body(object{}), ifMatch("*")), http.StatusPreconditionFailed, "ERR_PRECONDITION_FAILED")
	t.refused(t.call("getIdentity", of(missing)), http.StatusNotFound, "ERR_NOT_FOUND")
}

func identityRefusedUpdate(t *trial, reference string) {
	before := t.read("getIdentity", reference)
	for _, wrong := range []object{{"number": "2", "unknownField": 1}, {"number": "2", "kind": "alien"}, {"number": "2", "emails": []any{object{"email": "no address"}}}} {
		t.refused(t.call("upsertIdentity", of(reference), body(wrong)), http.StatusBadRequest, "ERR_INVALID_VALUE")
		t.same("the customer after "+compact(wrong), t.read("getIdentity", reference).parsed, before.parsed)
		missing := t.reference()
		t.refused(t.call("upsertIdentity", of(missing), body(wrong)), http.StatusBadRequest, "ERR_INVALID_VALUE")
		t.refused(t.call("getIdentity", of(missing)), http.StatusNotFound, "ERR_NOT_FOUND")
	}
}

func identityMissing(t *trial) {
	t.refused(t.call("getIdentity", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
}
