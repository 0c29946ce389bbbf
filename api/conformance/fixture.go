package conformance

import "net/http"

// oneItem is an item with nothing special about it.
const oneItem = `{"label": "Coffee beans", "quantity": "2", "unit": "kg", "unitprice": "24.95", "taxrate": "7", "detail": {}}`

// newIdentity creates a customer and gives its reference.
func (t *trial) newIdentity(parts ...with) string {
	reference := t.reference()
	parts = append([]with{of(reference), body(object{
		"kind": "individual", "currency": "EUR", "name": object{"firstname": "Ada", "lastname": "Lovelace"},
		"addresses": []object{{"kind": "default", "street": "Ringstraße", "housenumber": "1", "zipcode": "10115", "city": "Berlin", "country": "DE"}},
		"emails":    []object{{"kind": "default", "email": "ada@example.com"}},
	})}, parts...)
	t.want(t.call("upsertIdentity", parts...), http.StatusCreated)
	return reference
}

// newInvoice creates a draft with one item for a customer and gives its reference.
func (t *trial) newInvoice(identity string, parts ...with) string {
	reference := t.reference()
	parts = append([]with{of(identity), body(`{"reference": "` + reference + `", "items": [` + oneItem + `]}`)}, parts...)
	t.want(t.call("createInvoice", parts...), http.StatusCreated)
	return reference
}

// newCommitted creates an invoice with one item, commits it, and gives its reference.
func (t *trial) newCommitted(identity string) string {
	reference := t.newInvoice(identity)
	t.want(t.call("commitInvoice", of(reference), body("{}")), http.StatusOK)
	return reference
}
