package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// What the laws of this package's other law files set up. Every law makes what it needs, so that its curl lines are
// complete, and so that laws can run side by side.

// postal is an address a document can be sent to.
func postal() object {
	return object{"kind": "billing", "company": "ACME GmbH", "salutation": "ms", "firstname": "Erika", "lastname": "Mustermann", "street": "Hauptstraße", "housenumber": "1a",
		"extra": "c/o Schmidt", "zipcode": "10115", "city": "Berlin", "state": "Berlin", "country": "DE"}
}

// customer creates a customer that can be sent invoices, with other fields as given, and gives its reference.
func (t *trial) customer(fields ...object) string {
	sent := object{
		"reference": t.reference(), "kind": "incorporate", "currency": "EUR", "name": object{"company": "ACME GmbH"},
		"addresses": []any{postal()}, "emails": []any{object{"email": "billing@example.com", "kind": "billing"}},
	}
	for _, f := range fields {
		sent = merged(sent, f)
	}
	return t.want(t.call("createIdentity", body(sent)), http.StatusCreated).text("reference")
}

// oneLine is an item of 119.00, tax included, on a net-based invoice.
var oneLine = line{quantity: "1", unitprice: "100.00", taxrate: "19"}

// invoice creates a net-based draft of one line, with other fields as given, and gives its reference.
func (t *trial) invoice(customer string, fields ...object) string {
	sent := object{"reference": t.reference(), "netbased": true, "items": items(oneLine)}
	for _, f := range fields {
		sent = merged(sent, f)
	}
	return t.want(t.call("createInvoice", of(customer), body(sent)), http.StatusCreated).text("reference")
}

// bill creates an invoice and commits it.
func (t *trial) bill(customer string, fields ...object) string {
	reference := t.invoice(customer, fields...)
	t.commit(reference)
	return reference
}

func (t *trial) commit(invoice string) *answer {
	return t.want(t.call("commitInvoice", of(invoice), body(object{})), http.StatusOK)
}

// read calls an operation that must find what it is asked for.
func (t *trial) read(operation string, values ...string) *answer {
	return t.want(t.call(operation, of(values...)), http.StatusOK)
}

// done ends the trial unless the answer says that something was done.
func (t *trial) done(a *answer) *answer { return t.want(a, http.StatusOK, http.StatusCreated) }

// require ends the trial unless all of these operations are offered. It is for laws of single operations, which differ in
// what trying them takes.
func (t *trial) require(operations ...string) {
	lacking := slices.DeleteFunc(slices.Clone(operations), func(id string) bool { return t.offered[id] })
	if len(lacking) > 0 {
		t.cannot(NotOffered, strings.Join(lacking, ", "))
	}
}

// enclosure is a file to be imported.
type enclosure struct {
	filename, kind string
	content        []byte
	label          string
	description    string
}

// form is the document as the parts of a form.
func (d enclosure) form() with {
	parts := []part{text("filename", d.filename), text("kind", d.kind)}
	if d.label != "" {
		parts = append(parts, text("label", d.label))
	}
	if d.description != "" {
		parts = append(parts, text("description", d.description))
	}
	return form(append(parts, file("file", d.filename, d.content))...)
}

// attach imports a document and gives the answer.
func (t *trial) attach(invoice string, d enclosure) *answer {
	return t.want(t.call("importExternalDocument", of(invoice), d.form()), http.StatusOK)
}

// communications are the documents that are listed at an invoice itself.
func (t *trial) communications(invoice string) []any {
	for _, voucher := range t.read("listDocuments", invoice).list("") {
		if reference, _ := lookup(voucher, "reference"); reference == invoice {
			listed, _ := lookup(voucher, "communications")
			all, _ := listed.([]any)
			return all
		}
	}
	return nil
}

// paper is a PDF of one empty page with a title, which makes its bytes others than those of every other, and with as many
// bytes more as padding says.
func paper(title string, padding int) []byte {
	out := []byte("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var offsets []int
	for i, content := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
		fmt.Sprintf("<< /Title (%s) >>", title), fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", padding, strings.Repeat(" ", padding)),
	} {
		offsets = append(offsets, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", i+1, content)
	}
	start := len(out)
	out = fmt.Appendf(out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		out = fmt.Appendf(out, "%010d 00000 n \n", offset)
	}
	return fmt.Appendf(out, "trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
}

// eml is an e-mail about something.
func eml(about string) []byte {
	return []byte("From: shop@example.com\r\nTo: erika@example.com\r\nSubject: " + about + "\r\nDate: Mon, 15 Jan 2024 09:30:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n")
}
