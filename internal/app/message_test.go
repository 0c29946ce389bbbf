package app

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	gomail "github.com/emersion/go-message/mail"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/document/documenttest"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/store/storetest"
)

// importFile imports a document for an invoice.
func (b *bench) importFile(ref string, kind ar.CommunicationKind, name, content string) {
	b.Helper()
	_, err := b.ImportDocument(b.Context(), by, ref, Import{File: strings.NewReader(content),
		Details: func() (ImportDetails, error) { return ImportDetails{Filename: name, Kind: kind}, nil }}, nil)
	b.no(err)
}

// enclosure is a file of a mail.
type enclosure struct{ name, content string }

// unpack takes a mail apart: its subject, and its files in their order.
func (b *bench) unpack(message []byte) (subject string, files []enclosure) {
	b.Helper()
	r, err := gomail.CreateReader(bytes.NewReader(message))
	b.no(err)
	subject, err = r.Header.Subject()
	b.no(err)
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return subject, files
		}
		b.no(err)
		header, ok := part.Header.(*gomail.AttachmentHeader)
		if !ok {
			continue // text and HTML
		}
		name, err := header.Filename()
		b.no(err)
		content, err := io.ReadAll(part.Body)
		b.no(err)
		files = append(files, enclosure{name, string(content)})
	}
}

// sent is the mail of a job, once it was accepted.
func (b *bench) sent(peer *mailtest.Server, job Job) (subject string, files []enclosure) {
	b.Helper()
	d := b.attempt(job)
	for _, m := range peer.Messages() {
		if m.ID() == d.MessageID {
			return b.unpack(m.Data)
		}
	}
	b.Fatalf("not sent: %+v", d)
	return "", nil
}

// latest is the newest document of a kind, of an invoice or its credit notes, as it is downloaded.
func (b *bench) latest(ref string, kind ar.CommunicationKind) (found enclosure) {
	b.Helper()
	documents, err := b.Documents(b.Context(), by, ref, DocumentsPart{})
	b.no(err)
	for _, d := range documents {
		for _, c := range d.Communications {
			if c.Kind == kind {
				found = enclosure{c.File.Name, b.download(c.ID)}
			}
		}
	}
	return found
}

func (b *bench) download(communication string) string {
	b.Helper()
	file, err := b.File(b.Context(), by, communication)
	b.no(err)
	content, err := io.ReadAll(file.Content)
	b.no(err)
	b.no(file.Content.Close())
	return string(content)
}

// What goes with a mail is our letter, unless a document came from elsewhere; of those the latest.
func TestDocumentOfAMail(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.reachable()
		subject, files := b.sent(peer, b.resend())
		letter := b.latest("RE1", ar.CommInvoice)
		if subject != "Ihre Rechnung RE-2026-0001 von ACME" || letter.name != "RE-2026-0001.pdf" || !slices.Equal(files, []enclosure{letter}) {
			b.Errorf("%s with %d files", subject, len(files))
		}
		first, second := enclosure{"Rechnung März.pdf", documenttest.PDF("first")}, enclosure{"second.eml", eml}
		for _, want := range []enclosure{first, second} {
			b.importFile("RE1", ar.CommInvoice, want.name, want.content)
			b.importFile("RE1", ar.CommLetter, "letter.pdf", documenttest.PDF("letter")) // no document of an invoice
			if _, files := b.sent(peer, b.resend()); !slices.Equal(files, []enclosure{want}) {
				b.Errorf("%s: got %.200q", want.name, files)
			}
		}
		_, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("10")})
		b.no(err)
		subject, files = b.sent(peer, b.lastJob())
		if note := b.latest("RE1", ar.CommCreditnote); subject != "Ihre Rechnungskorrektur GS-2026-0001 von ACME" || !slices.Equal(files, []enclosure{note}) || note.name != "GS-2026-0001.pdf" {
			b.Errorf("%s with %d files", subject, len(files))
		}
	})
}

// lastJob is the job whose mail waits.
func (b *bench) lastJob() Job {
	b.Helper()
	waiting, err := b.Deliveries(b.Context(), by, ar.DeliveryQueued, 10)
	b.no(err)
	if len(waiting) != 1 {
		b.Fatalf("%d deliveries wait", len(waiting))
	}
	return Job(waiting[0].Job)
}

// With a document from elsewhere nothing is printed.
func TestImportedBeforeTheCommit(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		want := enclosure{"ours.pdf", documenttest.PDF("printed elsewhere")}
		b.importFile("RE1", ar.CommInvoice, want.name, want.content)
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{}, nil)
		b.no(err)
		if files := b.kept(); len(files) != 1 {
			b.Errorf("kept %q", files)
		}
		if _, files := b.sent(peer, job); !slices.Equal(files, []enclosure{want}) {
			b.Errorf("got %d files", len(files))
		}
	})
}

// The message is made once: what is archived is what the customer got, in every attempt, to the byte.
func TestMessageIsKept(t *testing.T) {
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.reachable()
		job := b.resend()
		peer.Fail(mailtest.Fault{At: mailtest.Data, Reply: "451 4.3.0 Not now", Times: 1}, mailtest.Fault{At: mailtest.End, Drop: true, Keep: true, Times: 1})
		b.attempt(job)
		made := b.delivery(job).Communication
		b.customer(ar.Email{Email: "new@example.com"}) // it is on its way to the old one
		b.no(b.SetSettings(b.Context(), by.Merchant, "Other", ar.Settings{}))
		b.journey(job)
		d, messages := b.delivery(job), peer.Messages()
		archived := b.download(d.Communication)
		if d.Communication != made || len(messages) != 2 {
			b.Fatalf("%d messages, %+v", len(messages), d)
		}
		for _, m := range messages {
			if string(m.Data) != archived || m.To != "bills@example.com" || m.From != "billing@example.com" {
				b.Errorf("another message arrived at %s:\n%s", m.To, m.Data)
			}
		}
		documents, err := b.Documents(b.Context(), by, "RE1", DocumentsPart{})
		b.no(err)
		c := documents[0].Communications[1]
		if len(documents[0].Communications) != 2 || c.ID != made || c.Kind != ar.CommEmail || c.File.Name != "RE-2026-0001.eml" ||
			c.State != ar.DeliveryAccepted || c.Recipient != "bills@example.com" {
			b.Errorf("%+v", documents[0].Communications)
		}
	})
}

// An address that mail cannot go to is no reason to try for two days.
func TestAddressThatIsNone(t *testing.T) {
	on(t, storetest.SQLite, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.open()
		b.customer(ar.Email{Email: "bills@@example.com\r\nBcc: all@example.com"})
		job := b.resend()
		if states := counted(b.journey(job)); states != "rejected" || peer.Reached(mailtest.Greeting) != 0 {
			b.Errorf("%s: %+v", states, b.delivery(job))
		}
	})
}
