package scaffold

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is an operation of the contract, as far as its method shows it.
type Operation struct {
	ID      string // getInvoice
	Method  string // GET
	Path    string // /invoices/{invoiceReference}
	Summary string // Read an invoice
	Tag     string // Invoices
}

// Operations gives the operations of a document, by path and method. It takes each to have an operationId and a tag, as
// the lint of the contract does.
func Operations(doc *openapi3.T) []Operation {
	var all []Operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		operations := doc.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			o := operations[method]
			all = append(all, Operation{o.OperationID, method, path, o.Summary, strings.Join(o.Tags, " ")})
		}
	}
	return all
}

// GoName is what the generated code calls the operation: GetInvoice.
func (o Operation) GoName() string { return strings.ToUpper(o.ID[:1]) + o.ID[1:] }

// Does is the summary as it stands within a sentence: read an invoice.
func (o Operation) Does() string {
	runes := []rune(strings.TrimSuffix(o.Summary, "."))
	if len(runes) > 1 && !unicode.IsUpper(runes[1]) {
		runes[0] = unicode.ToLower(runes[0])
	}
	return string(runes)
}

// file is where the methods of the operation's tag stand: Credit notes are in creditnotes.go.
func (o Operation) file() string {
	name := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return -1
	}, o.Tag)
	if name == "" {
		return "operations.go"
	}
	return name + ".go"
}
