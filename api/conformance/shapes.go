package conformance

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/dunwell/dunwell/api/validate"
)

// shapeLaws are the laws of what a request must look like. Their requests are generated from the schemas.
var shapeLaws = []Law{
	{Name: faultType, Source: "schemas of each operation", each: every, inputs: true, check: refusesWrong,
		Says: "A value of a wrong type, or null where the schema does not allow it, is refused with 400 naming the field."},
	{Name: faultBound, Source: "schemas of each operation", each: every, inputs: true, check: refusesWrong,
		Says: "A value beyond the least or greatest length, size or number is refused with 400 naming the field."},
	{Name: faultPattern, Source: "schemas of each operation", each: every, inputs: true, check: refusesWrong,
		Says: "A value that is not of the pattern, the format or the list of values is refused with 400 naming the field."},
	{Name: faultUnknown, Source: "info.description: Unknown input", each: every, inputs: true, check: refusesWrong,
		Says: "An unknown field, query parameter or form field, also one whose name differs in case only, is refused with 400 and named."},
	{Name: faultRequired, Source: "schemas of each operation", each: every, inputs: true, check: refusesWrong,
		Says: "A request without a required field is refused with 400 naming it."},
	{Name: faultJSON, Source: "info.description: Unknown input", each: every, inputs: true, check: refusesWrong,
		Says: "A body that is not exactly one JSON value in UTF-8, with each field once, is refused with 400."},
	{Name: faultForm, Source: "importExternalDocument", each: every, inputs: true, check: refusesWrong,
		Says: "A form that is cut off, or has a part twice, is refused with 400."},
	{Name: "shapes.taken", Source: "schemas of each operation", each: maySendAnything, check: takesRight,
		Says: "A request that fits its schemas is not refused for its shape, and never a fault of the server, up to the last boundary."},
	{Name: "shapes.nothing-stored", Source: "info.description: Idempotency", each: canWitness, check: storesNothing,
		Says: "A request that is refused with 400 changes nothing."},
}

func every(*validate.Operation) bool { return true }

// shaped makes the request of an input: what the input does not say is the smallest thing possible.
func (t *trial) shaped(o *validate.Operation, path []string, in input) request {
	parts := []with{of(path...)}
	if in.path != nil {
		parts = []with{rawPath(in.path...)}
	}
	if !in.hasBody {
		parts = append(parts, t.smallestBody(o)...)
	}
	return t.draft(o.ID, append(parts, in.parts...)...)
}

// smallestBody gives the smallest body an operation takes, if it takes any.
func (t *trial) smallestBody(o *validate.Operation) []with {
	switch {
	case o.TakesUpload("multipart/form-data"):
		return []with{form(t.sampleForm(o)...)}
	case harmless[o.ID] != "":
		return []with{t.harmless(o)}
	case o.Request != nil:
		return []with{body(t.sampleBody(o))}
	}
	return nil
}

// refusesWrong sends the inputs that the law is about.
func refusesWrong(t *trial) {
	path := t.existing(t.op)
	for _, in := range t.wrongBy(t.op, t.law.Name) {
		t.begin(in.String())
		t.refusesInput(t.send(t.shaped(t.op, path, in)), in)
	}
}

// String says what is special about an input.
func (in input) String() string {
	if in.field == "" {
		return in.what
	}
	return in.field + ": " + in.what
}

// refusesInput holds the answer to a wrong input against what the contract says of refusals.
func (t *trial) refusesInput(a *answer, in input) {
	switch {
	case a.status != http.StatusBadRequest || a.text("type") != "ERR_INVALID_VALUE":
		t.fail("400 ERR_INVALID_VALUE", a.came(), a.exchange)
	case in.field != "" && !slices.ContainsFunc(a.fields(), func(named string) bool { return samePath(named, in.field) }):
		t.fail("a detail that names the field "+in.field, a.came(), a.exchange)
	case !hinted(a):
		t.fail("a hint in each detail, saying what would be right", a.came(), a.exchange)
	}
}

// hinted says whether there are details and each has a hint.
func hinted(a *answer) bool {
	details := a.list("details")
	return len(details) > 0 && !slices.ContainsFunc(details, func(detail any) bool {
		hint, _ := lookup(detail, "hint")
		text, _ := hint.(string)
		return text == ""
	})
}

// maySendAnything leaves out what would change more than the run's own objects.
func maySendAnything(o *validate.Operation) bool {
	return harmless[o.ID] == "" || o.ID == "createIdentity"
}

// takesRight sends valid inputs: each boundary of each field on an object of its own, unless it is only read.
func takesRight(t *trial) {
	path := t.existing(t.op)
	right := t.inputs[t.op.ID]().right
	for len(right) > 0 {
		n := slices.IndexFunc(right, func(in input) bool { return in.field != right[0].field })
		if n < 0 {
			n = len(right)
		}
		t.takesField(path, right[:n])
		if right = right[n:]; len(right) > 0 && t.op.Method != http.MethodGet {
			t.fresh()
			path = t.existing(t.op)
		}
	}
}

// takesField sends the valid inputs of one field. At least one must be taken: a field of which nothing is, is not
// there.
func (t *trial) takesField(path []string, values []input) {
	refused := 0
	for _, in := range values {
		t.begin(in.String())
		a := t.send(t.shaped(t.op, path, in))
		if a.status == http.StatusBadRequest && mayMean(a, in) {
			if refused++; refused == len(values) && in.hasBody && !bound(t.op, in) {
				t.fail("some value of the field "+in.field+" to be taken", a.came(), a.exchange)
			}
		} else if !t.mayBe(a) {
			t.fail("an answer that does not refuse the shape of the request", a.came(), a.exchange)
			return
		}
	}
}

// bound says whether the contract says in words which values of a field are taken.
func bound(o *validate.Operation, in input) bool {
	return o.ID == "updateInvoice" && in.field == "state" || // canceled, together with cancelationdate
		o.ID == "upsertIdentity" && in.field == "reference" || // the one in the path
		o.ID == "createAdjustment" && (in.field == "part" || in.field == "reverses") // each of its kind of adjustment
}

// mayBe says whether an answer can be one to a request of the right shape: it worked, or the state does not allow it.
func (t *trial) mayBe(a *answer) bool {
	switch a.status {
	case http.StatusNotImplemented:
		return documents(t.op, a.status)
	case http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed:
		return true
	}
	return a.status/100 == 2
}

// mayMean says whether a refusal with 400 can be about what values mean: it tells about a value that may make no sense,
// or about another field that does not go with the one that was sent.
func mayMean(a *answer, in input) bool {
	named := a.fields()
	if len(named) == 0 || !hinted(a) {
		return false
	}
	return in.doubtful || slices.ContainsFunc(named, func(name string) bool { return !samePath(name, in.field) })
}

// existing gives values for the path parameters of an operation that name what is there, as far as the server lets one
// create it.
func (t *trial) existing(o *validate.Operation) []string {
	values := t.samplePath(o)
	for i, p := range t.pathParameters(o) {
		switch {
		case p.Name == "identityReference" && t.offered["createIdentity"]:
			values[i] = t.customer()
		case p.Name == "invoiceReference" && t.offered["createIdentity"] && t.offered["createInvoice"]:
			values[i] = t.invoice(t.customer())
		}
	}
	return values
}

// witnesses tell, as a text, what an operation might have changed.
var witnesses = map[string]func(t *trial, path []string) string{
	"upsertIdentity": func(t *trial, path []string) string { return t.state("getIdentity", path[0]) },
	"createInvoice":  func(t *trial, path []string) string { return t.state("listIdentityInvoices", path[0]) },
	"updateInvoice":  func(t *trial, path []string) string { return t.state("getInvoice", path[0]) },
	"commitInvoice":  func(t *trial, path []string) string { return t.state("getInvoice", path[0]) },
	"modifyDunning":  func(t *trial, path []string) string { return t.state("getInvoice", path[0]) },
	"importExternalDocument": func(t *trial, path []string) string {
		return strconv.Itoa(len(t.call("listDocuments", of(path[0])).list("[0].communications")))
	},
}

func canWitness(o *validate.Operation) bool { return witnesses[o.ID] != nil && o.Request != nil }

// state is what an operation shows of something.
func (t *trial) state(operation, reference string) string {
	a := t.call(operation, of(reference))
	return strconv.Itoa(a.status) + " " + a.etag() + " " + string(a.body)
}

// storesNothing sends a sample of wrong inputs and looks whether anything changed. If so, it finds out which one does
// it.
func storesNothing(t *trial) {
	path, witness := t.existing(t.op), witnesses[t.op.ID]
	sample := sampleOf(t, t.inputs[t.op.ID]().wrong, 60)
	before := witness(t, path)
	for _, in := range sample {
		t.begin(in.String())
		t.send(t.shaped(t.op, path, in))
	}
	if witness(t, path) == before {
		return
	}
	for _, in := range sample {
		t.fresh()
		path = t.existing(t.op)
		before := witness(t, path)
		t.begin(in.String())
		a := t.send(t.shaped(t.op, path, in))
		if after := witness(t, path); after != before {
			t.stop("nothing to change: "+clip(before), clip(after), a.exchange)
		}
	}
}

// sampleOf draws at most that many, and keeps their order.
func sampleOf(t *trial, all []input, most int) (drawn []input) {
	chosen := t.random.Perm(len(all))[:min(most, len(all))]
	slices.Sort(chosen)
	for _, i := range chosen {
		if all[i].path == nil {
			drawn = append(drawn, all[i])
		}
	}
	return drawn
}

func clip(text string) string { return excerpt([]byte(strings.TrimSpace(text)), 300) }
