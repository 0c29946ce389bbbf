package interop

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dunwell/dunwell/api/examples"
	"github.com/dunwell/dunwell/client"
)

// A company, a customer and a file of Germany, where programs of others break most easily.
const (
	company    = "Müller & Söhne Straßenbeleuchtung GmbH"
	sender     = "rechnungen@mueller.example"
	recipient  = "j.groessler@example.com"
	longName   = "Rechnung für die Überprüfung und Erneuerung der Straßenbeleuchtung in der Großen Bäckerstraße zwischen Königsallee und Mühlendamm, Schlussrechnung.pdf"
	itemLabel  = "Überprüfung der Straßenbeleuchtung in der Großen Bäckerstraße einschließlich Austausch schadhafter Vorschaltgeräte"
	dueDate    = "31.01.2030"
	issuerJSON = `{
		"issuer": {"name": "` + company + `", "street": "Große Gasse", "housenumber": "7a", "zipcode": "10115", "city": "Berlin", "country": "DE",
			"email": "` + sender + `", "phone": "+49 30 123456", "vatId": "DE123456788", "register": "Amtsgericht Charlottenburg HRB 12345 B",
			"management": "Änne Müller", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "bank": "Deutsche Kreditbank Berlin"},
		"mail": {"from": "` + company + ` <` + sender + `>"},
		"timezone": "Europe/Berlin"
	}`
)

// total as it is written in German; the spaces before the sign differ.
var total = regexp.MustCompile(`1\.760,01[ \x{a0}\x{202f}]€`)

// An invoice is committed, gets another document, and is sent again. What stands in the inbox of the customer then is looked
// at by two readers that know nothing of how it was written, and by whoever opens the pictures.
func TestInbox(t *testing.T) {
	inbox := startMaildev(t)
	api := newMerchant(t, inbox.smtp)
	invoice := draft(t, api)
	committed, err := api.CommitInvoice(t.Context(), invoice, client.InvoiceCommit{})
	sent(t, api, committed, err)
	issued, err := api.GetInvoice(t.Context(), invoice)
	if err != nil || issued.Number == nil {
		t.Fatalf("a committed invoice has no number: %v %v", issued, err)
	}
	document, err := examples.File("files/RE12345.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.ImportExternalDocument(t.Context(), invoice, client.DocumentImport{File: client.Bytes(longName, document), Kind: client.CommunicationKindInvoice}); err != nil {
		t.Fatal(err)
	}
	resent, err := api.ResendInvoice(t.Context(), invoice)
	sent(t, api, resent, err)

	mails := inbox.mails(t, 2)
	if a, b := mails[0].MessageID, mails[1].MessageID; a == "" || a == b {
		t.Errorf("a mail that is sent again has the Message-ID of the first: %q, %q", a, b)
	}
	for i, want := range []func(*testing.T, attachment){
		func(t *testing.T, a attachment) { ours(t, a, *issued.Number) },
		func(t *testing.T, a attachment) { imported(t, a, document) },
	} {
		for _, reader := range []struct {
			name string
			mail mail
		}{{"maildev", mails[i].mail(t)}, {"postal-mime", postalMIME(t, mails[i].source(t))}} {
			t.Run(fmt.Sprintf("%s %d", reader.name, i+1), func(t *testing.T) {
				reader.mail.check(t, *issued.Number)
				want(t, reader.mail.Attachments[0])
			})
		}
	}
	archived(t, api, invoice, mails)
	showed(t, named(t, "maildev")+", "+named(t, "postal-mime"), "open both mails: text, HTML, PDF, umlauts, and a file name of %d characters", len([]rune(longName)))
	t.Run("pictures", mails[1].pictures)
}

// newMerchant gives the API of a server that sends mail, to one who has an account and settings there.
func newMerchant(t *testing.T, smtp string) *client.Client {
	t.Helper()
	data := t.TempDir()
	password := newKey(t, data)
	set := command("merchants", "set", "--data", data, "--merchant", "acme", "--settings", "-")
	set.Stdin = strings.NewReader(issuerJSON)
	if out, err := set.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	api, err := client.New(serve(t, "--data", data, "--smtp-url", smtp).base, client.BasicAuth("acme", password))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdleConnections)
	return api
}

// draft makes a customer and an invoice, and gives its reference.
func draft(t *testing.T, api *client.Client) string {
	t.Helper()
	customer, err := api.CreateIdentity(t.Context(), client.IdentityCreate{
		Kind: new(client.IdentityKindIncorporate),
		Name: &client.Name{Company: new("Stadtwerke Süßen & Größler"), Salutation: new(client.SalutationMr), Firstname: new("Jürgen"), Lastname: new("Größler")},
		Addresses: &[]client.Address{{
			Company: new("Stadtwerke Süßen & Größler"), Salutation: new(client.SalutationMr), Firstname: new("Jürgen"), Lastname: new("Größler"),
			Street: new("Königsstraße"), Housenumber: new("12"), Zipcode: new("48143"), City: new("Münster"), Country: new("DE"),
		}},
		Emails: &[]client.Email{{Email: recipient}},
		Detail: &client.IdentityDetail{Locale: new("de-DE")},
	})
	if err != nil {
		t.Fatal(err)
	}
	created, err := api.CreateInvoice(t.Context(), customer.Reference, client.InvoiceCreate{
		Label: new("Straßenbeleuchtung Große Bäckerstraße"), Netbased: client.Set(true), Due: new(client.Date(2030, time.January, 31)),
		Items: &[]client.InvoiceItemInput{
			{Label: itemLabel, Quantity: client.MustDecimal("12.5"), Unit: "Stunden", Unitprice: client.MustDecimal("98.40"), Taxrate: new(client.MustDecimal("19"))},
			{Label: "Anfahrt", Quantity: client.MustDecimal("1"), Unit: "Stück", Unitprice: client.MustDecimal("249.00"), Taxrate: new(client.MustDecimal("19"))},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return created.Reference
}

// sent waits until a job has ended well.
func sent(t *testing.T, api *client.Client, started *client.JobResult, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var job *client.Job
	until(t, "the job ends", func() bool {
		if job, err = api.GetJob(t.Context(), started.Job); err != nil {
			t.Fatal(err)
		}
		return job.Finished != nil
	})
	if job.State != client.JobStateDone || job.Resultcode != "0" || job.Attempts != 1 {
		t.Fatalf("the mail was not sent: %+v", job)
	}
}

// until waits until a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for timeout := time.After(patience); !holds(); {
		select {
		case <-again.C:
		case <-timeout:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// mail is what a reader makes of one.
type mail struct {
	Subject     string
	From, To    address
	Text, HTML  string
	Attachments []attachment
}

type address struct{ Name, Address string }

type attachment struct {
	Filename, MimeType string
	Content            []byte
}

// check holds a mail against what the customer is to see of it.
func (m mail) check(t *testing.T, number string) {
	t.Helper()
	if want := (address{company, sender}); m.From != want {
		t.Errorf("it is from %q, want %q", m.From, want)
	}
	if m.To.Address != recipient {
		t.Errorf("it is to %q", m.To)
	}
	if !strings.Contains(m.Subject, number) || !strings.Contains(m.Subject, company) {
		t.Errorf("its subject is %q, without %q or %q", m.Subject, number, company)
	}
	for kind, text := range map[string]string{"text": m.Text, "HTML": html.UnescapeString(m.HTML)} {
		for _, want := range []string{number, dueDate, "Größler", company, "Mit freundlichen Grüßen", "DE02 1203 0000 0000 2020 51"} {
			if !strings.Contains(text, want) {
				t.Errorf("its %s does not say %q: %s", kind, want, text)
			}
		}
		if !total.MatchString(text) {
			t.Errorf("its %s does not say %s: %s", kind, total, text)
		}
	}
	if len(m.Attachments) != 1 || m.Attachments[0].MimeType != "application/pdf" {
		t.Fatalf("it has other attachments than one PDF: %+v", m.Attachments)
	}
}

// ours is the letter the server writes: a PDF that says what the invoice is.
func ours(t *testing.T, a attachment, number string) {
	t.Helper()
	if !strings.Contains(a.Filename, number) || !strings.HasSuffix(a.Filename, ".pdf") {
		t.Errorf("the document is called %q, without its number", a.Filename)
	}
	if !bytes.HasPrefix(a.Content, []byte("%PDF-")) {
		t.Fatalf("the document is no PDF: %.20q", a.Content)
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Fatalf("%v; install Debian's poppler-utils", err)
	}
	read := tool("pdftotext", "-", "-")
	read.Stdin = bytes.NewReader(a.Content)
	out, err := read.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	text := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{number, dueDate, company, "Jürgen Größler", "Königsstraße 12", itemLabel} {
		if !strings.Contains(text, want) {
			t.Errorf("the document does not say %q: %s", want, text)
		}
	}
	if !total.MatchString(text) {
		t.Errorf("the document does not say %s: %s", total, text)
	}
}

// imported is the file that was brought, as it was brought.
func imported(t *testing.T, a attachment, document []byte) {
	t.Helper()
	if a.Filename != longName {
		t.Errorf("the document is called\n%q, want\n%q", a.Filename, longName)
	}
	if !bytes.Equal(a.Content, document) {
		t.Errorf("the document has %d bytes with SHA-256 %x, want %d with %x", len(a.Content), sha256.Sum256(a.Content), len(document), sha256.Sum256(document))
	}
}

// archived says whether the server keeps each mail as it arrived.
func archived(t *testing.T, api *client.Client, invoice string, mails []delivered) {
	t.Helper()
	kept := 0
	for voucher, err := range api.Documents(t.Context(), invoice) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range voucher.Communications {
			if c.Kind != client.DocumentKindEmail {
				continue
			}
			var stored bytes.Buffer
			if _, err := api.GetCommunicationFile(t.Context(), c.ID, &stored); err != nil {
				t.Fatal(err)
			}
			if arrived := mails[kept].source(t); !bytes.Equal(bytes.TrimSpace(stored.Bytes()), bytes.TrimSpace(arrived)) {
				t.Errorf("mail %d is not kept as it arrived: %d bytes are kept, %d arrived", kept+1, stored.Len(), len(arrived))
			}
			kept++
		}
	}
	if kept != len(mails) {
		t.Errorf("%d mails are kept, and %d arrived", kept, len(mails))
	}
}

// postalMIME reads a mail with the package of that name.
func postalMIME(t *testing.T, source []byte) mail {
	t.Helper()
	read := tool("node", "postal-mime.mjs")
	read.Stdin = bytes.NewReader(source)
	out, err := read.Output()
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		mail
		To []address
	}
	if err := json.Unmarshal(out, &m); err != nil || len(m.To) != 1 {
		t.Fatalf("%v %s", err, out)
	}
	m.mail.To = m.To[0]
	return m.mail
}

// pictures has a browser open the mail in the inbox. The pictures stay, for people to look at.
func (d delivered) pictures(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		showed(t, "Chromium", "is not installed: nobody has LOOKED at the mails")
		t.Skip(err)
	}
	if err := os.MkdirAll("pictures", 0o755); err != nil {
		t.Fatal(err)
	}
	must(t, "node", "pictures.mjs", d.inbox.web, d.ID, browser, "pictures")
	showed(t, "Chromium, "+named(t, "playwright-core"), "shows a mail by day, by night and on a telephone: internal/interop/pictures")
}
