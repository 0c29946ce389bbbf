package mail

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/dunwell/dunwell/internal/ar"
)

var update = flag.Bool("update", false, "write the golden files")

// invoice is a mail with everything.
func invoice() Message {
	return Message{
		MessageID: "17.4f2a@billing.acme.example",
		Date:      time.Date(2026, 11, 22, 10, 30, 0, 0, time.FixedZone("CET", 3600)),
		From:      mail.Address{Name: "Müller & Söhne GmbH", Address: "rechnung@mueller.example"},
		ReplyTo:   mail.Address{Address: "buchhaltung@mueller.example"},
		To:        mail.Address{Name: "Jürgen Groß", Address: "juergen@example.com"},
		Merchant:  "acme",
		Locale:    "de-AT",
		Kind:      ar.MailInvoice,
		Data: Data{
			Customer: Customer{Salutation: "mr", Firstname: "Jürgen", Lastname: "Groß", Country: "DE"},
			Issuer: ar.Issuer{
				Name: "Müller & Söhne GmbH", Street: "Große Gasse", Housenumber: "7a", Zipcode: "10115", City: "Berlin", Country: "DE",
				Email: "rechnung@mueller.example", Phone: "+49 30 123456", Web: "mueller.example",
				Register: "Amtsgericht Charlottenburg HRB 12345", Management: "Änne Müller", VatID: "DE123456789",
			},
			Number: "RE-2026-0001", Issued: "22.11.2026", Due: "06.12.2026", Total: "1.234,56 €", OrderNumber: "4711",
			Payment: &Payment{
				Amount: "1.234,56 €", Holder: "Müller & Söhne GmbH", IBAN: "DE02120300000000202051",
				BIC: "BYLADEM1001", Bank: "Deutsche Kreditbank Berlin", Reference: "RF18539007547034",
			},
		},
		Attachments: []Attachment{file("Rechnung RE-2026-0001 für Jürgen Groß.pdf", "application/pdf", "%PDF-1.7\n"+strings.Repeat("äöü", 30))},
	}
}

func file(name, mediaType, content string) Attachment {
	return Attachment{Name: name, MediaType: mediaType, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func render(t testing.TB, m Message) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (Templates{}).Render(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	english := func(m *Message) {
		m.Locale, m.Data.Customer.Country = "en-GB", "GB"
		m.Data.Issued, m.Data.Due, m.Data.Total, m.Data.Payment.Amount = "22 November 2026", "6 December 2026", "€1,234.56", "€1,234.56"
	}
	tests := []struct {
		name   string
		change func(*Message)
	}{
		{"de-invoice", func(*Message) {}},
		{"en-invoice", english},
		{"de-creditnote", func(m *Message) {
			m.Kind, m.Data.Number, m.Data.Payment = ar.MailCreditnote, "RK-2026-0007", nil
		}},
		{"en-creditnote", func(m *Message) {
			english(m)
			m.Kind, m.Data.Number, m.Data.Payment = ar.MailCreditnote, "RK-2026-0007", nil
		}},
		{"de-least", func(m *Message) { // a company, nothing to pay, no file
			m.Data = Data{Customer: Customer{Company: "ACME"}, Issuer: ar.Issuer{Name: "Einzelhändler"}, Number: "1", Issued: "22.11.2026", Total: "5,00 €"}
			m.ReplyTo, m.To.Name, m.Attachments = mail.Address{}, "", nil
		}},
		{"en-no-account", func(m *Message) {
			english(m)
			m.Data.Payment.IBAN = ""
			m.Data.Customer = Customer{Salutation: "mx", Firstname: "Kim", Lastname: "O'Neill"}
		}},
	}
	for level := 1; level <= ar.MaxLevel; level++ {
		kind := string(ar.NoticeMail(level))
		tests = append(tests, struct {
			name   string
			change func(*Message)
		}{"de-" + kind, func(m *Message) { notice(m, level) }}, struct {
			name   string
			change func(*Message)
		}{"en-" + kind, func(m *Message) { english(m); notice(m, level) }})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := invoice()
			test.change(&m)
			got, golden := render(t, m), filepath.Join("testdata", test.name+".eml")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs (go test ./internal/mail -update writes it):\n%s", golden, got)
			}
			if again := render(t, m); !bytes.Equal(got, again) {
				t.Error("the same message twice has other bytes")
			}
			readMail(t, got)
		})
	}
}

func TestWhatArrives(t *testing.T) {
	l := readMail(t, render(t, invoice()))
	from, err := l.header.AddressList("From")
	if err != nil || from[0].Name != "Müller & Söhne GmbH" {
		t.Errorf("From is %v, %v", from, err)
	}
	if l.subject != "Ihre Rechnung RE-2026-0001 von Müller & Söhne GmbH" {
		t.Errorf("subject is %q", l.subject)
	}
	if got := l.header.Get("Message-Id"); got != "<17.4f2a@billing.acme.example>" {
		t.Errorf("Message-ID is %q", got)
	}
	for _, want := range []string{"Sehr geehrter Herr Groß,", "Verwendungszweck", "DE02 1203 0000 0000 2020 51", "RF18539007547034", "06.12.2026", "HRB 12345"} {
		if !strings.Contains(l.plain, want) || !strings.Contains(l.html, want) {
			t.Errorf("text or HTML lacks %q", want)
		}
	}
	if !strings.Contains(l.html, `<html lang="de">`) || !strings.Contains(l.html, "<title>Ihre Rechnung RE-2026-0001 von Müller &amp; Söhne GmbH</title>") {
		t.Error("the HTML has no language or title")
	}
	if strings.Contains(l.html, "src=") || strings.Contains(l.html, "url(") || strings.Contains(l.html, "http") {
		t.Error("the HTML refers to something outside of the mail")
	}
	if got := l.files["Rechnung RE-2026-0001 für Jürgen Groß.pdf"]; !strings.HasPrefix(got, "%PDF-1.7\nä") {
		t.Errorf("the files are %q", l.files)
	}
}

func TestGreeting(t *testing.T) {
	tests := []struct {
		customer Customer
		de, en   string
	}{
		{Customer{Salutation: "mr", Firstname: "Max", Lastname: "Groß"}, "Sehr geehrter Herr Groß", "Dear Mr Groß"},
		{Customer{Salutation: "ms", Lastname: "de la Cruz"}, "Sehr geehrte Frau de la Cruz", "Dear Ms de la Cruz"},
		{Customer{Salutation: "ms", Firstname: "Madonna"}, "Guten Tag Madonna", "Dear Madonna"},
		{Customer{Salutation: "mx", Firstname: "Kim", Lastname: "Wu"}, "Guten Tag Kim Wu", "Dear Kim Wu"},
		{Customer{Firstname: "Kim", Lastname: "Wu"}, "Guten Tag Kim Wu", "Dear Kim Wu"},
		{Customer{Company: "ACME", Salutation: "ms", Lastname: "Wu"}, "Sehr geehrte Frau Wu", "Dear Ms Wu"},
		{Customer{Company: "ACME"}, "Sehr geehrte Damen und Herren", "Dear Sir or Madam"},
		{Customer{Company: "ACME", Salutation: "mr"}, "Sehr geehrte Damen und Herren", "Dear Sir or Madam"},
		{Customer{}, "Sehr geehrte Damen und Herren", "Dear Sir or Madam"},
	}
	for _, test := range tests {
		de := view{Data: Data{Customer: test.customer}, Locale: "de"}.Greeting()
		en := view{Data: Data{Customer: test.customer}, Locale: "en"}.Greeting()
		if de != test.de || en != test.en {
			t.Errorf("%+v is greeted with %q and %q; want %q and %q", test.customer, de, en, test.de, test.en)
		}
	}
}

func TestLanguage(t *testing.T) {
	for locale, want := range map[string]string{"de": "de", "DE": "de", "de-AT": "de", "de_CH": "de", "den": "en", "en": "en", "fr": "en", "": "en", "d": "en"} {
		if got := language(locale); got != want {
			t.Errorf("%q is %s, want %s", locale, got, want)
		}
	}
}

// Nothing that a customer or merchant is called ends a line of the header.
func TestInjection(t *testing.T) {
	const evil = "x\r\nBcc: victim@example.com\r\n\r\n<script>"
	m := invoice()
	m.Data.Number, m.Data.Issuer.Name, m.Data.Customer.Lastname = evil, evil, evil
	m.From.Name, m.To.Name = evil, evil
	m.Attachments = []Attachment{file(evil+`".pdf`, evil, "x")}
	l := readMail(t, render(t, m))
	if l.header.Get("Bcc") != "" || len(l.header) != 10 {
		t.Errorf("the header is %v", l.header)
	}
	if strings.Contains(l.html, "<script>") {
		t.Error("the HTML is not escaped")
	}
	if strings.ContainsFunc(l.subject, unicode.IsControl) {
		t.Errorf("the subject is %q", l.subject)
	}
}

func TestBadMessages(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name, want string
		change     func(*Message)
	}{
		{"no recipient", "To:", func(m *Message) { m.To.Address = "" }},
		{"recipient without domain", "To:", func(m *Message) { m.To.Address = "anna" }},
		{"two recipients", "To:", func(m *Message) { m.To.Address = "a@example.com, b@example.com" }},
		{"recipient with a line", "To:", func(m *Message) { m.To.Address = "a@example.com\r\nBcc: b@example.com" }},
		{"bad domain", "To:", func(m *Message) { m.To.Address = "a@ä..example" }},
		{"international sender", "From:", func(m *Message) { m.From.Address = "grüße@example.com" }},
		{"international reply", "Reply-To:", func(m *Message) { m.ReplyTo.Address = "grüße@example.com" }},
		{"no Message-ID", "Message-ID", func(m *Message) { m.MessageID = "" }},
		{"Message-ID with brackets", "Message-ID", func(m *Message) { m.MessageID = "<1@example.com>" }},
		{"Message-ID with a line", "Message-ID", func(m *Message) { m.MessageID = "1@example.com\nX: y" }},
		{"unknown kind", "no template de/letter.subject", func(m *Message) { m.Kind = "letter" }},
		{"no file", "broken", func(m *Message) {
			m.Attachments[0].Open = func() (io.ReadCloser, error) { return nil, broken }
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := invoice()
			test.change(&m)
			if err := (Templates{}).Render(io.Discard, m); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one about %q", err, test.want)
			} else if errors.Is(err, ErrAddress) != (strings.HasSuffix(test.want, "o:") || strings.HasSuffix(test.want, "m:")) {
				t.Errorf("%v is about an address, or is not", err)
			}
		})
	}
	if err := (Templates{}).Render(failing{broken}, invoice()); !errors.Is(err, broken) {
		t.Errorf("a writer that fails: %v", err)
	}
}

func TestCheckSender(t *testing.T) {
	for address, want := range map[string]error{
		"billing@acme.example": nil, "billing@büro.example": nil,
		"": ErrAddress, "billing": ErrAddress, "büro@acme.example": ErrAddress, "Acme <billing@acme.example>": ErrAddress,
	} {
		if err := CheckSender(address); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", address, err, want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestInternationalAddresses(t *testing.T) {
	m := invoice()
	m.To, m.From = mail.Address{Name: "Käthe", Address: "käthe@bücher.example"}, mail.Address{Address: "billing@bücher.example"}
	raw := render(t, m)
	if !bytes.Contains(raw, []byte("To: =?utf-8?q?K=C3=A4the?= <käthe@xn--bcher-kva.example>\r\n")) || !bytes.Contains(raw, []byte("From: <billing@xn--bcher-kva.example>\r\n")) {
		t.Errorf("%s", raw[:600])
	}
}

func FuzzRender(f *testing.F) {
	f.Add("Jürgen", "RE-1", "RE-1.pdf", "a@example.com", "de")
	f.Add("x\r\nBcc: b@example.com", "=?utf-8?q?=0D=0A?=", "a\";\r\n\\.pdf", "ä@ö.example", "en")
	f.Add(strings.Repeat("ü", 300), strings.Repeat("a", 2000), strings.Repeat("ß", 200)+".pdf", `"a b"@example.com`, "")
	f.Add("\x00\xff\u2028", "\u202e", "..", "a@[127.0.0.1]", "de")
	f.Fuzz(func(t *testing.T, name, number, filename, to, locale string) {
		m := invoice()
		m.Locale, m.To = locale, mail.Address{Name: name, Address: to}
		m.From.Name, m.Data.Issuer.Name, m.Data.Customer.Lastname, m.Data.Number, m.Data.OrderNumber = name, name, name, number, number
		m.Attachments = []Attachment{file(filename, filename, number), file(name, name, name)}
		var b bytes.Buffer
		if err := (Templates{}).Render(&b, m); err != nil {
			if _, bad := parseAddress(to); bad == nil {
				t.Fatal(err)
			}
			return
		}
		l := readMail(t, b.Bytes())
		if len(l.header) != 10 {
			t.Fatalf("%d fields in the header: %v", len(l.header), l.header)
		}
		if list, err := l.header.AddressList("To"); err != nil || len(list) != 1 {
			t.Fatalf("To is %v, %v", list, err)
		}
		if len(l.files) == 0 || strings.ContainsFunc(l.subject, unicode.IsControl) {
			t.Fatalf("files %v, subject %q", l.files, l.subject)
		}
		if got, ok := l.files[cleanFilename(filename)]; !ok || got != number && got != name {
			t.Fatalf("no file %q in %q", cleanFilename(filename), l.files)
		}
	})
}
