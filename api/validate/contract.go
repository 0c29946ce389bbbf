package validate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Contract is a document ready to validate against. It is safe for concurrent use.
type Contract struct {
	operations []*Operation
	byID       map[string]*Operation
	schemes    openapi3.SecuritySchemes
}

// New compiles a loaded document. It does not change the document, and keeps its schemas, so nobody else may change
// them afterwards.
//
// New fails on what cannot be validated faithfully, rather than validate less than the document says: OpenAPI 3.1,
// an operation without operationId, more than one JSON body for an operation, parameters described by content, arrays
// in a deepObject parameter or in a multipart body, a schema that contains itself by way of anyOf or oneOf.
func New(doc *openapi3.T) (*Contract, error) { return build(doc, false) }

func build(doc *openapi3.T, tolerant bool) (*Contract, error) {
	if doc.IsOpenAPI31OrLater() {
		return nil, errors.New("validate: the document must be OpenAPI 3.0; kin-openapi recompiles schemas of 3.1 with every request")
	}
	// VisitJSON is undefined on a schema that never passed Validate, so this is checked here and not believed.
	// Examples wait for Value: here they would be held against kin-openapi's formats and not against ours.
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	if err := checkRecursion(doc); err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	answers := func(r *openapi3.Responses) *openapi3.Responses { return r }
	if tolerant {
		answers = make(loosened).responses
	}
	c := &Contract{byID: make(map[string]*Operation)}
	if doc.Components != nil {
		c.schemes = doc.Components.SecuritySchemes
	}
	requests, responses := newCompiler(asRequest), newCompiler(asResponse)
	responses.tolerant = tolerant
	for _, path := range sortedKeys(doc.Paths.Map()) {
		item := doc.Paths.Value(path)
		for method, op := range item.Operations() {
			o, err := newOperation(path, method, item, op, requests)
			if err == nil {
				err = o.answers(answers(op.Responses), responses)
			}
			if err != nil {
				return nil, fmt.Errorf("validate: %s %s: %w", method, path, err)
			}
			if c.byID[o.ID] != nil {
				return nil, fmt.Errorf("validate: operationId %q is used twice", o.ID)
			}
			o.Security = security(doc, op)
			c.byID[o.ID] = o
			c.operations = append(c.operations, o)
		}
	}
	requests.seal()
	responses.seal()
	slices.SortFunc(c.operations, func(a, b *Operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return c, nil
}

// Operation gives the operation of that operationId, as written in the document.
func (c *Contract) Operation(operationID string) (*Operation, bool) {
	o, ok := c.byID[operationID]
	return o, ok
}

// Operations gives all operations, ordered by path and method.
func (c *Contract) Operations() []*Operation { return slices.Clone(c.operations) }

// SecurityScheme gives the security scheme of that name, nil if the document has none.
func (c *Contract) SecurityScheme(name string) *openapi3.SecurityScheme {
	if ref := c.schemes[name]; ref != nil {
		return ref.Value
	}
	return nil
}

// security gives the requirements that hold for an operation: its own, else the document's.
func security(doc *openapi3.T, op *openapi3.Operation) openapi3.SecurityRequirements {
	if op.Security != nil {
		return *op.Security
	}
	return doc.Security
}

func newOperation(path, method string, item *openapi3.PathItem, op *openapi3.Operation, requests *compiler) (*Operation, error) {
	if op.OperationID == "" {
		return nil, errors.New("the operation has no operationId")
	}
	o := &Operation{ID: op.OperationID, Method: method, Path: path, Tags: op.Tags, Extensions: op.Extensions}
	var err error
	if o.params, err = newParameters(item.Parameters, op.Parameters, requests); err != nil {
		return nil, err
	}
	if op.RequestBody != nil {
		if err := o.takes(op.RequestBody.Value, requests); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// takes reads the request bodies of an operation.
func (o *Operation) takes(body *openapi3.RequestBody, c *compiler) error {
	o.Request = &Request{Required: body.Required, MediaTypes: sortedKeys(body.Content), content: body.Content}
	for _, media := range o.Request.MediaTypes {
		content := body.Content[media]
		switch {
		case isJSON(media):
			if o.body != nil {
				return errors.New("the operation has more than one JSON body")
			}
			o.body = newJSONBody(content.Schema, c)
		case media == "multipart/form-data":
			f, err := newForm(content, c)
			if err != nil {
				return err
			}
			o.upload = f
		}
	}
	return nil
}

// answers reads the responses of an operation.
func (o *Operation) answers(all *openapi3.Responses, c *compiler) error {
	o.responses = make(map[string]*response)
	for _, status := range sortedKeys(all.Map()) {
		r, err := newResponse(all.Value(status).Value, c)
		if err != nil {
			return fmt.Errorf("response %s: %w", status, err)
		}
		o.responses[status] = r
		o.Responses = append(o.Responses, Response{Status: status, MediaTypes: sortedKeys(r.content), Headers: r.headerNames()})
	}
	return nil
}
