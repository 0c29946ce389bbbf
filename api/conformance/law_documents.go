package conformance

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var documentNeeds = []string{"createIdentity", "createInvoice", "importExternalDocument", "listDocuments", "getCommunicationFile"}

// attaching is a check on a draft to which documents are attached.
func attaching(check func(t *trial, invoice string)) func(*trial) {
	return func(t *trial) { check(t, t.invoice(t.customer())) }
}

var documentLaws = []Law{
	{Name: "documents.download", Source: "getCommunicationFile", Needs: documentNeeds, check: attaching(downloadIsUpload),
		Says: "A download is the upload, byte for byte, with its media type."},
	{Name: "documents.names", Source: "getCommunicationFile", Needs: documentNeeds, check: attaching(filenames),
		Says: "Content-Disposition has the file name that was given, whatever its letters."},
	{Name: "documents.listed", Source: "listDocuments, components/schemas/DocumentImport", Needs: documentNeeds, check: attaching(documentsListed),
		Says: "An imported document is listed at its invoice, with kind, label and description, the oldest first."},
	{Name: "documents.references", Source: "components/schemas/ImportedDocument", Needs: documentNeeds, check: attaching(documentReferences),
		Says: "The answer names the voucher, and a file and a communication by generated references."},
	{Name: "documents.same-bytes", Source: "importExternalDocument", Needs: documentNeeds, check: attaching(sameBytes),
		Says: "The same bytes again are stored once, and make a new communication; other bytes are another file."},
	{Name: "documents.apart", Source: "listDocuments", Needs: documentNeeds, check: attaching(documentsApart),
		Says: "An invoice lists its own documents and no other invoice's."},
	{Name: "documents.committed", Source: "importExternalDocument", Needs: append([]string{"commitInvoice"}, documentNeeds...), check: documentsOfCommitted,
		Says: "A committed invoice takes documents too."},
	{Name: "documents.link", Source: "listDocuments", Needs: documentNeeds, check: attaching(linkWorks),
		Says: "publicUrl works without credentials, more than once."},
	{Name: "documents.link-altered", Source: "getCommunicationFile", Needs: documentNeeds, check: attaching(linkAltered),
		Says: "A link that was changed is answered with 403, and never with the file."},
	{Name: "documents.closed", Source: "getCommunicationFile", Needs: documentNeeds, check: attaching(filesAreClosed),
		Says: "Without credentials and without a signature there is no file: 401."},
	{Name: "documents.agree", Source: "importExternalDocument", Needs: documentNeeds, check: attaching(documentsAgree),
		Says: "Extension, content and kind must agree, else 400 naming one of them, and nothing is stored."},
	{Name: "documents.size", Source: "importExternalDocument", Needs: documentNeeds, check: attaching(documentSize),
		Says: "A file over 25 MiB is answered with 413 naming it, and nothing is stored."},
	{Name: "documents.missing", Source: "components/responses/NotFoundError", Needs: documentNeeds, check: documentsMissing,
		Says: "Documents of an invoice that does not exist, and files of no communication, are answered with 404."},
}

// samples are documents of both types, small and not so small.
func (t *trial) samples() []enclosure {
	return []enclosure{
		{filename: "paper.pdf", kind: "invoice", content: paper(t.reference(), 0)},
		{filename: "thick.pdf", kind: "letter", content: paper(t.reference(), 300_000)},
		t.mail(),
	}
}

// mail is a document that no server takes long to look into.
func (t *trial) mail() enclosure {
	return enclosure{filename: "mail.eml", kind: "email", content: eml(t.reference())}
}

// last is the communication an import has just made.
func (t *trial) last(invoice string) any {
	all := t.communications(invoice)
	if len(all) == 0 {
		t.stop("a communication", "none")
	}
	return all[len(all)-1]
}

func mediaTypeOf(filename string) string {
	if strings.HasSuffix(strings.ToLower(filename), ".eml") {
		return "message/rfc822"
	}
	return "application/pdf"
}

// isFile fails unless an answer is a file.
func (t *trial) isFile(a *answer, d enclosure) {
	t.want(a, http.StatusOK)
	if !bytes.Equal(a.body, d.content) {
		t.fail(fmt.Sprintf("the %d bytes of the upload", len(d.content)), fmt.Sprintf("%d others", len(a.body)), a.exchange)
	}
	if media, _, err := mime.ParseMediaType(a.header.Get("Content-Type")); err != nil || media != mediaTypeOf(d.filename) {
		t.fail("Content-Type "+mediaTypeOf(d.filename), a.header.Get("Content-Type"), a.exchange)
	}
}

func downloadIsUpload(t *trial, invoice string) {
	for _, d := range t.samples() {
		t.begin(d.filename)
		t.attach(invoice, d)
		t.isFile(t.call("getCommunicationFile", of(textAt(t.last(invoice), "id"))), d)
	}
}

func filenames(t *trial, invoice string) {
	for _, name := range []string{
		"RE12345.eml", "RE12345.EML", "Rechnung Größe ÄÖÜß.eml", "請求書.eml", "two words (copy 1).eml", "O'Neill & Söhne, 100%.eml", "a;b=c.eml", strings.Repeat("long", 50) + ".eml", "v1.2.final.eml",
	} {
		t.begin("the file name is " + name)
		d := t.mail()
		d.filename = name
		t.attach(invoice, d)
		a := t.read("getCommunicationFile", textAt(t.last(invoice), "id"))
		disposition := a.header.Get("Content-Disposition")
		if _, parameters, err := mime.ParseMediaType(disposition); err != nil || parameters["filename"] != name {
			t.fail("Content-Disposition with the file name "+name, disposition, a.exchange)
		}
	}
}

func documentsListed(t *trial, invoice string) {
	content := paper(t.reference(), 0)
	var want []any
	for _, kind := range []string{"invoice", "dunning2", "letter", "email"} {
		d := enclosure{filename: kind + ".pdf", kind: kind, content: content, label: "Label of " + kind, description: "Größe & more of " + kind}
		if kind == "email" {
			d.filename, d.content = kind+".eml", eml(t.reference())
		}
		made := t.attach(invoice, d)
		want = append(want, object{"kind": kind, "label": d.label, "comment": d.description, "file": made.text("fileReference")})
	}
	t.covers("communications", t.communications(invoice), want)
	voucher := t.read("listDocuments", invoice).list("")
	t.covers("the vouchers", voucher, []any{object{"reference": invoice, "kind": "invoice"}})
}

func documentReferences(t *trial, invoice string) {
	made := t.attach(invoice, t.mail())
	t.equal("voucherReference", made.text("voucherReference"), invoice)
	for _, name := range []string{"fileReference", "communicationReference"} {
		if !strings.HasPrefix(made.text(name), "_") {
			t.fail(name+" to begin with an underscore", made.came())
		}
	}
}

func sameBytes(t *trial, invoice string) {
	another := t.invoice(t.customer())
	d := t.mail()
	first := t.attach(invoice, d)
	d.filename, d.label = "copy.eml", "Copy"
	for _, to := range []string{invoice, another} {
		again := t.attach(to, d)
		t.equal("fileReference of the same bytes", again.text("fileReference"), first.text("fileReference"))
		if again.text("communicationReference") == first.text("communicationReference") {
			t.fail("another communicationReference", again.came())
		}
	}
	t.equal("number of communications", len(t.communications(invoice)), 2)
	if other := t.attach(invoice, t.mail()); other.text("fileReference") == first.text("fileReference") {
		t.fail("another fileReference for other bytes", other.came())
	}
}

func documentsApart(t *trial, invoice string) {
	another := t.invoice(t.customer())
	t.attach(invoice, t.mail())
	t.equal("number of documents of the other invoice", len(t.communications(another)), 0)
	d := t.mail()
	d.label = "Of the other"
	t.attach(another, d)
	t.equal("number of documents of the first invoice", len(t.communications(invoice)), 1)
	t.equal("label of the document of the other invoice", textAt(t.last(another), "label"), d.label)
}

func documentsOfCommitted(t *trial) {
	bill := t.bill(t.customer())
	before := len(t.communications(bill))
	d := t.mail()
	t.attach(bill, d)
	all := t.communications(bill)
	if !slices.ContainsFunc(all, func(c any) bool { return textAt(c, "kind") == d.kind }) || len(all) <= before {
		t.fail("the document at the committed invoice", compact(all))
	}
}

// link is the publicUrl of the communication an import has just made.
func (t *trial) link(invoice string) string {
	made := t.last(invoice)
	link := textAt(made, "publicUrl")
	if u, err := url.Parse(link); err != nil || u.Host == "" {
		t.stop("a URL in publicUrl", compact(made))
	}
	return link
}

func linkWorks(t *trial, invoice string) {
	d := t.mail()
	t.attach(invoice, d)
	link := t.link(invoice)
	for range 2 {
		t.isFile(t.call("getCommunicationFile", at(link)), d)
	}
}

// altered gives links that are like a good one but for one thing. Of the signature a character in the middle is changed:
// the last one may have bits that say nothing.
func altered(good, anotherID string) map[string]string {
	link, err := url.Parse(good)
	if err != nil || link.Query().Get("signature") == "" || strings.Count(link.Path, "/") < 2 {
		return nil
	}
	with := func(name, value string) string {
		query := link.Query()
		query.Set(name, value)
		changed := *link
		changed.RawQuery = query.Encode()
		return changed.String()
	}
	signature := link.Query().Get("signature")
	middle := len(signature) * 2 / 3
	letter := "A"
	if signature[middle:middle+1] == letter {
		letter = "B"
	}
	segments := strings.Split(link.Path, "/")
	segments[len(segments)-2] = anotherID
	other := *link
	other.Path = strings.Join(segments, "/")
	all := map[string]string{
		"a letter of the signature": with("signature", signature[:middle]+letter+signature[middle+1:]),
		"the signature cut short":   with("signature", signature[:len(signature)/2]),
		"the signature of nothing":  with("signature", "x"),
		"another communication":     other.String(),
	}
	if link.Query().Has("expires") {
		all["a later end"] = with("expires", "9999999999")
		all["an end that is over"] = with("expires", "1000000000")
	}
	return all
}

func linkAltered(t *trial, invoice string) {
	t.attach(invoice, t.mail())
	good := t.link(invoice)
	t.attach(invoice, t.mail())
	links := altered(good, textAt(t.last(invoice), "id"))
	if links == nil {
		t.stop("a signature in publicUrl", good)
	}
	for _, what := range slices.Sorted(maps.Keys(links)) {
		t.begin(what)
		t.refused(t.call("getCommunicationFile", at(links[what])), http.StatusForbidden, "ERR_FORBIDDEN")
	}
}

func filesAreClosed(t *trial, invoice string) {
	t.attach(invoice, t.mail())
	id := textAt(t.last(invoice), "id")
	t.refused(t.call("getCommunicationFile", of(id), as(nobody)), http.StatusUnauthorized, "ERR_UNAUTHORIZED")
	t.refused(t.call("getCommunicationFile", of(id), as(stranger)), http.StatusUnauthorized, "ERR_UNAUTHORIZED")
}

func documentsAgree(t *trial, invoice string) {
	pdf, mail := paper(t.reference(), 0), eml(t.reference())
	documents := map[string]enclosure{
		"a PDF that is called an e-mail":  {filename: "a.eml", kind: "invoice", content: pdf},
		"an e-mail that is called a PDF":  {filename: "a.pdf", kind: "invoice", content: mail},
		"a PDF that is called a program":  {filename: "a.exe", kind: "invoice", content: pdf},
		"a PDF without an extension":      {filename: "a", kind: "invoice", content: pdf},
		"a PDF of kind email":             {filename: "a.pdf", kind: "email", content: pdf},
		"a text that is called a PDF":     {filename: "a.pdf", kind: "invoice", content: []byte("Hello.\n")},
		"an empty file":                   {filename: "a.pdf", kind: "invoice", content: []byte{}},
		"an image that is called a PDF":   {filename: "a.pdf", kind: "invoice", content: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")},
		"a web page that is called email": {filename: "a.eml", kind: "email", content: []byte("<!doctype html>\n<p>Hello</p>\n")},
	}
	for _, what := range slices.Sorted(maps.Keys(documents)) {
		t.begin(what)
		a := t.call("importExternalDocument", of(invoice), documents[what].form())
		if t.refused(a, http.StatusBadRequest, "ERR_INVALID_VALUE") && !namesOneOf(a, "file", "filename", "kind") {
			t.fail("details that name file, filename or kind", a.came())
		}
		t.equal("number of documents", len(t.communications(invoice)), 0)
	}
}

// namesOneOf says whether the details of a refusal name one of some fields.
func namesOneOf(a *answer, names ...string) bool {
	return slices.ContainsFunc(a.fields(), func(field string) bool { return slices.Contains(names, field) })
}

// maxFile is how many bytes an imported file may have.
const maxFile = 25 << 20

func documentSize(t *trial, invoice string) {
	around := len(paper(invoice, maxFile)) - maxFile
	d := enclosure{filename: "large.pdf", kind: "invoice", content: paper(invoice, maxFile-around+1)}
	t.begin("one byte too many")
	t.refused(t.call("importExternalDocument", of(invoice), d.form()), http.StatusRequestEntityTooLarge, "ERR_TOO_LARGE", "file")
	t.equal("number of documents", len(t.communications(invoice)), 0)
	t.begin("as many bytes as there may be")
	d.content = paper(invoice, maxFile-around)
	t.attach(invoice, d)
	t.isFile(t.call("getCommunicationFile", of(textAt(t.last(invoice), "id"))), d)
}

func documentsMissing(t *trial) {
	t.refused(t.call("importExternalDocument", of(t.reference()), t.mail().form()), http.StatusNotFound, "ERR_NOT_FOUND")
	t.refused(t.call("listDocuments", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
	t.refused(t.call("getCommunicationFile", of(t.reference())), http.StatusNotFound, "ERR_NOT_FOUND")
}
