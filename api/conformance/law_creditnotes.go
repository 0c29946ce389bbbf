package conformance

import "net/http"

// creditnote creates a credit note of 11.90 for an invoice, with other fields as given.
func (t *trial) creditnote(customer, invoice string, fields ...object) *answer {
	sent := object{"reference": t.reference(), "invoice": invoice, "netbased": true, "items": items(line{quantity: "1", unitprice: "10.00", taxrate: "19"})}
	for _, f := range fields {
		sent = merged(sent, f)
	}
	return t.want(t.call("createCreditnote", of(customer), body(sent)), http.StatusCreated)
}
