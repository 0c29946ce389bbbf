package main

import (
	"slices"

	"github.com/dunwell/dunwell/api/examples"
)

const generated = "gen/model/model.gen.go"

// Two changes of the contract: one breaks callers, the other adds something.
var (
	smallerPages = [3]string{"    Page:", "maximum: 100000000", "maximum: 1000"}
	counted      = [3]string{"operationId: listPayments\n", "        - $ref: '#/components/parameters/Offset'\n",
		"        - $ref: '#/components/parameters/Offset'\n        - $ref: '#/components/parameters/WithTotal'\n"}
)

var breakages = []breakage{
	{"openapi 3.1", edit("", "openapi: 3.0.3", "openapi: 3.1.0"), "spec", "openapi", "must be 3.0.3"},
	{"no yaml", edit("", "info:", "info: ["), "spec", "api/openapi.yaml", "did not find expected"},
	{"unknown field", edit("  title:", "  version:", "  vresion: 1.0.0\n  version:"), "spec", "api/openapi.yaml", "vresion"},
	{"reference to nothing", edit("operationId: getInvoice\n", "schemas/Invoice'", "schemas/Invioce'"), "spec", "api/openapi.yaml", "Invioce"},
	{"default that does not fit", edit("    PageSize:", "default: 20", "default: 0"), "spec", "api/openapi.yaml", `parameter "pageSize" schema is invalid: invalid default: number must be at least 1`},
	{"pattern that does not compile", edit("    Currency:", "'^[A-Z]{3}$'", "'^[A-Z{3}$'"), "spec", "components.schemas.Currency", "missing closing ]"},
	{"keyword of OpenAPI 3.1", edit("    JobResult:", "          example: OK", "          const: OK\n          example: OK"), "spec", "components.schemas.JobResult.result", "const"},
	{"format nobody checks", edit("    JobResult:", "          example: OK", "          format: hostname\n          example: OK"), "spec", "components.schemas.JobResult.result", `"hostname"`},

	{"no summary", edit("operationId: getInvoice\n", "      summary: Read an invoice\n", ""), "rule", "getInvoice", "summary"},
	{"no description", edit("    JobResult:", "          description: Number of the job.\n", ""), "rule", "components.schemas.JobResult.job", "description"},
	{"no description of a parameter", edit("    Page:", "      description: The page to show, from 1.\n", ""), "rule", "components.parameters.Page", "description"},
	{"no description of a header", edit("    RequestId:", "description: Names this answer in the server's log.", "deprecated: false"), "rule", "components.headers.RequestId", "description"},
	{"no permission", edit("operationId: getInvoice\n", "      x-permission: invoices:read\n", ""), "rule", "getInvoice", "x-permission"},
	{"two tags", edit("operationId: getInvoice\n", "tags: [Invoices]", "tags: [Invoices, Communication]"), "rule", "getInvoice", "2 tags"},
	{"no way to be refused", edit("operationId: getInvoice\n", "        '403': {$ref: '#/components/responses/ForbiddenError'}\n", ""), "rule", "getInvoice", "403"},
	{"a refusal of its own", edit("operationId: listIdentities\n", "        '403': {$ref: '#/components/responses/ForbiddenError'}\n", "        '403': {description: No.}\n"), "rule", "listIdentities.responses.403", "shared component"},
	{"string without an end", edit("    JobResult:", "          maxLength: 200\n", ""), "rule", "components.schemas.JobResult.result", "maxLength"},
	{"array without an end", edit("operationId: listDocuments\n", "                maxItems: 10000\n", ""), "rule", "listDocuments.responses.200.application/json", "maxItems"},
	{"integer without an end", edit("    Offset:", "        minimum: 0\n", ""), "rule", "components.parameters.Offset", "minimum"},
	{"float", edit("    PercentInput:", "      x-go-type: scalar.Decimal\n      x-go-type-import: {path: github.com/dunwell/dunwell/api/scalar}\n", ""), "rule", "components.schemas.PercentInput.variant", "float"},
	{"one name for two things", edit("  headers:\n    RequestId:", "  responses:\n", "  responses:\n    Invoice: {description: Twice.}\n"), "rule", "components.Invoice", "a name of its own"},
	{"tags out of order", edit("tags:\n", "  - name: Identities\n    description: Customers, and what belongs to one.\n  - name: Invoices\n    description: Invoices from draft to settlement.\n",
		"  - name: Invoices\n    description: Invoices from draft to settlement.\n  - name: Identities\n    description: Customers, and what belongs to one.\n"), "rule", "/invoices", "stands behind /identities"},
	{"pattern without words", edit("    Currency:", "      x-hint:", "      x-hunt:"), "rule", "components.schemas.Currency", "without x-hint"},
	{"refusal of another shape", edit("    ForbiddenError:", "{$ref: '#/components/schemas/Error'}", "{type: object}"), "rule", "components.responses.ForbiddenError.application/json", "a schema of its own"},
	{"tag nobody lists", edit("operationId: getCommunicationFile\n", "tags: [Communication]", "tags: [Files]"), "rule", "/v1/communication/{id}/file", "does not list"},

	{"request without an example", edit("operationId: createCreditnote\n", "            examples:\n              creditnote: {$ref: '#/components/examples/CreditnoteCreate'}\n", ""), "example", "createCreditnote.requestBody.application/json", "no example"},
	{"response without an example", edit("operationId: getInvoice\n", "              examples:\n                invoice: {$ref: '#/components/examples/Invoice'}\n", ""), "example", "getInvoice.responses.200.application/json", "no example"},
	{"parameter without an example", edit("    PageSize:", "      example: 20\n", ""), "example", "components.parameters.PageSize", "no example"},
	{"header without an example", edit("    RetryAfter:", "      example: 1\n", ""), "example", "components.headers.RetryAfter", "no example"},
	{"request example that does not fit", edit("    CreditnoteCreate:\n      summary:", "unitprice: '100.00'", "unitprice: a hundred"), "example", "createCreditnote.requestBody.application/json.examples.creditnote at items[0].unitprice", "wrong form"},
	{"response example that does not fit", edit("    Claim:\n      summary:", "principal: '1000.00'", "principal: 1000"), "example", "getClaim.responses.200.application/json.examples.claim at principal", "type"},
	{"response example with an unknown format", edit("    Claim:\n      summary:", "asOf: '2025-07-15'", "asOf: '2025-07-32'"), "example", "getClaim.responses.200.application/json.examples.claim at asOf", "form"},
	{"parameter example that does not fit", edit("    PageSize:", "example: 20", "example: 2000"), "example", "components.parameters.PageSize.example", "1000"},
	{"field example that does not fit", edit("    BookingSearch:", "example: payment", "example: paiment"), "example", "components.schemas.BookingSearch.kind.example", "allowed values"},

	{"operation without a pair", func(c *contract) {
		c.pairs = slices.DeleteFunc(c.pairs, func(p examples.Pair) bool { return p.OperationID == "getClaim" })
	}, "story", "api/examples", "getClaim"},
	{"pair of no operation", pair("createDunningRun", func(p *examples.Pair) { p.OperationID = "createDunningRuns" }), "story", "api/examples/createDunningRun.json", "createDunningRuns"},
	{"pair with a request that does not fit", pair("createInvoice", func(p *examples.Pair) { in((*[]byte)(&p.Request.Body), `"CT"`, `"cash"`) }), "story", "api/examples/createInvoice.json request", "paymentkind"},
	{"pair with a response that does not fit", pair("getInvoice", func(p *examples.Pair) { in((*[]byte)(&p.Response.Body), `"none"`, `"open"`) }), "story", "api/examples/getInvoice.json response", "state"},
	{"pair with a status of no response", pair("getInvoice.404", func(p *examples.Pair) { p.Response.Status = 410 }), "story", "api/examples/getInvoice.404.json response", "410"},
	{"pair with another path", pair("getInvoice", func(p *examples.Pair) { p.Request.Path = "/invoice/RE12345" }), "story", "api/examples/getInvoice.json request", "/invoices/{invoiceReference}"},
	{"pair that matches nothing", pair("getInvoice", func(p *examples.Pair) { p.Matchers["body.colour"] = examples.Any }), "story", "api/examples/getInvoice.json", "body.colour"},
	{"pair that uses what nobody remembers", pair("getInvoice", func(p *examples.Pair) { p.Request.Path = "/invoices/{{nobody}}" }), "story", "api/examples/getInvoice.json", "{{nobody}}"},

	{"unmarked operation", edit("operationId: getClaim\n", "      x-extension: true\n", ""), "extension", "getClaim", "mark it"},
	{"operation without the tag", edit("operationId: createTransaction\n", "tags: [Extensions]", "tags: [Transactions]"), "extension", "createTransaction", "the tag Extensions"},
	{"marked operation that is documented", edit("operationId: getInvoice\n", "      x-permission:", "      x-extension: true\n      x-permission:"), "extension", "getInvoice", "is in the reference API"},
	{"unmarked parameter", edit("    WithTotal:", "      x-extension: true\n", ""), "extension", "components.parameters.WithTotal", "mark it"},
	{"lost parameter", edit("operationId: listTransactions\n", "        - $ref: '#/components/parameters/PageSize'\n", ""), "extension", "listTransactions", "pageSize"},
	{"unmarked header", edit("    RequestId:", "      x-extension: true\n", ""), "extension", "components.responses.InvalidRequest.headers.X-Request-Id", "mark it"},
	{"unmarked field", edit("    JobResult:", "        resultcode:\n", "        colour:\n          type: string\n          description: Of the job.\n          maxLength: 20\n          example: red\n        resultcode:\n"), "extension", "components.schemas.JobResult.colour", "mark it"},
	{"unmarked schema", edit("    Assignment:\n", "      x-extension: true\n", ""), "extension", "components.schemas.Assignment", "mark it"},
	{"lost field", edit("    TransactionQuery:\n", "        created:\n", "        made:\n          x-extension: true\n"), "extension", "components.schemas.TransactionQuery", "created"},
	{"mark that is no mark", edit("operationId: getClaim\n", "x-extension: true", "x-extension: 'yes'"), "extension", "getClaim", "yes"},
	{"documented and not there", func(c *contract) {
		c.reference = replaced(c.reference, "schemas:", "  JobResult: [job,", "  JobResult: [colour, job,")
	}, "extension", "components.schemas.JobResult", "colour"},
	{"another call", func(c *contract) {
		c.reference = replaced(c.reference, "", "call: GET /transactions,", "call: GET /movements,")
	}, "extension", "listTransactions", "GET /movements"},

	{"breaking change", publish(smallerPages), "breaking", "GET /invoices", "needs a new major version"},
	{"breaking change in a minor version", publish(smallerPages, [3]string{"", "version: 1.0.0", "version: 1.1.0"}), "breaking", "GET /invoices", "needs a new major version"},
	{"operation removed", func(c *contract) {
		c.released = replaced(c.released, "", "  /invoices/{invoiceReference}/claim:\n", "  /invoices/{invoiceReference}/claims:\n")
	}, "breaking", "GET /invoices/{invoiceReference}/claims", "needs a new major version"},
	{"addition in a patch", publish(counted, [3]string{"", "version: 1.0.0", "version: 1.0.1"}), "breaking", "GET /invoices/{invoiceReference}/payments", "needs a new minor version"},
	{"version that goes back", publish([3]string{"", "version: 1.0.0", "version: 0.9.0"}), "breaking", "info.version", "less than the released"},
	{"version that is none", publish([3]string{"", "version: 1.0.0", "version: one"}), "breaking", "info.version", "no version"},

	{"generated code that was edited", func(c *contract) {
		c.gen[generated] = replaced(c.gen[generated], "", "package model", "package modell")
	}, "drift", generated + ":4", "go generate"},
	{"generated code that is missing", func(c *contract) { delete(c.gen, generated) }, "drift", generated, "is missing"},
	{"generated code of the past", func(c *contract) { c.gen["gen/old/old.gen.go"] = []byte("package old\n") }, "drift", "gen/old/old.gen.go", "made by no line"},
	{"generator that has moods", func(c *contract) {
		c.made[1][generated] = replaced(c.made[1][generated], "", "package model", "package modell")
	}, "drift", generated + ":4", "different when it is generated again"},
}
