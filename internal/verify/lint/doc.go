// Package lint holds an OpenAPI 3.0 document against the rules that keep a contract useful: it is valid, a stranger can
// work from its descriptions, every value has a limit, every operation says how it can fail, and every example fits.
//
// Everything found has a place in the document and a line in a file. What is written in another file is held against the
// same rules as what is written in the document itself.
package lint

// Rule is one thing that is asked of a document.
type Rule struct {
	Name  string // such as string-limit
	Wants string // what it asks, one sentence
}

// Rules are all there are, in the order they are looked at.
var Rules = []Rule{
	{ruleOpenAPI, "The document is valid OpenAPI 3.0, and every reference leads somewhere."},
	{ruleKeyword, "No keyword of OpenAPI 3.1 is used."},
	{ruleFormat, "Formats of strings are those that are checked."},
	{rulePattern, "Patterns compile, and bring an x-hint that says in words what would be right."},
	{ruleOperationID, "Every operation has an operationId, for code is named by it."},
	{ruleDescription, "Everything a caller reads or writes by name is described; operations have a summary too."},
	{ruleTag, "Every operation has one tag, which tags lists; paths follow the order of tags."},
	{rulePermission, "If one operation names its x-permission, all do, such as invoices:read."},
	{ruleRefusal, "Every operation documents the ways it can be refused, each by a shared response."},
	{ruleEnvelope, "All refusals share one schema, so that a caller needs one piece of code for them."},
	{ruleLimit, "Strings, arrays and integers have limits."},
	{ruleExact, "Numbers have a Go type of their own, so that none becomes a float."},
	{ruleName, "Components of different kinds have different names, for each becomes a Go type."},
	{ruleExample, "Requests, responses, parameters and headers have an example."},
	{ruleExampleFits, "Examples fit their schemas, formats included."},
}

const (
	ruleOpenAPI     = "openapi"
	ruleKeyword     = "keyword"
	ruleFormat      = "format"
	rulePattern     = "pattern"
	ruleOperationID = "operation-id"
	ruleDescription = "description"
	ruleTag         = "tag"
	rulePermission  = "permission"
	ruleRefusal     = "refusal"
	ruleEnvelope    = "envelope"
	ruleLimit       = "limit"
	ruleExact       = "exact"
	ruleName        = "name"
	ruleExample     = "example"
	ruleExampleFits = "example-fits"
)

// Lint gives all that is found, ordered by file and line. A document that is not valid is asked for nothing else.
func (d *Document) Lint() []Finding {
	if invalid := d.Spec(); len(invalid) > 0 {
		return invalid
	}
	r := &report{}
	r.add(d.Style()...)
	r.add(d.Examples()...)
	return r.sorted()
}
