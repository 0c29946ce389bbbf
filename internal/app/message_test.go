package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	gomail "github.com/emersion/go-message/mail"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/mail"
	"github.com/dunwell/dunwell/internal/mail/mailtest"
	"github.com/dunwell/dunwell/internal/outbound"
)

// pdf makes a PDF of one page that says text: the same text makes the same bytes.
func pdf(text string) string {
	p := fpdf.New("P", "mm", "A4", "")
	p.SetCreationDate(time.Unix(1_700_000_000, 0))
	p.SetModificationDate(time.Unix(1_700_000_000, 0))
	p.SetCatalogSort(true)
	p.AddPage()
	p.SetFont("Helvetica", "", 12)
	p.Cell(40, 10, text)
	var buf bytes.Buffer
	if err := p.Output(&buf); err != nil {
		panic(err)
	}
	return buf.String()
}

// importFile imports a document for RE1.
func (b *bench) importFile(kind ar.CommunicationKind, name, content string) {
	b.Helper()
	_, err := b.ImportDocument(b.Context(), by, "RE1", Import{File: strings.NewReader(content),
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

// latest is the newest document of a kind, as it is downloaded.
func (b *bench) latest(kind ar.CommunicationKind) (found enclosure) {
	b.Helper()
	documents, err := b.Documents(b.Context(), by, "RE1", DocumentsPart{})
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
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.reachable()
		subject, files := b.sent(peer, b.resend())
		letter := b.latest(ar.CommInvoice)
		if subject != "Ihre Rechnung RE-2026-0001 von ACME" || letter.name != "RE-2026-0001.pdf" || !slices.Equal(files, []enclosure{letter}) {
			b.Errorf("%s with %d files", subject, len(files))
		}
		first, second := enclosure{"Rechnung März.pdf", pdf("first")}, enclosure{"second.eml", eml}
		for _, want := range []enclosure{first, second} {
			b.importFile(ar.CommInvoice, want.name, want.content)
			b.importFile(ar.CommLetter, "letter.pdf", pdf("letter")) // no document of an invoice
			if _, files := b.sent(peer, b.resend()); !slices.Equal(files, []enclosure{want}) {
				b.Errorf("%s: got %.200q", want.name, files)
			}
		}
		_, err := b.CreditInvoice(b.Context(), by, "RE1", "GS1", ar.InvoiceChange{Items: items("10")})
		b.no(err)
		subject, files = b.sent(peer, b.lastJob())
		if note := b.latest(ar.CommCreditnote); subject != "Ihre Rechnungskorrektur GS-2026-0001 von ACME" || !slices.Equal(files, []enclosure{note}) || note.name != "GS-2026-0001.pdf" {
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
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		want := enclosure{"ours.pdf", pdf("printed elsewhere")}
		b.importFile(ar.CommInvoice, want.name, want.content)
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

// library serves files, and counts how often each was asked for.
type library struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]int
}

// big is a text that is too large for three of it in one mail.
const big = 7 << 20

func (b *bench) library() *library {
	b.Helper()
	l := &library{asked: map[string]int{}}
	l.Server = httptest.NewTLSServer(l)
	b.Cleanup(l.Close)
	b.allow(l.Server, outbound.Options{})
	return l
}

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.asked[r.URL.Path]++
	n := l.asked[r.URL.Path]
	l.mu.Unlock()
	text := func(content string) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, content) // the client may go away
	}
	switch r.URL.Path {
	case "/terms.pdf":
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = io.WriteString(w, pdf("terms")) // the client may go away
	case "/named":
		w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''Bedingungen%20f%C3%BCr%20K%C3%A4ufer.txt`)
		text("terms")
	case "/later.txt":
		if n < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		text("late")
	case "/cut.txt":
		if n < 2 {
			w.Header().Set("Content-Length", "100")
		}
		text("cut")
	case "/big1.txt", "/big2.txt", "/big3.txt":
		text(strings.Repeat(r.URL.Path[4:5], big))
	case "/larger.txt":
		w.Header().Set("Content-Type", "text/plain")
		w.(http.Flusher).Flush() // without a length
		text(strings.Repeat("x", maxAttachment+1))
	case "/page.html":
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may go away
	case "/away.txt":
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

// count is how often a file was asked for.
func (l *library) count(path string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[path]
}

func (l *library) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.asked)
}

func TestAttachments(t *testing.T) {
	each(t, func(b *bench) {
		l := b.library()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		for i, c := range []struct {
			files  []ar.DeliveryAttachment
			states string
			reason string
			want   []enclosure // beside the document
		}{
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf"}, {URL: "/named"}}, "accepted", "", []enclosure{{"terms.pdf", pdf("terms")}, {"Bedingungen für Käufer.txt", "terms"}}},
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf", Filename: "AGB für Käufer.pdf"}}, "accepted", "", []enclosure{{"AGB für Käufer.pdf", pdf("terms")}}},
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf"}, {URL: "/later.txt"}}, "deferred deferred accepted", "attachments[1]: The answer was 503.", []enclosure{{"terms.pdf", pdf("terms")}, {"later.txt", "late"}}},
			{[]ar.DeliveryAttachment{{URL: "/cut.txt"}}, "deferred accepted", "attachments[0]: No valid answer.", []enclosure{{"cut.txt", "cut"}}},
			{[]ar.DeliveryAttachment{{URL: "/terms.pdf"}, {URL: "/gone.pdf"}}, "rejected", "attachments[1]: The answer was 404.", nil},
			{[]ar.DeliveryAttachment{{URL: "/page.html"}}, "rejected", "attachments[0]: The media type of the answer is not allowed.", nil},
			{[]ar.DeliveryAttachment{{URL: "/larger.txt"}}, "rejected", "attachments[0]: The answer was too large.", nil},
			{[]ar.DeliveryAttachment{{URL: "/big1.txt"}, {URL: "/big2.txt"}, {URL: "/big3.txt"}}, "rejected", "The files of the mail are together larger than 20 MiB.", nil},
			{[]ar.DeliveryAttachment{{URL: "/away.txt"}}, "rejected", "attachments[0]: The answer was 302.", nil},
		} {
			l.forget()
			order := Commit{Attachments: slices.Clone(c.files)}
			for i := range order.Attachments {
				order.Attachments[i].URL = l.URL + order.Attachments[i].URL
			}
			job := b.another(fmt.Sprint("RE", i), order)
			received, reasons := len(peer.Messages()), []string(nil)
			states := counted(b.journeyed(job, func(d *ar.Delivery) { reasons = append(reasons, d.Reason) }))
			if states != c.states || c.reason != "" && reasons[0] != c.reason {
				b.Errorf("%v: %s, %q; want %s", c.files, states, reasons, c.states)
			}
			if strings.Contains(strings.Join(reasons, "")+b.status(job).Result, "169.254") {
				b.Errorf("%v tells where it leads: %q", c.files, reasons)
			}
			messages := peer.Messages()[received:]
			if len(messages) != min(len(c.want), 1) {
				b.Errorf("%v: %d messages", c.files, len(messages))
				continue
			}
			if len(messages) == 0 {
				continue
			}
			if _, files := b.unpack(messages[0].Data); !slices.Equal(files[1:], c.want) {
				b.Errorf("%v: got %.200q", c.files, files[1:])
			}
			if n := l.count("/terms.pdf"); n > 1 {
				b.Errorf("%v: fetched %d times", c.files, n)
			}
		}
	})
}

// A place in a network that nobody may go to is refused when it is ordered, or not found when it is fetched.
func TestAttachmentsFromWithin(t *testing.T) {
	each(t, func(b *bench) {
		b.draft()
		b.customer(ar.Email{Email: "bills@example.com"})
		b.App.outbound = b.resolving("127.0.0.1")
		for _, url := range []string{"https://169.254.169.254/latest/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://localhost/", "http://example.com/a.pdf", "file:///etc/passwd", "https://example.com:22/"} {
			_, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{Attachments: []ar.DeliveryAttachment{{URL: "https://example.com/a.pdf"}, {URL: url}}}, nil)
			var e *ar.Error
			if !errors.As(err, &e) || e.Kind != ar.Invalid || len(e.Details) != 1 || !slices.Equal(e.Details[0].Fields, []string{"attachments[1].url"}) {
				b.Errorf("%s: %v", url, err)
			}
		}
		job, err := b.CommitInvoice(b.Context(), by, "RE1", Commit{Attachments: []ar.DeliveryAttachment{{URL: "https://inside.example.com/a.pdf"}}}, nil)
		b.no(err)
		if d := b.attempt(job); d.State != ar.DeliveryDeferred || d.Reason != "attachments[0]: No connection." {
			b.Errorf("%+v", d)
		}
	})
}

// Files are stored under their hash, once.
func TestAttachmentIsStoredOnce(t *testing.T) {
	each(t, func(b *bench) {
		l := b.library()
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		terms := Commit{Attachments: []ar.DeliveryAttachment{{URL: l.URL + "/terms.pdf"}}}
		for _, ref := range []string{"RE1", "RE2"} {
			peer.Fail(mailtest.Fault{At: mailtest.Mail, Reply: "451 4.3.0 Not now", Times: 2})
			b.journey(b.another(ref, terms))
		}
		sum := sha256.Sum256([]byte(pdf("terms")))
		copies := slices.DeleteFunc(b.kept(), func(path string) bool { return !strings.Contains(path, hex.EncodeToString(sum[:])) })
		if files := b.kept(); len(files) != 5 || len(copies) != 1 || l.count("/terms.pdf") != 2 { // 2 letters, 2 messages
			b.Errorf("%d files, %d copies, fetched %d times", len(files), len(copies), l.count("/terms.pdf"))
		}
	})
}

// An address that mail cannot go to is no reason to try for two days.
func TestAddressThatIsNone(t *testing.T) {
	each(t, func(b *bench) {
		peer := b.smtp(mailtest.Config{TLS: mailtest.None}, mail.Timeouts{})
		b.open()
		b.customer(ar.Email{Email: "bills@@example.com\r\nBcc: all@example.com"})
		job := b.resend()
		if states := counted(b.journey(job)); states != "rejected" || peer.Reached(mailtest.Greeting) != 0 {
			b.Errorf("%s: %+v", states, b.delivery(job))
		}
	})
}
